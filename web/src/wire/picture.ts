// The binary picture: a header of 16 bytes and rows of 24, little endian, version 1.

const VERSION = 1;
const HEADER_BYTES = 16;
const ROW_BYTES = 24;

const NO_SPEED = 65_535;
const NO_COURSE = 65_535;
const NO_HEADING = 511;

export const Flag = { ais: 1, radar: 2, coasting: 4, removed: 8, tentative: 16 } as const;

export const VesselClass = { unknown: 0, a: 1, b: 2, baseStation: 3, sarAircraft: 4, aid: 5, radar: 6 } as const;

/** One vessel's row; NaN where something is not known. */
export interface Row {
  slot: number;
  lat: number;
  lon: number;
  sogKn: number;
  cogDeg: number;
  headingDeg: number;
  vesselClass: number;
  flags: number;
  ageS: number;
}

export interface Frame {
  /** A snapshot replaces everything, a delta what it names. */
  isSnapshot: boolean;
  /** Event time, UNIX milliseconds. */
  atMs: number;
  rows: Row[];
}

/** The frame in these bytes; null where they are no frame of this version. */
export function decodeFrame(bytes: ArrayBuffer): Frame | null {
  const view = new DataView(bytes);
  if (bytes.byteLength < HEADER_BYTES || view.getUint8(0) !== VERSION) return null;
  const kind = view.getUint8(1);
  const count = view.getUint32(4, true);
  if (kind > 1 || bytes.byteLength !== HEADER_BYTES + count * ROW_BYTES) return null;
  const rows = Array.from({ length: count }, (_, i) => decodeRow(view, HEADER_BYTES + i * ROW_BYTES));
  return { isSnapshot: kind === 0, atMs: view.getFloat64(8, true) * 1000, rows };
}

function decodeRow(view: DataView, at: number): Row {
  const known = (value: number, none: number, scale: number) => (value === none ? Number.NaN : value * scale);
  return {
    slot: view.getUint32(at, true),
    lat: view.getInt32(at + 4, true) / 1e7,
    lon: view.getInt32(at + 8, true) / 1e7,
    sogKn: known(view.getUint16(at + 12, true), NO_SPEED, 0.01),
    cogDeg: known(view.getUint16(at + 14, true), NO_COURSE, 0.01),
    headingDeg: known(view.getUint16(at + 16, true), NO_HEADING, 1),
    vesselClass: view.getUint8(at + 18),
    flags: view.getUint8(at + 19),
    ageS: view.getUint16(at + 20, true),
  };
}
