// The chart: the still map, and over it what moves, kept in step with the picture and the alerts.

import "maplibre-gl/dist/maplibre-gl.css";

import type { Layer } from "@deck.gl/core";
import { MapboxOverlay } from "@deck.gl/mapbox";
import type { FeatureCollection } from "geojson";
import { type GeoJSONSource, Map as MapLibre, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";

import type { View } from "../state/link";
import type { Tracks } from "../state/tracks";
import type { Alert } from "../wire/types";
import { language } from "../words";
import { type AlertMark, alertMarks } from "./alert_marks";
import { loadCoarseCoast, loadFineCoast } from "./coast";
import { Labels } from "./labels";
import { namesOf } from "./naming";
import { palette } from "./palette";
import { evidenceLayers, markLayers, type Scene, trackLayers } from "./scene";
import { layers, type SourceName, style } from "./style";
import { type TrackColumns, trackColumns } from "./track_symbols";

setWorkerUrl(new URL(workerUrl, location.href).href);

export { loadPlaces } from "./coast";

export const HOME: View = { lat: 13.2, lon: 108.6, zoom: 4.6 };

const EQUATOR_M = 40_075_017;
const TILE_PX = 512;
/** The scale and the readout at the foot of the chart stand here. */
const READOUT_PX = 36;
const HOME_ZOOM = 9;
const FLASH_MS = 600;
/** How strongly flashing symbols show between two flashes. */
const DIM = 0.35;
/** Marks of alerts stay this large where other symbols shrink. */
const LEAST_MARK_SCALE = 0.85;
/** How near to a symbol a click counts, pixels. */
const REACH_PX = 16;

const stillness = matchMedia("(prefers-reduced-motion: reduce)");

export interface Picked {
  alert: Alert | null;
  track: string | null;
}

export interface ChartReader {
  /** How much of its right side the panel covers. */
  coveredPx: () => number;
  onPick: (picked: Picked) => void;
  /** While it moves, and once more when it stands. */
  onMove: () => void;
  onView: (view: View) => void;
  onPointer: (lon: number, lat: number) => void;
}

export class Chart {
  readonly #map: MapLibre;
  readonly #overlay = new MapboxOverlay({ interleaved: false, layers: [] });
  readonly #labels: Labels;
  readonly #isLoaded: Promise<unknown>;
  #scene: Scene = { alerts: [], selected: null, selectedTrack: null, trails: [] };
  #marks: AlertMark[] = [];
  #columns: TrackColumns;
  #evidence: Layer[] = [];
  #home: [lon: number, lat: number][] = [];
  #isLit = true;

  constructor(
    container: HTMLElement,
    view: View,
    private readonly tracks: Tracks,
    private readonly reader: ChartReader,
  ) {
    this.#columns = trackColumns(tracks);
    this.#map = new MapLibre({
      container,
      style: style(),
      center: [view.lon, view.lat],
      zoom: view.zoom,
      minZoom: 2,
      maxZoom: 18,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      renderWorldCopies: false,
      attributionControl: false,
      fadeDuration: 0,
    });
    this.#isLoaded = this.#map.once("load");
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.addControl(this.#overlay);
    this.#labels = new Labels(container);
    void document.fonts.ready.then(() => this.#labels.remeasure());
    this.#listen();
    setInterval(() => this.#flash(), FLASH_MS);
    void loadCoarseCoast().then((coast) => this.setSource("coarse", coast));
    void loadFineCoast().then((coast) => this.setSource("fine", coast));
  }

  /** Ids of the alerts with a mark on the chart. */
  get drawn(): string[] {
    return [...new Set(this.#marks.map(({ alert }) => alert.id))];
  }

  /** Says what it is to those who cannot see it. */
  entitle(label: string): void {
    this.#map.getCanvas().setAttribute("aria-label", label);
  }

  /** Fills a source; before the map has loaded, as soon as it has. */
  setSource(name: SourceName, data: FeatureCollection): void {
    void this.#isLoaded.then(() => this.#map.getSource<GeoJSONSource>(name)?.setData(data));
  }

  /** Draws a new state of the alerts or of the selection. */
  setScene(scene: Scene): void {
    this.#scene = scene;
    this.#evidence = evidenceLayers(scene);
    this.#mark();
  }

  /** Draws a new tick of the picture. */
  tick(): void {
    this.#columns = trackColumns(this.tracks);
    this.#mark();
  }

  /** Takes on the colours of the palette and the language of the names. */
  restyle(): void {
    if (!this.#map.isStyleLoaded()) {
      void this.#map.once("idle", () => this.restyle());
      return;
    }
    for (const layer of layers()) {
      Object.entries(layer.paint ?? {}).forEach(([name, value]) => this.#map.setPaintProperty(layer.id, name as never, value as never));
      Object.entries(layer.layout ?? {}).forEach(([name, value]) => this.#map.setLayoutProperty(layer.id, name as never, value as never));
    }
    this.#evidence = evidenceLayers(this.#scene);
    this.tick();
  }

  /** Goes where these points are all seen, clear of the panel, but no nearer than `maxZoom`. */
  show(points: [lon: number, lat: number][], maxZoom: number): void {
    if (points.length === 0) return;
    const lons = points.map(([lon]) => lon);
    const lats = points.map(([, lat]) => lat);
    const bounds: [number, number, number, number] = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
    const padding = { top: 90, bottom: 90, left: 90, right: 90 + this.reader.coveredPx() };
    this.#map.fitBounds(bounds, { padding, maxZoom, duration: stillness.matches ? 0 : 900, essential: false });
  }

  go({ lat, lon, zoom }: View): void {
    this.#map.jumpTo({ center: [lon, lat], zoom });
  }

  /** How many metres a pixel shows at the middle of the chart. */
  get metresPerPixel(): number {
    return (EQUATOR_M * Math.cos((this.#map.getCenter().lat * Math.PI) / 180)) / (TILE_PX * 2 ** this.#map.getZoom());
  }

  zoom(by: number): void {
    this.#map.easeTo({ zoom: this.#map.getZoom() + by, duration: stillness.matches ? 0 : 200 });
  }

  /** The places that `home` shows, instead of the whole coast. */
  setHome(places: [lon: number, lat: number][]): void {
    this.#home = places;
  }

  home(): void {
    if (this.#home.length > 0) this.show(this.#home, HOME_ZOOM);
    else this.#map.easeTo({ center: [HOME.lon, HOME.lat], zoom: HOME.zoom, duration: stillness.matches ? 0 : 700 });
  }

  #listen(): void {
    this.#map.on("load", () => this.reader.onMove());
    this.#map.on("click", ({ point }) => this.reader.onPick(this.#pick(point.x, point.y)));
    this.#map.on("mousemove", ({ lngLat }) => this.reader.onPointer(lngLat.lng, lngLat.lat));
    this.#map.on("move", () => {
      this.#placeLabels();
      this.reader.onMove();
    });
    this.#map.on("resize", () => this.#placeLabels());
    this.#map.on("zoom", () => this.#draw());
    this.#map.on("moveend", () => {
      const { lng, lat } = this.#map.getCenter();
      this.reader.onView({ lon: lng, lat, zoom: this.#map.getZoom() });
      this.#mark();
    });
    palette.on(() => this.restyle());
    language.on(() => this.restyle());
  }

  /** The listed alert or the track at a point of the chart: alerts first. */
  #pick(x: number, y: number): Picked {
    const nearest = { track: null as string | null, alert: null as Alert | null, px: REACH_PX };
    const offer = (lon: number, lat: number, bonus: number, found: Picked) => {
      const at = this.#map.project([lon, lat]);
      const px = Math.hypot(at.x - x, at.y - y) - bonus;
      if (px < nearest.px) Object.assign(nearest, found, { px });
    };
    for (const { alert, track, lon, lat } of this.#marks) offer(lon, lat, 4, { alert, track });
    const from = this.#map.unproject([x - REACH_PX, y + REACH_PX]);
    const to = this.#map.unproject([x + REACH_PX, y - REACH_PX]);
    for (let i = 0; i < this.tracks.length; i += 1) {
      const [lon, lat] = [this.tracks.lon(i), this.tracks.lat(i)];
      if (lon < from.lng || lon > to.lng || lat < from.lat || lat > to.lat) continue;
      offer(lon, lat, 0, { alert: null, track: this.tracks.identity(i)?.track ?? null });
    }
    return nearest;
  }

  /** Symbols are smaller where many are seen from afar. */
  #scale(): number {
    return Math.min(1, Math.max(0.55, 0.55 + (this.#map.getZoom() - 5) * 0.09));
  }

  #mark(): void {
    this.#marks = alertMarks(this.#scene.alerts, this.tracks);
    const { labels, symbols } = namesOf(this.#scene, this.#marks, this.tracks, this.#map.getZoom(), this.#map.getBounds());
    this.#labels.set(labels, symbols);
    this.#placeLabels();
    this.#draw();
  }

  #draw(): void {
    const light = this.#isLit || stillness.matches ? 1 : DIM;
    const scale = this.#scale();
    const marks = markLayers(this.#scene, this.#marks, this.tracks, { light, scale: Math.max(scale, LEAST_MARK_SCALE) });
    this.#overlay.setProps({ layers: [...trackLayers(this.#columns, scale), ...this.#evidence, ...marks] });
  }

  #flash(): void {
    this.#isLit = !this.#isLit;
    if (this.#marks.length > 0 && !stillness.matches) this.#draw();
  }

  #placeLabels(): void {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const width = clientWidth - this.reader.coveredPx();
    this.#labels.place((lon, lat) => this.#map.project([lon, lat]), width, clientHeight - READOUT_PX);
  }
}
