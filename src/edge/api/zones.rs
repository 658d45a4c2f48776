//! Zones: what their files say, as one GeoJSON collection.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::App;
use crate::engine::zone::ZoneKind;

/// A file: one collection, or one feature.
#[derive(Deserialize)]
struct ZoneFile<'a> {
    #[serde(borrow)]
    features: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct FeatureFile<'a> {
    #[serde(borrow)]
    geometry: &'a RawValue,
    properties: PropertiesFile,
}

#[derive(Deserialize)]
struct PropertiesFile {
    id: String,
    name: String,
    kind: ZoneKind,
    squadron: Option<String>,
    sts_watch: Option<bool>,
    anchorage_ok: Option<bool>,
    radius_m: Option<f64>,
}

#[derive(Serialize)]
struct Collection<'a> {
    r#type: &'static str,
    features: Vec<Feature<'a>>,
}

#[derive(Serialize)]
struct Feature<'a> {
    r#type: &'static str,
    id: String,
    geometry: &'a RawValue,
    properties: Properties,
}

#[derive(Serialize)]
struct Properties {
    id: String,
    name: String,
    kind: &'static str,
    squadron: Option<String>,
    sts_watch: bool,
    anchorage_ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    radius_m: Option<f64>,
}

/// One collection of all features of zone files that are known to be good.
///
/// # Errors
/// `serde_json`'s, for a file that is no good after all.
pub fn feature_collection<'a>(files: impl IntoIterator<Item = &'a str>) -> serde_json::Result<String> {
    let mut features = Vec::new();
    for file in files {
        match serde_json::from_str::<ZoneFile<'a>>(file)?.features {
            Some(some) => some.into_iter().try_for_each(|one| feature(one.get()).map(|one| features.push(one)))?,
            None => features.push(feature(file)?),
        }
    }
    serde_json::to_string(&Collection { r#type: "FeatureCollection", features })
}

fn feature(text: &str) -> serde_json::Result<Feature<'_>> {
    let FeatureFile { geometry, properties } = serde_json::from_str(text)?;
    let PropertiesFile { id, name, kind, squadron, sts_watch, anchorage_ok, radius_m } = properties;
    let properties = Properties {
        id: id.clone(),
        name,
        kind: kind.name(),
        squadron,
        sts_watch: sts_watch.unwrap_or(false),
        anchorage_ok: anchorage_ok.unwrap_or(kind == ZoneKind::Anchorage),
        radius_m,
    };
    Ok(Feature { r#type: "Feature", id, geometry, properties })
}

/// The squadrons that zones name, of a collection as [`feature_collection`] makes it.
pub(super) fn squadrons(collection: &str) -> BTreeSet<String> {
    #[derive(Deserialize)]
    struct Zones {
        features: Vec<Zone>,
    }
    #[derive(Deserialize)]
    struct Zone {
        properties: Of,
    }
    #[derive(Deserialize)]
    struct Of {
        squadron: Option<String>,
    }
    let zones = serde_json::from_str(collection).unwrap_or(Zones { features: Vec::new() });
    zones.features.into_iter().filter_map(|zone| zone.properties.squadron).collect()
}

/// `GET /api/v1/zones`.
pub(super) async fn list(State(app): State<App>) -> Response {
    let zones = app.in_force.borrow().zones.clone();
    ([(header::CONTENT_TYPE, "application/geo+json")], Bytes::copy_from_slice(zones.as_bytes())).into_response()
}
