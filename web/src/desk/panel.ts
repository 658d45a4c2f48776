// The panel: everything about the selected alert or vessel, the button that acknowledges, and what else can be done.

import { gravity, isLoud, isUnacknowledged } from "../state/alerts";
import type { Desk } from "../state/desk";
import type { Alert } from "../wire/types";
import { language, say, sayCode } from "../words";
import { percent } from "../words/format";
import { h } from "./dom";
import { checkIcon, closeIcon, kindIcon, severityBars } from "./icons";
import { HandlingForms } from "./handling";
import { factorList, feedLink, handlingTable, meetingList, recordTable, subjectList, whenView, whereTable } from "./sections";
import { vesselSheet } from "./vessel_sheet";

export class Panel {
  readonly #button = h("button", { type: "button", class: "primary acknowledge" });
  readonly #failure = h("p", { class: "refused", role: "alert", hidden: true });
  /** What is written now: the alert's revision and state, or the track. */
  #print = "";
  #fixes: number | null = null;
  readonly #forms: HandlingForms;

  constructor(
    private readonly container: HTMLElement,
    private readonly desk: Desk,
    private readonly send: (id: string, action: string, body: Record<string, unknown>) => Promise<void>,
  ) {
    this.#forms = new HandlingForms(desk, send);
    this.#button.addEventListener("click", () => void this.acknowledge());
    language.on(() => this.rebuild());
    desk.selectedAlert.on(() => this.#show());
    desk.selectedTrack.on(() => this.#show());
    desk.bookVersion.on(() => this.#show());
    desk.zones.on(() => this.rebuild());
    setInterval(() => this.#age(), 1000);
  }

  /** How much of the chart it covers, px. */
  get width(): number {
    return this.container.hidden ? 0 : this.container.offsetWidth;
  }

  rebuild(): void {
    this.#print = "";
    this.#show();
  }

  /** Tells how many fixes the evidence of the selected alert holds. */
  setFixes(fixes: number | null): void {
    this.#fixes = fixes;
    this.rebuild();
  }

  focus(): void {
    this.container.focus();
  }

  /** Goes to what can be done to the selected alert. */
  handle(): void {
    if (this.desk.selected() !== null) this.#forms.focus();
  }

  /** Acknowledges the selected alert; a second call while one is under way does nothing. */
  async acknowledge(): Promise<void> {
    const alert = this.desk.selected();
    if (alert === null || !isUnacknowledged(alert) || this.#button.disabled) return;
    this.#button.disabled = true;
    this.#button.replaceChildren(say("panel.acknowledging"));
    this.#failure.hidden = true;
    try {
      await this.send(alert.id, "acknowledge", {});
    } catch (error) {
      this.#failure.textContent = say("panel.failed", { reason: error instanceof Error ? error.message : String(error) });
      this.#failure.hidden = false;
    }
    this.#button.disabled = false;
    this.rebuild();
  }

  #show(): void {
    const alert = this.desk.selected();
    const track = this.desk.selectedTrack.value;
    const print = alert === null ? (track ?? "") : `${alert.id} ${alert.revision} ${alert.state}`;
    const isOther = print.split(" ")[0] !== this.#print.split(" ")[0];
    if (print === this.#print) return;
    this.#print = print;
    this.container.hidden = print === "";
    if (isOther) {
      this.#fixes = null;
      this.#failure.hidden = true;
    }
    const scrolled = isOther ? 0 : this.container.scrollTop;
    if (alert !== null) this.#write(alert);
    else if (track !== null) this.container.replaceChildren(vesselSheet(this.desk, track, this.#closeButton()));
    this.container.scrollTop = scrolled;
    this.#age();
  }

  #write(alert: Alert): void {
    this.#button.replaceChildren(checkIcon(), say("panel.acknowledge"), h("kbd", {}, "a"));
    this.#button.hidden = !isUnacknowledged(alert);
    this.#forms.show(alert);
    const focused = document.activeElement;
    const section = (title: string, ...content: (Node | null)[]) =>
      h("section", {}, h("h3", {}, title), ...content.filter((node) => node !== null));
    this.container.replaceChildren(
      header(alert, this.#closeButton()),
      h("div", { class: "panel-action" }, this.#button, this.#failure),
      section(say("panel.why"), factorList(alert)),
      alert.feed === undefined ? section(say("panel.who"), subjectList(this.desk, alert)) : section(say("panel.whichFeed"), feedLink(this.desk, alert.feed)),
      section(say("panel.when"), whenView(this.desk, alert)),
      ...(alert.feed === undefined ? [section(say("panel.where"), whereTable(alert, this.desk))] : []),
      ...(alert.meetings && alert.meetings.length > 1 ? [section(say("panel.meetings"), meetingList(alert.meetings))] : []),
      section(say("panel.handling"), handlingTable(alert), this.#forms.element),
      section(say("panel.record"), recordTable(alert, this.#fixes)),
    );
    if (focused instanceof HTMLElement && this.#forms.element.contains(focused)) focused.focus();
  }

  #closeButton(): HTMLElement {
    const close = () => this.desk.select(null);
    return h("button", { type: "button", class: "plain", "aria-label": say("panel.close"), title: `${say("panel.close")} (Esc)`, onclick: close }, closeIcon());
  }

  /** Brings what ages up to date: each such element knows how. */
  #age(): void {
    for (const element of this.container.querySelectorAll<HTMLElement>("[data-ages]")) element.dispatchEvent(new Event("age"));
  }
}

function header(alert: Alert, close: HTMLElement): HTMLElement {
  const sub = [alert.subkind, ...alert.context].filter((code) => code !== null);
  const subText = (code: string, i: number) => sayCode(i === 0 && alert.subkind !== null ? "subkind" : "context", code);
  return h(
    "header",
    { class: isLoud(alert) ? "loud" : "" },
    h("span", { class: "entry-kind", "data-gravity": gravity(alert) }, kindIcon(alert.kind)),
    h(
      "div",
      {},
      h("h2", {}, sayCode("kind", alert.kind)),
      h("p", { class: "panel-sub" }, sub.map(subText).join(" · ")),
      h(
        "p",
        { class: "panel-tags" },
        h("span", { class: "entry-severity" }, severityBars(gravity(alert)), sayCode("severity", alert.severity)),
        h("span", {}, sayCode("priority", alert.priority)),
        h("span", {}, say("panel.confidence", { value: percent(alert.confidence) })),
      ),
      alert.suppressed && h("p", { class: "panel-excused" }, say("queue.suppressedBy", { rule: sayCode("rule", alert.suppressed.rule) })),
    ),
    close,
  );
}
