// What the chart shows of the listed alerts: their subjects drawn bold and red, or their place where no subject is held.

import { isLoud } from "../state/alerts";
import type { Tracks } from "../state/tracks";
import { Flag } from "../wire/picture";
import type { Alert } from "../wire/types";
import { columnsOf, type SymbolColumns } from "./columns";
import { rgba } from "./palette";
import { angleOf, CROSSED, FLASHING, Shape, shapeOf } from "./shape";

export interface AlertMark {
  alert: Alert;
  /** The subject's track and row; null for the place of the alert. */
  track: string | null;
  index: number | null;
  lon: number;
  lat: number;
}

const SIZE = 10;
const BOLD = 2.8;
const PLAIN = 1.8;

/** Marks of all alerts that can be placed, the gravest last so that it lies on top. */
export function alertMarks(alerts: Alert[], tracks: Tracks): AlertMark[] {
  return alerts.toReversed().flatMap((alert) => {
    const marks: AlertMark[] = [];
    for (const { track } of alert.subjects) {
      const index = tracks.indexOf(track);
      if (index !== undefined) marks.push({ alert, track, index, lon: tracks.lon(index), lat: tracks.lat(index) });
    }
    if (marks.length > 0 || alert.position === null) return marks;
    return [{ alert, track: null, index: null, lon: alert.position.lon, lat: alert.position.lat }];
  });
}

export function markSymbols(marks: AlertMark[], tracks: Tracks): SymbolColumns {
  const columns = columnsOf(marks.length);
  const [red, green, blue] = rgba("alarm-mark");
  const excused = rgba("lost");
  marks.forEach(({ alert, index, lon, lat }, row) => {
      const flags = index === null ? 0 : (tracks.flags[index] ?? 0);
    const shape = index === null ? Shape.place : shapeOf(tracks.vesselClass[index] ?? 0, flags);
    const code = shape + ((flags & Flag.coasting) !== 0 ? CROSSED : 0) + (isLoud(alert) ? FLASHING : 0);
    columns.position.set([lon, lat], 2 * row);
    columns.form.set([code, SIZE, isLoud(alert) ? BOLD : PLAIN, isLoud(alert) ? 0.35 : 0.1], 4 * row);
    columns.colour.set(alert.suppressed === null ? [red, green, blue, 255] : excused, 4 * row);
    if (index === null) return;
    columns.angle[row] = angleOf(tracks.headingDeg[index] ?? Number.NaN, tracks.cogDeg[index] ?? Number.NaN, tracks.sogKn[index] ?? Number.NaN);
  });
  return columns;
}

/** Corners about the places given. */
export function cornerSymbols(places: [lon: number, lat: number][]): SymbolColumns {
  const columns = columnsOf(places.length);
  places.forEach((place, row) => {
    columns.position.set(place, 2 * row);
    columns.form.set([Shape.corners, 15, 1.6, 0], 4 * row);
    columns.colour.set(rgba("selected"), 4 * row);
  });
  return columns;
}
