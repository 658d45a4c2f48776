// One feed on its page: how it stands, its measures, what it refused and why, what it brings, and its stations in a fold-out.

import { isLate, isSkewed, lostLines, messageMix, refusedLines, refusesMuch, standingOf } from "../state/feeds";
import type { Feed, Reception, Station } from "../wire/types";
import { say, sayCode } from "../words";
import { duration, instant, number, percent, seconds, signedSeconds } from "../words/format";
import { h } from "./dom";

/** A measure: its name, its value, what else is to be said, and whether it wants a look. */
interface Measure {
  name: string;
  value: string;
  also?: string | null;
  isOdd?: boolean;
}

export class FeedCard {
  readonly #head = h("header", {});
  readonly #body = h("div", { class: "feed-body" });
  readonly #summary = h("summary", {});
  readonly #table = h("table", {});
  /** Kept as one element, so that it stays as it was opened while what it holds is written anew. */
  readonly #stations = h("details", {}, this.#summary, this.#table);
  readonly element = h("article", { class: "feed-card" }, this.#head, this.#body, this.#stations);

  show(feed: Feed, nowMs: number): void {
    const standing = standingOf(feed);
    this.element.dataset["feed"] = feed.name;
    this.element.dataset["state"] = standing;
    this.#head.replaceChildren(
      h("i", { class: "lamp" }),
      h("h2", {}, feed.name),
      h("span", { class: "feed-standing" }, sayCode("feeds", standing)),
      h("span", { class: "feed-source", title: feed.source }, `${sayCode("feeds.kind", feed.kind)} · ${shortSource(feed.source)}`),
    );
    this.#body.replaceChildren(
      ...[trouble(feed, nowMs), measures(feed), reasons(feed), mix(feed)].filter((part) => part !== null),
    );
    this.#stations.hidden = feed.stations.length === 0;
    const lost = feed.stations.filter(({ lost_since }) => lost_since !== null).length;
    const count = { count: feed.stations.length, lost };
    this.#summary.textContent = say(lost > 0 ? "feeds.stationsLost" : "feeds.stations", count);
    this.#table.replaceChildren(tableHead(), h("tbody", {}, ...worstFirst(feed.stations).map((station) => stationRow(station))));
  }
}

/** A URL as it is; of a recording its file, without the folders. */
function shortSource(source: string): string {
  return source.includes("://") ? source : (source.split("/").at(-1) ?? source);
}

/** Why it is not well, in a sentence. */
function trouble({ detail, state, lost_since: since, quarantined }: Feed, nowMs: number): HTMLElement | null {
  const isLost = since !== null && state !== "ended";
  const lost = isLost ? say("feeds.lostSince", { time: instant(since), age: duration((nowMs - Date.parse(since)) / 1000) }) : null;
  const silenced = quarantined.length > 0 ? say("feeds.quarantinedSources", { sources: quarantined.join(", ") }) : null;
  const told = [lost, silenced, detail].filter((text) => text !== null);
  return told.length > 0 ? h("p", { class: "feed-trouble" }, told.join(" · ")) : null;
}

function measures(feed: Feed): HTMLElement {
  const refused = refusedLines(feed);
  const rows: Measure[] = [
    { name: say("feeds.rate.name"), value: say("feeds.rate", { rate: rate(feed) }), also: say("feeds.inAll", { count: number(feed.messages) }) },
    {
      name: say("feeds.age"),
      value: feed.age_s === null ? say("feeds.never") : duration(feed.age_s),
      isOdd: ["lost", "silent"].includes(standingOf(feed)),
    },
    lateness(feed),
    { name: say("feeds.lost.name"), value: number(lostLines(feed)), also: say("feeds.ofLines", { count: number(feed.frames) }), isOdd: lostLines(feed) > 0 },
    { name: say("feeds.refused"), value: number(refused), also: share(refused, feed.frames), isOdd: refusesMuch(feed) },
    skew(feed),
    { name: say("feeds.copies"), value: share(feed.duplicates, feed.messages), also: number(feed.duplicates) },
    { name: say("feeds.late"), value: number(feed.late + feed.too_late), also: share(feed.late + feed.too_late, feed.messages) },
    { name: say("feeds.suspect"), value: share(feed.suspect_times, feed.messages), also: number(feed.suspect_times) },
  ];
  return h("dl", { class: "measures" }, ...rows.map(measure));
}

