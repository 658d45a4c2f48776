//! The rows of one feed's tables: each header holds from its line on.

use serde::{Deserialize, Serialize};

use super::csv::Header;
use super::reject::RejectReason;
use super::stamp::{SentenceKind, Stamp};
use super::stations::Stations;
use super::{Decoded, Message};
use crate::engine::digest::digest64;
use crate::engine::input::Frame;

/// The table that a feed is in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Table {
    header: Option<Header>,
}

impl Table {
    /// Takes one line: a row, or a header.
    ///
    /// # Errors
    /// `Malformed` or `Truncated` for what is neither, `Time` for a row without a time.
    pub fn take(
        &mut self,
        frame: &Frame<'_>,
        stations: &mut Stations,
        emit: &mut impl FnMut(Decoded<'_>),
    ) -> Result<(), RejectReason> {
        let Some(header) = &self.header else {
            self.header = Header::parse(frame.bytes);
            return if self.header.is_some() { Ok(()) } else { Err(RejectReason::Malformed) };
        };
        let row = match header.row(frame.bytes) {
            Ok(row) => row,
            Err(reason) => {
                // A sender that comes back, and a file that follows another, begin a table anew.
                self.header = Some(Header::parse(frame.bytes).ok_or(reason)?);
                return Ok(());
            }
        };
        let told = header.stamp(frame.bytes);
        let observed_at = told.time.ok_or(RejectReason::Time)?;
        let stamp = Stamp {
            observed_at: Some(observed_at),
            received_at: frame.received_at,
            feed: frame.feed,
            station: told.station.map(|name| stations.id(name.as_bytes())).unwrap_or_default(),
            digest: digest64(frame.bytes),
            seq: frame.seq,
            channel: None,
            talker: [0; 2],
            sentence: SentenceKind::Row,
            sentence_at: None,
            utc_second_suspect: None,
        };
        emit(Decoded::Message { stamp: &stamp, message: &Message::Row(row) });
        Ok(())
    }
}
