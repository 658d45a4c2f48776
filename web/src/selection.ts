// What is selected, on the chart: flies there, fetches the trails and keeps them fresh while the alert goes on.

import type { Chart, Picked } from "./chart/chart";
import { type Point, type Trail, trailOf } from "./chart/evidence";
import type { Desk } from "./state/desk";
import type { Client } from "./wire/client";
import type { Alert, Fix } from "./wire/types";

/** How long before the onset the trails begin. */
const BEFORE_MS = 30 * 60_000;
const REFRESH_MS = 20_000;
/** No nearer than this: around one vessel, and where two lie side by side. */
const SINGLE_ZOOM = 12;
const PAIR_ZOOM = 13.5;

export class Selection {
  #trails: Trail[] = [];
  /** The alert whose trails these are, or are being fetched. */
  #of: string | null = null;

  constructor(
    private readonly desk: Desk,
    private readonly client: Client,
    private readonly chart: Chart,
    private readonly onFixes: (fixes: number | null) => void,
  ) {
    desk.pictureAtMs.on(() => chart.tick());
    desk.bookVersion.on(() => this.#follow());
    desk.shelf.on(() => this.#draw());
    desk.selectedTrack.on(() => this.#draw());
    desk.selectedAlert.on(() => this.#follow());
    setInterval(() => void this.#refresh(), REFRESH_MS);
    chart.tick();
    this.#follow();
  }

  /** What a click on the chart means. */
  pick({ alert, track }: Picked): void {
    if (alert !== null) this.desk.select(alert.id);
    else this.desk.selectTrack(track);
  }

  /** Draws, and goes to the selected alert where it is another than before. */
  #follow(): void {
    const alert = this.desk.selected();
    if (alert === null || alert.id === this.#of) {
      if (alert === null) this.#forget();
      this.#draw();
      return;
    }
    this.#forget();
    this.#of = alert.id;
    this.#draw();
    void this.#refresh().then(() => {
      if (this.#of === alert.id) this.chart.show(this.#extent(alert), alert.subjects.length > 1 ? PAIR_ZOOM : SINGLE_ZOOM);
    });
  }

  #forget(): void {
    this.#of = null;
    this.#trails = [];
  }

  #draw(): void {
    this.chart.setScene({
      alerts: this.desk.listed(),
      selected: this.desk.selected(),
      selectedTrack: this.desk.selectedTrack.value,
      trails: this.#trails,
    });
  }

  async #refresh(): Promise<void> {
    const alert = this.desk.selected();
    if (alert === null) return;
    const from = new Date(Date.parse(alert.onset) - BEFORE_MS).toISOString();
    const now = this.desk.nowMs();
    const to = alert.end ?? new Date(Number.isFinite(now) ? now : Date.now()).toISOString();
    const orNone = (fixes: Promise<Fix[]>) => fixes.catch((): Fix[] => []);
    const [evidence, ...histories] = await Promise.all([
      orNone(this.client.evidence(alert.id)),
      ...alert.subjects.map(({ track }) => orNone(this.client.history(track, from, to))),
    ]);
    if (this.#of !== alert.id) return;
    this.#trails = alert.subjects.map(({ track }, i) => trailOf(track, [...evidence, ...(histories[i] ?? [])]));
    this.onFixes(evidence.length);
    this.#draw();
  }

  /** Where it happened, and while it goes on where its subjects are. */
  #extent({ subjects, onset, end, position }: Alert): Point[] {
    const onsetMs = Date.parse(onset);
    const { tracks } = this.desk;
    const happened = this.#trails.flatMap(({ fixes }) => fixes.filter(({ atMs }) => atMs >= onsetMs));
    const held = subjects.map(({ track }) => tracks.indexOf(track)).filter((index) => index !== undefined);
    const points = [
      ...happened.map(({ lon, lat }): Point => [lon, lat]),
      ...(end === null ? held.map((index): Point => [tracks.lon(index), tracks.lat(index)]) : []),
    ];
    if (points.length > 0 || position === null) return points;
    return [[position.lon, position.lat]];
  }
}
