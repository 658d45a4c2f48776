//! Where each key of a TOML text stands, and what it was given.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use crate::engine::text::line_and_column;

/// Every key of a text by its dotted path (`feed.0.site.lat`), with its byte offset and its value as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    keys: BTreeMap<String, Place>,
}

/// Where a key stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Line, from 1.
    pub(super) line: usize,
    /// Column in characters, from 1.
    pub(super) column: usize,
    /// The value as the text has it; `None` for a table.
    pub(super) value: Option<String>,
}

impl Places {
    /// The keys of a text that is TOML; none of one that is not.
    pub(super) fn of(text: &str) -> Self {
        let mut places = Places::default();
        if let Ok(table) = DeTable::parse(text) {
            places.table(text, "", table.get_ref());
        }
        places
    }

    /// Where a key stands, or the nearest table above it; the first line if there is neither.
    pub(super) fn find(&self, key: &str) -> (usize, usize) {
        let mut path = key;
        loop {
            if let Some(place) = self.keys.get(path) {
                return (place.line, place.column);
            }
            match path.rsplit_once('.') {
                Some((above, _)) => path = above,
                None => return (1, 1),
            }
        }
    }

    /// The line of a key that the text sets itself.
    pub(super) fn line(&self, key: &str) -> Option<usize> {
        self.keys.get(key).map(|place| place.line)
    }

    /// All keys that hold a value, in the order of their paths.
    pub(super) fn values(&self) -> impl Iterator<Item = (&str, &Place)> {
        self.keys.iter().filter(|(_, place)| place.value.is_some()).map(|(key, place)| (key.as_str(), place))
    }

    fn table(&mut self, text: &str, above: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = if above.is_empty() { key.get_ref().to_string() } else { format!("{above}.{}", key.get_ref()) };
            self.add(text, &path, key.span().start, value.get_ref(), value.span());
        }
    }

    fn add(&mut self, text: &str, path: &str, at: usize, value: &DeValue<'_>, span: std::ops::Range<usize>) {
        let (line, column) = line_and_column(text, at);
        let is_tables = value.as_array().is_some_and(|items| items.iter().any(|item| item.get_ref().is_table()));
        let written = (!value.is_table() && !is_tables).then(|| text.get(span).unwrap_or_default().to_owned());
        self.keys.insert(path.to_owned(), Place { line, column, value: written });
        if let Some(table) = value.as_table() {
            self.table(text, path, table);
        } else if let Some(items) = value.as_array().filter(|_| is_tables) {
            for (i, item) in items.iter().enumerate() {
                self.add(text, &format!("{path}.{i}"), item.span().start, item.get_ref(), item.span());
            }
        }
    }
}
