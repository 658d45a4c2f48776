//! The table of routes: what is where, what it asks of those who come, who answers.

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use super::error::ApiError;
use super::guard::guard;
use super::session::{Needs, admit};
use super::{App, about, alerts, commands, console, exposition, feeds, picture, stream, tracks, zones};

/// One route.
struct Route {
    path: &'static str,
    needs: Needs,
    handler: fn() -> MethodRouter<App>,
}

/// Every route; `openapi.json` describes those for machines, and a test holds both to each other.
const ROUTES: &[Route] = &[
    route("/api/v1/service", Needs::Token, || get(about::service)),
    route("/api/v1/openapi.json", Needs::Token, || get(about::openapi)),
    route("/api/v1/alerts", Needs::Token, || get(alerts::list)),
    route("/api/v1/alerts/stream", Needs::Token, || get(stream::stream)),
    route("/api/v1/alerts/{id}", Needs::Token, || get(alerts::one)),
    route("/api/v1/alerts/{id}/evidence", Needs::Token, || get(alerts::evidence)),
    route("/api/v1/alerts/{id}/acknowledge", Needs::Command, || post(commands::acknowledge)),
    route("/api/v1/alerts/{id}/assign", Needs::Command, || post(commands::assign)),
    route("/api/v1/alerts/{id}/silence", Needs::Command, || post(commands::silence)),
    route("/api/v1/alerts/{id}/transfer", Needs::Command, || post(commands::transfer)),
    route("/api/v1/alerts/{id}/close", Needs::Command, || post(commands::close)),
    route("/api/v1/tracks", Needs::Picture, || get(tracks::list)),
    route("/api/v1/tracks/{id}", Needs::Picture, || get(tracks::one)),
    route("/api/v1/tracks/{id}/history", Needs::Picture, || get(tracks::history)),
    route("/api/v1/picture", Needs::Picture, || get(picture::picture)),
    route("/api/v1/zones", Needs::Picture, || get(zones::list)),
    route("/api/v1/feeds", Needs::Picture, || get(feeds::list)),
    route("/metrics", Needs::Picture, || get(exposition::metrics)),
    route("/healthz", Needs::Nothing, || get(about::healthz)),
    route("/readyz", Needs::Nothing, || get(about::readyz)),
    route("/", Needs::Nothing, || get(console::page)),
];

const fn route(path: &'static str, needs: Needs, handler: fn() -> MethodRouter<App>) -> Route {
    Route { path, needs, handler }
}

/// All routes behind the guard.
pub(super) fn router(app: &App) -> Router {
    let mut router = Router::new();
    for Route { path, needs, handler } in ROUTES {
        let admission = from_fn_with_state((app.clone(), *needs), admit);
        router = router.route(path, handler().fallback(wrong_method).layer(admission));
    }
    router.fallback(console::file).layer(from_fn_with_state(app.clone(), guard)).with_state(app.clone())
}

async fn wrong_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "this method is not for this path")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_description_names_every_route_and_no_other() {
        let description: serde_json::Value = serde_json::from_str(about::OPENAPI).unwrap();
        let described: BTreeSet<&str> = description["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let routed: BTreeSet<&str> = ROUTES.iter().map(|route| route.path).filter(|path| *path != "/").collect();
        assert_eq!(described, routed);
    }
}
