// What speaks for the selected alert, drawn: each subject's trail, the silence in it, and how near two came.

import type { Alert, Fix } from "../wire/types";

/** Past positions are marked at equal steps of time. */
const STEPS_S = [60, 120, 300, 600, 1800, 3600, 7200, 21_600];
const MOST_MARKS = 16;
/** Two fixes this close in time are of one moment. */
const SAME_MOMENT_MS = 30_000;
/** A silence is drawn in this many dashes. */
const DASHES = 24;
const EARTH_M_PER_DEG = 111_195;
const DEG = Math.PI / 180;

export interface Trail {
  track: string;
  /** Oldest first. */
  fixes: TimedFix[];
}

export interface TimedFix extends Fix {
  atMs: number;
}

export type Point = [lon: number, lat: number];
export type Line = [from: Point, to: Point];

export interface Closest {
  line: Line;
  metres: number;
  atMs: number;
}

export interface Silence {
  line: Line;
  seconds: number;
}

/** A subject's fixes of both sources, each moment once. */
export function trailOf(track: string, fixes: Fix[]): Trail {
  const own = fixes.filter((fix) => fix.track === undefined || fix.track === track);
  const timed = own.map((fix) => ({ ...fix, atMs: Date.parse(fix.t) })).sort((a, b) => a.atMs - b.atMs);
  const isNew = (fix: TimedFix, i: number) => i === 0 || fix.atMs !== timed[i - 1]?.atMs;
  return { track, fixes: timed.filter(isNew) };
}

/** Its positions at equal steps of time, the step chosen so that there are few. */
export function pastPositions({ fixes }: Trail): Point[] {
  const [first, last] = [fixes[0], fixes.at(-1)];
  if (first === undefined || last === undefined) return [];
  const spanS = (last.atMs - first.atMs) / 1000;
  const stepMs = 1000 * (STEPS_S.find((step) => spanS / step <= MOST_MARKS) ?? 86_400);
  let due = Math.ceil(first.atMs / stepMs) * stepMs;
  const points: Point[] = [];
  for (const fix of fixes) {
    if (fix.atMs < due) continue;
    points.push([fix.lon, fix.lat]);
    due = (Math.floor(fix.atMs / stepMs) + 1) * stepMs;
  }
  return points;
}

/** Where two trails came nearest, among fixes of one moment: nothing is interpolated. */
export function closest(a: Trail, b: Trail): Closest | null {
  let best: Closest | null = null;
  let from = 0;
  for (const fix of a.fixes) {
    while (from < b.fixes.length && (b.fixes[from]?.atMs ?? 0) < fix.atMs - SAME_MOMENT_MS) from += 1;
    for (let i = from; i < b.fixes.length; i += 1) {
      const other = b.fixes[i];
      if (other === undefined || other.atMs > fix.atMs + SAME_MOMENT_MS) break;
      const metres = metresBetween(fix, other);
      if (best === null || metres < best.metres) {
        best = { line: [[fix.lon, fix.lat], [other.lon, other.lat]], metres, atMs: fix.atMs };
      }
    }
  }
  return best;
}

/** The silence of a dark period: from the last AIS fix at its onset to the first after it, or to where radar has it. */
export function silence(alert: Alert, { fixes }: Trail): Silence | null {
  const onsetMs = Date.parse(alert.onset);
  const isAis = (fix: TimedFix) => fix.source === "ais";
  const before = fixes.findLast((fix) => isAis(fix) && fix.atMs <= onsetMs + 1000);
  if (before === undefined) return null;
  const after = fixes.find((fix) => isAis(fix) && fix.atMs > before.atMs + 1000) ?? fixes.at(-1);
  if (after === undefined || after === before) return null;
  return { line: [[before.lon, before.lat], [after.lon, after.lat]], seconds: (after.atMs - before.atMs) / 1000 };
}

/** A straight line as dashes. */
export function dashes([from, to]: Line): Line[] {
  const at = (share: number): Point => [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
  return Array.from({ length: DASHES }, (_, i) => [at(i / DASHES), at((i + 0.55) / DASHES)]);
}

export function middle([from, to]: Line): Point {
  return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
}

export function metresBetween(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const shrink = Math.cos(((a.lat + b.lat) / 2) * DEG);
  return Math.hypot((a.lon - b.lon) * shrink, a.lat - b.lat) * EARTH_M_PER_DEG;
}
