// The still part of the chart as a MapLibre style: coast, graticule, zones, names, in the colours of the palette.

import latin from "@fontsource/be-vietnam-pro/files/be-vietnam-pro-latin-500-normal.woff2?url";
import latinItalic from "@fontsource/be-vietnam-pro/files/be-vietnam-pro-latin-400-italic.woff2?url";
import vietnamese from "@fontsource/be-vietnam-pro/files/be-vietnam-pro-vietnamese-500-normal.woff2?url";
import vietnameseItalic from "@fontsource/be-vietnam-pro/files/be-vietnam-pro-vietnamese-400-italic.woff2?url";
import unicode from "@fontsource/be-vietnam-pro/unicode.json";
import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";

import { language } from "../words";
import { css } from "./palette";

/** The sources whose data come after the map. */
export const SOURCES = ["coarse", "fine", "zones", "places"] as const;
export type SourceName = (typeof SOURCES)[number];

const UPRIGHT = "Upright";
const ITALIC = "Italic";

/** The code points of the Vietnamese files; all others come from the Latin ones. */
const VIETNAMESE = unicode.vietnamese.split(",");

const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

export function style(): StyleSpecification {
  const faces = (own: string, all: string) => [{ url: absolute(own), "unicode-range": VIETNAMESE }, { url: absolute(all) }];
  const source = (data: FeatureCollection, rest = {}) => ({ type: "geojson" as const, data, ...rest });
  return {
    version: 8,
    "font-faces": { [UPRIGHT]: faces(vietnamese, latin), [ITALIC]: faces(vietnameseItalic, latinItalic) },
    sources: {
      graticule: source(graticule()),
      coarse: source(NOTHING, { maxzoom: 7 }),
      fine: source(NOTHING, { maxzoom: 11 }),
      zones: source(NOTHING),
      places: source(NOTHING),
    },
    layers: layers(),
  } as StyleSpecification;
}

/** The layers in the colours and the language in force. */
export function layers(): LayerSpecification[] {
  return [
    { id: "sea", type: "background", paint: { "background-color": css("sea") } },
    {
      id: "graticule",
      type: "line",
      source: "graticule",
      filter: ["any", ["==", ["get", "step"], 5], [">=", ["zoom"], 7]],
      paint: { "line-color": css("graticule"), "line-width": 1 },
    },
    ...land("coarse"),
    ...land("fine"),
    ...zones(),
    ...names(),
  ];
}

function land(source: "coarse" | "fine"): LayerSpecification[] {
  const part = (name: string): ExpressionSpecification => ["==", ["get", "part"], name];
  return [
    {
      id: `${source}-land`,
      type: "fill",
      source,
      filter: part("land"),
      paint: { "fill-color": css("land"), "fill-antialias": false },
    },
    {
      id: `${source}-coast`,
      type: "line",
      source,
      filter: part("coast"),
      paint: { "line-color": css("coast"), "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.4, 10, 1.1] },
    },
  ];
}

/** By kind: patrol zones in a firm line, ports and anchorages in their own colours, the rest as ports. */
function byZoneKind(patrol: string, anchorage: string, other: string): ExpressionSpecification {
  return ["match", ["get", "kind"], "patrol", css(patrol), "anchorage", css(anchorage), css(other)];
}

function zones(): LayerSpecification[] {
  const isPatrol: ExpressionSpecification = ["==", ["get", "kind"], "patrol"];
  const line = byZoneKind("zone", "anchorage", "port");
  return [
    {
      id: "zone-fill",
      type: "fill",
      source: "zones",
      paint: { "fill-color": byZoneKind("zone-fill", "anchorage-fill", "port-fill") },
    },
    {
      id: "zone-patrol",
      type: "line",
      source: "zones",
      filter: isPatrol,
      paint: { "line-color": line, "line-width": 1.2 },
    },
    {
      id: "zone-other",
      type: "line",
      source: "zones",
      filter: ["!", isPatrol],
      minzoom: 8,
      paint: { "line-color": line, "line-width": 1, "line-dasharray": [3, 3] },
    },
    {
      id: "zone-name",
      type: "symbol",
      source: "zones",
      minzoom: 6.5,
      filter: isPatrol,
      layout: {
        "symbol-placement": "line",
        "text-field": ["get", "name"],
        "text-font": [UPRIGHT],
        "text-size": 11,
        "text-offset": [0, 0.9],
        "text-max-angle": 25,
        "symbol-spacing": 600,
      },
      paint: { "text-color": css("zone"), "text-halo-color": css("chart-halo"), "text-halo-width": 1.2 },
    },
  ];
}

/** Seas and island groups in spaced italics, towns and islands upright; a name shows from its own zoom on. */
function names(): LayerSpecification[] {
  const text: ExpressionSpecification = ["get", language.value === "vi" ? "name" : "name_en"];
  const shown: ExpressionSpecification = [">=", ["zoom"], ["get", "min_zoom"]];
  const isWater: ExpressionSpecification = ["==", ["get", "kind"], "water"];
  const common = { "text-field": text, "text-max-width": 20 };
  return [
    {
      id: "place-water",
      type: "symbol",
      source: "places",
      filter: ["all", isWater, shown],
      layout: {
        ...common,
        "text-font": [ITALIC],
        "text-size": ["interpolate", ["linear"], ["zoom"], 4, 13, 8, 18],
        "text-letter-spacing": 0.16,
      },
      paint: { "text-color": css("sea-name") },
    },
    {
      id: "place-land",
      type: "symbol",
      source: "places",
      filter: ["all", ["!", isWater], shown],
      layout: {
        ...common,
        "text-font": [UPRIGHT],
        "text-size": ["match", ["get", "kind"], "archipelago", 12.5, "city", 12, 11],
        "symbol-sort-key": ["get", "min_zoom"],
      },
      paint: { "text-color": css("place"), "text-halo-color": css("chart-halo"), "text-halo-width": 1.2 },
    },
  ];
}

/** Meridians and parallels, each degree; every fifth has `step` 5. */
function graticule(): FeatureCollection {
  const line = (degree: number, coordinates: number[][]) => ({
    type: "Feature" as const,
    properties: { step: degree % 5 === 0 ? 5 : 1 },
    geometry: { type: "LineString" as const, coordinates },
  });
  const degrees = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const meridians = degrees(-180, 180).map((lon) => line(lon, [[lon, -80], [lon, 80]]));
  const parallels = degrees(-80, 80).map((lat) => line(lat, [[-180, lat], [180, lat]]));
  return { type: "FeatureCollection", features: [...meridians, ...parallels] };
}

function absolute(url: string): string {
  return new URL(url, location.href).href;
}
