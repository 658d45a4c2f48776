//! The console's files.

use axum::http::Uri;
use axum::response::IntoResponse;

use super::error::ApiError;

/// `GET /`.
pub(super) async fn page() -> impl IntoResponse {
    "picket runs; this build has no console. The API is below /api/v1/: see /api/v1/openapi.json\n"
}

/// A file of the console, or nothing.
pub(super) async fn file(uri: Uri) -> ApiError {
    ApiError::not_found(format!("nothing is at {}", uri.path()))
}
