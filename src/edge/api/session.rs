//! Who asks: the token of a request, and whether its role may use the route.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{self, HeaderMap};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use super::connection::Peer;
use super::error::ApiError;
use crate::edge::auth::{Admitted, Role};

/// What a route asks of those who use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing: probes and the console's files.
    Nothing,
    /// Any good token; what is shown depends on it.
    Token,
    /// The right to see the whole picture.
    Picture,
    /// The right to act.
    Command,
}

/// How the token of a WebSocket is told: a subprotocol of this prefix.
const BEARER_PROTOCOL: &str = "bearer.";

impl Needs {
    fn allow(self, role: Role) -> bool {
        match self {
            Needs::Nothing | Needs::Token => true,
            Needs::Picture => role != Role::Liaison,
            Needs::Command => role == Role::Operator,
        }
    }
}

/// Lets a request through if its token is good and its role may; notes for the handler who it is.
pub(super) async fn admit(State((app, needs)): State<(App, Needs)>, mut request: Request, next: Next) -> Response {
    if needs == Needs::Nothing {
        return next.run(request).await;
    }
    let (peer, secret) = (request.extensions().get().copied(), secret(request.headers()).map(str::to_owned));
    match admitted(&app, needs, peer, secret).await {
        Ok(admitted) => {
            request.extensions_mut().insert(admitted);
            next.run(request).await
        }
        Err(refused) => refused.into_response(),
    }
}

async fn admitted(app: &App, needs: Needs, peer: Option<Peer>, secret: Option<String>) -> Result<Admitted, ApiError> {
    let peer = peer.ok_or_else(|| ApiError::internal("the connection is not known"))?;
    let admitted = app.0.access.admit(secret.as_deref(), peer.remote.ip()).await?;
    let role = admitted.principal.role;
    if needs.allow(role) {
        return Ok(admitted);
    }
    Err(ApiError::forbidden(format!("the role {} may not do this", role.text())))
}

/// The token of a request: `Authorization: Bearer TOKEN`, or a WebSocket's subprotocol `bearer.TOKEN`.
fn secret(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some((scheme, secret)) = authorization.and_then(|value| value.split_once(' ')) {
        return scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim());
    }
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    offered.flat_map(|list| list.split(',')).find_map(|protocol| protocol.trim().strip_prefix(BEARER_PROTOCOL))
}

/// Who asks, for handlers.
pub(super) struct Asker(pub(super) Admitted);

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let admitted = parts.extensions.get::<Admitted>().cloned();
        admitted.map(Asker).ok_or_else(|| ApiError::internal("it is not known who asks"))
    }
}
