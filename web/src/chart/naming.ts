// Which symbols carry a name: the selected with their age, the subjects of alerts, all where the chart is near enough.

import type { LngLatBounds } from "maplibre-gl";

import { isUnacknowledged } from "../state/alerts";
import type { Tracks } from "../state/tracks";
import type { Alert } from "../wire/types";
import { say } from "../words";
import { clock, distance, duration, speed } from "../words/format";
import { shortName } from "../words/vessel";
import { type AlertMark, alertMarks } from "./alert_marks";
import { closest, middle, silence } from "./evidence";
import type { Label } from "./labels";
import type { Scene } from "./scene";

/** From this zoom on every symbol in sight is named, and at most so many. */
const ALL_ZOOM = 11;
const MOST_PLAIN = 160;
/** Labels keep clear of at most so many symbols: where there are more, names are few anyway. */
const MOST_AVOIDED = 400;
/** From this zoom on the subjects of alerts are named. */
const ALERT_ZOOM = 6;

/** Labels in the order of their importance, and the symbols in sight that they should leave free. */
export function namesOf(scene: Scene, marks: AlertMark[], tracks: Tracks, zoom: number, bounds: LngLatBounds) {
  const seen = inSight(tracks, bounds);
  const symbols = seen.slice(0, MOST_AVOIDED).map((index): [number, number] => [tracks.lon(index), tracks.lat(index)]);
  const plainly = zoom < ALL_ZOOM ? [] : seen.slice(0, MOST_PLAIN);
  return { labels: labelsOf(scene, marks, tracks, zoom, plainly), symbols };
}

function labelsOf(scene: Scene, marks: AlertMark[], tracks: Tracks, zoom: number, plainly: number[]): Label[] {
  const named = new Set<number>();
  const take = (index: number, label: Label): Label[] => {
    if (named.has(index)) return [];
    named.add(index);
    return [label];
  };
  const own = scene.selected === null ? [] : alertMarks([scene.selected], tracks);
  const others = zoom < ALERT_ZOOM ? [] : marks.filter(({ alert }) => alert.id !== scene.selected?.id).toReversed();
  const chosen = scene.selectedTrack === null ? undefined : tracks.indexOf(scene.selectedTrack);
  return [
    ...(chosen === undefined ? [] : take(chosen, withAge(chosen, tracks, "selected"))),
    ...own.flatMap(({ index }) => (index === null ? [] : take(index, withAge(index, tracks, "selected")))),
    ...evidenceLabels(scene),
    ...others.flatMap(({ alert, index }) => (index === null ? [] : take(index, plain(index, tracks, toneOf(alert))))),
    ...plainly.flatMap((index) => take(index, plain(index, tracks, "plain"))),
  ];
}

function toneOf(alert: Alert): Label["tone"] {
  return isUnacknowledged(alert) && alert.suppressed === null ? "alert" : "plain";
}

function plain(index: number, tracks: Tracks, tone: Label["tone"]): Label {
  return { lon: tracks.lon(index), lat: tracks.lat(index), text: shortName(tracks.identity(index)), tone };
}

function withAge(index: number, tracks: Tracks, tone: Label["tone"]): Label {
  const sog = tracks.sogKn[index] ?? Number.NaN;
  const age = say("vessel.ageOld", { age: duration(tracks.ageS(index)) });
  return { ...plain(index, tracks, tone), detail: Number.isNaN(sog) ? age : `${speed(sog)} · ${age}` };
}

/** The alert's own figures, at the places its fixes give: chart, list and server say the same. */
function evidenceLabels({ selected, trails }: Scene): Label[] {
  const [a, b] = trails;
  if (selected === null || a === undefined) return [];
  const told = (name: string) => selected.factors.find((factor) => factor.name === name)?.value;
  if (selected.kind === "dark_period") {
    const gap = silence(selected, a);
    const seconds = told("silence_s") ?? gap?.seconds ?? Number.NaN;
    return gap === null ? [] : [at(middle(gap.line), say("chart.silent", { duration: duration(seconds) }))];
  }
  const meeting = b === undefined ? null : closest(a, b);
  if (meeting === null) return [];
  const metres = told("min_distance_m") ?? meeting.metres;
  return [at(middle(meeting.line), say("chart.closest", { distance: distance(metres), time: clock(meeting.atMs, "local", false) }))];
}

function at([lon, lat]: [number, number], text: string): Label {
  return { lon, lat, text, tone: "evidence" };
}

function inSight(tracks: Tracks, bounds: LngLatBounds): number[] {
  const found: number[] = [];
  const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  for (let i = 0; i < tracks.length && found.length < MOST_AVOIDED; i += 1) {
    const [lon, lat] = [tracks.lon(i), tracks.lat(i)];
    if (lon > west && lon < east && lat > south && lat < north) found.push(i);
  }
  return found;
}
