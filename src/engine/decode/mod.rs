//! Bytes to reports: sentences, AIS messages, radar targets, table rows; refuses with a reason, never fails.

mod csv;
mod epoch;
pub mod line_stamp;
mod nmea0183;
mod own_ship;
mod pghp;
pub mod reject;
pub mod report;
mod scan;
mod tag_block;
