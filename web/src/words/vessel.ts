// How a vessel is called: by its name, else its number, else as what radar alone sees. All of it was written by strangers.

import type { Alert, Identity, Subject } from "../wire/types";
import { isKey, say } from "./index";

type Named = Pick<Identity, "track" | "mmsi" | "name">;

/** The first six digits tell tracks apart well enough to speak of them. */
export function trackNumber(track: string): string {
  return track.replace(/^t/, "").slice(0, 6);
}

export function shortName(vessel: Named | undefined): string {
  if (vessel === undefined) return "";
  return vessel.name || (vessel.mmsi ? String(vessel.mmsi) : trackNumber(vessel.track));
}

/** Name, and the number or what else tells it apart. */
export function nameAndNumber(subject: Subject): { name: string; number: string } {
  if (subject.mmsi === null && !subject.sources.includes("ais")) {
    return { name: subject.name || say("subject.radarOnly"), number: trackNumber(subject.track) };
  }
  return { name: subject.name || say("subject.unnamed"), number: subject.mmsi === null ? trackNumber(subject.track) : String(subject.mmsi) };
}

export function subjectsLine(subjects: Subject[]): string {
  return subjects.map((subject) => nameAndNumber(subject).name).join(` ${say("subject.and")} `);
}

/** A feed, or one of its stations. */
export function feedName({ name, station }: NonNullable<Alert["feed"]>): string {
  return station === null ? name : say("subject.station", { feed: name, station });
}

/** Whom an alert is about. */
export function whom({ subjects, feed }: Alert): string {
  return feed === undefined ? subjectsLine(subjects) : feedName(feed);
}

/** The type of ITU-R M.1371-5, table 53: its own text, or that of its first digit. */
export function shipType(code: number | null | undefined): string | null {
  if (code === null || code === undefined || code < 20) return null;
  const own = `type.${code}`;
  const family = `type.${Math.floor(code / 10)}`;
  if (isKey(own)) return say(own);
  return isKey(family) ? say(family) : String(code);
}
