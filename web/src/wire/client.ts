// Requests to the server that served this page: with the token where one is needed, asked for once by whoever first meets a 401.

import type { FeatureCollection } from "geojson";

import type { Alert, AlertList, Feed, Fix, Service, Track } from "./types";

const TOKEN_KEY = "picket.token";

/** An answer that is no success, with the server's sentence. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    sentence: string,
  ) {
    super(sentence);
  }
}

export class Client {
  #token = sessionStorage.getItem(TOKEN_KEY);
  #asking: Promise<void> | null = null;

  /** `askToken` gives the token the user typed; `wasRefused` tells whether an earlier one was wrong. */
  constructor(private readonly askToken: (wasRefused: boolean) => Promise<string>) {}

  get token(): string | null {
    return this.#token;
  }

  service(): Promise<Service> {
    return this.#json("service");
  }

  alerts(): Promise<AlertList> {
    return this.#json("alerts?open=true");
  }

  alert(id: string): Promise<Alert> {
    return this.#json(`alerts/${encodeURIComponent(id)}`);
  }

  async feeds(): Promise<Feed[]> {
    return (await this.#json<{ feeds: Feed[] }>("feeds")).feeds;
  }

  zones(): Promise<FeatureCollection> {
    return this.#json("zones");
  }

  track(track: string): Promise<Track> {
    return this.#json(`tracks/${encodeURIComponent(track)}`);
  }

  async history(track: string, from: string, to: string): Promise<Fix[]> {
    const query = new URLSearchParams({ from, to });
    return (await this.#json<{ fixes: Fix[] }>(`tracks/${encodeURIComponent(track)}/history?${query}`)).fixes;
  }

  async evidence(id: string): Promise<Fix[]> {
    return (await this.#json<{ fixes: Fix[] }>(`alerts/${encodeURIComponent(id)}/evidence`)).fixes;
  }

  /** Does something to an alert: `acknowledge`, `assign`, `silence`, `transfer`, `close`; gives the alert after it. */
  command(id: string, action: string, body: Record<string, unknown> = {}): Promise<Alert> {
    const headers = { "Content-Type": "application/json" };
    return this.#json(`alerts/${encodeURIComponent(id)}/${action}`, { method: "POST", headers, body: JSON.stringify(body) });
  }

  /** The raw answer below /api/v1; waits for a token and tries again on 401, throws [`Refused`] on other errors. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    for (;;) {
      const used = this.#token;
      const headers = new Headers(init.headers);
      if (used !== null) headers.set("Authorization", `Bearer ${used}`);
      const response = await fetch(`/api/v1/${path}`, { ...init, headers, cache: "no-store" });
      if (response.ok) return response;
      if (response.status !== 401) throw new Refused(response.status, await sentenceOf(response));
      if (used === this.#token) await this.#ask(used !== null);
    }
  }

  async #json<T>(path: string, init?: RequestInit): Promise<T> {
    return (await (await this.request(path, init)).json()) as T;
  }

  #ask(wasRefused: boolean): Promise<void> {
    this.#asking ??= this.askToken(wasRefused).then((token) => {
      this.#token = token;
      sessionStorage.setItem(TOKEN_KEY, token);
      this.#asking = null;
    });
    return this.#asking;
  }
}

async function sentenceOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { error?: unknown };
    if (typeof error === "string") return error;
  } catch {
    // The status says enough where no sentence came.
  }
  return `HTTP ${response.status}`;
}
