// The few tools on the chart: nearer, further, whole area; the scale, where the pointer is, how many tracks there are.

import type { Chart } from "../chart/chart";
import type { Desk } from "../state/desk";
import { language, say } from "../words";
import { distance, latLon, number } from "../words/format";
import { h } from "./dom";
import { homeIcon, minusIcon, plusIcon } from "./icons";

const NAUTICAL_MILE_M = 1852;
const SCALE_PX = 130;
/** Lengths a scale bar may have, m: round in miles, below one in metres. */
const LENGTHS_M = [10, 20, 50, 100, 200, 500, 1000, ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((miles) => miles * NAUTICAL_MILE_M)];

export class ChartTools {
  readonly #scale = h("span", { class: "scale" });
  readonly #position = h("span", { class: "pointer" });
  readonly #count = h("span", {});

  constructor(
    private readonly container: HTMLElement,
    private readonly desk: Desk,
    private readonly chart: () => Chart | null,
  ) {
    language.watch(() => this.#build());
    desk.pictureAtMs.on(() => this.#tell());
  }

  /** Takes where the pointer is. */
  point(lon: number, lat: number): void {
    this.#position.textContent = latLon(lat, lon);
  }

  /** Draws the scale bar anew. */
  measure(): void {
    const metresPerPixel = this.chart()?.metresPerPixel;
    if (metresPerPixel === undefined) return;
    const length = LENGTHS_M.findLast((metres) => metres / metresPerPixel <= SCALE_PX) ?? LENGTHS_M[0] ?? 10;
    this.#scale.style.width = `${Math.round(length / metresPerPixel)}px`;
    this.#scale.textContent = distance(length);
  }

  #build(): void {
    const button = (label: string, icon: SVGElement, onclick: () => void) =>
      h("button", { type: "button", "aria-label": label, title: label, onclick }, icon);
    this.container.replaceChildren(
      h(
        "div",
        { class: "zoom" },
        button(say("chart.zoomIn"), plusIcon(), () => this.chart()?.zoom(1)),
        button(say("chart.zoomOut"), minusIcon(), () => this.chart()?.zoom(-1)),
        button(say("chart.home"), homeIcon(), () => this.chart()?.home()),
      ),
      h("div", { class: "readout" }, this.#scale, this.#count, this.#position, h("span", { class: "coast-source" }, say("chart.coast"))),
    );
    this.#position.textContent = "";
    this.measure();
    this.#tell();
  }

  #tell(): void {
    this.#count.textContent = say("chart.tracks", { count: number(this.desk.tracks.length) });
  }
}
