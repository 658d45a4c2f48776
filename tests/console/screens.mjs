// The screens that the documentation shows, at 1440 x 900; into the folder that PICKET_SCREENSHOTS names.

import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { agree } from "./agree.mjs";
import { colours, drawnIn } from "./pixels.mjs";
import { play } from "./seat.mjs";
import { until } from "./service.mjs";

const FOLDER = process.env.PICKET_SCREENSHOTS ?? join(process.env.PICKET_TMP, "screens");
const LARGEST_BYTES = 300_000;
const AROUND_CON_DAO = "#view=8.52,106.58,9.9";

/** Waits until fonts, coast and symbols have come: two looks at the chart differ by what moves alone. */
async function settled({ page }) {
  await page.evaluate(() => document.fonts.ready);
  const palette = await colours(page, ["sea", "land"]);
  let before = [];
  await until("a chart that stands", async () => {
    const now = await drawnIn(page, palette);
    const isStill = now.every((pixels, i) => Math.abs(pixels - before[i]) <= 0.002 * pixels);
    before = now;
    return isStill;
  });
}

async function take(seat, name) {
  for (const language of ["vi", "en"]) {
    await seat.speak(language);
    await agree(seat);
    await settled(seat);
    const path = join(FOLDER, `${name}-${language}.png`);
    await seat.page.screenshot({ path });
    assert.ok(statSync(path).size < LARGEST_BYTES, `${path} is too large`);
  }
}

async function alertOf(seat, is) {
  return until("an alert to show", async () => (await agree(seat)).find((alert) => alert.suppressed === null && is(alert)));
}

const isRadarOnly = ({ mmsi, sources }) => mmsi === null && sources.join() === "radar";

await play(async (open) => {
  mkdirSync(FOLDER, { recursive: true });
  const night = await open({ reducedMotion: "reduce" });
  await night.isLive();
  const transfer = await alertOf(night, ({ kind, subjects }) => kind === "ship_to_ship" && subjects.some(isRadarOnly));
  await night.select(transfer.id);
  await take(night, "ship-to-ship");
  const dark = await alertOf(night, ({ kind }) => kind === "dark_period");
  await night.select(dark.id);
  await take(night, "dark-period");
  await night.page.keyboard.press("Escape");
  await night.page.evaluate((view) => location.assign(view), AROUND_CON_DAO);
  await take(night, "queue");
  await night.page.keyboard.press("f");
  await night.page.locator("#feeds-page summary").first().click();
  await take(night, "feeds");
  await night.page.keyboard.press("Escape");
  await night.page.locator("#chart-tools button").nth(2).click();
  await night.page.locator("#bar select").selectOption("day");
  await take(night, "day");
});
