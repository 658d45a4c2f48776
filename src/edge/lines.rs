//! Output lines: alerts and tracks as the JSON others rely on, quantised so that every machine writes the same bytes.

use serde::Serialize;

use crate::engine::alert::{Alert, CitedFix, Handling, Subject};
use crate::engine::command::ClosedAs;
use crate::engine::decode::report::AisClass;
use crate::engine::detect::Kind;
use crate::engine::digest::hex;
use crate::engine::earth::Position;
use crate::engine::input::Feed;
use crate::engine::output::TrackState;
use crate::engine::time::EventTime;
use crate::engine::track::{Holding, Source};

/// One alert line; `None` fields that `--final` leaves out are not written.
#[derive(Serialize)]
struct AlertLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u32>,
    kind: &'static str,
    subkind: Option<&'static str>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    subjects: Vec<SubjectLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<FeedLine<'a>>,
    zone: Option<&'a str>,
    zones: &'a [String],
    squadron: Option<&'a str>,
    onset: String,
    end: Option<String>,
    observed: Vec<[String; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raised_at: Option<String>,
    priority: &'static str,
    severity: &'static str,
    confidence: f64,
    factors: Vec<FactorLine>,
    position: Option<PositionLine>,
    tier: Option<String>,
    context: Vec<&'static str>,
    group: Option<&'a str>,
    meetings: Vec<MeetingLine<'a>>,
    suppressed: Option<SuppressedLine<'a>>,
    exercise: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    exercise_label: Option<&'a str>,
    late_data: Option<()>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handling: Option<HandlingLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<String>,
    settings_hash: &'a str,
    evidence: EvidenceLine<'a>,
}

#[derive(Serialize)]
struct SubjectLine<'a> {
    track: String,
    mmsi: Option<u32>,
    name: Option<&'a str>,
    sources: Vec<&'static str>,
}

/// The feed that a line is about, where it is about one.
#[derive(Serialize)]
struct FeedLine<'a> {
    name: &'a str,
    station: Option<&'a str>,
}

#[derive(Serialize)]
struct FactorLine {
    name: &'static str,
    value: f64,
    limit: Option<f64>,
    weight: f64,
}

#[derive(Serialize)]
struct PositionLine {
    lat: f64,
    lon: f64,
}

#[derive(Serialize)]
struct MeetingLine<'a> {
    subjects: Vec<SubjectLine<'a>>,
    tier: Option<String>,
    observed: Vec<[String; 2]>,
    min_distance_m: Option<f64>,
    context: Vec<&'static str>,
}

#[derive(Serialize)]
struct SuppressedLine<'a> {
    rule: &'static str,
    entry: Option<&'a str>,
}

/// What people did about it.
#[derive(Serialize)]
struct HandlingLine<'a> {
    assignee: Option<&'a str>,
    acknowledged_by: Option<&'a str>,
    outcome: Option<&'a str>,
    note: Option<&'a str>,
    silenced_until: Option<String>,
    transferred_from: Option<&'a str>,
}

#[derive(Serialize)]
struct EvidenceLine<'a> {
    fixes: Vec<FixLine<'a>>,
}

/// One fix with the reference to its raw sentence: the journal finds it by feed, time and digest.
#[derive(Serialize)]
struct FixLine<'a> {
    t: String,
    track: String,
    lat: f64,
    lon: f64,
    sog_kn: Option<f64>,
    cog_deg: Option<f64>,
    source: &'static str,
    sigma_m: f64,
    feed: &'a str,
    digest: String,
}

/// One track line.
#[derive(Serialize)]
struct TrackLine {
    t: f64,
    track: String,
    lat: f64,
    lon: f64,
    sog_kn: Option<f64>,
    cog_deg: Option<f64>,
    mmsi: Option<u32>,
    mmsi_confidence: f64,
    class: &'static str,
    sources: Vec<&'static str>,
    sigma_m: f64,
}

/// Which of an alert's lines is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertForm {
    /// A revision as it comes.
    Live,
    /// The last state of an alert, without what depends on the order of arrival.
    Final,
}

