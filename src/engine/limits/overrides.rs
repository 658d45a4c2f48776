//! Overrides by key: the one way that settings files, the command line and zones change a limit.

use toml::{Table, Value};

use super::Limits;

/// No limit may be larger: times in milliseconds and sums of them stay exact.
const LARGEST: f64 = 1e9;

/// Why an override was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LimitError {
    /// No limit has this key.
    #[error("unknown key `{key}`; the nearest: {}", nearest.join(", "))]
    Unknown {
        /// The key as given.
        key: String,
        /// Known keys that look like it, the likeliest first.
        nearest: Vec<String>,
    },
    /// The value is of the wrong type or cannot be read.
    #[error("`{key}`: {problem}")]
    Value {
        /// The key.
        key: String,
        /// What is wrong.
        problem: String,
    },
    /// The value lies outside what the limit may be.
    #[error("`{key}` = {value}: must be {range}")]
    Range {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// What it may be.
        range: String,
    },
}

impl Limits {
    /// These limits with one value replaced; `key` is `section.key`.
    pub fn with(&self, key: &str, value: &Value) -> Result<Limits, LimitError> {
        let refused = |problem: String| LimitError::Value { key: key.to_owned(), problem };
        let mut table = self.table();
        let (section, field) = key.split_once('.').unwrap_or((key, ""));
        let Some(place) = table.get_mut(section).and_then(Value::as_table_mut).and_then(|s| s.get_mut(field)) else {
            return Err(LimitError::Unknown { key: key.to_owned(), nearest: self.nearest_keys(key) });
        };
        *place = value.clone();
        check_range(key, value)?;
        table.try_into().map_err(|error: toml::de::Error| refused(error.message().trim().to_owned()))
    }

    /// These limits with one value replaced by what its text says.
    pub fn with_text(&self, key: &str, text: &str) -> Result<Limits, LimitError> {
        self.with(key, &Limits::value_of(text))
    }

    /// The value a text stands for: a number, true or false, or else the text itself.
    pub fn value_of(text: &str) -> Value {
        let text = text.trim();
        None.or_else(|| text.parse().ok().map(Value::Integer))
            .or_else(|| text.parse().ok().map(Value::Float))
            .or_else(|| text.parse().ok().map(Value::Boolean))
            .unwrap_or_else(|| Value::String(text.to_owned()))
    }

    /// Every `section.key` with its value as TOML writes it, sorted by key.
    pub fn entries(&self) -> Vec<(String, String)> {
        let mut entries = Vec::new();
        for (section, fields) in self.table() {
            for (field, value) in fields.as_table().into_iter().flatten() {
                entries.push((format!("{section}.{field}"), value.to_string()));
            }
        }
        entries
    }

    fn table(&self) -> Table {
        Table::try_from(self).unwrap_or_default()
    }

    /// The three known keys nearest to a misspelt one; a key that lacks its section finds its namesakes first.
    fn nearest_keys(&self, key: &str) -> Vec<String> {
        let distance = |known: &str| {
            let field = known.split_once('.').map_or(known, |(_, field)| field);
            edit_distance(key, known).min(edit_distance(key, field))
        };
        let mut known: Vec<String> = self.entries().into_iter().map(|(key, _)| key).collect();
        known.sort_by_key(|known| distance(known));
        known.truncate(3);
        known
    }
}

/// Refuses numbers that no limit may be; what a limit is follows from how its key ends.
fn check_range(key: &str, value: &Value) -> Result<(), LimitError> {
    let number = match value {
        Value::Integer(n) => *n as f64,
        Value::Float(x) => *x,
        _ => return Ok(()),
    };
    let (range, text) = if key.ends_with("log10_p") {
        (-300.0..=0.0, "from -300 to 0".to_owned())
    } else if key.ends_with("posterior") {
        (0.0..=1.0, "from 0 to 1".to_owned())
    } else if key.ends_with("_deg") {
        (0.0..=360.0, "from 0 to 360".to_owned())
    } else if key.ends_with("window_s") {
        (1.0..=86_400.0, "from 1 to 86400".to_owned())
    } else {
        (0.0..=LARGEST, "from 0 to 1e9".to_owned())
    };
    if range.contains(&number) {
        return Ok(());
    }
    Err(LimitError::Range { key: key.to_owned(), value: value.to_string(), range: text })
}

/// How many letters must be changed, added or left out to make one text of the other.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((to, pair), left_out) in b.iter().zip(row.windows(2)).zip(1..) {
            let changed = pair[0] + usize::from(from != *to);
            let added = next.get(left_out - 1).map_or(changed, |n| n + 1);
            next.push(changed.min(added).min(pair[1] + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_change_one_value() {
        let limits = Limits::default().with_text("loitering.max_kn", "3").unwrap();
        assert_eq!(limits.loitering.max_kn, 3.0);
        assert_eq!(limits.with_text("loitering.max_kn", "2.0").unwrap(), Limits::default());
        let limits = limits.with_text("ship_to_ship.tiers", "100m:60s").unwrap();
        assert_eq!(limits.ship_to_ship.tiers.to_string(), "100m:60s");
        assert_eq!(limits.with_text("dark_period.healthy_vessels", "5").unwrap().dark_period.healthy_vessels, 5);
    }

    #[test]
    fn unknown_keys_name_their_neighbours() {
        let error = Limits::default().with_text("loitering.max_knots", "3").unwrap_err();
        assert!(error.to_string().contains("the nearest: loitering.max_kn"), "{error}");
        let error = Limits::default().with_text("silence_s", "3").unwrap_err();
        assert!(error.to_string().contains("dark_period.silence_s"), "{error}");
        assert!(matches!(Limits::default().with_text("", "3"), Err(LimitError::Unknown { .. })));
    }

    #[test]
    fn values_out_of_range_or_of_the_wrong_type_are_refused() {
        for (key, text) in [
            ("loitering.max_kn", "-1"),
            ("loitering.max_kn", "nan"),
            ("loitering.max_kn", "inf"),
            ("loitering.max_kn", "fast"),
            ("loitering.max_kn", "true"),
            ("common.split_s", "1e12"),
            ("dark_period.min_posterior", "1.5"),
            ("dark_period.max_log10_p", "3"),
            ("dark_period.healthy_vessels", "2.5"),
            ("dark_period.healthy_vessels", "99999999999"),
            ("ship_to_ship.tiers", "50"),
            ("ship_to_ship.cluster", "nowhere"),
            ("loitering.speed_window_s", "0"),
        ] {
            assert!(Limits::default().with_text(key, text).is_err(), "{key}={text}");
        }
    }

    #[test]
    fn every_default_may_be_set_again() {
        for (key, value) in Limits::default().entries() {
            let text = value.trim_matches('"');
            assert_eq!(Limits::default().with_text(&key, text).as_ref(), Ok(&Limits::default()), "{key}={value}");
        }
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "ab"), 2);
    }
}
