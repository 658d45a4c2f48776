// The sections of an alert in the panel: why, who, when, where, how it is handled, and its record.

import type { Desk } from "../state/desk";
import type { Alert, Factor, Interval, Meeting, Subject } from "../wire/types";
import { say, sayCode } from "../words";
import { clock, distance, duration, instant, latLon, percent } from "../words/format";
import { factorName, measureOf, reach, tier } from "../words/factors";
import { feedName, nameAndNumber, subjectsLine } from "../words/vessel";
import { h, svg } from "./dom";

/** A value twice its limit fills the gauge; the limit stands in the middle. */
const GAUGE_REACH = 2;

/** An element that `write` fills now and whenever the panel ages it. */
export function ageing(write: (element: HTMLElement) => void): HTMLElement {
  const element = h("span", { "data-ages": true });
  element.addEventListener("age", () => write(element));
  return element;
}

/** Names and values; rows without a value are left out. */
export function table(rows: [name: string, value: Node | string | null | undefined][]): HTMLElement {
  const told = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", { class: "table" }, ...told.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

export function factorList({ factors, kind }: Alert): HTMLElement {
  const byWeight = factors.toSorted((a, b) => b.weight - a.weight);
  return h("ul", { class: "factors" }, ...byWeight.map((factor) => factorRow(factor, kind)));
}

function factorRow(factor: Factor, kind: string): HTMLElement {
  const { format, sense } = measureOf(factor.name);
  const limit = factor.limit === null ? say("limit.none") : say(`limit.${sense}`, { limit: format(factor.limit) });
  const weight = factor.weight > 0 ? say("weight", { weight: percent(factor.weight) }) : say("weight.none");
  const reached = reach(factor);
  return h(
    "li",
    { class: reached !== null && reached >= 1 ? "met" : "" },
    h("span", { class: "factor-name" }, factorName(factor.name, kind)),
    h("b", {}, factor.value === null ? say("panel.unknown") : format(factor.value)),
    reached === null ? null : gauge(reached),
    h("small", {}, `${limit} · ${weight}`),
  );
}

/** How far a value has come: the tick in the middle is the limit, what lies right of it speaks for the alert. */
function gauge(reached: number): SVGElement {
  const width = 100 * Math.min(1, Math.max(0.015, reached / GAUGE_REACH));
  return svg(
    "svg",
    { class: "gauge", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "rail", x: 0, y: 2, width: 100, height: 2 }),
    svg("rect", { class: "value", x: 0, y: 1.5, width, height: 3 }),
    svg("rect", { class: "tick", x: 49.7, y: 0, width: 0.6, height: 6 }),
  );
}

/** The feed that an alert is about, as a way to its page. */
export function feedLink(desk: Desk, feed: NonNullable<Alert["feed"]>): HTMLElement {
  const open = () => desk.togglePage("feeds");
  return h("p", { class: "feed-link" }, h("b", {}, feedName(feed)), h("button", { type: "button", onclick: open }, say("panel.openFeeds")));
}

export function subjectList(desk: Desk, { subjects }: Alert): HTMLElement {
  return h("ul", { class: "subjects" }, ...subjects.map((subject, i) => subjectRow(desk, subject, i)));
}

function subjectRow(desk: Desk, subject: Subject, at: number): HTMLElement {
  const { name, number } = nameAndNumber(subject);
  const state = ageing((element) => {
    const index = desk.tracks.indexOf(subject.track);
    element.textContent =
      index === undefined ? say("panel.notInPicture") : say("panel.inPicture", { age: duration(desk.tracks.ageS(index)) });
  });
  const sources = subject.sources.map((source) => sayCode("source", source)).join(" + ");
  return h(
    "li",
    { "data-trail": at % 2 === 0 ? "a" : "b" },
    h("div", {}, h("b", {}, name), h("span", { class: "number" }, number)),
    h("small", {}, sources, " · ", state),
  );
}

/** The span of an alert as a strip, its observed parts full, and the instants in a table. */
export function whenView(desk: Desk, alert: Alert): HTMLElement {
  const lasted = ageing((element) => {
    const untilMs = alert.end === null ? desk.nowMs() : Date.parse(alert.end);
    element.textContent = duration((untilMs - Date.parse(alert.onset)) / 1000);
  });
  const endText = alert.end === null ? say("panel.goesOn") : instant(alert.end);
  return h(
    "div",
    {},
    strip(alert),
    h("p", { class: "strip-text" }, observedText(alert)),
    table([
      [say("panel.onset"), instant(alert.onset)],
      [say("panel.raised"), instant(alert.raised_at)],
      [say("panel.end"), h("span", {}, endText, " · ", lasted)],
    ]),
  );
}