/// What a line says besides the alert itself.
#[derive(Clone, Copy, Debug)]
pub struct LineContext<'a> {
    /// The feeds, by which evidence names its sentences.
    pub feeds: &'a [Feed],
    /// What marks an exercise.
    pub exercise: Option<&'a str>,
    /// When it leaves for those who watch; `None` where nobody does.
    pub published_at: Option<EventTime>,
}

/// An alert as one line of JSON, without line end.
///
/// # Errors
/// Never for values the engine makes; `serde_json`'s error otherwise.
pub fn alert_line(alert: &Alert, context: LineContext<'_>, form: AlertForm) -> serde_json::Result<String> {
    let LineContext { feeds, exercise, published_at } = context;
    let anomaly = &alert.anomaly;
    let live = form == AlertForm::Live;
    let observed: Vec<[String; 2]> = anomaly.observed.iter().map(|&(from, to)| [from.iso(), to.iso()]).collect();
    let tier = anomaly.tier_m.map(|m| format!("{m}m"));
    let context: Vec<&'static str> = anomaly.context.iter().map(|c| c.text()).collect();
    let meetings =
        if anomaly.kind == Kind::ShipToShip { vec![meeting(alert, &tier, &observed, &context)] } else { vec![] };
    serde_json::to_string(&AlertLine {
        id: live.then_some(&alert.id),
        key: &alert.key,
        revision: live.then_some(alert.revision),
        kind: anomaly.kind.text(),
        subkind: anomaly.subkind.map(|s| s.text()),
        state: alert.state.text(),
        cause: live.then(|| alert.cause.text()),
        subjects: alert.subjects.iter().map(subject).collect(),
        feed: alert.feed.as_ref().map(|feed| FeedLine { name: &feed.name, station: feed.station.as_deref() }),
        zone: alert.zone.as_deref(),
        zones: &alert.zones,
        squadron: alert.squadron.as_deref(),
        onset: anomaly.onset.iso(),
        end: anomaly.end.map(EventTime::iso),
        observed,
        raised_at: live.then(|| anomaly.raised_at.iso()),
        priority: anomaly.priority.text(),
        severity: alert.severity.text(),
        confidence: quantise(anomaly.confidence, 3),
        factors: anomaly.factors.iter().map(factor).collect(),
        position: anomaly.position.map(position),
        tier,
        context,
        group: alert.group.as_deref().filter(|_| live),
        meetings,
        suppressed: anomaly
            .suppressed
            .as_ref()
            .map(|s| SuppressedLine { rule: s.rule.text(), entry: alert.suppressed_entry.as_deref() }),
        exercise: exercise.is_some(),
        exercise_label: exercise,
        late_data: None,
        handling: live.then(|| handling(&alert.handling)),
        published_at: published_at.map(EventTime::iso),
        settings_hash: &alert.settings_hash,
        evidence: EvidenceLine { fixes: alert.evidence.iter().map(|cited| fix(cited, feeds)).collect() },
    })
}

/// A track's state as one line of JSON, without line end.
///
/// # Errors
/// Never for values the engine makes; `serde_json`'s error otherwise.
pub fn track_line(state: &TrackState) -> serde_json::Result<String> {
    serde_json::to_string(&TrackLine {
        t: quantise(state.at.seconds(), 3),
        track: state.track.to_string(),
        lat: quantise(state.position.lat(), 7),
        lon: quantise(state.position.lon(), 7),
        sog_kn: state.sog.map(|v| quantise(v.knots(), 2)),
        cog_deg: state.cog.map(|c| quantise(c.degrees(), 1)),
        mmsi: state.mmsi.map(|m| m.0),
        mmsi_confidence: quantise(state.mmsi_confidence, 3),
        class: state.holding.map_or_else(|| class_text(state.class, state.mmsi.is_some()), holding_text),
        sources: state.sources.iter().map(|&s| source_text(s)).collect(),
        sigma_m: quantise(state.sigma_m, 1),
    })
}

