// The queue: one entry an alert, gravest first, then newest; shelves keep apart what is excused.

import { gravity, isLoud, isUnacknowledged, SHELVES, type Shelf } from "../state/alerts";
import type { Desk } from "../state/desk";
import type { Alert, Subject } from "../wire/types";
import { language, say, sayCode } from "../words";
import { clock, duration } from "../words/format";
import { why } from "../words/factors";
import { feedName, nameAndNumber } from "../words/vessel";
import { h } from "./dom";
import { checkIcon, kindIcon, severityBars } from "./icons";

export class Queue {
  readonly #title = h("h1", {});
  readonly #pending = h("span", { class: "pending" });
  readonly #tabs = h("div", { class: "tabs", role: "tablist" });
  readonly #list = h("ol", { class: "entries", role: "listbox", tabindex: 0, id: "entries" });
  readonly #empty = h("p", { class: "empty" });
  readonly #entries = new Map<string, { element: HTMLElement; print: string; age: HTMLElement }>();

  constructor(
    container: HTMLElement,
    private readonly desk: Desk,
  ) {
    container.append(h("header", {}, h("div", { class: "queue-head" }, this.#title, this.#pending), this.#tabs), this.#list, this.#empty);
    language.watch(() => this.#rebuild());
    desk.zones.on(() => this.#rebuild());
    desk.bookVersion.on(() => this.#show());
    desk.shelf.on(() => this.#show());
    desk.selectedAlert.on(() => this.#choose());
    setInterval(() => this.#age(), 1000);
  }

  /** Selects the entry so many places further on. */
  move(by: number): void {
    const listed = this.desk.listed();
    const at = listed.findIndex(({ id }) => id === this.desk.selectedAlert.value);
    const next = at < 0 ? (by > 0 ? 0 : listed.length - 1) : Math.min(listed.length - 1, Math.max(0, at + by));
    const alert = listed[next];
    if (alert !== undefined) this.desk.select(alert.id);
  }

  /** Writes every entry anew: words or names of zones have changed. */
  #rebuild(): void {
    this.#entries.clear();
    this.#show();
  }

  #show(): void {
    const listed = this.desk.listed();
    this.#title.textContent = say("queue.title");
    const pending = this.desk.book.on("queue").filter(isUnacknowledged).length;
    this.#pending.textContent = say("queue.unacknowledged", { count: pending });
    this.#pending.hidden = pending === 0;
    this.#list.setAttribute("aria-label", say(`queue.shelf.${this.desk.shelf.value}`));
    this.#tabs.replaceChildren(...SHELVES.map((shelf) => this.#tab(shelf)));
    const elements = listed.map((alert) => this.#entry(alert));
    const known = new Set(listed.map(({ id }) => id));
    [...this.#entries.keys()].filter((id) => !known.has(id)).forEach((id) => this.#entries.delete(id));
    arrange(this.#list, elements);
    this.#empty.hidden = listed.length > 0;
    this.#empty.textContent = this.desk.bookVersion.value === 0 ? say("queue.loading") : say(`queue.empty.${this.desk.shelf.value}`);
    this.#choose();
    this.#age();
  }

  #tab(shelf: Shelf): HTMLElement {
    const isOn = shelf === this.desk.shelf.value;
    const choose = () => {
      this.desk.shelf.value = shelf;
    };
    const count = h("span", {}, String(this.desk.book.on(shelf).length));
    return h("button", { type: "button", role: "tab", "aria-selected": String(isOn), onclick: choose }, say(`queue.shelf.${shelf}`), count);
  }

  /** The element of an alert, made anew where the alert reads differently. */
  #entry(alert: Alert): HTMLElement {
    const print = `${alert.revision} ${alert.state}`;
    const known = this.#entries.get(alert.id);
    if (known?.print === print) return known.element;
    const age = h("span", { class: "entry-age" });
    const element = this.#write(alert, age);
    known?.element.replaceWith(element);
    this.#entries.set(alert.id, { element, print, age });
    return element;
  }

  #write(alert: Alert, age: HTMLElement): HTMLElement {
      const reason = why(alert);
    const attributes = {
      class: isLoud(alert) ? "entry loud" : "entry",
      role: "option",
      id: `entry-${alert.id}`,
      "data-id": alert.id,
      onclick: () => this.desk.select(alert.id),
    };
    return h(
      "li",
      attributes,
      h("span", { class: "entry-kind", "data-gravity": gravity(alert) }, kindIcon(alert.kind)),
      h(
        "div",
        { class: "entry-text" },
        h("div", { class: "entry-head" }, h("b", {}, sayCode("kind", alert.kind)), age),
        h("div", { class: "entry-who" }, alert.feed && h("div", {}, h("span", {}, feedName(alert.feed))), ...alert.subjects.slice(0, 3).map(subjectLine)),
        reason && h("div", { class: "entry-why" }, reason.sentence, reason.limit && h("small", {}, reason.limit)),
        h(
          "div",
          { class: "entry-foot" },
          leadOf(alert),
          h("span", { class: "entry-zone" }, alert.zone === null ? "" : this.desk.zoneName(alert.zone)),
          statusOf(alert),
        ),
      ),
    );
  }

  #choose(): void {
    const id = this.desk.selectedAlert.value;
    for (const [key, { element }] of this.#entries) element.setAttribute("aria-selected", String(key === id));
    const chosen = id === null ? undefined : this.#entries.get(id)?.element;
    if (chosen === undefined) this.#list.removeAttribute("aria-activedescendant");
    else this.#list.setAttribute("aria-activedescendant", chosen.id);
    chosen?.scrollIntoView({ block: "nearest" });
  }

  #age(): void {
    const now = this.desk.nowMs();
    for (const [id, { age }] of this.#entries) {
      const alert = this.desk.book.get(id);
      if (alert !== undefined) age.textContent = ageOf(alert, now);
    }
  }
}

/** Since when and for how long, or from when to when. */
function ageOf({ onset, end }: Alert, nowMs: number): string {
  const onsetMs = Date.parse(onset);
  const began = clock(onsetMs, "local", false);
  return end === null ? `${began} · ${duration((nowMs - onsetMs) / 1000)}` : `${began} – ${clock(Date.parse(end), "local", false)}`;
}

function subjectLine(subject: Subject): HTMLElement {
  const { name, number } = nameAndNumber(subject);
  return h("div", {}, h("span", {}, name), h("small", {}, number));
}

/** How grave it is, or by what rule it is excused. */
function leadOf(alert: Alert): HTMLElement {
  if (alert.suppressed !== null) return h("span", {}, say("queue.suppressedBy", { rule: sayCode("rule", alert.suppressed.rule) }));
  return h("span", { class: "entry-severity" }, severityBars(gravity(alert)), sayCode("severity", alert.severity));
}

/** Who acknowledged it, or until when it is silenced. */
function statusOf({ state, suppressed, handling }: Alert): HTMLElement | null {
  if (suppressed === null && state === "silenced" && handling?.silenced_until) {
    const until = clock(Date.parse(handling.silenced_until), "local", false);
    return h("span", { class: "entry-status" }, say("queue.silenced", { until }));
  }
  if (suppressed !== null || state !== "active_acknowledged") return null;
  const name = handling?.acknowledged_by;
  const title = name ? say("queue.acknowledgedBy", { name }) : null;
  return h("span", { class: "entry-status", title }, checkIcon(), say("queue.acknowledged"));
}

/** Puts the elements into the list in this order and touches only what stands elsewhere. */
function arrange(list: HTMLElement, elements: HTMLElement[]): void {
  elements.forEach((element, i) => {
    if (list.children[i] !== element) list.insertBefore(element, list.children[i] ?? null);
  });
  while (list.children.length > elements.length) list.lastElementChild?.remove();
}
