// Which symbol a vessel gets, where it points and how strongly it shows.

import { Flag, VesselClass } from "../wire/picture";

export const Shape = {
  triangle: 0,
  circle: 1,
  fused: 2,
  station: 3,
  aid: 4,
  aircraft: 5,
  dot: 6,
  corners: 7,
  place: 8,
} as const;

/** Added to a shape. */
export const CROSSED = 16;
export const FLASHING = 32;

/** Below this a course says little: no vector, no direction taken from it. */
export const STEADY_KN = 0.5;
/** A symbol is full until this age, and fades to its faintest at the second. */
const FRESH_S = 180;
const OLD_S = 1200;
const FAINTEST = 0.35;

export function shapeOf(vesselClass: number, flags: number): number {
  if (vesselClass === VesselClass.baseStation) return Shape.station;
  if (vesselClass === VesselClass.aid) return Shape.aid;
  if (vesselClass === VesselClass.sarAircraft) return Shape.aircraft;
  const hasAis = (flags & Flag.ais) !== 0;
  const hasRadar = (flags & Flag.radar) !== 0;
  if (hasAis && hasRadar) return Shape.fused;
  if (hasAis) return Shape.triangle;
  return hasRadar ? Shape.circle : Shape.dot;
}

/** Where its symbol points: the heading, else the course of one that makes way, else up. */
export function angleOf(headingDeg: number, cogDeg: number, sogKn: number): number {
  if (!Number.isNaN(headingDeg)) return headingDeg;
  return sogKn >= STEADY_KN && !Number.isNaN(cogDeg) ? cogDeg : 0;
}

/** 1 for a fresh position, less for an old one. */
export function freshness(ageS: number): number {
  const share = Math.min(1, Math.max(0, (ageS - FRESH_S) / (OLD_S - FRESH_S)));
  return 1 - share * (1 - FAINTEST);
}
