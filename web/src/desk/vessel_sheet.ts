// The panel's sheet of one vessel, picked on the chart: what it says of itself, and what is observed.

import type { Desk } from "../state/desk";
import { Flag } from "../wire/picture";
import { say, sayCode } from "../words";
import { degrees, duration, latLon, speed } from "../words/format";
import { shipType, shortName, trackNumber } from "../words/vessel";
import { h } from "./dom";
import { ageing, table } from "./sections";

export function vesselSheet(desk: Desk, track: string, close: HTMLElement): DocumentFragment {
  const { tracks } = desk;
  const live = (write: (index: number) => string) =>
    ageing((element) => {
      const index = tracks.indexOf(track);
      element.textContent = index === undefined ? say("panel.notInPicture") : write(index);
    });
  const index = tracks.indexOf(track);
  const vessel = index === undefined ? undefined : tracks.identity(index);
  const size = vessel?.length_m && vessel.beam_m ? say("unit.size", { length: vessel.length_m, beam: vessel.beam_m }) : null;
  const sheet = document.createDocumentFragment();
  sheet.append(
    h("header", {}, h("div", {}, h("h2", {}, shortName(vessel) || trackNumber(track)), h("p", { class: "panel-sub" }, shipType(vessel?.ship_type))), close),
    h(
      "section",
      {},
      table([
        [say("vessel.age"), live((i) => ageText(tracks.flags[i] ?? 0, tracks.ageS(i)))],
        [say("panel.position"), live((i) => latLon(tracks.lat(i), tracks.lon(i)))],
        [say("vessel.speed"), live((i) => speed(tracks.sogKn[i] ?? Number.NaN))],
        [say("vessel.course"), live((i) => degrees(tracks.cogDeg[i] ?? Number.NaN))],
        [say("vessel.heading"), live((i) => degrees(tracks.headingDeg[i] ?? Number.NaN))],
        [say("vessel.sources"), live((i) => sourcesOf(tracks.flags[i] ?? 0))],
        [say("vessel.class"), live((i) => sayCode("class", String(tracks.vesselClass[i] ?? 0)))],
      ]),
    ),
    h(
      "section",
      {},
      table([
        [say("vessel.mmsi"), vessel?.mmsi ? String(vessel.mmsi) : null],
        [say("vessel.callSign"), vessel?.call_sign],
        [say("vessel.size"), size],
        [say("vessel.track"), h("span", { class: "code" }, track)],
      ]),
    ),
  );
  return sheet;
}

function ageText(flags: number, ageS: number): string {
  const age = say("vessel.ageOld", { age: duration(ageS) });
  return (flags & Flag.coasting) === 0 ? age : `${age} · ${say("vessel.coasting")}`;
}

function sourcesOf(flags: number): string {
  const sources = [(flags & Flag.ais) !== 0 && say("source.ais"), (flags & Flag.radar) !== 0 && say("source.radar")];
  return sources.filter((source) => source !== false).join(" + ");
}
