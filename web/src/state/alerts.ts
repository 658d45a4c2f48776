// The open alerts, each at its newest revision, and the shelves of the queue they lie on.

import type { Alert, Severity } from "../wire/types";

/** Where an open alert is listed: to be handled, cautions about boats that fish, who crossed a zone's edge, or excused by a rule. */
export type Shelf = "queue" | "fishing" | "crossings" | "suppressed";
export const SHELVES: readonly Shelf[] = ["queue", "fishing", "crossings", "suppressed"];
const CROSSINGS = ["zone_entry", "zone_exit", "appeared_in_zone", "vanished_in_zone"];

const GRAVITY: Record<Severity, number> = { low: 1, moderate: 2, high: 3, critical: 4 };

/** 1 to 4. */
export function gravity(alert: Alert): number {
  return GRAVITY[alert.severity] ?? 1;
}

export function isUnacknowledged(alert: Alert): boolean {
  return alert.state === "active_unacknowledged" || alert.state === "rectified_unacknowledged";
}

/** Whether it was dealt with, taken back or given away. */
export function isClosed({ state }: Alert): boolean {
  return state === "retracted" || state === "normal" || state === "responsibility_transferred";
}

/** Whether there is still something to see or to do: it goes on, or nobody acknowledged it. */
export function isOpen(alert: Alert): boolean {
  if (isClosed(alert)) return false;
  return alert.end === null || isUnacknowledged(alert);
}

export function shelfOf(alert: Alert): Shelf {
  if (alert.suppressed !== null) return "suppressed";
  if (alert.priority === "caution" && CROSSINGS.includes(alert.kind)) return "crossings";
  return alert.subkind === "fishing_like" && alert.priority === "caution" ? "fishing" : "queue";
}

/** Whether it calls for somebody: who crossed a zone's edge is only told. */
export function isLoud(alert: Alert): boolean {
  return isUnacknowledged(alert) && ["queue", "fishing"].includes(shelfOf(alert));
}

/** What a line did to the book. */
export type Effect = "none" | "changed" | "new" | "escalated";

/** So many alerts that were closed lately can still be looked at. */
const MOST_CLOSED = 100;

export class AlertBook {
  readonly #open = new Map<string, Alert>();
  /** In the order of their closing. */
  readonly #closed = new Map<string, Alert>();

  /** Takes a whole list in place of what it holds. */
  replace(alerts: Alert[]): void {
    this.#open.clear();
    this.#closed.clear();
    alerts.forEach((alert) => this.#put(alert));
  }

  /** Takes a line unless a newer revision is known. */
  apply(alert: Alert): Effect {
    const known = this.get(alert.id);
    if (known !== undefined && known.revision >= alert.revision) return "none";
    this.#put(alert);
    if (!isOpen(alert)) return "changed";
    if (known === undefined || !isOpen(known)) return "new";
    return alert.cause === "escalated" ? "escalated" : "changed";
  }

  /** An open alert, or one closed lately. */
  get(id: string): Alert | undefined {
    return this.#open.get(id) ?? this.#closed.get(id);
  }

  /** All that are open. */
  all(): Alert[] {
    return [...this.#open.values()];
  }

  /** One shelf, gravest first, then newest. */
  on(shelf: Shelf): Alert[] {
    return this.all()
      .filter((alert) => shelfOf(alert) === shelf)
      .sort((a, b) => gravity(b) - gravity(a) || compare(b.raised_at, a.raised_at) || compare(a.id, b.id));
  }

  #put(alert: Alert): void {
    this.#open.delete(alert.id);
    this.#closed.delete(alert.id);
    (isOpen(alert) ? this.#open : this.#closed).set(alert.id, alert);
    const [oldest] = this.#closed.keys();
    if (this.#closed.size > MOST_CLOSED && oldest !== undefined) this.#closed.delete(oldest);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
