//! The console's files: packed where the browser takes that, kept by it for good where their names tell their content.

use axum::body::Bytes;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use crate::edge::console::{Asset, asset};

/// What `/` says where the program was built without the console.
const NO_CONSOLE: &str =
    "picket runs. This build has no console (`make console` builds it); the API is below /api/v1/\n";

/// `GET /`.
pub(super) async fn page(headers: HeaderMap) -> Response {
    asset("").map_or_else(|| NO_CONSOLE.into_response(), |page| answer(&page, &headers))
}

/// A file of the console; everything else that no route knows is nowhere.
pub(super) async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let path = uri.path().strip_prefix('/').filter(|path| !path.is_empty());
    let is_read = [Method::GET, Method::HEAD].contains(&method);
    let found = path.filter(|_| is_read).and_then(asset);
    let nothing = || ApiError::not_found(format!("nothing is at {}", uri.path()));
    found.map(|file| answer(&file, &headers)).ok_or_else(nothing)
}

fn answer(asset: &Asset, asked: &HeaderMap) -> Response {
    let packed = asset.gzip.filter(|_| takes_gzip(asked));
    let kept = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    // Packed it is not the same bytes: then the tag is weak (RFC 9110, 8.8.1).
    let tag = format!("{}{}", if packed.is_some() { "W/" } else { "" }, asset.etag);
    let head = [(header::CACHE_CONTROL, kept), (header::ETAG, &tag), (header::VARY, "Accept-Encoding")];
    if lists(asked, &header::IF_NONE_MATCH, |tag| tag == "*" || tag.trim_start_matches("W/") == asset.etag) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, asset.content_type)];
    let bytes = Bytes::from_static(packed.unwrap_or(asset.bytes));
    let mut response = (head, content_type, bytes).into_response();
    if packed.is_some() {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Whether gzip is listed, and not with weight 0 (RFC 9110, 12.5.3).
fn takes_gzip(asked: &HeaderMap) -> bool {
    lists(asked, &header::ACCEPT_ENCODING, |coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|weight| weight > 0.0)
    })
}

/// Whether a comma-separated header lists something.
fn lists(headers: &HeaderMap, name: &HeaderName, is_it: impl Fn(&str) -> bool) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| is_it(item.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Asset =
        Asset { bytes: b"plain", gzip: Some(b"gz"), content_type: "text/css", etag: "\"e\"", immutable: true };

    fn asked(headers: &[(HeaderName, &'static str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        answer(&PLAIN, &headers)
    }

    #[test]
    fn a_file_is_packed_for_those_who_take_it_packed() {
        for (encodings, is_packed) in
            [("gzip", true), ("br, GZIP;q=0.5", true), ("gzip;q=0", false), ("br", false), ("*", false), ("", false)]
        {
            let response = asked(&[(header::ACCEPT_ENCODING, encodings)]);
            assert_eq!(response.headers().contains_key(header::CONTENT_ENCODING), is_packed, "{encodings}");
            assert_eq!(response.headers()[header::VARY], "Accept-Encoding");
            assert_eq!(response.headers()[header::ETAG], if is_packed { "W/\"e\"" } else { "\"e\"" });
        }
    }

    #[test]
    fn a_known_file_is_not_sent_again() {
        for (tags, is_known) in [("\"e\"", true), ("\"x\", W/\"e\"", true), ("*", true), ("\"x\"", false), ("e", false)]
        {
            let response = asked(&[(header::IF_NONE_MATCH, tags)]);
            assert_eq!(response.status() == StatusCode::NOT_MODIFIED, is_known, "{tags}");
            assert_eq!(response.headers()[header::ETAG], "\"e\"");
        }
    }

    #[test]
    fn only_files_named_after_their_content_are_kept() {
        let kept = |asset: &Asset| answer(asset, &HeaderMap::new()).headers()[header::CACHE_CONTROL].clone();
        assert_eq!(kept(&PLAIN), "public, max-age=31536000, immutable");
        assert_eq!(kept(&Asset { immutable: false, ..PLAIN }), "no-cache");
    }
}
