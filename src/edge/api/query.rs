//! What requests bring with them: queries and bodies, read strictly, refused with a sentence.

use axum::body::Body;
use axum::extract::{FromRequest, Query, Request};
use axum::http::{StatusCode, Uri};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use super::App;
use super::error::ApiError;

/// The most bytes of a body.
const BODY_AT_MOST: usize = 64 * 1024;

/// The query of a request.
pub(super) fn asked<T: DeserializeOwned>(uri: &Uri) -> Result<T, ApiError> {
    let query = Query::try_from_uri(uri);
    query.map(|Query(query)| query).map_err(|refused| ApiError::bad_request(refused.body_text()))
}

/// The JSON of a request's body.
pub(super) struct Told<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Told<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let late = |_| ApiError::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time");
        let bytes = tokio::time::timeout(app.pace.body, collected(request.into_body())).await.map_err(late)??;
        let told = serde_json::from_slice(&bytes);
        told.map(Told).map_err(|error| ApiError::bad_request(format!("the body: {error}")))
    }
}

async fn collected(body: Body) -> Result<Vec<u8>, ApiError> {
    let mut pieces = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.map_err(|_| ApiError::bad_request("the body broke off"))?);
        if bytes.len() > BODY_AT_MOST {
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 64 KiB"));
        }
    }
    Ok(bytes)
}
