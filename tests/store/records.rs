//! Tokens, rules in force, cursors.

use picket::edge::store::{DataLock, LocalStore, RulesInForce, TokenRow};
use picket::engine::time::{EventTime, Span};

use super::NOON;

fn token(hash: u8, name: &str) -> TokenRow {
    TokenRow {
        hash: [hash; 32],
        name: name.to_owned(),
        role: "operator".to_owned(),
        squadron: Some("hq-2".to_owned()),
        partner: Some("coast-guard".to_owned()),
        created_at: NOON + Span::from_secs(i64::from(hash)),
        expires_at: None,
        revoked_at: None,
    }
}

#[test]
fn tokens_are_made_and_revoked_beside_a_running_service() {
    let dir = tempfile::tempdir().unwrap();
    let _lock = DataLock::take(dir.path()).unwrap();
    let service = LocalStore::open(dir.path()).unwrap().reader();
    let mut command = LocalStore::open(dir.path()).unwrap();
    let tokens = [token(1, "watch"), token(2, "watch"), token(3, "day")];
    for token in tokens.iter().rev() {
        command.add_token(token).unwrap();
    }
    assert_eq!(service.list_tokens().unwrap(), tokens);
    assert_eq!(service.find_token(&[3; 32]).unwrap().as_ref(), Some(&tokens[2]));
    assert_eq!(service.find_token(&[4; 32]).unwrap(), None);
    assert!(command.add_token(&token(3, "other")).is_err(), "a secret is one token's");
    let at = NOON + Span::from_hours(1);
    assert_eq!(command.revoke_token("watch", at).unwrap(), 2);
    assert_eq!(command.revoke_token("watch", EventTime::MAX).unwrap(), 0, "once");
    assert_eq!(command.revoke_token("nobody", at).unwrap(), 0);
    assert_eq!(service.find_token(&[1; 32]).unwrap(), Some(TokenRow { revoked_at: Some(at), ..token(1, "watch") }));
    assert_eq!(service.find_token(&[3; 32]).unwrap().unwrap().revoked_at, None);
}

#[test]
fn rules_stay_as_they_were_first_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    let rules = RulesInForce {
        settings_hash: "5e77".to_owned(),
        first_at: NOON,
        settings_json: r#"{"loitering.radius_m":1000}"#.to_owned(),
        zones_json: r#"{"type":"FeatureCollection"}"#.to_owned(),
    };
    store.put_rules(&rules).unwrap();
    store.put_rules(&RulesInForce { first_at: EventTime::MAX, zones_json: String::new(), ..rules.clone() }).unwrap();
    assert_eq!(store.reader().rules("5e77").unwrap(), Some(rules));
    assert_eq!(store.reader().rules("none").unwrap(), None);
}

#[test]
fn cursors_move() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = LocalStore::open(dir.path()).unwrap();
    let reader = store.reader();
    assert_eq!(reader.cursor("feed/north").unwrap(), None);
    for value in ["1", "2"] {
        store.put_cursor("feed/north", value).unwrap();
        store.put_cursor("feed/south", "0").unwrap();
        assert_eq!(reader.cursor("feed/north").unwrap().as_deref(), Some(value));
    }
    assert_eq!(reader.cursor("feed/south").unwrap().as_deref(), Some("0"));
}
