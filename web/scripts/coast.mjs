// Makes the coast the chart draws: fine about Viet Nam, coarse in the rest of the world; run by `npm run build`.
//
// Fine: OpenStreetMap land polygons (@geo-maps/earth-lands-1m), clipped to 99-118 E, 4-24 N and simplified to 56 m.
// Coarse: Natural Earth 1:50m (world-atlas), with that box cut out of it. Both become TopoJSON with land to
// fill and coast to draw: the coast leaves out the edges that only the clipping made.

import { createRequire } from "node:module";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);

const BOX = { west: 99, south: 4, east: 118, north: 24 };
const FINE_TOLERANCE_DEG = 0.0005;
const FINE_DECIMALS = 4;
const COARSE_TOLERANCE_DEG = 0.02;
const COARSE_DECIMALS = 2;
/** Smaller islands than this are kept as they are: an island of four corners is better than none. */
const FEWEST_CORNERS = 4;

/** Lakes smaller than this are left out: no ship that is watched sails there. */
const LEAST_LAKE_DEG2 = 0.01;

const OUT = new URL("../generated/", import.meta.url);

/** The four half planes of a box; a corner is inside where `inside` says so, `cross` is where an edge meets the border. */
function halfPlanes({ west, south, east, north }) {
  const at = (axis, value) => (a, b) => {
    const share = (value - a[axis]) / (b[axis] - a[axis]);
    const point = [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
    point[axis] = value;
    return point;
  };
  return [
    { inside: (p) => p[0] >= west, cross: at(0, west) },
    { inside: (p) => p[0] <= east, cross: at(0, east) },
    { inside: (p) => p[1] >= south, cross: at(1, south) },
    { inside: (p) => p[1] <= north, cross: at(1, north) },
  ];
}

/** An open ring cut to the box (Sutherland and Hodgman 1974); empty where nothing of it is inside. */
function clip(ring, box) {
  let points = ring;
  for (const { inside, cross } of halfPlanes(box)) {
    const kept = [];
    points.forEach((point, i) => {
      const before = points.at(i - 1);
      if (inside(point) !== inside(before)) kept.push(cross(before, point));
      if (inside(point)) kept.push(point);
    });
    points = kept;
  }
  return points;
}

function onBorder(a, b, { west, south, east, north }) {
  const same = (axis, value) => a[axis] === value && b[axis] === value;
  return same(0, west) || same(0, east) || same(1, south) || same(1, north);
}

/** Squared distance in degrees from a point to a segment, longitudes shrunk by `shrink`. */
function offset(point, a, b, shrink) {
  const [dx, dy] = [(b[0] - a[0]) * shrink, b[1] - a[1]];
  const [px, py] = [(point[0] - a[0]) * shrink, point[1] - a[1]];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
  return (px - share * dx) ** 2 + (py - share * dy) ** 2;
}

/** Keeps of a line what lies further than the tolerance from its simpler form (Douglas and Peucker 1973). */
function simplify(line, toleranceDeg) {
  if (line.length < 3) return line;
  const keep = new Uint8Array(line.length);
  keep[0] = keep[line.length - 1] = 1;
  const shrink = Math.cos((line[0][1] * Math.PI) / 180);
  const spans = [[0, line.length - 1]];
  while (spans.length > 0) {
    const [from, to] = spans.pop();
    let [far, farthest] = [0, toleranceDeg ** 2];
    for (let i = from + 1; i < to; i += 1) {
      const distance = offset(line[i], line[from], line[to], shrink);
      if (distance > farthest) [far, farthest] = [i, distance];
    }
    if (far > 0) {
      keep[far] = 1;
      spans.push([from, far], [far, to]);
    }
  }
  return line.filter((_, i) => keep[i]);
}

/** The closed ring, simplified in two halves so that its ends are no special place. */
function simplifyRing(ring, toleranceDeg) {
  const far = ring.reduce((best, p, i) => (offset(p, ring[0], ring[0], 1) > offset(ring[best], ring[0], ring[0], 1) ? i : best), 0);
  const there = simplify(ring.slice(0, far + 1), toleranceDeg);
  const back = simplify([...ring.slice(far), ring[0]], toleranceDeg);
  const simple = [...there, ...back.slice(1)];
  return simple.length > FEWEST_CORNERS ? simple : [...ring, ring[0]];
}

/** The area of a closed ring in square degrees. */
function area(ring) {
  const twice = ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i][0] * y - x * ring[i][1], 0);
  return Math.abs(twice) / 2;
}

