//! The settings file as it is written: TOML tables with known keys, not yet checked for sense.

use std::path::PathBuf;

use serde::Deserialize;

use crate::engine::input::FeedKind;

/// The whole file; unknown keys are refused.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SettingsFile {
    pub(super) zones: ZonesFile,
    /// `profile`, and limits as `section.key`; checked against the limits themselves.
    pub(super) detect: toml::Table,
    pub(super) feed: Vec<FeedFile>,
    pub(super) http: HttpFile,
    pub(super) data: DataFile,
    pub(super) journal: JournalFile,
    pub(super) clock: ClockFile,
    pub(super) auth: Option<AuthFile>,
    #[serde(rename = "deliver")]
    _deliver: Vec<toml::Table>,
    #[serde(rename = "partner")]
    _partner: Vec<toml::Table>,
    #[serde(rename = "postgres")]
    _postgres: PostgresFile,
}

/// The sections that are read and checked but do nothing in this build.
pub(super) const UNUSED_SECTIONS: [&str; 3] = ["deliver", "partner", "postgres"];

/// `[zones]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ZonesFile {
    /// The folder of the zones' GeoJSON files.
    pub(super) dir: Option<PathBuf>,
}

/// One `[[feed]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedFile {
    pub(super) name: String,
    pub(super) kind: FeedKind,
    pub(super) path: Option<PathBuf>,
    pub(super) url: Option<String>,
    pub(super) lateness_s: Option<f64>,
    #[serde(default)]
    pub(super) correction_only: bool,
    #[serde(default, deserialize_with = "sites")]
    pub(super) site: Vec<SiteFile>,
    #[serde(default)]
    pub(super) allow_from: Vec<String>,
    pub(super) password_env: Option<String>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) trust_time: Option<bool>,
    pub(super) ttd_step_nm: Option<f64>,
    pub(super) date: Option<toml::Value>,
}

/// One `[feed.site]` or several `[[feed.site]]`.
fn sites<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<SiteFile>, D::Error> {
    struct Sites;
    impl<'de> serde::de::Visitor<'de> for Sites {
        type Value = Vec<SiteFile>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a site or a list of sites")
        }

        fn visit_map<M: serde::de::MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
            let map = serde::de::value::MapAccessDeserializer::new(map);
            SiteFile::deserialize(map).map(|site| vec![site])
        }

        fn visit_seq<S: serde::de::SeqAccess<'de>>(self, seq: S) -> Result<Self::Value, S::Error> {
            Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(seq))
        }
    }
    deserializer.deserialize_any(Sites)
}

/// `[feed.site]`, and the whole of a site file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteFile {
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) height_m: Option<f64>,
    pub(super) heading_offset_deg: Option<f64>,
    pub(super) range_sigma_m: Option<f64>,
    pub(super) bearing_sigma_deg: Option<f64>,
    pub(super) rotation_s: Option<f64>,
    pub(super) max_range_m: Option<f64>,
    pub(super) sac: Option<u8>,
    pub(super) sic: Option<u8>,
    /// As text: the number 1.30 would lose its zero.
    pub(super) edition: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HttpFile {
    pub(super) listen: Option<std::net::SocketAddr>,
    pub(super) allow_host: Vec<String>,
    pub(super) tls_cert: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DataFile {
    pub(super) dir: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct JournalFile {
    pub(super) keep_days: Option<u32>,
    pub(super) max_gb: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ClockFile {
    pub(super) rate: Option<f64>,
    pub(super) opening_s: Option<f64>,
}

/// `[auth]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AuthFile {
    pub(super) token: Vec<TokenFile>,
}

/// One `[[auth.token]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenFile {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) squadron: Option<String>,
    pub(super) env: Option<String>,
    pub(super) file: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PostgresFile {
    #[serde(rename = "url")]
    _url: Option<String>,
}
