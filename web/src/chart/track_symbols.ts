// The columns of symbols and speed vectors of all tracks, filled from the picture at each of its ticks.

import type { Tracks } from "../state/tracks";
import { Flag } from "../wire/picture";
import { columnsOf, type SymbolColumns } from "./columns";
import { type Rgba, rgba } from "./palette";
import { angleOf, CROSSED, freshness, Shape, shapeOf, STEADY_KN } from "./shape";

/** A speed vector ends where the vessel gets in this time at this speed. */
export const VECTOR_MINUTES = 6;
const SIZE = 8.5;
const DEG = Math.PI / 180;

export interface VectorColumns {
  length: number;
  source: Float64Array;
  target: Float64Array;
  colour: Uint8ClampedArray;
}

export function trackSymbols(tracks: Tracks): SymbolColumns {
  const columns = columnsOf(tracks.length);
  columns.position.set(tracks.position.subarray(0, 2 * tracks.length));
  const colours = trackColours();
  for (let i = 0; i < tracks.length; i += 1) {
    const flags = tracks.flags[i] ?? 0;
    const shape = shapeOf(tracks.vesselClass[i] ?? 0, flags);
    const isLost = (flags & Flag.coasting) !== 0;
    const size = (flags & Flag.tentative) !== 0 ? SIZE * 0.7 : SIZE;
    columns.form.set([shape + (isLost ? CROSSED : 0), size, 1.5, shape === Shape.dot ? 1 : 0.14], 4 * i);
    columns.angle[i] = angleOf(tracks.headingDeg[i] ?? Number.NaN, tracks.cogDeg[i] ?? Number.NaN, tracks.sogKn[i] ?? Number.NaN);
    const [red, green, blue] = isLost ? colours.lost : colours.of(shape);
    columns.colour.set([red, green, blue, 255 * freshness(tracks.ageS(i))], 4 * i);
  }
  return columns;
}

export function speedVectors(tracks: Tracks): VectorColumns {
  const moving: number[] = [];
  for (let i = 0; i < tracks.length; i += 1) {
    const makesWay = (tracks.sogKn[i] ?? 0) >= STEADY_KN && !Number.isNaN(tracks.cogDeg[i] ?? Number.NaN);
    if (makesWay && ((tracks.flags[i] ?? 0) & Flag.coasting) === 0) moving.push(i);
  }
  const colours = trackColours();
  const { length } = moving;
  const columns = { length, source: new Float64Array(2 * length), target: new Float64Array(2 * length), colour: new Uint8ClampedArray(4 * length) };
  moving.forEach((i, row) => {
    const [lon, lat] = [tracks.lon(i), tracks.lat(i)];
    columns.source.set([lon, lat], 2 * row);
    columns.target.set(ahead(lon, lat, tracks.cogDeg[i] ?? 0, ((tracks.sogKn[i] ?? 0) * VECTOR_MINUTES) / 60), 2 * row);
    const [red, green, blue] = colours.of(shapeOf(tracks.vesselClass[i] ?? 0, tracks.flags[i] ?? 0));
    columns.colour.set([red, green, blue, 170 * freshness(tracks.ageS(i))], 4 * row);
  });
  return columns;
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
