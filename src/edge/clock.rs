//! The one place that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::engine::time::EventTime;

/// Now, in UTC.
pub fn now() -> EventTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    EventTime::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
