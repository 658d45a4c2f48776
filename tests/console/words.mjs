// Two languages: every label of the page, in the one and in the other.

import assert from "node:assert/strict";

import { get, until } from "./service.mjs";

/** Texts that read the same in both: signs, units and what the world has written. */
const SAME_IN_BOTH = /^(picket|AIS|MMSI|[\d.,\s]+(m|kn)|[\d:()\s]*UTC[)]?|[jkahf]|Enter|Esc)$/;

/** In the page: every text and every label, with what holds it. The chart's names and the announcements come and go. */
function labels() {
  const passed = ".labels, #announcer, .maplibregl-map *";
  const name = (element) => `${element.tagName.toLowerCase()}.${element.className}`;
  const found = [{ where: "title", text: document.title }];
  for (const element of document.body.querySelectorAll("*")) {
    if (element.closest(passed) !== null) continue;
    for (const label of ["aria-label", "title", "placeholder"]) {
      const text = element.getAttribute(label);
      if (text) found.push({ where: `${label} of ${name(element)}`, text });
    }
    for (const node of element.childNodes) {
      const text = node.nodeType === Node.TEXT_NODE ? node.textContent.trim() : "";
      if (text) found.push({ where: name(element), text });
    }
  }
  return found;
}

/** What the world has written: names and numbers of vessels, feeds and zones, ids. */
async function namesOfTheWorld() {
  const [{ alerts }, { feeds }, { features }] = await Promise.all([get("alerts"), get("feeds"), get("zones")]);
  const subjects = alerts.flatMap((alert) => alert.subjects);
  const texts = [
    ...subjects.flatMap(({ name, mmsi, track }) => [name, String(mmsi), track.slice(1, 7)]),
    ...feeds.flatMap((feed) => [feed.name, feed.source, ...feed.stations.map(({ name }) => name)]),
    ...features.map(({ properties }) => properties.name),
    ...alerts.flatMap((alert) => [alert.settings_hash, alert.handling?.acknowledged_by]),
  ];
  return new Set(texts);
}

/** Switches the language and holds every label against what it was: all that are words must be others. */
export async function inBothLanguages(seat) {
  const { page } = seat;
  const world = await namesOfTheWorld();
  const isWord = ({ text }) => /\p{L}/u.test(text) && !SAME_IN_BOTH.test(text) && !world.has(text);
  const spoken = await until("the page to stand still while the language changes", async () => {
    await seat.speak("vi");
    const vietnamese = await page.evaluate(labels);
    await seat.speak("en");
    const english = await page.evaluate(labels);
    const isSameElement = ({ where }, i) => where.replace(/ of .*/, "") === english[i]?.where.replace(/ of .*/, "");
    const isStill = vietnamese.length === english.length && vietnamese.every(isSameElement);
    return isStill && vietnamese.map(({ where, text }, i) => ({ where, text, english: english[i].text }));
  });
  const words = spoken.filter(isWord);
  assert.ok(words.length > 100, `only ${words.length} labels were found`);
  const unchanged = words.filter(({ text, english }) => text === english);
  assert.deepEqual(unchanged, [], "labels that are the same in both languages");
}
