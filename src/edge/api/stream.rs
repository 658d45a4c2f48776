//! The alert stream: server-sent events from the outbox, each once and in order, from where the reader left off.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::App;
use super::error::ApiError;
use super::query::asked;
use super::session::Asker;
use crate::edge::auth::{Admitted, Role};
use crate::edge::metrics::Counted;
use crate::edge::store::{Published, StoreError};

/// Alerts fetched at a time; what a reader who does not read makes us hold.
const FETCHED: usize = 16;
/// How long a browser waits before it comes back, ms.
const RETRY_MS: u32 = 2000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StreamQuery {
    last_event_id: Option<String>,
}

/// `GET /api/v1/alerts/stream`.
pub(super) async fn stream(
    State(app): State<App>,
    Asker(admitted): Asker,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let told = app.outbox.subscribe();
    let after = match left_off(&headers, &uri)? {
        Some(sequence) if sequence <= app.outbox.latest() || is_known(&app, sequence).await? => sequence,
        Some(_) => 0,
        None => app.outbox.latest(),
    };
    let head = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let reader = Reader::new(app, admitted, told, after);
    Ok((head, Body::from_stream(stream::unfold(reader, Reader::next))).into_response())
}

/// The sequence number after which the reader wants to go on; `None` from now.
fn left_off(headers: &HeaderMap, uri: &Uri) -> Result<Option<u64>, ApiError> {
    let StreamQuery { last_event_id } = asked(uri)?;
    let header = headers.get("last-event-id").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let Some(text) = header.or(last_event_id) else { return Ok(None) };
    let sequence = text.trim().parse().map_err(|_| {
        ApiError::bad_request(format!("Last-Event-ID: `{}` is no sequence number", text.escape_debug()))
    })?;
    Ok(Some(sequence))
}

/// Whether the store gave this number, which may not have been announced yet; if not, the reader comes from another store
/// and is told everything.
async fn is_known(app: &App, sequence: u64) -> Result<bool, ApiError> {
    let latest = app.read(|services| services.store.latest_sequence()).await?;
    Ok(sequence <= latest)
}

/// One reader of the stream.
struct Reader {
    app: App,
    admitted: Admitted,
    told: watch::Receiver<u64>,
    /// The newest sequence number dealt with.
    after: u64,
    fetched: VecDeque<Arc<Published>>,
    heartbeat: Interval,
    greeted: bool,
    _counted: Counted,
}

impl Reader {
    fn new(app: App, admitted: Admitted, told: watch::Receiver<u64>, after: u64) -> Self {
        let mut heartbeat = interval(app.pace.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
        let counted = app.metrics.stream();
        Reader { app, admitted, told, after, fetched: VecDeque::new(), heartbeat, greeted: false, _counted: counted }
    }

    /// The next piece of the stream and the reader after it; `None` when the service stops or the token is no good any more.
    async fn next(mut self) -> Option<(Result<Bytes, StoreError>, Self)> {
        if !self.greeted {
            self.greeted = true;
            return Some((Ok(greeting(self.after)), self));
        }
        loop {
            if let Some(alert) = self.fetched.pop_front() {
                self.after = alert.sequence;
                self.app.metrics.sent(alert.sequence);
                return Some((Ok(event(&alert)), self));
            }
            let latest = *self.told.borrow_and_update();
            if latest > self.after {
                if let Err(error) = self.fetch(latest).await {
                    tracing::error!(error = &error as &dyn std::error::Error, "the alert stream cannot read");
                    return Some((Err(error), self));
                }
                continue;
            }
            let app = self.app.clone();
            tokio::select! {
                biased;
                () = app.stopped() => return None,
                _ = self.heartbeat.tick() => {
                    if !self.admitted.is_still_good().await {
                        return None;
                    }
                    return Some((Ok(Bytes::from_static(b": still here\n\n")), self));
                }
                changed = self.told.changed() => changed.ok()?,
            }
        }
    }

    /// Fetches what follows, of those alerts the reader may see; all up to `latest` was told.
    async fn fetch(&mut self, latest: u64) -> Result<(), StoreError> {
        let principal = &self.admitted.principal;
        if principal.role == Role::Liaison {
            self.after = latest;
            return Ok(());
        }
        let fetched = self.app.outbox.after(self.after, principal.squadron.as_deref(), FETCHED).await?;
        if fetched.is_empty() {
            self.after = latest;
        }
        self.fetched.extend(fetched);
        Ok(())
    }
}

/// Tells a browser where it stands, so that it comes back there even if no alert ever reached it.
fn greeting(after: u64) -> Bytes {
    format!("retry: {RETRY_MS}\nid: {after}\n\n").into()
}

fn event(alert: &Published) -> Bytes {
    let mut text = String::with_capacity(alert.line.len() + 48);
    let _ = write!(text, "id: {}\nevent: alert\ndata: {}\n\n", alert.sequence, alert.line);
    text.into()
}
