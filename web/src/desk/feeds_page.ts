// The page of feeds, over the chart: which feed is well, and what is wrong with the others.

import { isWell } from "../state/feeds";
import type { Desk } from "../state/desk";
import { language, say } from "../words";
import { h } from "./dom";
import { FeedCard } from "./feed_card";
import { closeIcon } from "./icons";

export class FeedsPage {
  readonly #cards = new Map<string, FeedCard>();
  readonly #title = h("h1", { id: "feeds-title" });
  readonly #summary = h("p", { class: "feeds-summary", role: "status" });
  readonly #note = h("p", { class: "feeds-note" });
  readonly #list = h("div", { class: "feed-cards" });
  readonly #close = h("button", { type: "button", class: "plain" }, closeIcon());

  constructor(
    private readonly container: HTMLElement,
    private readonly desk: Desk,
  ) {
    this.#close.addEventListener("click", () => {
      desk.page.value = null;
    });
    const head = h("div", {}, this.#title, this.#summary);
    container.append(h("header", {}, head, this.#close), this.#list, this.#note);
    desk.page.watch((page) => this.#turn(page === "feeds"));
    desk.feeds.on(() => this.#show());
    language.watch(() => this.#speak());
  }

  #turn(isOpen: boolean): void {
    const wasOpen = !this.container.hidden;
    this.container.hidden = !isOpen;
    if (!isOpen || wasOpen) return;
    this.#show();
    this.container.focus();
  }

  #speak(): void {
    this.#title.textContent = say("feeds.title");
    this.#note.textContent = say("feeds.window");
    this.#close.setAttribute("aria-label", say("panel.close"));
    this.#close.title = `${say("panel.close")} (Esc)`;
    this.#show();
  }

  #show(): void {
    if (this.container.hidden) return;
    const feeds = this.desk.feeds.value;
    const well = feeds.filter(isWell).length;
    this.#summary.textContent = feeds.length === 0 ? say("feeds.none") : say(well === feeds.length ? "feeds.allWell" : "feeds.someWell", { well, count: feeds.length });
    this.#summary.dataset["well"] = String(well === feeds.length);
    const names = feeds.map(({ name }) => name);
    for (const [name, card] of this.#cards) {
      if (names.includes(name)) continue;
      card.element.remove();
      this.#cards.delete(name);
    }
    for (const feed of feeds) {
      const card = this.#cards.get(feed.name) ?? new FeedCard();
      card.show(feed, this.desk.nowMs());
      if (!this.#cards.has(feed.name)) this.#list.append(card.element);
      this.#cards.set(feed.name, card);
    }
  }
}
