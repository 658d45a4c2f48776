// A service that asks for a token: the page does so too, once, and then everything works with it.

import assert from "node:assert/strict";

import { agree, isUnacknowledged, shelfOf } from "./agree.mjs";
import { play } from "./seat.mjs";
import { ADDRESS, TOKEN, get, until } from "./service.mjs";

async function give(page, token) {
  await page.locator("dialog.token input").fill(token);
  await page.locator("dialog.token button[type=submit]").click();
}

await play(async (open) => {
  assert.equal((await fetch(`${ADDRESS}/api/v1/alerts`)).status, 401, "the API wants a token");
  const seat = await open({ reducedMotion: "reduce" });
  const { page } = seat;
  seat.excuse(/status of 401/);

  const dialog = page.locator("dialog.token");
  await dialog.waitFor();
  assert.deepEqual((await seat.state()).alerts, [], "nothing is told to those without a token");
  await give(page, `not-${TOKEN}`);
  await page.locator("dialog.token .refused").waitFor();
  await give(page, TOKEN);
  await dialog.waitFor({ state: "detached" });
  await seat.isLive();
  const { isStreamLive, isPictureLive } = await seat.state();
  assert.deepEqual({ isStreamLive, isPictureLive }, { isStreamLive: true, isPictureLive: true });

  const { id } = (await agree(seat)).find((alert) => shelfOf(alert) === "queue" && isUnacknowledged(alert));
  await seat.select(id);
  await page.locator("#panel .acknowledge").click();
  await until("the acknowledgement", async () => (await get(`alerts/${id}`)).handling.acknowledged_by === "lan");
  await agree(seat);

  const kept = await page.evaluate(() => [location.href, JSON.stringify(localStorage), document.cookie].join());
  assert.ok(!kept.includes(TOKEN), "the token is kept in this tab alone");
  await page.reload();
  await seat.isLive();
  assert.equal(await dialog.count(), 0, "the tab keeps its token");
  const other = await open({ reducedMotion: "reduce" });
  other.excuse(/status of 401/);
  await other.page.locator("dialog.token").waitFor();
});
