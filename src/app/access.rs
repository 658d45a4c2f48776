//! Who may come in: from what the settings say to what the API asks.

use super::secret;
use crate::edge::auth::{Access, GivenToken};
use crate::edge::store::StoreReader;
use crate::settings::{AuthSettings, ServiceSettings, TokenSettings};

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
    let secret = secret::read(secret, &format!("token `{name}`"))?;
    Ok(GivenToken { name: name.clone(), role: *role, squadron: squadron.clone(), secret })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::auth::Role;
    use crate::edge::store::LocalStore;
    use crate::settings::SecretPlace;
    use std::fs;

    fn settings(secret: SecretPlace) -> ServiceSettings {
        let token = TokenSettings { name: "desk".into(), role: Role::Operator, squadron: Some("2".into()), secret };
        ServiceSettings { auth: Some(AuthSettings { tokens: vec![token] }), ..ServiceSettings::default() }
    }

    #[tokio::test]
    async fn a_secret_in_a_file_lets_its_holder_in() {
        let dir = tempfile::tempdir().unwrap();
        let reader = LocalStore::open(dir.path()).unwrap().reader();
        let (file, secret) = (dir.path().join("secret"), "0123456789abcdef0123456789abcdef");
        fs::write(&file, format!("  {secret}\n")).unwrap();
        let access = access(&settings(SecretPlace::File(file)), reader).unwrap();
        let from = std::net::IpAddr::from([127, 0, 0, 1]);
        let principal = access.admit(Some(secret), from).await.unwrap().principal;
        assert_eq!((principal.name.as_str(), principal.squadron.as_deref()), ("desk", Some("2")));
        assert!(access.admit(Some(&format!("{secret} ")), from).await.is_err());
    }

    #[test]
    fn a_secret_that_is_not_there_names_its_token_and_place() {
        let dir = tempfile::tempdir().unwrap();
        let empty = dir.path().join("empty");
        fs::write(&empty, "\n").unwrap();
        for (place, sentence) in [
            (SecretPlace::Env("PICKET_NO_SUCH_VARIABLE".into()), "the environment variable PICKET_NO_SUCH_VARIABLE"),
            (SecretPlace::File(dir.path().join("missing")), "missing"),
            (SecretPlace::File(empty), "its secret is empty"),
        ] {
            let reader = LocalStore::open(dir.path()).unwrap().reader();
            let told = format!("{:#}", access(&settings(place), reader).unwrap_err());
            assert!(told.starts_with("token `desk`: ") && told.contains(sentence), "{told}");
        }
    }
}
