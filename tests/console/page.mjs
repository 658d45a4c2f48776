// One page, looked at closely: what it asks for, what it says in both languages, what it draws, and names that are traps.

import assert from "node:assert/strict";

import { agree, shelfOf } from "./agree.mjs";
import { colours, drawnIn } from "./pixels.mjs";
import { play } from "./seat.mjs";
import { get, until } from "./service.mjs";
import { inBothLanguages } from "./words.mjs";


/** What the chart adds for the selected alert of a kind: trails in their colours, and in words what they show. */
const EVIDENCE = [
  { kind: "loitering", trails: ["trail-a"], said: "" },
  { kind: "dark_period", trails: ["trail-a"], said: "Im AIS" },
  { kind: "ship_to_ship", trails: ["trail-a", "trail-b"], said: "gần nhất" },
];
/** Pixels of its colour that a trail has at least, and that the chart has at most without it. */
const TRAIL_PX = 30;

/** The policy names sources, none of them inline or evaluated. */
function isServedSafely({ response }) {
  const policy = response.headers()["content-security-policy"];
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
}

/** Selects the alert of a kind that is to be handled, and whose subject has a name. */
async function opened(seat, kind) {
  const isNamed = ({ subjects }) => subjects.some(({ name }) => name !== null);
  const alert = (await agree(seat)).find((open) => open.kind === kind && shelfOf(open) === "queue" && isNamed(open));
  await seat.select(alert.id);
  return alert;
}

/** Every factor of an alert stands in its open panel, with value and limit. */
async function tellsWhy({ page }, id) {
  const minutes = (seconds) => `${Math.floor(seconds / 60)} phút`;
  await until("the reasons", async () => {
    const { factors } = await get(`alerts/${id}`);
    const rows = await page.locator("#panel .factors li").allInnerTexts();
    assert.equal(rows.length, factors.length);
    for (const row of rows) assert.match(row, /\d.*\n(.*\n)*(ngưỡng: .*\d|để tham khảo)/);
    for (const { name, value, limit } of factors.filter((factor) => ["dwell_s", "silence_s"].includes(factor.name))) {
      const isTold = (row) => row.includes(`\n${minutes(value)}`) && row.includes(`ngưỡng: từ ${minutes(limit)}`);
      assert.ok(rows.some(isTold), `${name}: ${value} against ${limit} in ${rows}`);
    }
    return true;
  });
}

/** Whether the chart has the trails of a kind, each in its colour. */
async function hasTrails(page, { trails }) {
  return (await drawnIn(page, await colours(page, trails))).every((pixels) => pixels > TRAIL_PX);
}

/** The selected alert's evidence is on the chart. */
async function isDrawn({ page }, evidence) {
  await until(`the trails of ${evidence.kind}`, () => hasTrails(page, evidence));
  const label = page.locator('.labels [data-tone="evidence"]:not([hidden])');
  await until(`the words of ${evidence.kind}`, async () => (await label.allInnerTexts()).join().startsWith(evidence.said));
}

/** The subjects' names stand in list, panel and chart just as they were sent: whatever they are, they are texts. */
async function areInert(page, names) {
  for (const name of names) {
    for (const place of ["#entries", "#panel", ".labels"]) {
      // On the chart a name may be hidden behind another one.
      await page.locator(place).getByText(name, { exact: true }).first().waitFor({ state: "attached" });
    }
  }
  const made = page.locator("img, [onload], [onerror], .entry-who svg, .subjects svg, .labels svg");
  assert.equal(await made.count(), 0, "a name became an element");
}

await play(async (open) => {
  const seat = await open({ reducedMotion: "reduce" });
  const { page } = seat;
  isServedSafely(seat);
  await seat.isLive();
  await agree(seat);

  const { exercise } = await get("service");
  const banner = page.locator("#exercise");
  assert.match(exercise, /^EXERCISE x20$/);
  assert.equal(await banner.innerText(), exercise.replace("EXERCISE", "DIỄN TẬP"));

  const traps = [];
  for (const evidence of EVIDENCE) {
    const alert = await opened(seat, evidence.kind);
    const names = alert.subjects.map(({ name }) => name).filter((name) => name !== null);
    traps.push(...names.filter((name) => name.startsWith("<")));
    await tellsWhy(seat, alert.id);
    await isDrawn(seat, evidence);
    await areInert(page, names);
    await page.keyboard.press("Escape");
    await until("a chart without trails", async () => !(await hasTrails(page, evidence)));
  }
  assert.equal(traps.length, 2, "names that are markup");

  await opened(seat, "ship_to_ship");
  await inBothLanguages(seat);
  assert.equal(await banner.innerText(), exercise);
  await page.reload();
  await seat.isLive();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en", "the language is kept");
  await agree(seat);
});