fn subject(subject: &Subject) -> SubjectLine<'_> {
    let mut sources = Vec::new();
    if subject.by_ais {
        sources.push(source_text(Source::Ais));
    }
    if subject.by_radar {
        sources.push(source_text(Source::Radar));
    }
    SubjectLine {
        track: subject.track.to_string(),
        mmsi: subject.mmsi.map(|m| m.0),
        name: subject.name.as_ref().map(|name| name.as_str()),
        sources,
    }
}

fn handling(handling: &Handling) -> HandlingLine<'_> {
    HandlingLine {
        assignee: handling.assignee.as_deref(),
        acknowledged_by: handling.acknowledged_by.as_deref(),
        outcome: handling.outcome.map(ClosedAs::text),
        note: handling.note.as_deref(),
        silenced_until: handling.silenced_until.map(|until| until.iso()),
        transferred_from: handling.transferred_from.as_deref(),
    }
}

fn meeting<'a>(
    alert: &'a Alert,
    tier: &Option<String>,
    observed: &[[String; 2]],
    context: &[&'static str],
) -> MeetingLine<'a> {
    let least = alert.factors().iter().find(|f| f.name.text() == "min_distance_m");
    MeetingLine {
        subjects: alert.subjects.iter().map(subject).collect(),
        tier: tier.clone(),
        observed: observed.to_vec(),
        min_distance_m: least.map(|f| quantise(f.value, 1)),
        context: context.to_vec(),
    }
}

fn factor(factor: &crate::engine::detect::Factor) -> FactorLine {
    FactorLine {
        name: factor.name.text(),
        value: quantise(factor.value, 3),
        limit: factor.limit.map(|limit| quantise(limit, 3)),
        weight: quantise(factor.weight, 3),
    }
}

fn fix<'a>(cited: &CitedFix, feeds: &'a [Feed]) -> FixLine<'a> {
    let fix = &cited.fix;
    FixLine {
        t: fix.at.iso(),
        track: cited.track.to_string(),
        lat: quantise(fix.position.lat(), 7),
        lon: quantise(fix.position.lon(), 7),
        sog_kn: fix.sog.map(|v| quantise(v.knots(), 2)),
        cog_deg: fix.cog.map(|c| quantise(c.degrees(), 1)),
        source: source_text(fix.source),
        sigma_m: quantise(f64::from(fix.sigma_m), 1),
        feed: feeds.get(usize::from(fix.feed.0)).map_or("", |feed| &feed.name),
        digest: hex(&fix.digest.to_be_bytes()),
    }
}

fn position(position: Position) -> PositionLine {
    PositionLine { lat: quantise(position.lat(), 7), lon: quantise(position.lon(), 7) }
}

/// A sensor, as every line tells it.
pub fn source_text(source: Source) -> &'static str {
    match source {
        Source::Ais => "ais",
        Source::Radar => "radar",
    }
}

/// How AIS and radar hold a track, as every line tells it.
pub fn holding_text(holding: Holding) -> &'static str {
    match holding {
        Holding::Cooperative => "cooperative",
        Holding::DarkHeld => "dark_held",
        Holding::NonCooperative => "non_cooperative",
        Holding::AisWithoutEcho => "ais_without_echo",
        Holding::Merged => "merged",
    }
}

/// What kind of station a track is, as every line tells it.
pub fn class_text(class: AisClass, has_mmsi: bool) -> &'static str {
    match class {
        _ if !has_mmsi => "radar",
        AisClass::A => "a",
        AisClass::B => "b",
        AisClass::Base => "base_station",
        AisClass::Aircraft => "sar_aircraft",
        AisClass::Aid => "aid_to_navigation",
        AisClass::Unknown => "unknown",
    }
}

/// A value rounded to so many decimals; never minus zero.
pub fn quantise(value: f64, decimals: i32) -> f64 {
    let scale = libm::exp10(f64::from(decimals));
    let rounded = libm::round(value * scale) / scale;
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantised_values_print_short() {
        assert_eq!(serde_json::to_string(&quantise(106.123_456_749, 7)).unwrap(), "106.1234567");
        assert_eq!(serde_json::to_string(&quantise(-0.000_4, 3)).unwrap(), "0.0");
        assert_eq!(serde_json::to_string(&quantise(0.1 + 0.2, 3)).unwrap(), "0.3");
    }
}