function measure({ name, value, also, isOdd }: Measure): HTMLElement {
  return h("div", { "data-odd": isOdd === true }, h("dt", {}, name), h("dd", {}, value, also ? h("small", {}, also) : null));
}

function rate({ messages_per_s: perS }: Reception): string {
  return number(perS, perS < 10 ? 1 : 0);
}

function share(part: number, whole: number): string {
  if (part === 0 || whole === 0) return percent(0);
  return part / whole < 0.01 ? say("feeds.below", { share: percent(0.01) }) : percent(part / whole);
}

function lateness(told: Reception): Measure {
  const { lateness_p50_s: half, lateness_p99_s: most } = told;
  const value = half === null ? say("panel.unknown") : seconds(half);
  const also = most === null ? null : say("feeds.most", { value: seconds(most) });
  return { name: say("feeds.lateness"), value, also, isOdd: isLate(told) };
}

function skew(feed: Feed): Measure {
  const { clock_skew_s: told, clock_source: source } = feed;
  const value = told === null ? say("panel.unknown") : signedSeconds(told);
  const also = source === null ? null : sayCode("feeds.clock", source);
  return { name: say("feeds.skew"), value, also, isOdd: isSkewed(feed) };
}

/** What was refused, the most frequent reason first. */
function reasons({ rejects }: Feed): HTMLElement | null {
  const told = Object.entries(rejects).sort(([, a], [, b]) => b - a);
  if (told.length === 0) return null;
  const row = ([reason, count]: [string, number]) => h("li", { "data-reason": reason }, sayCode("reject", reason), h("b", {}, number(count)));
  return h("div", { class: "feed-line" }, h("h3", {}, say("feeds.reasons")), h("ul", { class: "feed-reasons" }, ...told.map(row)));
}

/** What kinds of AIS messages it brings, as a bar and in numbers. */
function mix(feed: Feed): HTMLElement | null {
  const families = messageMix(feed);
  if (families.length === 0) return null;
  const bar = families.map(([family, count]) => {
    const part = h("i", { "data-family": family });
    // Set as a property: the page's policy allows no styles in attributes.
    part.style.flexGrow = String(count);
    return part;
  });
  const legend = families.map(([family, count]) => h("li", { "data-family": family }, sayCode("feeds.family", family), h("b", {}, number(count))));
  return h("div", { class: "feed-line" }, h("h3", {}, say("feeds.mix")), h("div", { class: "mix" }, h("div", { class: "mix-bar" }, ...bar), h("ul", {}, ...legend)));
}

function tableHead(): HTMLElement {
  const names = ["feeds.station", "feeds.rate.name", "feeds.lastMessage", "feeds.lateness", "feeds.skew", "feeds.suspect", "feeds.messages"] as const;
  return h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, say(name)))));
}

/** Lost ones first, then by name. */
function worstFirst(stations: Station[]): Station[] {
  return stations.toSorted((a, b) => Number(b.lost_since !== null) - Number(a.lost_since !== null));
}

function stationRow(station: Station): HTMLElement {
  const { name, age_s: age, lost_since: lost, clock_skew_s: skewed, messages, suspect_times: suspect } = station;
  const late = lateness(station);
  const cell = (text: string, isOdd = false) => h("td", { "data-odd": isOdd }, text);
  return h(
    "tr",
    { "data-station": name, "data-state": lost === null ? "live" : "lost" },
    h("th", { scope: "row" }, h("i", { class: "lamp" }), name),
    cell(say("feeds.rate", { rate: rate(station) })),
    cell(age === null ? say("feeds.never") : duration(age), lost !== null),
    cell([late.value, late.also].filter(Boolean).join(" · "), late.isOdd),
    cell(skewed === null ? say("panel.unknown") : signedSeconds(skewed), isSkewed(station)),
    cell(share(suspect, messages)),
    cell(number(messages)),
  );
}
