// What the console shows, for tests and scripts to compare with the server: `window.picketState()`.

import { shelfOf } from "./state/alerts";
import type { Desk } from "./state/desk";
import type { Alert } from "./wire/types";

export interface PublishedState {
  /** Every open alert known, listed or not. */
  alerts: (Pick<Alert, "id" | "revision" | "state"> & { shelf: string })[];
  /** Ids as the list shows them now, from the top. */
  listed: string[];
  /** Ids with a mark on the chart. */
  drawn: string[];
  /** Tracks on the chart. */
  tracks: number;
  selected: string | null;
  isStreamLive: boolean;
  isPictureLive: boolean;
  pictureAt: string | null;
}

declare global {
  interface Window {
    readonly picketState: () => PublishedState;
  }
}

export function publishState(desk: Desk, drawn: () => string[]): void {
  const listed = () => [...document.querySelectorAll<HTMLElement>("#entries [data-id]")].map(({ dataset }) => dataset["id"] ?? "");
  const picketState = (): PublishedState => ({
    alerts: desk.book.all().map((alert) => ({ id: alert.id, revision: alert.revision, state: alert.state, shelf: shelfOf(alert) })),
    listed: listed(),
    drawn: drawn(),
    tracks: desk.tracks.length,
    selected: desk.selectedAlert.value,
    isStreamLive: desk.isStreamLive.value,
    isPictureLive: desk.isPictureLive.value,
    pictureAt: desk.pictureAtMs.value > 0 ? new Date(desk.pictureAtMs.value).toISOString() : null,
  });
  Object.defineProperty(window, "picketState", { value: picketState });
}
