//! Bytes to reports: sentences, AIS messages, radar targets, table rows; refuses with a reason, never fails.

pub mod report;
