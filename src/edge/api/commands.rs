//! Commands: what operators do to an alert. Each answers with the alert after it, and done again changes nothing.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Deserializer};

use super::App;
use super::alerts::{line, visible};
use super::error::ApiError;
use super::query::Told;
use super::session::Asker;
use super::zones::squadrons;
use crate::edge::auth::Principal;
use crate::edge::inlet::{Outcome, Stopping};
use crate::edge::store::Published;
use crate::engine::command::{Action, ClosedAs, Command, Term};
use crate::engine::time::EventTime;

/// The most characters of a note.
const NOTE_AT_MOST: usize = 2000;
/// The most characters of an assignee's name.
const NAME_AT_MOST: usize = 100;
/// The longest silence, s.
const SILENCE_AT_MOST_S: u32 = 30 * 24 * 3600;

/// The body of an acknowledgement.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Acknowledgement {
    note: Option<String>,
}

/// Who is to work on it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Assignment {
    /// Null takes it from whoever had it.
    #[serde(deserialize_with = "said")]
    assignee: Option<String>,
    note: Option<String>,
}

/// How long it is to ask for no attention, in event time.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Silence {
    for_s: Option<u32>,
    until: Option<String>,
    note: Option<String>,
}

/// Whose it is to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfer {
    squadron: String,
    note: Option<String>,
}

/// What became of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Closing {
    outcome: ClosedAs,
    note: Option<String>,
}

/// A member that must be there, and may be null.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// `POST /api/v1/alerts/{id}/acknowledge`.
pub(super) async fn acknowledge(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    Told(Acknowledgement { note }): Told<Acknowledgement>,
) -> Result<Response, ApiError> {
    act(&app, asker, id, Action::Acknowledge, note).await
}

/// `POST /api/v1/alerts/{id}/assign`.
pub(super) async fn assign(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    Told(Assignment { assignee, note }): Told<Assignment>,
) -> Result<Response, ApiError> {
    let to = assignee.map(|name| name.trim().to_owned());
    if to.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > NAME_AT_MOST) {
        return Err(ApiError::bad_request(format!("assignee: must have 1 to {NAME_AT_MOST} characters, or be null")));
    }
    act(&app, asker, id, Action::Assign { to }, note).await
}

/// `POST /api/v1/alerts/{id}/silence`.
pub(super) async fn silence(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    Told(Silence { for_s, until, note }): Told<Silence>,
) -> Result<Response, ApiError> {
    let term = match (for_s, until) {
        (Some(seconds), None) if seconds <= SILENCE_AT_MOST_S => Term::ForS(seconds),
        (Some(_), None) => return Err(ApiError::bad_request(format!("for_s: must be at most {SILENCE_AT_MOST_S}"))),
        (None, Some(text)) => {
            let until = EventTime::from_iso(&text);
            Term::UntilMs(until.ok_or_else(|| ApiError::bad_request("until: must be a time in ISO 8601"))?.millis())
        }
        _ => return Err(ApiError::bad_request("say either `for_s` or `until`")),
    };
    act(&app, asker, id, Action::Silence { term }, note).await
}

/// `POST /api/v1/alerts/{id}/transfer`.
pub(super) async fn transfer(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    Told(Transfer { squadron, note }): Told<Transfer>,
) -> Result<Response, ApiError> {
    let known = squadrons(&app.in_force.borrow().zones);
    if !known.contains(&squadron) {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(ApiError::bad_request(format!("squadron: must be one that zones name: {}", known.join(", "))));
    }
    act(&app, asker, id, Action::Transfer { squadron }, note).await
}

/// `POST /api/v1/alerts/{id}/close`.
pub(super) async fn close(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    Told(Closing { outcome, note }): Told<Closing>,
) -> Result<Response, ApiError> {
    act(&app, asker, id, Action::Close { outcome }, note).await
}

/// Has a command done, and answers with the last revision that the asker may see.
async fn act(
    app: &App,
    Asker(asker): Asker,
    id: String,
    action: Action,
    note: Option<String>,
) -> Result<Response, ApiError> {
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_AT_MOST) {
        return Err(ApiError::bad_request(format!("the note is longer than {NOTE_AT_MOST} characters")));
    }
    let before = visible(app, &asker.principal, id.clone()).await?;
    let command = Command { alert: before.id.clone(), action, by: asker.principal.name.clone(), note };
    match app.inlet.command(command).await {
        Ok(Outcome::Done) => after(app, &asker.principal, id).await.map(|alert| line(&alert)),
        Ok(Outcome::Refused) => Err(ApiError::unavailable("the journal cannot be written: nothing has changed")),
        Err(Stopping) => Err(ApiError::unavailable(Stopping.to_string())),
    }
}

/// The last revision of an alert that they may see: of one that was handed over, the one that says so.
async fn after(app: &App, asker: &Principal, id: String) -> Result<Arc<Published>, ApiError> {
    let Some(squadron) = asker.squadron.clone() else { return visible(app, asker, id).await };
    let wanted = id.clone();
    let found = app.read(move |services| services.store.last_told_to(&squadron, &wanted)).await?;
    found.ok_or_else(|| ApiError::not_found(format!("there is no alert `{}`", id.escape_debug())))
}
