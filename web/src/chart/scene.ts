// The moving layers of the chart: tracks and their vectors, the evidence of the selected alert, the marks of alerts.

import type { Layer } from "@deck.gl/core";
import { LineLayer, PathLayer, ScatterplotLayer } from "@deck.gl/layers";

import type { Tracks } from "../state/tracks";
import type { Alert } from "../wire/types";
import { type AlertMark, alertMarks, cornerSymbols, markSymbols } from "./alert_marks";
import { closest, dashes, type Line, pastPositions, type Point, silence, type Trail } from "./evidence";
import { rgba } from "./palette";
import { SymbolLayer } from "./symbols";
import type { TrackColumns } from "./track_symbols";

/** What the chart shows besides the tracks. */
export interface Scene {
  alerts: Alert[];
  selected: Alert | null;
  selectedTrack: string | null;
  trails: Trail[];
}

const TRAIL_COLOURS = ["trail-a", "trail-b"] as const;

export function trackLayers({ symbols, vectors }: TrackColumns, scale: number): Layer[] {
  return [
    new LineLayer({ id: "vectors", data: vectors, getWidth: 1.2, widthUnits: "pixels" }),
    new SymbolLayer({ id: "tracks", columns: symbols, scale, halo: rgba("chart-halo") }),
  ];
}

/** A trail a subject, and what the kind of alert adds. */
export function evidenceLayers({ selected, trails }: Scene): Layer[] {
  const coloured = trails.map((trail, i) => ({ trail, colour: rgba(TRAIL_COLOURS[i % 2] ?? "trail-a") }));
  const ofPath = ({ trail }: { trail: Trail }): Point[] => trail.fixes.map(({ lon, lat }) => [lon, lat]);
  const pasts = coloured.flatMap(({ trail, colour }) => pastPositions(trail).map((point) => ({ point, colour })));
  return [
    new PathLayer({
      id: "trails",
      data: coloured,
      getPath: ofPath,
      getColor: ({ colour: [red, green, blue] }: { colour: number[] }) => [red ?? 0, green ?? 0, blue ?? 0, 190],
      getWidth: 1.6,
      widthUnits: "pixels",
      jointRounded: true,
    }),
    new ScatterplotLayer({
      id: "past-positions",
      data: pasts,
      getPosition: ({ point }: { point: Point }) => point,
      getFillColor: ({ colour }: { colour: number[] }) => colour as [number, number, number, number],
      getRadius: 2.4,
      radiusUnits: "pixels",
    }),
    new LineLayer({
      id: "evidence-lines",
      data: selected === null ? [] : evidenceLines(selected.kind, { selected, trails }),
      getSourcePosition: ([from]: Line) => from,
      getTargetPosition: ([, to]: Line) => to,
      getColor: rgba("closest"),
      getWidth: 2,
      widthUnits: "pixels",
    }),
  ];
}

function evidenceLines(kind: string, { selected, trails }: Pick<Scene, "selected" | "trails">): Line[] {
  const [a, b] = trails;
  if (selected === null || a === undefined) return [];
  if (kind === "dark_period") {
    const gap = silence(selected, a);
    return gap === null ? [] : dashes(gap.line);
  }
  const meeting = b === undefined ? null : closest(a, b);
  return meeting === null ? [] : [meeting.line];
}

export function markLayers(scene: Scene, marks: AlertMark[], tracks: Tracks, look: { light: number; scale: number }): Layer[] {
  const halo = rgba("chart-halo");
  return [
    new SymbolLayer({ id: "alert-marks", columns: markSymbols(marks, tracks), ...look, halo }),
    new SymbolLayer({ id: "corners", columns: cornerSymbols(selectedPlaces(scene, tracks)), halo }),
  ];
}

/** Where the selected alert's subjects are, listed or not, or the selected vessel. */
function selectedPlaces({ selected, selectedTrack }: Scene, tracks: Tracks): Point[] {
  const own = selected === null ? [] : alertMarks([selected], tracks).map(({ lon, lat }): Point => [lon, lat]);
  const index = selectedTrack === null ? undefined : tracks.indexOf(selectedTrack);
  return index === undefined ? own : [...own, [tracks.lon(index), tracks.lat(index)]];
}
