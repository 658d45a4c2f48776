// A service that dies and comes back: the page says that it has lost it, and catches up by itself.

import assert from "node:assert/strict";

import { agree } from "./agree.mjs";
import { play } from "./seat.mjs";
import { acknowledge, get, kill, start, until } from "./service.mjs";

const LINE = "**/api/v1/alerts**";

await play(async (open) => {
  const seat = await open({ reducedMotion: "reduce" });
  const { page } = seat;
  await seat.isLive();
  const ended = (await agree(seat)).find(({ state }) => state === "rectified_unacknowledged");
  const before = await get("alerts");
  await page.evaluate(() => Object.assign(window, { isTheSamePage: true }));

  // While the journal is run, what comes back is told so.
  seat.excuse(/net::ERR_|\b503\b/);
  await kill();
  await until("the page to say that the line is broken", async () => {
    const [live, told] = await Promise.all([page.evaluate(() => document.body.dataset.live), page.locator(".bar-link").innerText()]);
    return live === "no" && told.includes("Đang nối lại");
  });
  assert.ok((await seat.state()).alerts.length > 0, "what was known stays on the page");

  // The page comes back later than the service, and has missed the last thing that is ever told of an alert.
  await page.route(LINE, (route) => route.abort());
  await start();
  assert.equal((await acknowledge(ended.id)).state, "normal");
  await page.unroute(LINE);
  await seat.isLive();
  await agree(seat);

  const ids = (alerts) => alerts.map(({ id }) => id);
  const after = ids((await get("alerts")).alerts);
  assert.deepEqual(ids(before.alerts).filter((id) => !after.includes(id)), [], "alerts that the service lost");
  await until("an alert raised after the kill", async () => ids((await seat.state()).alerts).some((id) => !ids(before.alerts).includes(id)));
  await agree(seat);
  assert.ok(await page.evaluate(() => window.isTheSamePage), "the page was loaded anew");
});