function round(line, decimals) {
  const rounded = line.map((point) => point.map((value) => Number(value.toFixed(decimals))));
  return rounded.filter((point, i) => i === 0 || point[0] !== rounded[i - 1][0] || point[1] !== rounded[i - 1][1]);
}

/** A closed ring as pieces that are coast throughout, or border of the box throughout. */
function pieces(ring, box) {
  const isBorder = ring.slice(1).map((point, i) => onBorder(ring[i], point, box));
  const found = [];
  isBorder.forEach((border, i) => {
    const last = found.at(-1);
    if (last?.border === border) last.line.push(ring[i + 1]);
    else found.push({ border, line: [ring[i], ring[i + 1]] });
  });
  return found;
}

/** The polygons inside the box as rings of pieces, simplified and rounded. */
function cut(polygons, box, toleranceDeg, decimals) {
  const ringOf = (closed) => {
    const clipped = clip(closed.slice(0, -1), box);
    return clipped.length < 3 ? [] : round(simplifyRing(clipped, toleranceDeg), decimals);
  };
  const isKept = (ring, i) => ring.length >= FEWEST_CORNERS && (i === 0 || area(ring) >= LEAST_LAKE_DEG2);
  return polygons
    .map((polygon) => polygon.map(ringOf).filter(isKept))
    .filter((rings) => rings.length > 0)
    .map((rings) => rings.map((ring) => pieces(ring, box)));
}

/** TopoJSON: an arc a piece; `land` is made of all of them, `coast` of those that are no border. */
function topology(polygons, decimals) {
  const [arcs, coast] = [[], []];
  const scale = 10 ** -decimals;
  const add = ({ border, line }) => {
    const grid = line.map((point) => point.map((value) => Math.round(value / scale)));
    const index = arcs.push(grid.map(([x, y], i) => (i === 0 ? [x, y] : [x - grid[i - 1][0], y - grid[i - 1][1]]))) - 1;
    if (!border) coast.push([index]);
    return index;
  };
  const land = polygons.map((rings) => rings.map((ring) => ring.map(add)));
  return {
    type: "Topology",
    transform: { scale: [scale, scale], translate: [0, 0] },
    objects: { land: { type: "MultiPolygon", arcs: land }, coast: { type: "MultiLineString", arcs: coast } },
    arcs,
  };
}

/** The world around the box, as the four boxes that surround it. */
function around({ west, south, east, north }) {
  const world = { west: -180, south: -85, east: 180, north: 85 };
  return [
    { ...world, east: west },
    { ...world, west: east },
    { west, east, south: north, north: world.north },
    { west, east, south: world.south, north: south },
  ];
}

function polygonsOf(geometry) {
  if (geometry.type === "Polygon") return [geometry.coordinates];
  if (geometry.type === "MultiPolygon") return geometry.coordinates;
  return (geometry.geometries ?? []).flatMap(polygonsOf);
}

function write(name, polygons, decimals) {
  const made = topology(polygons, decimals);
  const text = JSON.stringify(made);
  writeFileSync(new URL(name, OUT), text);
  const corners = made.arcs.reduce((sum, arc) => sum + arc.length, 0);
  console.log(`${name}: ${polygons.length} islands, ${corners} corners, ${Math.round(gzipSync(text).length / 1024)} KiB packed`);
}

/** Whether what was made is newer than what it is made from. */
function isCurrent() {
  const madeAt = (url) => statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const made = Math.min(...["coast-fine.json", "coast-coarse.json"].map((name) => madeAt(new URL(name, OUT))));
  const sources = [fileURLToPath(import.meta.url), require.resolve("@geo-maps/earth-lands-1m/package.json"), require.resolve("world-atlas/package.json")];
  return made > Math.max(...sources.map(madeAt));
}

if (!isCurrent()) {
  mkdirSync(OUT, { recursive: true });
  const fine = JSON.parse(readFileSync(require.resolve("@geo-maps/earth-lands-1m/map.geo.json"), "utf8"));
  write("coast-fine.json", cut(polygonsOf(fine), BOX, FINE_TOLERANCE_DEG, FINE_DECIMALS), FINE_DECIMALS);
  const atlas = JSON.parse(readFileSync(require.resolve("world-atlas/land-50m.json"), "utf8"));
  const world = feature(atlas, atlas.objects.land).features.flatMap(({ geometry }) => polygonsOf(geometry));
  const outside = around(BOX).flatMap((box) => cut(world, box, COARSE_TOLERANCE_DEG, COARSE_DECIMALS));
  write("coast-coarse.json", outside, COARSE_DECIMALS);
}
