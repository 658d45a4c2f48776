//! The service of itself: its name and time, whether it lives, whether it is ready, what it offers.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;

use super::error::ApiError;
use super::session::Asker;
use super::{App, Readiness};

/// The description of the API for machines, OpenAPI 3.1.
pub(super) const OPENAPI: &str = include_str!("openapi.json");

#[derive(Serialize)]
pub(super) struct ServiceBody {
    name: &'static str,
    version: &'static str,
    now: String,
    exercise: Option<String>,
    rate: f64,
    user: UserBody,
    settings_hash: String,
}

#[derive(Serialize)]
struct UserBody {
    name: String,
    role: &'static str,
    squadron: Option<String>,
}

/// `GET /api/v1/service`.
pub(super) async fn service(State(app): State<App>, Asker(asker): Asker) -> Json<ServiceBody> {
    let principal = &asker.principal;
    Json(ServiceBody {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        now: app.clock.now().iso(),
        exercise: app.exercise.clone(),
        rate: app.clock.rate(),
        user: UserBody {
            name: principal.name.clone(),
            role: principal.role.text(),
            squadron: principal.squadron.clone(),
        },
        settings_hash: app.in_force.borrow().settings_hash.clone(),
    })
}

/// `GET /api/v1/openapi.json`.
pub(super) async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI)
}

#[derive(Serialize)]
pub(super) struct StatusBody {
    status: &'static str,
}

/// `GET /healthz`: the process answers.
pub(super) async fn healthz() -> Json<StatusBody> {
    Json(StatusBody { status: "ok" })
}

/// `GET /readyz`.
pub(super) async fn readyz(State(app): State<App>) -> Result<Json<StatusBody>, ApiError> {
    match &*app.readiness.borrow() {
        Readiness::Ready => Ok(Json(StatusBody { status: "ready" })),
        Readiness::Waiting(why) => Err(ApiError::unavailable(why.clone())),
    }
}
