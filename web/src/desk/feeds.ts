// The feeds at the foot of the queue: name, state, and how old the newest frame is.

import type { Desk } from "../state/desk";
import { standingOf } from "../state/feeds";
import type { Feed } from "../wire/types";
import { language, say, sayCode } from "../words";
import { duration, number } from "../words/format";
import { h } from "./dom";

export class Feeds {
  constructor(
    private readonly container: HTMLElement,
    private readonly desk: Desk,
  ) {
    desk.feeds.on(() => this.#show());
    language.watch(() => this.#show());
  }

  #show(): void {
    const rows = this.desk.feeds.value.map(row);
    const list = rows.length > 0 ? h("ul", {}, ...rows) : h("p", { class: "empty" }, say("feeds.none"));
    const open = () => {
      this.desk.page.value = "feeds";
    };
    this.container.replaceChildren(h("h2", {}, h("button", { type: "button", onclick: open }, say("feeds.title"))), list);
  }
}

function row(feed: Feed): HTMLElement {
  const { name, detail, age_s, frames_per_s } = feed;
  const standing = standingOf(feed);
  const age = age_s === null ? say("feeds.never") : duration(age_s);
  const rate = frames_per_s === null ? null : say("feeds.rate", { rate: number(frames_per_s, frames_per_s < 10 ? 1 : 0) });
  return h(
    "li",
    { "data-state": standing, title: detail },
    h("i", { class: "lamp" }),
    h("span", { class: "feed-name" }, name),
    h("span", { class: "feed-state" }, sayCode("feeds", standing)),
    h("span", { class: "feed-age" }, standing === "live" && rate !== null ? rate : age),
  );
}
