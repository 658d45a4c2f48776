// What the server says, as in the HTTP contract: absent or null means not known, times are ISO 8601 UTC.

export type Source = "ais" | "radar";
export type Priority = "caution" | "warning" | "alarm";
export type Severity = "low" | "moderate" | "high" | "critical";

export type AlertState =
  | "active_unacknowledged"
  | "active_acknowledged"
  | "silenced"
  | "responsibility_transferred"
  | "rectified_unacknowledged"
  | "normal"
  | "retracted";

export interface Subject {
  track: string;
  mmsi: number | null;
  name: string | null;
  sources: Source[];
}

/** What was measured, the limit it is held against, its share of the confidence from 0 to 1. */
export interface Factor {
  name: string;
  value: number | null;
  limit: number | null;
  weight: number;
}

export type Interval = [from: string, to: string];

export interface Meeting {
  subjects: Subject[];
  tier: string | null;
  observed: Interval[];
  min_distance_m: number | null;
}

export interface Handling {
  assignee: string | null;
  acknowledged_by: string | null;
  outcome: string | null;
  note: string | null;
  silenced_until: string | null;
  transferred_from?: string | null;
}

export interface Alert {
  id: string;
  revision: number;
  kind: string;
  subkind: string | null;
  state: AlertState;
  cause: string;
  subjects: Subject[];
  /** The feed it is about, where it is about one, and the station where it is about one of its stations alone. */
  feed?: { name: string; station: string | null };
  zone: string | null;
  squadron: string | null;
  onset: string;
  end: string | null;
  observed: Interval[];
  raised_at: string;
  priority: Priority;
  severity: Severity;
  confidence: number;
  factors: Factor[];
  position: { lat: number; lon: number } | null;
  tier: string | null;
  context: string[];
  meetings?: Meeting[];
  suppressed: { rule: string; entry?: string | null } | null;
  late_data?: { feed: string; delay_s: number } | null;
  handling?: Handling | null;
  exercise_label?: string | null;
  settings_hash?: string | null;
  evidence?: { fixes?: number | unknown[] } | null;
}

export interface AlertList {
  alerts: Alert[];
  sequence: number;
}

export interface Fix {
  t: string;
  lat: number;
  lon: number;
  sog_kn?: number | null;
  cog_deg?: number | null;
  source: Source;
  track?: string;
}

export interface Track {
  track: string;
  mmsi: number | null;
  name: string | null;
  call_sign: string | null;
  imo_number: number | null;
  ship_type: number | null;
  class: string;
  length_m: number | null;
  beam_m: number | null;
  lat: number;
  lon: number;
  sog_kn: number | null;
  cog_deg: number | null;
  true_heading_deg: number | null;
  navigational_status: number | null;
  observed_at: string;
  sources: Source[];
  state: "tentative" | "confirmed" | "coasting";
}

/** What a feed, or one of its stations, told; rate and lateness are those of the last five to ten minutes. */
export interface Reception {
  messages: number;
  messages_per_s: number;
  suspect_times: number;
  lost_lines: number;
  lateness_p50_s: number | null;
  lateness_p99_s: number | null;
  clock_skew_s: number | null;
  lost_since: string | null;
}

export interface Station extends Reception {
  name: string;
  age_s: number | null;
}

export interface Feed extends Reception {
  name: string;
  kind: string;
  source: string;
  state: "connecting" | "live" | "silent" | "ended" | "failed";
  detail: string | null;
  age_s: number | null;
  frames: number;
  frames_per_s: number | null;
  dropped: number;
  cut: number;
  clock_source: string | null;
  ais_messages: Record<string, number>;
  rejects: Record<string, number>;
  /** ASTERIX sources whose blocks fail so often that nothing of them is believed. */
  quarantined: string[];
  duplicates: number;
  late: number;
  too_late: number;
  stations: Station[];
}

export interface Service {
  now: string;
  exercise: string | null;
  user: { name: string | null; role: string | null; squadron: string | null } | null;
}

/** What a slot of the picture is: told before its first row, and when it changes. */
export interface Identity {
  slot: number;
  track: string;
  mmsi?: number | null;
  name?: string | null;
  call_sign?: string | null;
  ship_type?: number | null;
  length_m?: number | null;
  beam_m?: number | null;
}
