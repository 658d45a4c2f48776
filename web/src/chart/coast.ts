// The coast as sources of the map, fine about Viet Nam and coarse in the rest of the world, and the names of places.

import type { FeatureCollection } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

import coarseUrl from "../../generated/coast-coarse.json?url";
import fineUrl from "../../generated/coast-fine.json?url";
import placesUrl from "../../../zones/places.geojson?url";

type Part = "land" | "coast";

async function load(url: string): Promise<FeatureCollection> {
  const topology = (await (await fetch(url)).json()) as Topology<Record<Part, GeometryCollection>>;
  const part = (name: Part) => ({ ...feature(topology, topology.objects[name]), properties: { part: name } });
  return { type: "FeatureCollection", features: [part("land"), part("coast")] } as unknown as FeatureCollection;
}

export const loadFineCoast = (): Promise<FeatureCollection> => load(fineUrl);
export const loadCoarseCoast = (): Promise<FeatureCollection> => load(coarseUrl);

/** The names of places; what stands in brackets gets a line of its own. */
export async function loadPlaces(): Promise<FeatureCollection> {
  const text = await (await fetch(placesUrl)).text();
  return JSON.parse(text.replaceAll(" (", "\\n(")) as FeatureCollection;
}
