// Server-sent events read from a fetch, so that a token can be sent; the parsing follows the HTML standard, 9.2.6.

import type { Client } from "./client";
import { Backoff } from "./retry";

/** The server sends a heartbeat every 15 s: silence beyond this is a dead line. */
const SILENCE_MS = 45_000;

export interface ServerEvent {
  event: string;
  data: string;
  /** The newest id of the stream so far. */
  id: string;
}

/** Takes the text of a stream in any pieces and gives its events. */
export class EventParser {
  #rest = "";
  #afterReturn = false;
  #event = "";
  #data: string[] = [];
  #id = "";

  push(text: string): ServerEvent[] {
    if (this.#afterReturn && text.startsWith("\n")) text = text.slice(1);
    if (text !== "") this.#afterReturn = text.endsWith("\r");
    const lines = (this.#rest + text).split(/\r\n|\r|\n/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): ServerEvent[] {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return [];
  }

  #dispatch(): ServerEvent[] {
    const event = { event: this.#event || "message", data: this.#data.join("\n"), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    return isEmpty ? [] : [event];
  }
}

export interface Follower {
  /** Gives the id to read on from; `lastId` is the newest read so far, null at the start. */
  begin: (lastId: string | null) => Promise<string>;
  onEvent: (event: ServerEvent) => void;
  onLive: (isLive: boolean) => void;
}

/** Follows a stream for good: a broken line is taken up where it broke. */
export async function follow(client: Client, path: string, follower: Follower): Promise<never> {
  const backoff = new Backoff();
  let lastId: string | null = null;
  for (;;) {
    try {
      lastId = await follower.begin(lastId);
      await readOnce(client, path, lastId, {
        onLive: () => {
          backoff.reset();
          follower.onLive(true);
        },
        onEvent: (event) => {
          if (event.id !== "") lastId = event.id;
          follower.onEvent(event);
        },
      });
    } catch {
      // Whatever broke it, the answer is the same: say so, wait, resume.
    }
    follower.onLive(false);
    await backoff.wait();
  }
}

interface Reader {
  onEvent: (event: ServerEvent) => void;
  onLive: () => void;
}

async function readOnce(client: Client, path: string, lastId: string, reader: Reader): Promise<void> {
  const abort = new AbortController();
  let watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
  try {
    const headers = { Accept: "text/event-stream", "Last-Event-ID": lastId };
    const response = await client.request(path, { headers, signal: abort.signal });
    if (response.body === null) return;
    reader.onLive();
    const parser = new EventParser();
    const texts = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await texts.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
      parser.push(value).forEach(reader.onEvent);
    }
  } finally {
    clearTimeout(watchdog);
  }
}
