// What the console knows and what is selected on it: the one place its parts share.

import type { FeatureCollection, Geometry } from "geojson";

import type { Alert, Feed, Service } from "../wire/types";
import { AlertBook, type Effect, type Shelf, shelfOf } from "./alerts";
import { Signal } from "./signal";
import { Tracks } from "./tracks";

export type Page = "feeds";

export class Desk {
  readonly tracks = new Tracks();
  readonly book = new AlertBook();

  /** Counts the changes of the book; 0 before the first list came. */
  readonly bookVersion = new Signal(0);
  /** Event time of the newest picture, UNIX ms; 0 before the first. */
  readonly pictureAtMs = new Signal(0);
  readonly service = new Signal<Service | null>(null);
  readonly feeds = new Signal<Feed[]>([]);
  readonly zones = new Signal<FeatureCollection>({ type: "FeatureCollection", features: [] });
  readonly isStreamLive = new Signal(false);
  readonly isPictureLive = new Signal(false);

  /** The page that lies over the chart. */
  readonly page = new Signal<Page | null>(null);
  readonly shelf = new Signal<Shelf>("queue");
  readonly selectedAlert = new Signal<string | null>(null);
  readonly selectedTrack = new Signal<string | null>(null);

  /** When the newest picture came, by this machine's clock in ms. */
  pictureReceivedAtMs = 0;

  /** Takes the whole list of open alerts in place of what is known. */
  takeAll(alerts: Alert[]): void {
    this.book.replace(alerts);
    this.bookVersion.value += 1;
  }

  /** Takes one line of an alert, from the stream or in answer to a command. */
  take(alert: Alert): Effect {
    const effect = this.book.apply(alert);
    if (effect !== "none") this.bookVersion.value += 1;
    return effect;
  }

  /** A zone's name for people; its id where the zones have not come. */
  zoneName(id: string): string {
    const zone = this.zones.value.features.find(({ properties }) => properties?.["id"] === id);
    return String(zone?.properties?.["name"] ?? id);
  }

  /** The corners of the patrol zones this seat watches: its squadron's, or all where it has none or they have none. */
  watchedWaters(): [lon: number, lat: number][] {
    const patrols = this.zones.value.features.filter(({ properties }) => properties?.["kind"] === "patrol");
    const squadron = this.service.value?.user?.squadron ?? null;
    const own = patrols.filter(({ properties }) => squadron !== null && String(properties?.["squadron"]) === squadron);
    return (own.length > 0 ? own : patrols).flatMap(({ geometry }) => corners(geometry));
  }

  /** The listed alerts, in the queue's order. */
  listed(): Alert[] {
    return this.book.on(this.shelf.value);
  }

  selected(): Alert | null {
    const id = this.selectedAlert.value;
    return id === null ? null : (this.book.get(id) ?? null);
  }

  /** Selects an alert, on the shelf where it lies. */
  select(id: string | null): void {
    const alert = id === null ? undefined : this.book.get(id);
    if (alert !== undefined && shelfOf(alert) !== this.shelf.value) this.shelf.value = shelfOf(alert);
    if (id !== null && this.page.value !== null) this.page.value = null;
    if (this.selectedTrack.value !== null) this.selectedTrack.value = null;
    if (this.selectedAlert.value !== id) this.selectedAlert.value = id;
  }

  /** Opens a page over the chart, or closes it. */
  togglePage(page: Page): void {
    this.page.value = this.page.value === page ? null : page;
  }

  selectTrack(track: string | null): void {
    if (this.selectedAlert.value !== null) this.selectedAlert.value = null;
    this.selectedTrack.value = track;
  }

  /** Event time now: of the picture, else of the service, else not known. */
  nowMs(): number {
    if (this.pictureAtMs.value > 0) return this.pictureAtMs.value;
    return this.service.value === null ? Number.NaN : Date.parse(this.service.value.now);
  }
}

function corners(geometry: Geometry): [lon: number, lat: number][] {
  const flat = "coordinates" in geometry ? (geometry.coordinates as unknown[]).flat(3) : [];
  const pairs = Array.from({ length: Math.floor(flat.length / 2) }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
  return pairs.filter((pair): pair is [number, number] => pair.every((value) => typeof value === "number"));
}
