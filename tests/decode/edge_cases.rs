//! The published edge cases, found beside the recordings: every input gives as many messages as it should.

use serde_json::Value;

use super::decode;
use crate::support::corpus;

#[test]
fn sixty_of_sixty() {
    let Some(corpus) = corpus() else { return };
    let path = corpus.join("../tools/decode/ais_edge_cases.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let wrong: Vec<String> = cases.iter().filter_map(difference).collect();
    assert_eq!((cases.len(), wrong), (60, Vec::<String>::new()));
}

/// What a case gives other than it should.
fn difference(case: &Value) -> Option<String> {
    let bytes: Vec<u8> =
        case["bytes_latin1"].as_str().unwrap().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    let messages = decode(lines).messages.len() as u64;
    (Some(messages) != case["expect_messages"].as_u64()).then(|| format!("{}: {messages}", case["case"]))
}
