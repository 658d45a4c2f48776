// The binary picture: its decoding to the byte, and the columns of tracks that follow it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Tracks } from "../src/state/tracks";
import { decodeFrame, Flag, VesselClass } from "../src/wire/picture";

interface RowBytes {
  slot: number;
  lat?: number;
  lon?: number;
  sog?: number;
  cog?: number;
  heading?: number;
  vesselClass?: number;
  flags?: number;
  age?: number;
}

function encode(kind: number, at: number, rows: RowBytes[], version = 1): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(16 + 24 * rows.length));
  view.setUint8(0, version);
  view.setUint8(1, kind);
  view.setUint32(4, rows.length, true);
  view.setFloat64(8, at, true);
  rows.forEach((row, i) => {
    const from = 16 + 24 * i;
    view.setUint32(from, row.slot, true);
    view.setInt32(from + 4, row.lat ?? 0, true);
    view.setInt32(from + 8, row.lon ?? 0, true);
    view.setUint16(from + 12, row.sog ?? 65_535, true);
    view.setUint16(from + 14, row.cog ?? 65_535, true);
    view.setUint16(from + 16, row.heading ?? 511, true);
    view.setUint8(from + 18, row.vesselClass ?? 1);
    view.setUint8(from + 19, row.flags ?? Flag.ais);
    view.setUint16(from + 20, row.age ?? 0, true);
  });
  return view.buffer;
}

function frame(kind: number, at: number, rows: RowBytes[]) {
  const decoded = decodeFrame(encode(kind, at, rows));
  assert.ok(decoded);
  return decoded;
}

test("a row has its units", () => {
  const found = frame(0, 1_768_051_200.5, [
    { slot: 70_000, lat: -85_577_787, lon: 1_799_999_999, sog: 1234, cog: 35_999, heading: 90, vesselClass: 6, flags: 6, age: 65_535 },
  ]);
  assert.deepEqual([found.isSnapshot, found.atMs, found.length], [true, 1_768_051_200_500, 1]);
  const { sogKn, cogDeg, ...rest } = found.row(0);
  assert.deepEqual(rest, {
    slot: 70_000,
    lat: -8.5577787,
    lon: 179.9999999,
    headingDeg: 90,
    vesselClass: VesselClass.radar,
    flags: Flag.radar | Flag.coasting,
    ageS: 65_535,
  });
  assert.ok(Math.abs(sogKn - 12.34) < 1e-9 && Math.abs(cogDeg - 359.99) < 1e-9);
});

test("what is not known is no number", () => {
  const row = frame(1, 0, [{ slot: 1 }]).row(0);
  assert.deepEqual([row.sogKn, row.cogDeg, row.headingDeg], [Number.NaN, Number.NaN, Number.NaN]);
});

test("other versions, kinds and lengths are no frame", () => {
  assert.equal(decodeFrame(encode(0, 0, [], 2)), null);
  assert.equal(decodeFrame(encode(2, 0, [])), null);
  assert.equal(decodeFrame(encode(0, 0, [{ slot: 1 }]).slice(0, 39)), null);
  assert.equal(decodeFrame(new ArrayBuffer(15)), null);
});

test("a delta moves, adds and removes; a snapshot replaces", () => {
  const tracks = new Tracks();
  tracks.name([1, 2, 3, 4].map((slot) => ({ slot, track: `t${slot}` })));
  tracks.apply(frame(0, 100, [{ slot: 1, lon: 10 }, { slot: 2, lon: 20 }, { slot: 3, lon: 30, age: 5 }]));
  tracks.apply(frame(1, 110, [{ slot: 1, flags: Flag.removed }, { slot: 2, lon: 25 }, { slot: 4, lon: 40 }, { slot: 9, flags: Flag.removed }]));
  assert.equal(tracks.length, 3);
  assert.equal(tracks.indexOf("t1"), undefined);
  const lon = (track: string) => tracks.lon(tracks.indexOf(track) ?? -1);
  assert.deepEqual([lon("t2"), lon("t3"), lon("t4")], [25e-7, 30e-7, 40e-7]);
  const third = tracks.indexOf("t3") ?? -1;
  assert.equal(tracks.identity(third)?.track, "t3");
  assert.equal(tracks.ageS(third), 15, "a position that is not told again grows older");
  tracks.apply(frame(0, 120, [{ slot: 4, lon: 41 }]));
  assert.equal(tracks.length, 1);
  assert.deepEqual([tracks.indexOf("t2"), lon("t4")], [undefined, 41e-7]);
});

test("columns grow, and every row keeps its own values", () => {
  const tracks = new Tracks();
  const rows = Array.from({ length: 5000 }, (_, slot) => ({ slot, lat: slot, lon: 2 * slot, sog: slot % 100, heading: slot % 360 }));
  tracks.apply(frame(0, 0, rows));
  tracks.apply(frame(1, 1, rows.filter(({ slot }) => slot % 3 === 0).map(({ slot }) => ({ slot, flags: Flag.removed }))));
  assert.equal(tracks.length, 3333);
  for (let i = 0; i < tracks.length; i += 1) {
    const slot = tracks.slot[i] ?? assert.fail();
    assert.notEqual(slot % 3, 0);
    assert.deepEqual([tracks.lat(i), tracks.lon(i)], [slot / 1e7, (2 * slot) / 1e7]);
    assert.equal(tracks.headingDeg[i], slot % 360);
  }
});

test("a slot given to another track forgets the first", () => {
  const tracks = new Tracks();
  tracks.apply(frame(0, 0, [{ slot: 1 }]));
  tracks.name([{ slot: 1, track: "t1" }]);
  tracks.name([{ slot: 1, track: "t2" }]);
  assert.deepEqual([tracks.indexOf("t1"), tracks.indexOf("t2")], [undefined, 0]);
});
