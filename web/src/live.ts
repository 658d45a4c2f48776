// Keeps the desk in step with the server: who and where it is, feeds, zones, the stream of alerts, the picture.

import type { Effect } from "./state/alerts";
import type { Desk } from "./state/desk";
import type { Client } from "./wire/client";
import { follow } from "./wire/events";
import { Backoff } from "./wire/retry";
import { followPicture } from "./wire/socket";
import type { Alert } from "./wire/types";

const SERVICE_EVERY_MS = 15_000;
const FEEDS_EVERY_MS = 5_000;

/** Called for each line that came by the stream and changed something. */
export type Announce = (alert: Alert, effect: Effect) => void;

export async function followServer(desk: Desk, client: Client, announce: Announce): Promise<void> {
  const backoff = new Backoff();
  while (desk.service.value === null) {
    // First of all, so that a token is asked for once, before the lines are opened.
    desk.service.value = await client.service().catch(() => null);
    if (desk.service.value === null) await backoff.wait();
  }
  void followAlerts(desk, client, announce);
  void followThePicture(desk, client);
  void loadZones(desk, client);
  repeat(FEEDS_EVERY_MS, async () => {
    desk.feeds.value = await client.feeds();
  });
  repeat(SERVICE_EVERY_MS, async () => {
    desk.service.value = await client.service();
  });
}

function followAlerts(desk: Desk, client: Client, announce: Announce): Promise<never> {
  return follow(client, "alerts/stream", {
    begin: async (lastId) => {
      const { alerts, sequence } = await client.alerts();
      // A server that stands behind what was read began anew: what it lists is all there is.
      const isSame = lastId !== null && sequence >= Number(lastId);
      if (!isSame) desk.takeAll(alerts);
      return isSame ? lastId : String(sequence);
    },
    onEvent: ({ event, data }) => {
      if (event !== "alert") return;
      const alert = JSON.parse(data) as Alert;
      announce(alert, desk.take(alert));
    },
    onLive: (isLive) => {
      desk.isStreamLive.value = isLive;
    },
  });
}

function followThePicture(desk: Desk, client: Client): Promise<never> {
  return followPicture(() => client.token, {
    onVessels: (vessels) => desk.tracks.name(vessels),
    onFrame: (frame) => {
      desk.tracks.apply(frame);
      desk.pictureReceivedAtMs = Date.now();
      desk.pictureAtMs.value = frame.atMs;
    },
    onLive: (isLive) => {
      if (desk.isPictureLive.value !== isLive) desk.isPictureLive.value = isLive;
    },
  });
}

async function loadZones(desk: Desk, client: Client): Promise<void> {
  const backoff = new Backoff();
  for (;;) {
    try {
      desk.zones.value = await client.zones();
      return;
    } catch {
      await backoff.wait();
    }
  }
}

/** Does it now and at intervals; what fails is done again at the next. */
function repeat(everyMs: number, work: () => Promise<void>): void {
  const run = () => void work().catch(() => undefined);
  run();
  setInterval(run, everyMs);
}
