// The page of feeds: opened by bar, key and link, it tells of each feed and station what the API tells, in every palette.

import assert from "node:assert/strict";

import { agree } from "./agree.mjs";
import { play } from "./seat.mjs";
import { get, until } from "./service.mjs";
import { inBothLanguages } from "./words.mjs";

const STATES = { live: "hoạt động", silent: "im lặng", connecting: "đang nối", ended: "đã kết thúc", failed: "lỗi", lost: "mất tín hiệu" };

/** In the page: what its cards say. */
function cards() {
  const number = (text) => Number(text.replace(/\D/g, ""));
  const measure = (card, at) => card.querySelectorAll(".measures div")[at];
  return [...document.querySelectorAll("#feeds-page .feed-card")].map((card) => ({
    name: card.dataset.feed,
    state: card.dataset.state,
    standing: card.querySelector(".feed-standing").textContent,
    messages: number(measure(card, 0).querySelector("small").textContent),
    frames: number(measure(card, 3).querySelector("small").textContent),
    refused: number(measure(card, 4).querySelector("dd").firstChild.textContent),
    reasons: [...card.querySelectorAll("[data-reason]")].map((row) => [row.dataset.reason, number(row.querySelector("b").textContent)]),
    families: card.querySelectorAll(".mix-bar i").length,
    stations: [...card.querySelectorAll("[data-station]")].map((row) => ({ name: row.dataset.station, state: row.dataset.state, messages: number(row.lastElementChild.textContent) })),
  }));
}

/** The page agrees with the API: states and names are the same, counts lie between two looks. */
async function agrees({ page }) {
  return until("the page of feeds to agree with the API", async () => {
    const before = (await get("feeds")).feeds;
    await page.waitForTimeout(5500);
    const shown = await page.evaluate(cards);
    const after = (await get("feeds")).feeds;
    assert.deepEqual(shown.map(({ name }) => name), after.map(({ name }) => name));
    shown.forEach((card, i) => isToldBetween(card, before[i], after[i]));
    return shown;
  });
}

function isToldBetween(card, before, after) {
  const isBetween = (what, from, value, to) => assert.ok(from <= value && value <= to, `${card.name}: ${what} ${from} <= ${value} <= ${to}`);
  const total = ({ rejects }) => Object.values(rejects).reduce((sum, count) => sum + count, 0);
  const state = after.lost_since !== null && after.state !== "ended" ? "lost" : after.state;
  assert.deepEqual([card.state, card.standing], [state, STATES[state]]);
  isBetween("messages", before.messages, card.messages, after.messages);
  isBetween("frames", before.frames, card.frames, after.frames);
  isBetween("refused lines", total(before), card.refused, total(after));
  for (const [reason, count] of card.reasons) isBetween(reason, before.rejects[reason] ?? 0, count, after.rejects[reason]);
  assert.equal(card.families > 0, Object.keys(after.ais_messages).length > 0);
  const standing = ({ name, lost_since }) => `${name} ${lost_since === null ? "live" : "lost"}`;
  assert.deepEqual(card.stations.map(({ name, state }) => `${name} ${state}`).toSorted(), after.stations.map(standing).toSorted());
  for (const { name, messages } of card.stations) {
    const of = (feed) => feed.stations.find((station) => station.name === name)?.messages ?? 0;
    isBetween(name, of(before), messages, of(after));
  }
}

const isOpen = ({ page }) => page.locator("#feeds-page").isVisible();

await play(async (open) => {
  const seat = await open({ reducedMotion: "reduce" });
  const { page } = seat;
  await seat.isLive();
  assert.ok(!(await isOpen(seat)));
  await page.locator(".bar-feeds").click();
  const shown = await agrees(seat);
  assert.ok(shown.length >= 2 && shown.some(({ stations }) => stations.length >= 3), JSON.stringify(shown));
  const { feeds } = await get("feeds");
  const well = feeds.filter(({ state, lost_since }) => state === "live" && lost_since === null).length;
  assert.equal(await page.locator(".bar-feeds small").textContent(), `${well}/${feeds.length}`);

  await page.keyboard.press("Escape");
  await until("Escape to close it", async () => !(await isOpen(seat)));
  await page.keyboard.press("f");
  await until("f to open it", () => isOpen(seat));
  const stations = page.locator("#feeds-page details").first();
  await stations.locator("summary").focus();
  await page.keyboard.press("Enter");
  await until("the stations to be folded out", () => stations.locator("table").isVisible());
  await agrees(seat);
  assert.ok(await stations.locator("table").isVisible(), "it stays open while its numbers change");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "SUMMARY", "and keeps the focus");

  await inBothLanguages(seat);
  await seat.speak("vi");
  for (const palette of ["night", "dusk", "day"]) {
    await page.locator("#bar select").selectOption(palette);
    // In one step: what a card holds is written anew with each answer.
    const [ink, ground] = await page.evaluate(() => {
      const style = (selector) => getComputedStyle(document.querySelector(selector));
      return [style(".feed-card h2").color, style(".feed-card").backgroundColor];
    });
    assert.notEqual(ink, ground, palette);
  }

  assert.match(new URL(page.url()).hash, /page=feeds/);
  const linked = await open({ hash: "#page=feeds", reducedMotion: "reduce" });
  await linked.isLive();
  assert.ok(await isOpen(linked), "a link opens it");
  await agree(linked);
  const { listed } = await linked.state();
  await linked.select(listed[0]);
  assert.ok(!(await isOpen(linked)), "an alert that is selected is shown on the chart");
});
