//! Alerts: the list, one of them, its evidence. Lines go out as they are stored.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::App;
use super::error::ApiError;
use super::query::asked;
use super::session::Asker;
use crate::edge::auth::{Principal, Role};
use crate::edge::store::{AlertFilter, Published};

/// Alerts in a list where the query names no limit.
const LISTED: usize = 5000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default)]
    open: bool,
    limit: Option<usize>,
}

/// `GET /api/v1/alerts`.
pub(super) async fn list(State(app): State<App>, Asker(asker): Asker, uri: Uri) -> Result<Response, ApiError> {
    let ListQuery { open, limit } = asked(&uri)?;
    let squadron = asker.principal.squadron.clone();
    let filter = AlertFilter { open_only: open, squadron, limit: limit.unwrap_or(LISTED).min(LISTED) };
    let (mut alerts, sequence) = app.read(move |services| services.store.alerts(&filter)).await?;
    alerts.retain(|alert| asker.principal.sees(alert.squadron.as_deref()));
    Ok(list_of(alerts, sequence))
}

/// `{"alerts":[...],"sequence":N}`, line after line, without a copy of them all.
fn list_of(alerts: Vec<Arc<Published>>, sequence: u64) -> Response {
    let lines = alerts.into_iter().enumerate().map(|(i, alert)| {
        let separator = if i == 0 { "" } else { ",\n" };
        Bytes::from(format!("{separator}{}", alert.line))
    });
    let head = std::iter::once(Bytes::from_static(b"{\"alerts\":["));
    let tail = std::iter::once(Bytes::from(format!("],\"sequence\":{sequence}}}")));
    let pieces = head.chain(lines).chain(tail).map(Ok::<_, std::convert::Infallible>);
    json(Body::from_stream(stream::iter(pieces)))
}

/// `GET /api/v1/alerts/{id}`.
pub(super) async fn one(
    State(app): State<App>,
    Asker(asker): Asker,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let alert = visible(&app, &asker.principal, id).await?;
    Ok(line(&alert))
}

/// The parts of a stored line that tell its evidence.
#[derive(Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    evidence: StoredEvidence<'a>,
}

#[derive(Deserialize)]
struct StoredEvidence<'a> {
    #[serde(borrow)]
    fixes: &'a RawValue,
}

#[derive(Serialize)]
struct Evidence<'a> {
    id: &'a str,
    revision: u32,
    fixes: &'a RawValue,
}

/// `GET /api/v1/alerts/{id}/evidence`.
pub(super) async fn evidence(
    State(app): State<App>,
    Asker(asker): Asker,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let alert = visible(&app, &asker.principal, id).await?;
    let unreadable = |_| ApiError::internal("the stored alert cannot be read");
    let Stored { evidence: StoredEvidence { fixes } } = serde_json::from_str(&alert.line).map_err(unreadable)?;
    let evidence = Evidence { id: &alert.id, revision: alert.revision, fixes };
    Ok(json(serde_json::to_vec(&evidence).map_err(unreadable)?.into()))
}

/// The newest revision of an alert, if they may see it; for them there is no other.
pub(super) async fn visible(app: &App, asker: &Principal, id: String) -> Result<Arc<Published>, ApiError> {
    let not_found = ApiError::not_found(format!("there is no alert `{}`", id.escape_debug()));
    if asker.role == Role::Liaison {
        return Err(not_found);
    }
    let found = app.read(move |services| services.store.alert(&id)).await?;
    found.filter(|alert| asker.sees(alert.squadron.as_deref())).ok_or(not_found)
}

/// The line of a revision, as it is stored.
pub(super) fn line(alert: &Published) -> Response {
    json(Bytes::copy_from_slice(alert.line.as_bytes()).into())
}

/// JSON that is written already.
pub(super) fn json(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
