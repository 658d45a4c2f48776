//! What the running service is told: where it listens, where it keeps its data, its clock, who may come in.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::feed::KeyFault;
use super::file::{AuthFile, SettingsFile, TokenFile};
use crate::edge::api::Hosts;
use crate::edge::auth::Role;

/// The port of console and API.
const PORT: u16 = 8080;

/// The checked settings of the service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceSettings {
    /// Where console and API listen.
    pub listen: SocketAddr,
    /// Names, besides the address itself and loopback's, that a request's Host may carry.
    pub allow_host: Vec<String>,
    /// The folder of journal, alert book and history.
    pub data_dir: PathBuf,
    /// Days of journal to keep.
    pub keep_days: Option<u32>,
    /// Size of the journal to keep, GB.
    pub max_gb: Option<f64>,
    /// How recordings among the feeds are played.
    pub clock: ClockSettings,
    /// Who may come in; `None`: everyone on this machine.
    pub auth: Option<AuthSettings>,
}

/// How recordings among the feeds are played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockSettings {
    /// So many times as fast as they were recorded.
    pub rate: f64,
    /// So much of their beginning is played at once, before the clock runs, s.
    pub opening_s: f64,
}

/// `[auth]`: tokens made by `picket token` are in the store, further ones may be named here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthSettings {
    /// Tokens that come from the environment or from files.
    pub tokens: Vec<TokenSettings>,
}

/// A token whose secret stands elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenSettings {
    /// What its holder is called in the audit and in `acknowledged_by`.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// Its holder sees this squadron's alerts only.
    pub squadron: Option<String>,
    /// Where the secret is.
    pub secret: SecretPlace,
}

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    /// In this variable of the environment.
    Env(String),
    /// In this file, blanks around it left out.
    File(PathBuf),
}

impl Default for ServiceSettings {
    fn default() -> Self {
        ServiceSettings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            allow_host: Vec::new(),
            data_dir: PathBuf::from("data"),
            keep_days: None,
            max_gb: None,
            clock: ClockSettings { rate: 1.0, opening_s: 0.0 },
            auth: None,
        }
    }
}

/// The service's settings of a file; `folder` is where relative paths start.
pub(super) fn checked(file: &SettingsFile, folder: &Path) -> Result<ServiceSettings, Vec<KeyFault>> {
    let mut faults: Vec<KeyFault> = Vec::new();
    let default = ServiceSettings::default();
    let mut within = |key: &'static str, value: f64, from: f64, to: f64| {
        if !(from..=to).contains(&value) {
            faults.push((key, format!("{value}: must be from {from} to {to}")));
        }
        value
    };
    let rate = within("clock.rate", file.clock.rate.unwrap_or(default.clock.rate), 0.01, 10_000.0);
    let opening_s = within("clock.opening_s", file.clock.opening_s.unwrap_or(0.0), 0.0, 864_000.0);
    let max_gb = file.journal.max_gb.map(|gb| within("journal.max_gb", gb, 0.1, 1e6));
    if file.http.tls_cert.is_some() || file.http.tls_key.is_some() {
        let what = "this build does not speak TLS: let a proxy on this machine do so, and leave these keys out";
        faults.push(("http.tls_cert", what.to_owned()));
    }
    if let Err(error) = Hosts::new(&file.http.allow_host) {
        faults.push(("http.allow_host", error.to_string()));
    }
    let auth = file.auth.as_ref().map(|auth| auth_of(auth, folder, &mut faults));
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(ServiceSettings {
        listen: file.http.listen.unwrap_or(default.listen),
        allow_host: file.http.allow_host.clone(),
        data_dir: folder.join(file.data.dir.as_deref().unwrap_or(&default.data_dir)),
        keep_days: file.journal.keep_days,
        max_gb,
        clock: ClockSettings { rate, opening_s },
        auth,
    })
}

fn auth_of(file: &AuthFile, folder: &Path, faults: &mut Vec<KeyFault>) -> AuthSettings {
    let mut tokens = Vec::new();
    for TokenFile { name, role, squadron, env, file } in &file.token {
        let role = role.parse::<Role>().map_err(|error| faults.push(("auth.token", format!("`{name}`: {error}"))));
        let secret = match (env, file) {
            (Some(env), None) => SecretPlace::Env(env.clone()),
            (None, Some(file)) => SecretPlace::File(folder.join(file)),
            _ => {
                faults.push(("auth.token", format!("`{name}`: must have either `env` or `file`")));
                continue;
            }
        };
        tokens.extend(role.ok().map(|role| TokenSettings {
            name: name.clone(),
            role,
            squadron: squadron.clone(),
            secret,
        }));
    }
    AuthSettings { tokens }
}
