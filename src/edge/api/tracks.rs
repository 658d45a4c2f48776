//! Tracks: the picture as JSON, and where a track was.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::alerts::json;
use super::bbox::Bbox;
use super::error::ApiError;
use super::query::asked;
use super::{App, Services};
use crate::edge::lines::{class_text, quantise, source_text};
use crate::edge::seen::{SeenTrack, Table};
use crate::edge::store::HistoryFix;
use crate::engine::time::{EventTime, Span};
use crate::engine::track::{Source, TrackId};
use crate::engine::units::wrap_360;

/// The most fixes of a history; about eleven days.
const FIXES_AT_MOST: usize = 100_000;
/// How far back a history goes where the query does not say.
const HISTORY: Span = Span::from_hours(1);

#[derive(Serialize)]
struct TracksBody {
    at: String,
    tracks: Vec<TrackBody>,
}

/// A track as it is told.
#[derive(Serialize)]
struct TrackBody {
    track: String,
    mmsi: Option<u32>,
    name: Option<String>,
    call_sign: Option<String>,
    imo_number: Option<u32>,
    ship_type: Option<u8>,
    class: &'static str,
    length_m: Option<u16>,
    beam_m: Option<u16>,
    lat: f64,
    lon: f64,
    sog_kn: Option<f64>,
    cog_deg: Option<f64>,
    true_heading_deg: Option<f64>,
    navigational_status: Option<u8>,
    observed_at: String,
    sources: Vec<&'static str>,
    state: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    bbox: Option<String>,
    limit: Option<usize>,
}

/// `GET /api/v1/tracks`.
pub(super) async fn list(State(app): State<App>, uri: Uri) -> Result<Response, ApiError> {
    let ListQuery { bbox, limit } = asked(&uri)?;
    let bbox = bbox.map(|text| text.parse::<Bbox>()).transpose();
    let bbox = bbox.map_err(|error| ApiError::bad_request(error.to_string()))?;
    let body = app.read(move |services| Ok(tracks_json(services, bbox, limit.unwrap_or(usize::MAX)))).await?;
    Ok(json(body?.into()))
}

/// Copies the tracks while the table is held, writes them afterwards.
fn tracks_json(services: &Services, bbox: Option<Bbox>, limit: usize) -> Result<Vec<u8>, ApiError> {
    let is_wanted = |track: &&SeenTrack| bbox.is_none_or(|bbox| bbox.holds(track.position));
    let (at, tracks) = services.seen.read(|table| {
        let wanted = table.tracks().map(|(_, track)| track).filter(is_wanted).take(limit);
        (seen_at(services, table), wanted.cloned().collect::<Vec<SeenTrack>>())
    });
    let body = TracksBody { at: at.iso(), tracks: tracks.iter().map(track_body).collect() };
    serde_json::to_vec(&body).map_err(|_| ApiError::internal("the tracks cannot be written"))
}

/// The event time of the table; the service's own time before anything was seen.
pub(super) fn seen_at(services: &Services, table: &Table) -> EventTime {
    if table.at == EventTime::MIN { services.clock.now() } else { table.at }
}

