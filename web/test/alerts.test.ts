// The book of alerts: which revision counts, what stays open, how the queue is sorted; and the link that names one.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AlertBook, isOpen, shelfOf } from "../src/state/alerts";
import { readLink, writeLink } from "../src/state/link";
import type { Alert } from "../src/wire/types";

function alert(id: string, rest: Partial<Alert> = {}): Alert {
  return {
    id,
    revision: 1,
    kind: "loitering",
    subkind: "drift",
    state: "active_unacknowledged",
    cause: "raised",
    subjects: [],
    zone: null,
    squadron: null,
    onset: "2026-01-10T12:00:00.000Z",
    end: null,
    observed: [],
    raised_at: "2026-01-10T12:30:00.000Z",
    priority: "warning",
    severity: "moderate",
    confidence: 1,
    factors: [],
    position: null,
    tier: null,
    context: [],
    suppressed: null,
    ...rest,
  };
}

test("only a newer revision counts", () => {
  const book = new AlertBook();
  assert.equal(book.apply(alert("a", { revision: 2 })), "new");
  assert.equal(book.apply(alert("a", { revision: 2, severity: "critical" })), "none");
  assert.equal(book.apply(alert("a", { revision: 1 })), "none");
  assert.equal(book.apply(alert("a", { revision: 3, cause: "escalated" })), "escalated");
  assert.equal(book.apply(alert("a", { revision: 4, state: "active_acknowledged" })), "changed");
  assert.equal(book.get("a")?.revision, 4);
});

test("what is over and acknowledged, or retracted, leaves the lists", () => {
  const end = "2026-01-10T13:00:00.000Z";
  assert.equal(isOpen(alert("a", { end, state: "rectified_unacknowledged" })), true);
  assert.equal(isOpen(alert("a", { end, state: "normal" })), false);
  assert.equal(isOpen(alert("a", { state: "active_acknowledged" })), true);
  assert.equal(isOpen(alert("a", { state: "retracted" })), false);
  const book = new AlertBook();
  book.apply(alert("a"));
  assert.equal(book.apply(alert("a", { revision: 2, end, state: "normal" })), "changed");
  assert.deepEqual(book.all(), []);
  assert.equal(book.get("a")?.state, "normal", "but can still be looked at");
  assert.equal(book.apply(alert("a", { revision: 3, cause: "reopened" })), "new");
  assert.deepEqual(book.all().map(({ revision }) => revision), [3]);
});

test("the gravest stand first, then the newest", () => {
  const book = new AlertBook();
  book.replace([
    alert("old", { severity: "high", raised_at: "2026-01-10T12:00:00.000Z" }),
    alert("low", { severity: "low", raised_at: "2026-01-10T14:00:00.000Z" }),
    alert("new", { severity: "high", raised_at: "2026-01-10T13:00:00.000Z" }),
    alert("worst", { severity: "critical", raised_at: "2026-01-10T11:00:00.000Z" }),
    alert("excused", { severity: "critical", suppressed: { rule: "port" } }),
    alert("boat", { subkind: "fishing_like", priority: "caution" }),
  ]);
  assert.deepEqual(book.on("queue").map(({ id }) => id), ["worst", "new", "old", "low"]);
  assert.deepEqual(book.on("suppressed").map(({ id }) => id), ["excused"]);
  assert.deepEqual(book.on("fishing").map(({ id }) => id), ["boat"]);
});

test("closed alerts are not kept for good", () => {
  const book = new AlertBook();
  for (let i = 0; i < 150; i += 1) book.apply(alert(`a${i}`, { state: "retracted" }));
  assert.deepEqual([book.get("a0"), book.get("a149")?.id], [undefined, "a149"]);
});

test("a boat that fishes joins the queue when it is warned of", () => {
  assert.equal(shelfOf(alert("a", { subkind: "fishing_like", priority: "warning" })), "queue");
});

test("a link gives back what it was written from", () => {
  const link = { alert: "7c3c7c41afd783c79cab", page: "feeds" as const, view: { lat: -8.5578, lon: 106.6386, zoom: 9.25 }, language: "vi" };
  assert.deepEqual(readLink(writeLink(link)), link);
  const nothing = { alert: null, page: null, view: null, language: null };
  assert.deepEqual(readLink(writeLink(nothing)), nothing);
});

test("a link from a stranger gives only what it may", () => {
  for (const hash of ["#view=91,0,3", "#view=1,2", "#view=a,b,c", "#view=1,2,3,4", "#alert=<img>", "#alert=../service", "#page=else"]) {
    const { alert: id, page, view } = readLink(hash);
    assert.deepEqual([id, page, view], [null, null, null], hash);
  }
});
