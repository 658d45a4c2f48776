// What a factor measures, which side of its limit speaks for the alert, and the factor that tells most.

import type { Alert, Factor } from "../wire/types";
import { distance, duration, number, oneIn, percent, speed } from "./format";
import { isKey, say, sayCode } from "./index";

type Sense = "atLeast" | "atMost" | "plain";

interface Measure {
  format: (value: number) => string;
  sense: Sense;
}

const MEASURES: Record<string, Measure> = {
  slow_dwell_s: { format: duration, sense: "atLeast" },
  confined_dwell_s: { format: duration, sense: "atLeast" },
  derived_speed_kn: { format: speed, sense: "atMost" },
  path_ratio: { format: (value) => `${number(value, 1)} : 1`, sense: "atLeast" },
  dwell_s: { format: duration, sense: "atLeast" },
  distance_m: { format: distance, sense: "atMost" },
  min_distance_m: { format: distance, sense: "plain" },
  relative_speed_kn: { format: speed, sense: "atMost" },
  merged_s: { format: duration, sense: "plain" },
  usual_wait_s: { format: duration, sense: "plain" },
  silence_s: { format: duration, sense: "atLeast" },
  log10_p: { format: oneIn, sense: "atMost" },
  p_hear: { format: percent, sense: "plain" },
  station_healthy_share: { format: percent, sense: "atLeast" },
  radar_posterior: { format: percent, sense: "atLeast" },
  turns: { format: (value) => number(value, 0), sense: "atLeast" },
  messages_a_minute: { format: (value) => number(value, 0), sense: "plain" },
  lost_vessels: { format: (value) => number(value, 0), sense: "atLeast" },
  vessels: { format: (value) => number(value, 0), sense: "atLeast" },
  previous_mmsi: { format: (value) => String(value), sense: "plain" },
  during_dark: { format: (value) => number(value, 0), sense: "plain" },
  unseen_turns: { format: (value) => number(value, 0), sense: "atLeast" },
  p_see: { format: percent, sense: "atLeast" },
};

const BY_UNIT: [suffix: string, format: (value: number) => string][] = [
  ["_s", duration],
  ["_m", distance],
  ["_kn", speed],
  ["_share", percent],
];

/** How a factor of this name is written; one this console does not know is read by the unit at its end. */
export function measureOf(name: string): Measure {
  const byUnit = BY_UNIT.find(([suffix]) => name.endsWith(suffix))?.[1];
  return MEASURES[name] ?? { format: byUnit ?? ((value) => number(value, 2)), sense: "plain" };
}

/** What a factor is called; some are called otherwise in alerts of one kind. */
export function factorName(name: string, kind: string): string {
  return isKey(`factor.${kind}.${name}`) ? sayCode(`factor.${kind}`, name) : sayCode("factor", name);
}

/** The factors that give an alert of a kind its sentence: of several, the one furthest beyond its limit. */
const HEADLINES = ["silence_s", "dwell_s", "slow_dwell_s", "confined_dwell_s"];

export function mainFactor(alert: Alert): Factor | undefined {
  const told = alert.factors.filter((factor) => HEADLINES.includes(factor.name));
  const candidates = told.length > 0 ? told : alert.factors;
  const excess = ({ value, limit }: Factor) => (value ?? 0) / Math.abs(limit || 1);
  return candidates.toSorted((a, b) => (told.length > 0 ? excess(b) - excess(a) : b.weight - a.weight))[0];
}

/** Why, in one glance: the main factor with its value, and its limit. */
export function why(alert: Alert): { sentence: string; limit: string | null } | null {
  const factor = mainFactor(alert);
  if (factor === undefined || factor.value === null) return null;
  const { format } = measureOf(factor.name);
  const value = format(factor.value);
  const limit = factor.limit === null ? null : say("limit.short", { limit: format(factor.limit) });
  if (factor.name === "dwell_s" && alert.tier !== null) {
    return { sentence: say("why.dwell_s.tier", { tier: tier(alert.tier), value }), limit };
  }
  const key = [`why.${alert.kind}.${factor.name}`, `why.${factor.name}`].find(isKey) ?? "";
  const sentence = isKey(key) ? say(key, { value }) : say("why.other", { factor: factorName(factor.name, alert.kind), value });
  return { sentence, limit };
}

/** A distance tier of the wire, `50m`. */
export function tier(text: string): string {
  const metres = Number(text.replace(/m$/, ""));
  return Number.isFinite(metres) ? distance(metres) : text;
}

/** How far a value has come towards its limit or beyond: 1 at the limit, above where it speaks for the alert. */
export function reach({ name, value, limit }: Factor): number | null {
  if (value === null || limit === null) return null;
  const { sense } = measureOf(name);
  if (sense === "plain") return null;
  if (limit < 0) return value / limit;
  return sense === "atLeast" ? value / limit : limit / Math.max(value, limit / 1000);
}
