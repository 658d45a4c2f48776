// What is drawn of an alert comes from fixes alone: nearest approach, silence, past positions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { closest, dashes, metresBetween, pastPositions, silence, trailOf } from "../src/chart/evidence";
import { angleOf, freshness, Shape, shapeOf } from "../src/chart/shape";
import { Flag, VesselClass } from "../src/wire/picture";
import type { Alert, Fix, Source } from "../src/wire/types";

const START = Date.parse("2026-01-10T12:00:00Z");
const fix = (minute: number, lat: number, lon: number, source: Source = "ais", track?: string): Fix => ({
  t: new Date(START + minute * 60_000).toISOString(),
  lat,
  lon,
  source,
  ...(track === undefined ? {} : { track }),
});

test("a trail holds its own fixes in order, each moment once", () => {
  const trail = trailOf("a", [fix(2, 8, 106), fix(1, 8, 106, "ais", "a"), fix(1, 8, 106), fix(0, 9, 107, "ais", "b")]);
  assert.deepEqual(trail.fixes.map(({ atMs }) => (atMs - START) / 60_000), [1, 2]);
});

test("the closest approach is between fixes of one moment", () => {
  const a = trailOf("a", [fix(0, 8, 106), fix(10, 8, 106.1), fix(20, 8, 106.2)]);
  const b = trailOf("b", [fix(0, 8.01, 106), fix(10.2, 8.001, 106.1), fix(15, 8, 106.2)]);
  const found = closest(a, b) ?? assert.fail();
  assert.equal(found.atMs, START + 600_000, "at 20 minutes b has no fix, although it was there before");
  assert.ok(Math.abs(found.metres - 111.2) < 0.1);
  assert.equal(closest(a, trailOf("b", [fix(5, 8, 106)])), null);
});

test("a silence runs from the last AIS fix to the next", () => {
  const alert = { onset: new Date(START + 120_000).toISOString() } as Alert;
  const heard = [fix(0, 8, 106), fix(2, 8, 106.1)];
  const radar = [fix(3, 8, 106.2, "radar"), fix(4, 8, 106.3, "radar")];
  assert.deepEqual(silence(alert, trailOf("a", [...heard, ...radar])), { line: [[106.1, 8], [106.3, 8]], seconds: 120 });
  assert.equal(silence(alert, trailOf("a", [...heard, ...radar, fix(9, 8, 106.5)]))?.seconds, 420);
  assert.equal(silence(alert, trailOf("a", radar)), null);
});

test("past positions stand at equal steps and are few", () => {
  const trail = trailOf("a", Array.from({ length: 361 }, (_, i) => fix(i / 6, 8, 106 + i / 1000)));
  const points = pastPositions(trail);
  assert.equal(points.length, 13, "an hour in steps of five minutes");
  assert.deepEqual(pastPositions({ track: "a", fixes: [] }), []);
});

test("dashes lie on their line", () => {
  const found = dashes([[106, 8], [107, 8]]);
  assert.deepEqual(found[0]?.[0], [106, 8]);
  assert.ok(found.every(([from, to]) => from[0] < to[0] && to[0] < 107));
});

test("a degree of latitude has its length", () => {
  assert.ok(Math.abs(metresBetween({ lat: 8, lon: 106 }, { lat: 9, lon: 106 }) - 111_195) < 1);
});

test("symbols are as officers know them", () => {
  assert.equal(shapeOf(VesselClass.a, Flag.ais), Shape.triangle);
  assert.equal(shapeOf(VesselClass.b, Flag.ais | Flag.radar), Shape.fused);
  assert.equal(shapeOf(VesselClass.radar, Flag.radar), Shape.circle);
  assert.equal(shapeOf(VesselClass.a, Flag.radar), Shape.circle, "AIS that fell silent leaves the echo");
  assert.equal(shapeOf(VesselClass.aid, Flag.ais), Shape.aid);
  assert.equal(shapeOf(VesselClass.baseStation, Flag.ais), Shape.station);
  assert.deepEqual([angleOf(90, 10, 5), angleOf(Number.NaN, 10, 5), angleOf(Number.NaN, 10, 0.1)], [90, 10, 0]);
});

test("a symbol fades with age and never vanishes", () => {
  assert.deepEqual([freshness(0), freshness(180)], [1, 1]);
  assert.ok(freshness(600) < 1 && freshness(600) > freshness(1200));
  assert.equal(freshness(1e6), freshness(1200));
  assert.ok(freshness(1e6) > 0.3);
});
