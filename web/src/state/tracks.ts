// All current tracks in typed columns, dense and without order, as the picture's frames tell them.

import { Flag, type Frame, type Row } from "../wire/picture";
import type { Identity } from "../wire/types";

const FIRST_CAPACITY = 1024;

export class Tracks {
  /** How many there are: the columns hold this many rows. */
  length = 0;
  /** Event time of the newest frame, UNIX ms; 0 before the first. */
  atMs = 0;

  slot = new Uint32Array(FIRST_CAPACITY);
  /** Longitude and latitude, degrees, in turn. */
  position = new Float64Array(2 * FIRST_CAPACITY);
  sogKn = new Float32Array(FIRST_CAPACITY);
  cogDeg = new Float32Array(FIRST_CAPACITY);
  headingDeg = new Float32Array(FIRST_CAPACITY);
  vesselClass = new Uint8Array(FIRST_CAPACITY);
  flags = new Uint8Array(FIRST_CAPACITY);
  /** Event time of the position, UNIX ms. */
  observedAtMs = new Float64Array(FIRST_CAPACITY);

  readonly #indexBySlot = new Map<number, number>();
  readonly #identityBySlot = new Map<number, Identity>();
  readonly #slotByTrack = new Map<string, number>();

  name(vessels: Identity[]): void {
    for (const vessel of vessels) {
      const before = this.#identityBySlot.get(vessel.slot);
      if (before !== undefined && before.track !== vessel.track) this.#slotByTrack.delete(before.track);
      this.#identityBySlot.set(vessel.slot, vessel);
      this.#slotByTrack.set(vessel.track, vessel.slot);
    }
  }

  apply(frame: Frame): void {
    this.atMs = frame.atMs;
    if (frame.isSnapshot) this.#clear();
    for (let i = 0; i < frame.length; i += 1) {
      const row = frame.row(i);
      if (row.flags & Flag.removed) this.#remove(row.slot);
      else this.#put(row);
    }
  }

  /** The row of a track; undefined where the picture does not hold it. */
  indexOf(track: string): number | undefined {
    const slot = this.#slotByTrack.get(track);
    return slot === undefined ? undefined : this.#indexBySlot.get(slot);
  }

  identity(index: number): Identity | undefined {
    return this.#identityBySlot.get(this.slot[index] ?? -1);
  }

  lon(index: number): number {
    return this.position[2 * index] ?? Number.NaN;
  }

  lat(index: number): number {
    return this.position[2 * index + 1] ?? Number.NaN;
  }

  ageS(index: number): number {
    return Math.max(0, (this.atMs - (this.observedAtMs[index] ?? this.atMs)) / 1000);
  }

  #clear(): void {
    this.length = 0;
    this.#indexBySlot.clear();
  }

  #put(row: Row): void {
    let index = this.#indexBySlot.get(row.slot);
    if (index === undefined) {
      index = this.length;
      this.length += 1;
      if (index === this.slot.length) this.#grow();
      this.#indexBySlot.set(row.slot, index);
    }
    this.slot[index] = row.slot;
    this.position[2 * index] = row.lon;
    this.position[2 * index + 1] = row.lat;
    this.sogKn[index] = row.sogKn;
    this.cogDeg[index] = row.cogDeg;
    this.headingDeg[index] = row.headingDeg;
    this.vesselClass[index] = row.vesselClass;
    this.flags[index] = row.flags;
    this.observedAtMs[index] = this.atMs - 1000 * row.ageS;
  }

  /** The last row takes the place of the removed one. */
  #remove(slot: number): void {
    const index = this.#indexBySlot.get(slot);
    if (index === undefined) return;
    this.#indexBySlot.delete(slot);
    this.length -= 1;
    const last = this.length;
    if (index === last) return;
    this.position.copyWithin(2 * index, 2 * last, 2 * last + 2);
    for (const column of this.#columns()) column.copyWithin(index, last, last + 1);
    this.#indexBySlot.set(this.slot[index] ?? -1, index);
  }

  #columns() {
    return [this.slot, this.sogKn, this.cogDeg, this.headingDeg, this.vesselClass, this.flags, this.observedAtMs];
  }

  #grow(): void {
    const capacity = 2 * this.slot.length;
    const grown = <T extends { set(from: T): void }>(column: T, wider: T): T => {
      wider.set(column);
      return wider;
    };
    this.slot = grown(this.slot, new Uint32Array(capacity));
    this.position = grown(this.position, new Float64Array(2 * capacity));
    this.sogKn = grown(this.sogKn, new Float32Array(capacity));
    this.cogDeg = grown(this.cogDeg, new Float32Array(capacity));
    this.headingDeg = grown(this.headingDeg, new Float32Array(capacity));
    this.vesselClass = grown(this.vesselClass, new Uint8Array(capacity));
    this.flags = grown(this.flags, new Uint8Array(capacity));
    this.observedAtMs = grown(this.observedAtMs, new Float64Array(capacity));
  }
}
