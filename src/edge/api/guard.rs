//! What every request must keep to before anything is done with it, and what every answer says to browsers.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use super::connection::Peer;
use super::error::ApiError;

/// What the console needs, and nothing from elsewhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
     img-src 'self'; worker-src 'self'; connect-src 'self'; font-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const SECURITY_HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Refuses what a foreign page or a foreign name could bring; adds the headers of [`SECURITY_HEADERS`] to every answer.
///
/// Answers are not kept by anybody unless their handler says otherwise.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = match check(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in &SECURITY_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn check(app: &App, request: &Request) -> Result<(), ApiError> {
    let Some(peer) = request.extensions().get::<Peer>() else {
        return Err(ApiError::internal("the connection is not known"));
    };
    let headers = request.headers();
    let is_addressed = one(headers, &header::HOST).is_some_and(|host| app.hosts.allow(host, 80, peer.local));
    let authority = request.uri().authority();
    if !is_addressed || authority.is_some_and(|host| !app.hosts.allow(host.as_str(), 80, peer.local)) {
        let sentence = "this name is not the service's: use its address, or list the name in allow_host of [http]";
        return Err(ApiError::new(StatusCode::MISDIRECTED_REQUEST, sentence));
    }
    let changes = ![Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if changes || headers.contains_key(header::UPGRADE) {
        check_origin(app, peer, headers)?;
    }
    if changes && !is_json(headers) {
        let sentence = "the body must be JSON: Content-Type: application/json";
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, sentence));
    }
    Ok(())
}

/// Browsers tell which page asks; programs do not, and need a token where there are tokens.
fn check_origin(app: &App, peer: &Peer, headers: &HeaderMap) -> Result<(), ApiError> {
    let foreign = || ApiError::forbidden("a page from elsewhere asks: only the service's own pages may");
    if headers.contains_key(header::ORIGIN) {
        let is_ours = one(headers, &header::ORIGIN).is_some_and(|origin| app.hosts.allow_origin(origin, peer.local));
        if !is_ours {
            return Err(foreign());
        }
    }
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return Err(foreign());
    }
    Ok(())
}

/// The value of a header that stands exactly once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// `application/json`, with or without parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let essence = one(headers, &header::CONTENT_TYPE).and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