/// `GET /api/v1/tracks/{id}`.
pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<axum::Json<impl Serialize>, ApiError> {
    let track = track_id(&id)?;
    let body = app.seen.read(|table| table.get(track).map(track_body));
    body.map(axum::Json).ok_or_else(|| ApiError::not_found(format!("the track {id} is not current")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryQuery {
    from: Option<String>,
    to: Option<String>,
}

#[derive(Serialize)]
struct HistoryBody {
    track: String,
    fixes: Vec<FixBody>,
}

#[derive(Serialize)]
struct FixBody {
    t: String,
    lat: f64,
    lon: f64,
    sog_kn: Option<f64>,
    cog_deg: Option<f64>,
    source: &'static str,
}

/// `GET /api/v1/tracks/{id}/history`.
pub(super) async fn history(State(app): State<App>, Path(id): Path<String>, uri: Uri) -> Result<Response, ApiError> {
    let track = track_id(&id)?;
    let HistoryQuery { from, to } = asked(&uri)?;
    let to = to.map(|text| instant("to", &text)).transpose()?;
    let to = to.unwrap_or_else(|| app.seen.read(|table| seen_at(&app, table)));
    let from = from.map(|text| instant("from", &text)).transpose()?.unwrap_or(to - HISTORY);
    let fixes = app.read(move |services| services.history.history(track, from, to, FIXES_AT_MOST + 1)).await?;
    if fixes.len() > FIXES_AT_MOST {
        let sentence = format!("more than {FIXES_AT_MOST} fixes: ask for a shorter time");
        return Err(ApiError::bad_request(sentence));
    }
    let body = HistoryBody { track: track.to_string(), fixes: fixes.iter().map(fix_body).collect() };
    let text = serde_json::to_vec(&body).map_err(|_| ApiError::internal("the history cannot be written"))?;
    Ok(json(text.into()))
}

fn instant(name: &str, text: &str) -> Result<EventTime, ApiError> {
    let sentence = || format!("{name}: `{}` must be a time like 2026-01-10T00:00:00Z", text.escape_debug());
    EventTime::from_iso(text).ok_or_else(|| ApiError::bad_request(sentence()))
}

/// The track of a public name: `t` and 16 hexadecimal digits.
fn track_id(text: &str) -> Result<TrackId, ApiError> {
    let digits = text.strip_prefix('t').filter(|digits| digits.len() == 16 && !digits.starts_with('+'));
    let id = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).map(TrackId);
    let sentence = || format!("`{}` is no track: `t` and 16 hexadecimal digits", text.escape_debug());
    id.ok_or_else(|| ApiError::not_found(sentence()))
}

fn track_body(track: &SeenTrack) -> TrackBody {
    let claims = &track.claims;
    let sources = [(track.by_ais, Source::Ais), (track.by_radar, Source::Radar)];
    TrackBody {
        track: track.id.to_string(),
        mmsi: track.mmsi.map(|mmsi| mmsi.0),
        name: claims.name.map(|name| name.to_string()),
        call_sign: claims.call_sign.map(|call_sign| call_sign.to_string()),
        imo_number: claims.imo_number.map(|imo| imo.0),
        ship_type: claims.ship_type,
        class: class_text(track.class, track.mmsi.is_some()),
        length_m: claims.dimensions.map(|hull| hull.length_m()).filter(|m| *m > 0),
        beam_m: claims.dimensions.map(|hull| hull.beam_m()).filter(|m| *m > 0),
        lat: quantise(track.position.lat(), 7),
        lon: quantise(track.position.lon(), 7),
        sog_kn: track.sog.map(|sog| quantise(sog.knots(), 2)),
        cog_deg: track.cog.map(|cog| tenths(cog.degrees())),
        true_heading_deg: track.true_heading.map(|heading| tenths(heading.degrees())),
        navigational_status: track.navigational_status,
        observed_at: track.observed_at.iso(),
        sources: sources.into_iter().filter(|(by, _)| *by).map(|(_, source)| source_text(source)).collect(),
        state: state_text(track),
    }
}

/// A direction in tenths of a degree, below 360.
fn tenths(degrees: f64) -> f64 {
    wrap_360(quantise(degrees, 1))
}

fn state_text(track: &SeenTrack) -> &'static str {
    match (track.coasting, track.confirmed) {
        (true, _) => "coasting",
        (false, true) => "confirmed",
        (false, false) => "tentative",
    }
}

fn fix_body(fix: &HistoryFix) -> FixBody {
    FixBody {
        t: fix.at.iso(),
        lat: quantise(fix.position.lat(), 7),
        lon: quantise(fix.position.lon(), 7),
        sog_kn: fix.sog.map(|sog| quantise(sog.knots(), 2)),
        cog_deg: fix.cog.map(|cog| tenths(cog.degrees())),
        source: source_text(fix.source),
    }
}
