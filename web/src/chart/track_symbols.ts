// The columns of symbols and speed vectors of all tracks, filled from the picture at each of its ticks.

import type { Tracks } from "../state/tracks";
import { Flag } from "../wire/picture";
import { columnsOf, type Rows, type SymbolColumns } from "./columns";
import { type Rgba, rgba } from "./palette";
import { angleOf, CROSSED, freshness, Shape, shapeOf, STEADY_KN } from "./shape";

/** A speed vector ends where the vessel gets in this time at this speed. */
export const VECTOR_MINUTES = 6;
const SIZE = 8.5;
const LINE = 1.5;
const FILL = 0.14;
const VECTOR_STRENGTH = 0.65;
const DEG = Math.PI / 180;

/** What is drawn of all tracks. */
export interface TrackColumns {
  symbols: SymbolColumns;
  /** The speed vectors, as a line layer's data. */
  vectors: Rows;
}

export function trackColumns(tracks: Tracks): TrackColumns {
  return { symbols: trackSymbols(tracks), vectors: speedVectors(tracks) };
}

function trackSymbols(tracks: Tracks): SymbolColumns {
  const columns = columnsOf(tracks.length);
  columns.position.set(tracks.position.subarray(0, 2 * tracks.length));
  const colours = trackColours();
  for (let i = 0; i < tracks.length; i += 1) {
    const flags = tracks.flags[i] ?? 0;
    const shape = shapeOf(tracks.vesselClass[i] ?? 0, flags);
    const isLost = (flags & Flag.coasting) !== 0;
    const size = (flags & Flag.tentative) !== 0 ? SIZE * 0.7 : SIZE;
    columns.form[4 * i] = shape + (isLost ? CROSSED : 0);
    columns.form[4 * i + 1] = size;
    columns.form[4 * i + 2] = LINE;
    columns.form[4 * i + 3] = shape === Shape.dot ? 1 : FILL;
    columns.angle[i] = angleOf(tracks.headingDeg[i] ?? Number.NaN, tracks.cogDeg[i] ?? Number.NaN, tracks.sogKn[i] ?? Number.NaN);
    paint(columns.colour, i, isLost ? colours.lost : colours.of(shape), freshness(tracks.ageS(i)));
  }
  return columns;
}

function speedVectors(tracks: Tracks): Rows {
  const moving: number[] = [];
  for (let i = 0; i < tracks.length; i += 1) {
    const makesWay = (tracks.sogKn[i] ?? 0) >= STEADY_KN && !Number.isNaN(tracks.cogDeg[i] ?? Number.NaN);
    if (makesWay && ((tracks.flags[i] ?? 0) & Flag.coasting) === 0) moving.push(i);
  }
  const colours = trackColours();
  const { length } = moving;
  const source = new Float64Array(2 * length);
  const target = new Float64Array(2 * length);
  const colour = new Uint8ClampedArray(4 * length);
  moving.forEach((i, row) => {
    const [lon, lat] = [tracks.lon(i), tracks.lat(i)];
    const miles = ((tracks.sogKn[i] ?? 0) * VECTOR_MINUTES) / 60;
    source.set([lon, lat], 2 * row);
    target.set(ahead(lon, lat, tracks.cogDeg[i] ?? 0, miles), 2 * row);
    const shape = shapeOf(tracks.vesselClass[i] ?? 0, tracks.flags[i] ?? 0);
    paint(colour, row, colours.of(shape), VECTOR_STRENGTH * freshness(tracks.ageS(i)));
  });
  const attributes = {
    getSourcePosition: { value: source, size: 2 },
    getTargetPosition: { value: target, size: 2 },
    getColor: { value: colour, size: 4 },
  };
  return { length, attributes };
}

function paint(colours: Uint8ClampedArray, row: number, [red, green, blue]: Rgba, strength: number): void {
  colours[4 * row] = red;
  colours[4 * row + 1] = green;
  colours[4 * row + 2] = blue;
  colours[4 * row + 3] = 255 * strength;
}

/** The point so many nautical miles ahead, on a plane: good for the length of a vector. */
function ahead(lon: number, lat: number, cogDeg: number, nauticalMiles: number): [lon: number, lat: number] {
  const degrees = nauticalMiles / 60;
  return [lon + (degrees * Math.sin(cogDeg * DEG)) / Math.cos(lat * DEG), lat + degrees * Math.cos(cogDeg * DEG)];
}

function trackColours(): { of: (shape: number) => Rgba; lost: Rgba } {
  const [ais, radar, aid, lost] = [rgba("ais"), rgba("radar"), rgba("aid"), rgba("lost")];
  const of = (shape: number) => {
    if (shape === Shape.circle) return radar;
    return shape === Shape.station || shape === Shape.aid ? aid : ais;
  };
  return { of, lost };
}
