// Values with their units, as people write them in the language on the screen.

import { language, say } from "./index";

const UNKNOWN = "–";
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
const NAUTICAL_MILE_M = 1852;
const VIET_NAM_MS = 7 * HOUR_S * 1000;

export function number(value: number, decimals = 0): string {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(language.value, digits).format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** 45 s, 27 min, 1 h 48 min, 2 d 3 h: rounded down, so that a limit never looks reached before it is. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return UNKNOWN;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE_S) return say("unit.s", { value: whole });
  if (whole < HOUR_S) return say("unit.min", { value: Math.floor(whole / MINUTE_S) });
  const hours = Math.floor((whole % DAY_S) / HOUR_S);
  if (whole >= DAY_S) return say("unit.d", { days: Math.floor(whole / DAY_S), hours });
  const minutes = Math.floor((whole % HOUR_S) / MINUTE_S);
  return minutes === 0 ? say("unit.h", { value: hours }) : say("unit.hmin", { hours, minutes });
}

/** Short times with their tenths; longer ones as durations. */
export function seconds(value: number): string {
  return Math.abs(value) < MINUTE_S ? say("unit.s", { value: number(value, Math.abs(value) < 10 ? 1 : 0) }) : duration(value);
}

/** A difference of clocks, with its sign. */
export function signedSeconds(value: number): string {
  const tenths = Math.round(value * 10) / 10;
  return `${tenths > 0 ? "+" : tenths < 0 ? "−" : "±"}${seconds(Math.abs(tenths))}`;
}

export function distance(metres: number): string {
  if (!Number.isFinite(metres)) return UNKNOWN;
  const miles = metres / NAUTICAL_MILE_M;
  if (miles >= 0.95) return say("unit.nm", { value: number(miles, miles < 10 && !Number.isInteger(miles) ? 1 : 0) });
  return say("unit.m", { value: number(metres, metres < 10 ? 1 : 0) });
}

export function speed(knots: number): string {
  return Number.isFinite(knots) ? say("unit.kn", { value: number(knots, 1) }) : UNKNOWN;
}

/** Three digits, as courses are spoken. */
export function degrees(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  return say("unit.deg", { value: String(Math.round(value) % 360).padStart(3, "0") });
}

/** A chance given as its decimal logarithm: 1 in 1,600. */
export function oneIn(log10: number): string {
  const odds = 10 ** -log10;
  const rounded = odds < 100 ? Math.round(odds) : Number(odds.toPrecision(2));
  return say("unit.oneIn", { value: rounded > 1e6 ? "> 1 000 000" : number(rounded) });
}

/** Degrees and decimal minutes, as on a chart. */
export function latLon(lat: number, lon: number): string {
  return `${angle(lat, 2, "n", "s")}  ${angle(lon, 3, "e", "w")}`;
}

function angle(value: number, digits: number, positive: "n" | "e", negative: "s" | "w"): string {
  const hundredths = Math.round(Math.abs(value) * 6000);
  const whole = String(Math.floor(hundredths / 6000)).padStart(digits, "0");
  const minutes = new Intl.NumberFormat(language.value, { minimumIntegerDigits: 2, minimumFractionDigits: 2 });
  const hemisphere = value < 0 ? negative : positive;
  return `${whole}°${minutes.format((hundredths % 6000) / 100)}′${say(`hemisphere.${hemisphere}`)}`;
}

/** Hours, minutes and seconds of an instant in UNIX ms: in UTC, or in Viet Nam (UTC+7). */
export function clock(atMs: number, zone: "utc" | "local", withSeconds = true): string {
  if (!Number.isFinite(atMs)) return UNKNOWN;
  const shifted = new Date(zone === "utc" ? atMs : atMs + VIET_NAM_MS);
  return shifted.toISOString().slice(11, withSeconds ? 19 : 16);
}

/** The day of an instant, in UTC or in Viet Nam. */
export function day(atMs: number, zone: "utc" | "local"): string {
  if (!Number.isFinite(atMs)) return UNKNOWN;
  const shifted = new Date(zone === "utc" ? atMs : atMs + VIET_NAM_MS);
  const form = { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" } as const;
  return new Intl.DateTimeFormat(language.value === "vi" ? "vi-VN" : "en-GB", form).format(shifted);
}

/** An instant for a table: local time first, as the watch lives by it. */
export function instant(iso: string): string {
  const atMs = Date.parse(iso);
  return `${clock(atMs, "local")}  (${clock(atMs, "utc")} UTC)`;
}
