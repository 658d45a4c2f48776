// The palette in force, and its colours as the chart needs them; the colours themselves stand in `styles/palette.css`.

import { Signal } from "../state/signal";

export const CHOICES = ["auto", "night", "dusk", "day"] as const;
export type Choice = (typeof CHOICES)[number];

export type Rgba = [red: number, green: number, blue: number, alpha: number];

const CHOICE_KEY = "picket.palette";
const prefersDay = matchMedia("(prefers-color-scheme: light)");

/** What the user chose; `auto` follows the system. */
export const choice = new Signal<Choice>(stored());
/** Told after the page took the palette's colours on. */
export const palette = new Signal<Exclude<Choice, "auto">>("night");

export function startPalette(): void {
  const apply = () => {
    const name = choice.value === "auto" ? (prefersDay.matches ? "day" : "night") : choice.value;
    document.documentElement.dataset["palette"] = name;
    palette.value = name;
  };
  choice.watch((value) => {
    localStorage.setItem(CHOICE_KEY, value);
    apply();
  });
  prefersDay.addEventListener("change", apply);
}

function stored(): Choice {
  const value = localStorage.getItem(CHOICE_KEY);
  return CHOICES.find((name) => name === value) ?? "auto";
}

/** A colour of the palette in force, as CSS writes it. */
export function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** The same as four bytes; the palette writes its colours as #rrggbb or #rrggbbaa. */
export function rgba(name: string): Rgba {
  const hex = css(name).replace("#", "").padEnd(8, "f");
  const byte = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return [byte(0), byte(2), byte(4), byte(6)];
}
