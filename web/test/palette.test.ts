// Every palette can be read: the contrast of WCAG 2.2 for texts (1.4.3, AA) and for symbols on the chart (1.4.11).

import assert from "node:assert/strict";
import { test } from "node:test";

import css from "../styles/palette.css?raw";

type Palette = Map<string, string>;

const palettes = new Map<string, Palette>();
for (const [, name, body] of css.matchAll(/data-palette="(\w+)"\] \{([^}]*)\}/g)) {
  const colours = [...(body ?? "").matchAll(/--([\w-]+): (#[0-9a-f]+);/g)].map(([, key, value]) => [key, value] as [string, string]);
  palettes.set(name ?? "", new Map(colours));
}

function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(palette: Palette, a: string, b: string): number {
  const [light, dark] = [a, b].map((name) => luminance(palette.get(name) ?? assert.fail(name))).sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

function assertContrast(inks: string[], grounds: string[], least: number): void {
  for (const [name, palette] of palettes) {
    for (const ink of inks) {
      for (const ground of grounds) {
        const found = contrast(palette, ink, ground);
        assert.ok(found >= least, `${name}: ${ink} on ${ground} has ${found.toFixed(2)}, at least ${least} is needed`);
      }
    }
  }
}

test("there are three palettes with the same colours", () => {
  assert.deepEqual([...palettes.keys()], ["night", "dusk", "day"]);
  const [night, ...others] = [...palettes.values()].map((palette) => [...palette.keys()]);
  for (const names of others) assert.deepEqual(names, night);
});

test("texts can be read on every ground of the desk", () => {
  const grounds = ["desk", "desk-raised", "desk-hover", "desk-chosen"];
  assertContrast(["ink", "ink-soft", "ink-faint", "alarm"], grounds, 4.5);
  assertContrast(["exercise", "good"], ["desk", "desk-raised"], 4.5);
  assertContrast(["alarm-ink"], ["alarm-fill"], 4.5);
});

test("names on the chart can be read", () => {
  assertContrast(["ink-soft", "place", "alarm", "selected", "closest"], ["sea", "land"], 4.5);
  assertContrast(["sea-name"], ["sea"], 3);
});

test("symbols stand out from sea and land", () => {
  assertContrast(["ais", "radar", "aid", "lost", "alarm-mark", "trail-a", "trail-b"], ["sea", "land"], 3);
  assertContrast(["zone", "anchorage", "port"], ["sea"], 3);
  assertContrast(["focus"], ["desk", "desk-raised"], 3);
});
