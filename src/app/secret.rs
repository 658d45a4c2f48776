//! Secrets that the settings point at, read where they are.

use std::fs;

use anyhow::{Context as _, bail};

use crate::settings::SecretPlace;

/// The secret at a place, without the blanks around it; `whose` names it where it cannot be read.
pub fn read(place: &SecretPlace, whose: &str) -> anyhow::Result<String> {
    let secret = match place {
        SecretPlace::Env(variable) => std::env::var(variable)
            .with_context(|| format!("{whose}: the environment variable {variable} cannot be read"))?,
        SecretPlace::File(path) => {
            fs::read_to_string(path).with_context(|| format!("{whose}: cannot read {}", path.display()))?
        }
    };
    let secret = secret.trim().to_owned();
    if secret.is_empty() {
        bail!("{whose}: its secret is empty");
    }
    Ok(secret)
}
