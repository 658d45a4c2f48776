// Two seats: an alert comes to both, and what one acknowledges, by mouse or by keyboard, the other shows.

import assert from "node:assert/strict";

import { agree, isUnacknowledged, shelfOf } from "./agree.mjs";
import { play } from "./seat.mjs";
import { get, until } from "./service.mjs";

const ACKNOWLEDGEMENTS = 10;
const TABS = { queue: 0, fishing: 1, crossings: 2, suppressed: 3 };

/** Resolves once the page shows that an alert is acknowledged: with the time of the frame that shows it. */
const seenAcknowledged = (id) =>
  new Promise((done) => {
    const isWaiting = () =>
      window.picketState().alerts.some((alert) => alert.id === id && alert.state.endsWith("_unacknowledged"));
    const look = () => {
      if (isWaiting()) return;
      observer.disconnect();
      requestAnimationFrame(() => done(Date.now()));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.querySelector("#queue"), { childList: true, subtree: true, characterData: true });
    look();
  });

/** Notes when an acknowledgement is clicked or typed. */
const noteActions = () => {
  const note = (isAction) => {
    if (isAction) window.actedAt = Date.now();
  };
  document.addEventListener("click", ({ target }) => note(target.closest(".acknowledge")), true);
  document.addEventListener("keydown", ({ key }) => note(key === "a"), true);
};

async function byMouse(seat, id) {
  await seat.select(id);
  await seat.page.locator("#panel .acknowledge").click();
}

/** Goes to the alert by `j` and `k`, then `a`. */
async function byKeyboard(seat, id) {
  await until("the alert to be selected by keys", async () => {
    const { listed, selected } = await seat.state();
    if (selected === id) return true;
    const isBelow = selected === null || listed.indexOf(selected) < listed.indexOf(id);
    await seat.page.keyboard.press(isBelow ? "j" : "k");
    return false;
  });
  await seat.page.keyboard.press("a");
}

/** Acknowledges on one seat; gives how long after the action the other's page showed it, ms. */
async function acknowledge(id, act, { here, there }) {
  const seen = there.page.evaluate(seenAcknowledged, id);
  await act(here, id);
  const seenAt = await seen;
  return seenAt - (await here.page.evaluate(() => window.actedAt));
}

/** An alert nobody has acknowledged, of what is to be handled first; both seats turn to its shelf. */
async function nextToAcknowledge(seats) {
  return until("an alert to acknowledge", async () => {
    const waiting = (await agree(seats[0])).filter(isUnacknowledged);
    const [next] = waiting.toSorted((a, b) => TABS[shelfOf(a)] - TABS[shelfOf(b)]);
    if (next === undefined) return null;
    for (const { page } of seats) await page.locator("#queue [role=tab]").nth(TABS[shelfOf(next)]).click();
    return next.id;
  });
}

await play(async (open) => {
  const seats = [await open(), await open({ locale: "en-GB", reducedMotion: "reduce" })];
  await Promise.all(seats.map((seat) => seat.isLive()));
  await Promise.all(seats.map(({ page }) => page.evaluate(noteActions)));
  const known = new Set((await seats[0].state()).alerts.map(({ id }) => id));
  await Promise.all(seats.map(agree));

  const isNew = ({ id, shelf }) => shelf === "queue" && !known.has(id);
  const arrived = await until("a new alert", async () => (await seats[0].state()).alerts.find(isNew));
  for (const seat of seats) {
    await seat.entry(arrived.id).waitFor();
    await until("its announcement", async () => (await seat.page.locator("#announcer").textContent()) !== "");
    await agree(seat);
  }

  const took = [];
  while (took.length < ACKNOWLEDGEMENTS) {
    const id = await nextToAcknowledge(seats);
    const [here, there] = took.length % 2 === 0 ? seats : seats.toReversed();
    took.push(await acknowledge(id, took.length < 2 ? byMouse : byKeyboard, { here, there }));
    await Promise.all(seats.map(agree));
    assert.equal((await get(`alerts/${id}`)).handling.acknowledged_by, "operator");
  }
  const [median, longest] = [took.toSorted((a, b) => a - b)[took.length / 2], Math.max(...took)];
  console.log(`acknowledged on one seat, shown on the other: ${took.length} times, median ${median} ms, at most ${longest} ms`);
});
