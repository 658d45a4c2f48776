// Both languages have the same words, and values are written as people read them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DICTIONARIES, isKey, type Key, language, say, sayCode } from "../src/words";
import { clock, degrees, distance, duration, latLon, oneIn, percent, speed } from "../src/words/format";
import { reach } from "../src/words/factors";

const { en, vi } = DICTIONARIES;
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test("both languages have the same keys and values to fill in", () => {
  assert.deepEqual(Object.keys(vi), Object.keys(en), "the same keys in the same order");
  for (const key of Object.keys(en) as Key[]) {
    assert.deepEqual(placeholders(vi[key]), placeholders(en[key]), key);
    assert.notEqual(vi[key].trim(), "", key);
  }
});

test("Vietnamese is written with composed letters", () => {
  for (const [key, text] of Object.entries(vi)) assert.equal(text, text.normalize("NFC"), key);
});

test("every code of the interface has its word", () => {
  const codes: Record<string, string> = {
    kind: `loitering ship_to_ship dark_period zone_entry zone_exit appeared_in_zone vanished_in_zone dark_contact
      receiver_outage gnss_interference duplicate_identity identity_change identity_conflict drifting ais_without_echo
      position_offset feed_lost distress`,
    state: `active_unacknowledged active_acknowledged silenced responsibility_transferred rectified_unacknowledged
      normal retracted`,
    priority: "caution warning alarm",
    severity: "low moderate high critical",
    cause: `raised kept escalated ended late_data operator reopened merged_group zone_changed settings_changed
      suppressed unsuppressed`,
    subkind: `declared_at_anchor not_under_command fishing_like boundary_hugging holding_pattern drift stopped under_way
      radar_confirmed merged jump no_position radar_held stitched test mid imo name dimensions ship_type`,
    context: "service tow dark_partner partner_silent sts_watch approach raft during_dark",
    rule: "port anchorage infrastructure service tow berth_cluster same_fleet receiver_outage",
    factor: `slow_dwell_s confined_dwell_s derived_speed_kn path_ratio dwell_s distance_m min_distance_m
      relative_speed_kn silence_s usual_wait_s log10_p p_hear station_healthy_share radar_posterior merged_s
      heading_off_course_deg path_m held_s speed_kn turns
      messages_a_minute lost_vessels vessels previous_mmsi during_dark unseen_turns p_see`,
    feeds: "connecting live silent ended failed lost",
    reject: `checksum malformed truncated fill_bits armour fragment orphan_part unsupported_type too_long tag_block
      asterix_block quarantined time`,
    role: "operator shift_lead analyst liaison admin auditor",
  };
  for (const [family, words] of Object.entries(codes)) {
    for (const word of words.split(/\s+/)) assert.ok(isKey(`${family}.${word}`), `${family}.${word}`);
  }
});

test("an unknown code is shown as it came", () => {
  assert.equal(sayCode("kind", "new_kind"), "new kind");
});

test("values carry their units in both languages", () => {
  language.value = "en";
  assert.deepEqual([0, 59.9, 60, 3599, 3600, 6480, 90_000].map(duration), ["0 s", "59 s", "1 min", "59 min", "1 h", "1 h 48 min", "1 d 1 h"]);
  assert.equal(duration(Number.NaN), "–");
  assert.deepEqual([0.54, 49.6, 1759, 1852, 5000, 185_200].map(distance), ["0.5 m", "50 m", "1,759 m", "1 NM", "2.7 NM", "100 NM"]);
  assert.deepEqual([speed(0.235), speed(Number.NaN)], ["0.2 kn", "–"]);
  assert.deepEqual([degrees(7.4), degrees(359.9)], ["007°", "000°"]);
  assert.deepEqual([oneIn(-3.2), oneIn(-1), oneIn(-80)], ["1 in 1,600", "1 in 10", "1 in > 1 000 000"]);
  assert.equal(latLon(8.55778, -106.99999), "08°33.47′N  107°00.00′W");
  language.value = "vi";
  assert.equal(duration(6480), "1 giờ 48 phút");
  assert.equal(distance(5000), "2,7 hải lý");
  assert.equal(latLon(-8.55778, 106.5), "08°33,47′N  106°30,00′Đ");
  assert.equal(percent(0.85), "85%");
});

test("Viet Nam is seven hours ahead", () => {
  assert.equal(clock(Date.parse("2026-01-10T18:30:05Z"), "utc"), "18:30:05");
  assert.equal(clock(Date.parse("2026-01-10T18:30:05Z"), "local"), "01:30:05");
});

test("values are filled in, names from strangers as they are", () => {
  language.value = "en";
  assert.equal(say("queue.acknowledgedBy", { name: "{count} $& <b>" }), "acknowledged by {count} $& <b>");
});

test("a factor reaches its limit from the side that speaks for the alert", () => {
  const at = (name: string, value: number, limit: number | null) => reach({ name, value, limit, weight: 1 });
  assert.equal(at("dwell_s", 1200, 600), 2);
  assert.equal(at("distance_m", 25, 50), 2);
  assert.equal(at("distance_m", 100, 50), 0.5);
  assert.equal(at("log10_p", -6, -3), 2);
  assert.equal(at("min_distance_m", 5, null), null);
  assert.ok(Number.isFinite(at("derived_speed_kn", 0, 2)));
});
