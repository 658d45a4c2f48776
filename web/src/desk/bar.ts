// The bar at the top: whose watch, what time, whether line and feeds live, and how the console looks and speaks.

import { CHOICES, type Choice, choice } from "../chart/palette";
import type { Desk } from "../state/desk";
import { isWell, standingOf } from "../state/feeds";
import { language, say, sayCode } from "../words";
import { clock, day, duration } from "../words/format";
import { h } from "./dom";
import { helpIcon, markIcon } from "./icons";

/** A picture older than this is told as late, although the line may stand. */
const LATE_S = 5;

export class Bar {
  readonly #watch = h("span", { class: "bar-watch" });
  readonly #exercise: HTMLElement;
  readonly #utc = clockFace();
  readonly #local = clockFace();
  readonly #linkState = h("span");
  readonly #linkAge = h("small");
  readonly #feedsText = h("span");
  readonly #feedsCount = h("small");
  readonly #feeds = h("button", { type: "button", class: "bar-feeds", "aria-controls": "feeds-page" }, h("i", { class: "lamp" }), this.#feedsText, this.#feedsCount);
  readonly #link = h("div", { class: "bar-link", role: "status" }, h("i", { class: "lamp" }), this.#linkState, this.#linkAge);

  constructor(
    private readonly bar: HTMLElement,
    exercise: HTMLElement,
    private readonly desk: Desk,
    private readonly openHelp: () => void,
  ) {
    this.#exercise = exercise;
    language.watch(() => this.#build());
    choice.on(() => this.#build());
    desk.service.on(() => this.#tell());
    desk.feeds.on(() => this.#tellFeeds());
    desk.page.on(() => this.#tellFeeds());
    this.#feeds.addEventListener("click", () => desk.togglePage("feeds"));
    desk.pictureAtMs.on(() => this.#tick());
    desk.isPictureLive.on(() => this.#tick());
    desk.isStreamLive.on(() => this.#tick());
    setInterval(() => this.#tick(), 1000);
  }

  #build(): void {
    this.bar.replaceChildren(
      h("div", { class: "bar-name" }, markIcon(), h("b", {}, "picket"), this.#watch),
      this.#feeds,
      this.#link,
      h("div", { class: "bar-clocks" }, this.#local.element, this.#utc.element),
      h("div", { class: "bar-tools" }, this.#paletteChoice(), this.#languageButton(), this.#helpButton()),
    );
    this.#local.zone.textContent = say("bar.local");
    this.#utc.zone.textContent = say("bar.utc");
    this.#tell();
    this.#tellFeeds();
    this.#tick();
  }

  #paletteChoice(): HTMLElement {
    const option = (name: Choice) => h("option", { value: name, selected: name === choice.value }, say(`palette.${name}`));
    const select = h("select", { "aria-label": say("bar.palette") }, ...CHOICES.map(option));
    select.addEventListener("change", () => {
      choice.value = CHOICES[select.selectedIndex] ?? "auto";
    });
    return select;
  }

  #languageButton(): HTMLElement {
    const other = language.value === "vi" ? "en" : "vi";
    const change = () => {
      language.value = other;
    };
    return h("button", { type: "button", lang: other, onclick: change }, say("bar.language"));
  }

  #helpButton(): HTMLElement {
    return h("button", { type: "button", "aria-label": say("bar.help"), title: `${say("bar.help")} (?)`, onclick: this.openHelp }, helpIcon());
  }

  #tell(): void {
    const service = this.desk.service.value;
    const { squadron, role } = service?.user ?? { squadron: null, role: null };
    const parts = [squadron === null ? null : say("app.squadron", { squadron }), role === null ? null : sayCode("role", role)];
    this.#watch.textContent = parts.filter((part) => part !== null).join(" · ");
    const label = service?.exercise ?? null;
    this.#exercise.hidden = label === null;
    this.#exercise.textContent = label === null ? "" : label.replace(/^EXERCISE/, say("bar.exercise"));
  }

  /** How many feeds are well of those that are waited for; the lamp is that of the worst. */
  #tellFeeds(): void {
    const feeds = this.desk.feeds.value;
    const well = feeds.filter(isWell).length;
    const isLost = feeds.some((feed) => ["lost", "failed"].includes(standingOf(feed)));
    this.#feeds.dataset["state"] = isLost ? "lost" : well < feeds.length ? "troubled" : feeds.length > 0 ? "live" : "none";
    this.#feedsText.textContent = say("feeds.title");
    this.#feedsCount.textContent = `${well}/${feeds.length}`;
    this.#feeds.title = `${say(well === feeds.length ? "feeds.allWell" : "feeds.someWell", { well, count: feeds.length })} (f)`;
    this.#feeds.setAttribute("aria-expanded", String(this.desk.page.value === "feeds"));
  }

  #tick(): void {
    const now = this.desk.nowMs();
    this.#local.show(now, "local");
    this.#utc.show(now, "utc");
    const { isPictureLive, isStreamLive, pictureReceivedAtMs } = this.desk;
    const ageS = (Date.now() - pictureReceivedAtMs) / 1000;
    const isLive = isPictureLive.value && isStreamLive.value;
    document.body.dataset["live"] = !isLive ? "no" : ageS > LATE_S ? "late" : "yes";
    const state = say(isLive ? "bar.live" : "bar.reconnecting");
    if (this.#linkState.textContent !== state) this.#linkState.textContent = state;
    const isTold = pictureReceivedAtMs > 0 && (!isLive || ageS > LATE_S);
    this.#linkAge.textContent = isTold ? say("bar.lastPicture", { age: duration(ageS) }) : pictureReceivedAtMs > 0 ? "" : say("bar.noPicture");
  }
}

function clockFace() {
  const time = h("time", {});
  const date = h("small", {});
  const zone = h("small", { class: "clock-zone" });
  const element = h("div", { class: "clock" }, zone, time, date);
  const show = (atMs: number, in_: "utc" | "local") => {
    setDigits(time, clock(atMs, in_));
    date.textContent = Number.isFinite(atMs) ? day(atMs, in_) : say("bar.noTime");
  };
  return { element, zone, show };
}

/** One element a digit, so that a clock does not sway: the font's digits differ in width. */
function setDigits(element: HTMLElement, text: string): void {
  if (element.childElementCount !== text.length) element.replaceChildren(...Array.from(text, () => h("span", {})));
  Array.from(text).forEach((digit, i) => {
    const cell = element.children[i];
    if (cell === undefined || cell.textContent === digit) return;
    cell.textContent = digit;
    cell.className = digit === ":" ? "colon" : "digit";
  });
}
