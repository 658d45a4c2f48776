//! Who may come in: from what the settings say to what the API asks.

use std::fs;

use anyhow::{Context as _, bail};

use crate::edge::auth::{Access, GivenToken};
use crate::edge::store::StoreReader;
use crate::settings::{AuthSettings, SecretPlace, ServiceSettings, TokenSettings};

/// Reads the secrets the settings point at and decides who may come in; refuses to leave the door open.
pub fn access(settings: &ServiceSettings, store: StoreReader) -> anyhow::Result<Access> {
    let given = settings.auth.as_ref().map(given_tokens).transpose()?;
    Ok(Access::check(settings.listen, given, store)?)
}

fn given_tokens(auth: &AuthSettings) -> anyhow::Result<Vec<GivenToken>> {
    auth.tokens.iter().map(given_token).collect()
}

fn given_token(token: &TokenSettings) -> anyhow::Result<GivenToken> {
    let TokenSettings { name, role, squadron, secret } = token;
    let secret = match secret {
        SecretPlace::Env(variable) => std::env::var(variable)
            .with_context(|| format!("token `{name}`: the environment variable {variable} cannot be read"))?,
        SecretPlace::File(path) => {
            fs::read_to_string(path).with_context(|| format!("token `{name}`: cannot read {}", path.display()))?
        }
    };
    let secret = secret.trim().to_owned();
    if secret.is_empty() {
        bail!("token `{name}`: its secret is empty");
    }
    Ok(GivenToken { name: name.clone(), role: *role, squadron: squadron.clone(), secret })
}
