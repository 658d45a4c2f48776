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

/** A message of the picture; its rows are read from its bytes one by one, as a hundred thousand may come at a time. */
export class Frame {
  readonly #row: Row = { slot: 0, lat: 0, lon: 0, sogKn: 0, cogDeg: 0, headingDeg: 0, vesselClass: 0, flags: 0, ageS: 0 };

  constructor(
    /** A snapshot replaces everything, a delta what it names. */
    readonly isSnapshot: boolean,
    /** Event time, UNIX milliseconds. */
    readonly atMs: number,
    readonly length: number,
    private readonly view: DataView,
  ) {}

  /** The row at this place; always the same object, so take from it what is needed. */
  row(index: number): Readonly<Row> {
    const { view } = this;
    const row = this.#row;
    const at = HEADER_BYTES + index * ROW_BYTES;
    row.slot = view.getUint32(at, true);
    row.lat = view.getInt32(at + 4, true) / 1e7;
    row.lon = view.getInt32(at + 8, true) / 1e7;
    row.sogKn = known(view.getUint16(at + 12, true), NO_SPEED, 0.01);
    row.cogDeg = known(view.getUint16(at + 14, true), NO_COURSE, 0.01);
    row.headingDeg = known(view.getUint16(at + 16, true), NO_HEADING, 1);
    row.vesselClass = view.getUint8(at + 18);
    row.flags = view.getUint8(at + 19);
    row.ageS = view.getUint16(at + 20, true);
    return row;
  }
}

/** The frame in these bytes; null where they are no frame of this version. */
export function decodeFrame(bytes: ArrayBuffer): Frame | null {
  const view = new DataView(bytes);
  if (bytes.byteLength < HEADER_BYTES || view.getUint8(0) !== VERSION) return null;
  const kind = view.getUint8(1);
  const length = view.getUint32(4, true);
  if (kind > 1 || bytes.byteLength !== HEADER_BYTES + length * ROW_BYTES) return null;
  return new Frame(kind === 0, view.getFloat64(8, true) * 1000, length, view);
}

function known(value: number, none: number, scale: number): number {
  return value === none ? Number.NaN : value * scale;
}
