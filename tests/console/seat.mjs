// A seat: one page of the console in a browser's context of its own, and whatever it does that it must not.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

import { ADDRESS, until } from "./service.mjs";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-quic",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
];
const PATIENCE_MS = 60_000;
const SCREEN = { width: 1440, height: 900 };

export class Seat {
  /** Errors on the page's console, and requests to anybody but the service. */
  #faults = [];
  #excuses = [];

  static async open(browser, { hash = "", ...options } = {}) {
    const context = await browser.newContext({ viewport: SCREEN, colorScheme: "dark", locale: "vi-VN", ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const seat = new Seat();
    seat.page = await context.newPage();
    seat.#listen();
    seat.response = await seat.page.goto(`${ADDRESS}/${hash}`);
    return seat;
  }

  /** What the console says that it shows. */
  state() {
    return this.page.evaluate(() => window.picketState());
  }

  /** Waits until the list and the picture have come and go on coming. */
  async isLive() {
    const isLive = () => document.body.dataset.live === "yes" && window.picketState().tracks > 0 && window.picketState().alerts.length > 0;
    await until("a live page", () => this.page.evaluate(isLive));
  }

  entry(id) {
    return this.page.locator(`#entries [data-id="${id}"]`);
  }

  /** Selects an alert of the list by mouse. */
  async select(id) {
    await this.entry(id).click();
    await until("the alert's panel", async () => (await this.panelText()).includes(id));
  }

  panelText() {
    return this.page.locator("#panel").innerText();
  }

  async speak(language) {
    const spoken = () => this.page.evaluate(() => document.documentElement.lang);
    if ((await spoken()) !== language) await this.page.locator(`#bar button[lang="${language}"]`).click();
    await until(language, async () => (await spoken()) === language);
  }

  /** From now on an error that reads like this is to be expected. */
  excuse(pattern) {
    this.#excuses.push(pattern);
  }

  isBlameless() {
    const faults = this.#faults.filter((fault) => !this.#excuses.some((excuse) => excuse.test(fault)));
    assert.deepEqual(faults, [], "errors of the page, and requests to others");
  }

  #listen() {
    const host = new URL(ADDRESS).host;
    const look = (url) => {
      const { protocol, host: asked } = new URL(url);
      if (!["data:", "blob:"].includes(protocol) && asked !== host) this.#faults.push(`asks ${url}`);
    };
    this.page.on("request", (request) => look(request.url()));
    this.page.on("websocket", (socket) => look(socket.url()));
    this.page.on("pageerror", (error) => this.#faults.push(String(error)));
    this.page.on("console", (message) => {
      if (message.type() === "error") this.#faults.push(`${message.text()} (${message.location().url})`);
    });
  }
}

/** Acts a story out: it opens seats by the function it is given. All must be blameless at its end; of a failure pictures are kept. */
export async function play(story) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  const seats = [];
  try {
    await story(async (options) => {
      const seat = await Seat.open(browser, options);
      seats.push(seat);
      return seat;
    });
    seats.forEach((seat) => seat.isBlameless());
  } catch (error) {
    const name = basename(process.argv[1], ".mjs");
    for (const [i, seat] of seats.entries()) {
      const path = join(process.env.PICKET_TMP, `${name}-seat-${i + 1}.png`);
      await seat.page.screenshot({ path }).then(() => console.log(`the failure is on ${path}`), () => undefined);
    }
    throw error;
  } finally {
    await browser.close();
  }
}
