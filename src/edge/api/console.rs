//! The console's files.

use axum::response::IntoResponse;

use super::error::ApiError;

/// `GET /`.
pub(super) async fn page() -> impl IntoResponse {
    "picket runs; this build has no console. The API is below /api/v1/: see /api/v1/openapi.json\n"
}

/// `GET /{*path}`.
pub(super) async fn file() -> ApiError {
    ApiError::not_found("this build has no console")
}
