// How well a feed is, judged as the desk shows it: what wants a look, and which feeds are well.

import type { Feed, Reception } from "../wire/types";

/** How a feed or station stands: as its transport says, lost as the alert says, or in quarantine for what it sends. */
export type Standing = Feed["state"] | "lost" | "quarantined";

/** 99 of 100 messages should not be later than this, s. */
const LATE_S = 10;
/** A clock should not stand further from UTC than this, s. */
const SKEWED_S = 2;
/** More than this share of its lines should not be refused. */
const REFUSED_SHARE = 0.01;

export function standingOf({ state, lost_since, quarantined = [] }: Pick<Feed, "state" | "lost_since"> & Partial<Feed>): Standing {
  if (lost_since !== null && state !== "ended") return "lost";
  return state === "live" && quarantined.length > 0 ? "quarantined" : state;
}

/** Whether nobody needs to look at it; one that ended in good order is not waited for. */
export function isWell(feed: Feed): boolean {
  return ["live", "ended"].includes(standingOf(feed)) && feed.quarantined.length === 0;
}

export function isLate({ lateness_p99_s: late }: Reception): boolean {
  return late !== null && late > LATE_S;
}

export function isSkewed({ clock_skew_s: skew }: Reception): boolean {
  return skew !== null && Math.abs(skew) > SKEWED_S;
}

/** How many lines of a feed were refused, over all reasons. */
export function refusedLines({ rejects }: Feed): number {
  return Object.values(rejects).reduce((sum, count) => sum + count, 0);
}

export function refusesMuch(feed: Feed): boolean {
  return refusedLines(feed) > REFUSED_SHARE * feed.frames;
}

/** Lines that never came, and those that came and could not be taken, or not whole. */
export function lostLines({ dropped, cut, lost_lines: missing }: Feed): number {
  return dropped + cut + missing;
}

/** What AIS messages are about, each with its types (ITU-R M.1371-5), in the order they are shown. */
const FAMILIES: [family: MessageFamily, types: number[]][] = [
  ["classA", [1, 2, 3, 27]],
  ["classB", [18, 19]],
  ["static", [5, 24]],
  ["base", [4, 11]],
  ["aids", [21]],
];

export type MessageFamily = "classA" | "classB" | "static" | "base" | "aids" | "other";

/** How many messages of each family a feed has brought; those that it has not are left out. */
export function messageMix({ ais_messages }: Feed): [family: MessageFamily, count: number][] {
  const counts = Object.entries(ais_messages).map(([type, count]) => [Number(type), count] as const);
  const sum = (is: (type: number) => boolean) => counts.reduce((all, [type, count]) => all + (is(type) ? count : 0), 0);
  const known = FAMILIES.map(([family, types]): [MessageFamily, number] => [family, sum((type) => types.includes(type))]);
  const other = sum((type) => !FAMILIES.some(([, types]) => types.includes(type)));
  return [...known, ["other", other] as [MessageFamily, number]].filter(([, count]) => count > 0);
}
