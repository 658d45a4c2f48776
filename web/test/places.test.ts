// The names on the chart: points alone, and the islands of Viet Nam under their own names.

import assert from "node:assert/strict";
import { test } from "node:test";

import text from "../../zones/places.geojson?raw";

interface Place {
  properties: { name: string; name_en: string; kind: string; min_zoom: number };
  geometry: { type: string; coordinates: [number, number] };
}

const places = (JSON.parse(text) as { features: Place[] }).features;

test("the sea and the islands have their names", () => {
  const names = places.map(({ properties }) => properties.name);
  for (const name of ["Biển Đông", "Quần đảo Hoàng Sa (Việt Nam)", "Quần đảo Trường Sa (Việt Nam)"]) assert.ok(names.includes(name), name);
});

test("every place is a point in these waters with both names; there is no line", () => {
  for (const { properties, geometry } of places) {
    const { name, name_en, kind, min_zoom } = properties;
    const [lon, lat] = geometry.coordinates;
    assert.equal(geometry.type, "Point", name);
    assert.ok(lon > 99 && lon < 118 && lat > 4 && lat < 24, name);
    assert.equal(name, name.normalize("NFC"));
    assert.ok(/^[ -~]+$/.test(name_en) && ["water", "archipelago", "island", "city", "town"].includes(kind) && min_zoom >= 0, name);
  }
});
