// What a seat does to an alert beyond acknowledging it: assign, silence, hand over, close. One form at a time, below the table.

import type { Desk } from "../state/desk";
import { isClosed } from "../state/alerts";
import type { Alert } from "../wire/types";
import { language, say, sayCode } from "../words";
import { h } from "./dom";

/** Sends what is done to an alert; fails with a sentence. */
export type SendCommand = (id: string, action: HandlingAction, body: Record<string, unknown>) => Promise<void>;
export type HandlingAction = "assign" | "silence" | "transfer" | "close";

const ACTIONS: readonly HandlingAction[] = ["assign", "silence", "transfer", "close"];
const HOURS = [1, 4, 12, 24];
const OUTCOMES = ["warning_sent", "checked_nothing", "seized", "false_alert", "duplicate"];

export class HandlingForms {
  readonly #tabs = h("div", { class: "handling-tabs", role: "group" });
  readonly #failure = h("p", { class: "refused", role: "alert", hidden: true });
  readonly #form = h("form", { class: "handling-form", hidden: true });
  /** Kept as one element, so that what is typed stays while the panel around it is written anew. */
  readonly element = h("div", { class: "handling" }, this.#tabs, this.#form, this.#failure);
  #alert: Alert | null = null;
  #open: HandlingAction | null = null;

  constructor(
    private readonly desk: Desk,
    private readonly send: SendCommand,
  ) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    language.on(() => this.#write());
  }

  /** Shows the forms of an alert; another one begins with none open. */
  show(alert: Alert): void {
    const isOther = alert.id !== this.#alert?.id;
    this.#alert = alert;
    if (isOther) this.#toggle(null);
    this.#tell();
  }

  /** Opens the first form, or goes on where one is open. */
  focus(): void {
    if (this.#alert === null || this.element.hidden) return;
    if (this.#open === null) this.#toggle("assign");
    this.#form.querySelector<HTMLElement>("input, select")?.focus();
  }

  /** What can be done to it now: one that was closed can be closed otherwise, and no more. */
  #tell(): void {
    const alert = this.#alert;
    const isObserver = this.desk.service.value?.user?.role === "analyst";
    this.element.hidden = alert === null || alert.state === "retracted" || alert.state === "responsibility_transferred" || isObserver;
    if (alert === null) return;
    const isOver = isClosed(alert) || alert.end !== null;
    const actions = ACTIONS.filter((action) => action === "close" || (!isOver && (action !== "transfer" || this.#others(alert).length > 0)));
    const tab = (action: HandlingAction) =>
      h(
        "button",
        { type: "button", class: "quiet", "aria-expanded": String(action === this.#open), "data-action": action, onclick: () => this.#toggle(action === this.#open ? null : action) },
        say(`handling.${action}`),
      );
    this.#tabs.replaceChildren(...actions.map(tab));
    this.#tabs.setAttribute("aria-label", say("panel.handling"));
  }

  #toggle(action: HandlingAction | null): void {
    this.#open = action;
    this.#failure.hidden = true;
    this.#write();
    this.#form.querySelector<HTMLElement>("input, select")?.focus();
  }

  #write(): void {
    const [alert, action] = [this.#alert, this.#open];
    this.#form.hidden = action === null;
    if (alert !== null && action !== null) {
      const note = h("input", { name: "note", maxlength: 2000, "aria-label": say("handling.note"), placeholder: say("handling.note") });
      const submit = h("button", { type: "submit", class: "secondary" }, say(`handling.${action}.do`));
      this.#form.replaceChildren(this.#question(alert, action), note, submit);
    }
    this.#tell();
  }

  /** What an action needs to know. */
  #question(alert: Alert, action: HandlingAction): HTMLElement {
    const label = say(`handling.${action}.ask`);
    const choice = (name: string, options: [value: string, text: string][]) =>
      h("label", {}, label, h("select", { name }, ...options.map(([value, text]) => h("option", { value }, text))));
    switch (action) {
      case "assign":
        return h("label", {}, label, h("input", { name: "assignee", maxlength: 100, value: alert.handling?.assignee ?? this.desk.service.value?.user?.name ?? "" }));
      case "silence":
        return choice("hours", [...HOURS.map((hours): [string, string] => [String(hours), say("handling.hours", { hours })]), ...(alert.handling?.silenced_until ? [["0", say("handling.unsilence")] as [string, string]] : [])]);
      case "transfer":
        return choice("squadron", this.#others(alert).map((squadron) => [squadron, say("app.squadron", { squadron })]));
      case "close":
        return choice("outcome", OUTCOMES.map((outcome) => [outcome, sayCode("outcome", outcome)]));
    }
  }

  /** The squadrons that it could be handed to. */
  #others(alert: Alert): string[] {
    const named = (this.desk.zones.value?.features ?? []).map(({ properties }) => properties?.["squadron"]);
    const squadrons = new Set(named.filter((squadron) => squadron !== null && squadron !== undefined).map(String));
    squadrons.delete(String(alert.squadron));
    return [...squadrons].sort();
  }

  async #submit(): Promise<void> {
    const [alert, action] = [this.#alert, this.#open];
    if (alert === null || action === null) return;
    const said = new FormData(this.#form);
    const text = (name: string) => String(said.get(name) ?? "").trim();
    const note = text("note");
    const body: Record<HandlingAction, Record<string, unknown>> = {
      assign: { assignee: text("assignee") || null },
      silence: { for_s: Number(text("hours")) * 3600 },
      transfer: { squadron: text("squadron") },
      close: { outcome: text("outcome") },
    };
    try {
      await this.send(alert.id, action, { ...body[action], ...(note === "" ? {} : { note }) });
      if (this.#alert?.id === alert.id) this.#toggle(null);
    } catch (error) {
      this.#failure.textContent = say("handling.failed", { reason: error instanceof Error ? error.message : String(error) });
      this.#failure.hidden = false;
    }
  }
}
