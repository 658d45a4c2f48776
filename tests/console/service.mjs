// The service behind the console: what its API tells, and the hand that kills it and starts it again.

import { once } from "node:events";

export const ADDRESS = process.env.PICKET_URL;
export const TOKEN = process.env.PICKET_CONSOLE_TOKEN;

/** The longest that anything is waited for, ms: machines that run tests are loaded. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 50;

/** JSON of the API below /api/v1. */
export async function get(path, request = {}) {
  const authorization = TOKEN === undefined ? {} : { Authorization: `Bearer ${TOKEN}` };
  const headers = { "Content-Type": "application/json", ...authorization };
  const response = await fetch(`${ADDRESS}/api/v1/${path}`, { ...request, headers });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.json();
}

/** Acknowledges an alert as another seat would. */
export function acknowledge(id) {
  return get(`alerts/${id}/acknowledge`, { method: "POST", body: "{}" });
}

/** Looks until `look` gives something true; what it threw last is why it was waited for in vain. */
export async function until(what, look) {
  const endsAt = Date.now() + PATIENCE_MS;
  for (;;) {
    let reason;
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      reason = error;
    }
    if (Date.now() > endsAt) throw new Error(`waited in vain for ${what}`, { cause: reason });
    await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
  }
}

// Without whoever runs the test there is nobody to end the browser.
process.stdin.on("end", () => process.exit(1)).resume().unref();

async function ask(what) {
  console.log(`stage: ${what}`);
  await once(process.stdin, "data");
}

/** Kills the service as a failing machine would. */
export const kill = () => ask("kill");

/** Starts it again, on the same port and the same data. */
export const start = () => ask("start");
