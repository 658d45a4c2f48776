//! Errors as the API answers them: a status and `{"error": "sentence"}`.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::edge::auth::Refused;

/// An answer that is an error.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    sentence: String,
    header: Option<(HeaderName, HeaderValue)>,
}

/// The body of every error.
#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        ApiError { status, sentence: sentence.into(), header: None }
    }

    pub(super) fn bad_request(sentence: impl Into<String>) -> Self {
        ApiError::new(StatusCode::BAD_REQUEST, sentence)
    }

    pub(super) fn forbidden(sentence: impl Into<String>) -> Self {
        ApiError::new(StatusCode::FORBIDDEN, sentence)
    }

    pub(super) fn not_found(sentence: impl Into<String>) -> Self {
        ApiError::new(StatusCode::NOT_FOUND, sentence)
    }

    pub(super) fn unavailable(sentence: impl Into<String>) -> Self {
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, sentence)
    }

    pub(super) fn internal(sentence: impl Into<String>) -> Self {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, sentence)
    }

    fn with(self, name: HeaderName, value: &'static str) -> Self {
        ApiError { header: Some((name, HeaderValue::from_static(value))), ..self }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let sentence = refused.to_string();
        match refused {
            Refused::Store { source } => {
                tracing::error!(error = &source as &dyn std::error::Error, "tokens cannot be read");
                ApiError::unavailable(sentence)
            }
            Refused::TooMany => ApiError::new(StatusCode::TOO_MANY_REQUESTS, sentence).with(header::RETRY_AFTER, "60"),
            _ => ApiError::new(StatusCode::UNAUTHORIZED, sentence).with(header::WWW_AUTHENTICATE, "Bearer"),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(ErrorBody { error: &self.sentence })).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
