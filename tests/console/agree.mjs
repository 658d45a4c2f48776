// The law of the console: its list, its chart and the API tell the same alerts, revisions, states and tracks.

import assert from "node:assert/strict";

import { get, until } from "./service.mjs";

const UNACKNOWLEDGED = ["active_unacknowledged", "rectified_unacknowledged"];

/** Waits until a page and the API agree; both change, so they are compared at one version. Gives the open alerts. */
export async function agree({ page }) {
  return until("list, chart and API to agree", async () => {
    const [before, tracksBefore] = await Promise.all([get("alerts"), get("tracks")]);
    const shown = await page.evaluate(whatIsShown);
    const [after, tracksAfter] = await Promise.all([get("alerts"), get("tracks")]);
    if (before.sequence !== after.sequence || tracksBefore.tracks.length !== tracksAfter.tracks.length) return false;
    const open = after.alerts.filter(isOpen);
    compare(shown, open, tracksAfter.tracks.length);
    return open;
  });
}

/** Whether there is still something to see or to do. */
export function isOpen({ state, end }) {
  if (state === "retracted" || state === "normal") return false;
  return end === null || isUnacknowledged({ state });
}

export function isUnacknowledged({ state }) {
  return UNACKNOWLEDGED.includes(state);
}

/** Whether an alert has a place on the chart: one about a feed has none. */
function isSomewhere({ position, subjects }) {
  return position !== null || subjects.length > 0;
}

/** The shelf of the queue on which an alert lies. */
export function shelfOf({ kind, suppressed, subkind, priority }) {
  if (suppressed !== null) return "suppressed";
  if (priority === "caution" && /^zone_|_in_zone$/.test(kind)) return "crossings";
  return subkind === "fishing_like" && priority === "caution" ? "fishing" : "queue";
}

/** In the page: the console's own account, and what its elements say. */
function whatIsShown() {
  const number = (text) => Number(text?.replace(/\D/g, "") || 0);
  const entries = [...document.querySelectorAll("#entries [data-id]")];
  const pending = document.querySelector("#queue .pending");
  return {
    ...window.picketState(),
    entries: entries.map(({ dataset, classList }) => ({ id: dataset.id, isLoud: classList.contains("loud") })),
    counts: [...document.querySelectorAll("#queue [role=tab] span")].map((count) => number(count.textContent)),
    tab: [...document.querySelectorAll("#queue [role=tab]")].findIndex((tab) => tab.ariaSelected === "true"),
    pending: pending.hidden ? 0 : number(pending.textContent),
    readout: number(document.querySelector("#chart-tools .readout span:nth-child(2)").textContent),
    record: document.querySelector("#panel").hidden ? null : document.querySelector("#panel .code")?.textContent,
  };
}

function compare(shown, open, tracks) {
  const shelves = ["queue", "fishing", "crossings", "suppressed"].map((shelf) => open.filter((alert) => shelfOf(alert) === shelf));
  const listed = shelves[shown.tab];
  const known = ({ id, revision, state }) => `${id} ${revision} ${state}`;
  const loud = (alert) => isUnacknowledged(alert) && ["queue", "fishing"].includes(shelfOf(alert));
  same("alerts, revisions and states", shown.alerts.map(known), open.map(known));
  same("the list", shown.entries.map(({ id, isLoud }) => `${id} ${isLoud}`), listed.map((alert) => `${alert.id} ${loud(alert)}`));
  same("the chart", shown.drawn, listed.filter(isSomewhere).map(({ id }) => id));
  assert.deepEqual(shown.counts, shelves.map((shelf) => shelf.length), "the counts of the shelves");
  assert.equal(shown.pending, shelves[0].filter(isUnacknowledged).length, "how many wait to be acknowledged");
  assert.deepEqual([shown.tracks, shown.readout], [tracks, tracks], "tracks drawn, and their number on the chart");
  const selected = open.find(({ id }) => id === shown.selected);
  if (selected !== undefined) {
    assert.ok(shown.record.startsWith(selected.id), "the panel shows what is selected");
    assert.match(shown.record, new RegExp(`\\b${selected.revision}$`), "the panel shows its newest revision");
  }
}

/** Each once on both sides, in any order. */
function same(what, shown, told) {
  assert.deepEqual(shown.toSorted(), told.toSorted(), what);
}
