//! JSON objects whose members remember where they stand in the text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Fault, ZoneError};
use crate::engine::text::{line_and_column, offset_of};

/// The members of an object in the order of the text; a name stands once.
pub(super) struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The members of a value that must be an object.
    pub(super) fn of(raw: &'a RawValue) -> Result<Self, Fault<'a>> {
        serde_json::from_str(raw.get()).map_err(|error| (raw, message(&error)))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(key, value)| (key.as_str(), *value))
    }

    pub(super) fn into_iter(self) -> impl Iterator<Item = (String, &'a RawValue)> {
        self.0.into_iter()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Self::Value = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    if members.iter().any(|(other, _)| *other == key) {
                        return Err(serde::de::Error::custom(format!("`{}` stands twice", key.escape_debug())));
                    }
                    members.push((key, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Object).map(Members)
    }
}

/// How many bytes into the text a part of it begins.
pub(super) fn offset(text: &str, part: &RawValue) -> usize {
    (part.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}

/// A parser's error in the part of the text that begins at an offset.
pub(super) fn located(text: &str, offset: usize, error: &serde_json::Error) -> ZoneError {
    let within = offset_of(text.get(offset..).unwrap_or_default(), error.line(), error.column());
    let (line, column) = line_and_column(text, offset + within);
    ZoneError { line, column, feature: None, what: message(error) }
}

/// What a parser's error says, without its place.
pub(super) fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
}