function strip(alert: Alert): SVGElement {
  const fromMs = Date.parse(alert.onset);
  const toMs = Math.max(fromMs + 1, lastKnownMs(alert));
  const x = (atMs: number) => Math.min(100, Math.max(0, (100 * (atMs - fromMs)) / (toMs - fromMs)));
  const part = ([from, to]: Interval) => {
    const start = x(Date.parse(from));
    return svg("rect", { class: "observed", x: start, y: 2, width: Math.max(0.5, x(Date.parse(to)) - start), height: 6 });
  };
  const raised = svg("rect", { class: "raised", x: Math.min(99.4, x(Date.parse(alert.raised_at))), y: 0, width: 0.6, height: 10 });
  const rail = svg("rect", { class: "rail", x: 0, y: 4, width: 100, height: 2 });
  const attributes = { class: "strip", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" };
  return svg("svg", attributes, rail, ...alert.observed.map(part), raised);
}

function observedText(alert: Alert): string {
  const observedMs = alert.observed.reduce((sum, [from, to]) => sum + Date.parse(to) - Date.parse(from), 0);
  const possibleMs = Math.max(observedMs, lastKnownMs(alert) - Date.parse(alert.onset));
  return say("panel.observed", { observed: duration(observedMs / 1000), possible: duration(possibleMs / 1000) });
}

/** The end, or while it goes on the newest instant the line tells of. */
function lastKnownMs({ end, raised_at, observed }: Alert): number {
  if (end !== null) return Date.parse(end);
  return Math.max(Date.parse(raised_at), ...observed.map(([, to]) => Date.parse(to)));
}

export function whereTable({ zone, position, tier: reached, context }: Alert, desk: Desk): HTMLElement {
  return table([
    [say("panel.zone"), zone === null ? null : desk.zoneName(zone)],
    [say("panel.position"), position === null ? null : latLon(position.lat, position.lon)],
    [say("panel.tier"), reached === null ? null : tier(reached)],
    [say("panel.context"), context.map((code) => sayCode("context", code)).join(", ")],
  ]);
}

export function meetingList(meetings: Meeting[]): HTMLElement {
  const row = ({ subjects, observed, min_distance_m }: Meeting) => {
    const [first, last] = [observed[0], observed.at(-1)];
    const span = first && last ? `${clock(Date.parse(first[0]), "local", false)}–${clock(Date.parse(last[1]), "local", false)}` : "";
    return h("li", {}, h("b", {}, subjectsLine(subjects)), h("small", {}, [span, min_distance_m === null ? "" : distance(min_distance_m)].join("  ")));
  };
  return h("ol", { class: "meetings" }, ...meetings.map(row));
}

export function handlingTable({ state, cause, handling }: Alert): HTMLElement {
  return table([
    [say("panel.state"), sayCode("state", state)],
    [say("panel.cause"), sayCode("cause", cause)],
    [say("panel.acknowledgedBy"), handling?.acknowledged_by],
    [say("panel.assignee"), handling?.assignee],
    [say("panel.outcome"), handling?.outcome ? sayCode("outcome", handling.outcome) : null],
    [say("panel.note"), handling?.note],
    [say("panel.silencedUntil"), handling?.silenced_until ? instant(handling.silenced_until) : null],
    [say("panel.transferredFrom"), handling?.transferred_from ? say("app.squadron", { squadron: handling.transferred_from }) : null],
  ]);
}

export function recordTable(alert: Alert, fixes: number | null): HTMLElement {
  const { late_data: late } = alert;
  return table([
    [say("panel.evidence"), fixes === null ? null : say("panel.fixes", { count: fixes })],
    [say("panel.lateData"), late ? say("panel.lateDataFrom", { delay: duration(late.delay_s), feed: late.feed }) : null],
    [say("panel.id"), h("span", { class: "code" }, `${alert.id} · ${say("panel.revision", { revision: alert.revision })}`)],
    [say("panel.settings"), alert.settings_hash ? h("span", { class: "code" }, alert.settings_hash) : null],
  ]);
}
