//! The picture over a WebSocket: twice a second what has changed; a client that reads slowly skips, and costs no more.

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::Uri;
use axum::response::Response;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use super::App;
use super::bbox::Bbox;
use super::error::ApiError;
use super::query::asked;
use super::session::Asker;
use super::tracks::seen_at;
use super::view::View;
use crate::edge::auth::Admitted;

/// The subprotocol.
const PROTOCOL: &str = "picket.v1";
/// The most bytes a client may say at once.
const SAID_AT_MOST: usize = 4096;
/// How long a client may take to say which box it wants before it is shown everything.
const FIRST_WORD: Duration = Duration::from_millis(100);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PictureQuery {
    bbox: Option<String>,
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    bbox: Option<Bbox>,
}

/// Why the conversation ends.
enum End {
    /// The client went, or cannot be reached.
    Gone,
    /// The client is told why.
    Told(u16, String),
}

/// `GET /api/v1/picture`.
pub(super) async fn picture(
    State(app): State<App>,
    Asker(admitted): Asker,
    uri: Uri,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let PictureQuery { bbox } = asked(&uri)?;
    let bbox = bbox.map(|text| text.parse::<Bbox>()).transpose();
    let bbox = bbox.map_err(|error| ApiError::bad_request(error.to_string()))?;
    let upgrade = upgrade.map_err(|refused| ApiError::new(refused.status(), refused.body_text()))?;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(SAID_AT_MOST).max_frame_size(SAID_AT_MOST);
    Ok(upgrade.on_upgrade(move |socket| converse(app, admitted, socket, bbox)))
}

async fn converse(app: App, admitted: Admitted, mut socket: WebSocket, bbox: Option<Bbox>) {
    let _counted = app.metrics.picture();
    let end = tokio::select! {
        end = show(&app, &admitted, &mut socket, bbox) => end,
        () = app.stopped() => End::Told(close_code::AWAY, "the service is stopping".to_owned()),
    };
    if let End::Told(code, reason) = end {
        let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        let _ = tokio::time::timeout(app.pace.farewell, socket.send(close)).await;
    }
}

async fn show(app: &App, admitted: &Admitted, socket: &mut WebSocket, bbox: Option<Bbox>) -> End {
    let first = if bbox.is_some() { Duration::ZERO } else { FIRST_WORD };
    let mut tick = interval_at(Instant::now() + first, app.pace.picture);
    let mut heartbeat = interval(app.pace.heartbeat);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut view = View::of(bbox);
    loop {
        let done = tokio::select! {
            said = socket.recv() => hear(said, &mut view),
            _ = tick.tick() => update(app, &mut view, socket).await,
            _ = heartbeat.tick() => check(admitted, socket).await,
        };
        if let Err(end) = done {
            return end;
        }
    }
}

fn hear(said: Option<Result<Message, axum::Error>>, view: &mut View) -> Result<(), End> {
    match said {
        None | Some(Err(_) | Ok(Message::Close(_))) => Err(End::Gone),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
        Some(Ok(Message::Binary(_))) => Err(End::Told(close_code::UNSUPPORTED, "say JSON".to_owned())),
        Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
            Ok(Said { bbox }) => {
                view.turn_to(bbox);
                Ok(())
            }
            Err(error) => Err(End::Told(close_code::POLICY, shortened(error.to_string()))),
        },
    }
}

/// Brings the client up to date, part by part; each is written as the table then stands, when the client has taken the one before.
async fn update(app: &App, view: &mut View, socket: &mut WebSocket) -> Result<(), End> {
    loop {
        let part = app.seen.read(|table| view.next_part(table, seen_at(app, table)));
        let is_last = part.is_last;
        if let Some(vessels) = part.vessels {
            socket.send(Message::Text(vessels.into())).await.map_err(|_| End::Gone)?;
        }
        socket.send(Message::Binary(part.rows)).await.map_err(|_| End::Gone)?;
        if is_last {
            return Ok(());
        }
    }
}

async fn check(admitted: &Admitted, socket: &mut WebSocket) -> Result<(), End> {
    if !admitted.is_still_good().await {
        return Err(End::Told(close_code::POLICY, "the token is no longer good".to_owned()));
    }
    socket.send(Message::Ping(Default::default())).await.map_err(|_| End::Gone)
}

/// A close reason has at most 123 bytes (RFC 6455, 5.5).
fn shortened(mut reason: String) -> String {
    let end = (0..=123.min(reason.len())).rev().find(|end| reason.is_char_boundary(*end));
    reason.truncate(end.unwrap_or(0));
    reason
}
