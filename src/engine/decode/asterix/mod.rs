//! ASTERIX (EUROCONTROL): data blocks of radars and of trackers, by tables of each category's items.
//!
//! [`block`] parts a datagram, [`item`] knows how long every item is, the files of the categories turn the items that matter
//! into fields of an [`AsterixMessage`], [`told`] says what that means to the tracker. The rest is passed over by its exact
//! length. Nothing is allocated for a record and nothing recurses.

pub mod block;
mod cat010;
mod cat034;
mod cat048;
mod cat062;
pub mod category;
mod conduct;
mod feed;
pub mod item;
pub mod message;
mod told;

use serde::{Deserialize, Serialize};

use block::Block;
use category::{Category, Records};
pub(super) use feed::AsterixFeed;
pub use message::AsterixMessage;

use super::report::Body;
use crate::engine::time::Span;

/// A record: as sent, and what it tells the tracker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AsterixReport {
    /// The record's fields.
    pub wire: AsterixMessage,
    /// What it tells; `None` where it moves nothing.
    pub body: Option<Body>,
}

/// The categories that are read.
static CATEGORIES: [Category; 4] = [cat010::CAT010, cat034::CAT034, cat048::CAT048, cat062::CAT062];

/// The category of this number, if it is read.
pub fn category(number: u8) -> Option<&'static Category> {
    CATEGORIES.iter().find(|category| category.number == number)
}

/// Whether an edition is one of those that the profiles hold for: CAT010 1.1, CAT062 1.16 to 1.21, CAT048 1.21 to 1.32,
/// CAT034 1.27 to 1.29.
pub fn is_read_edition(edition: (u8, u8)) -> bool {
    matches!(edition, (1, 1 | 10 | 16..=32))
}

/// Whether the payload of a datagram holds sentences: IEC 61162-450, or bare NMEA 0183.
pub fn holds_sentences(payload: &[u8]) -> bool {
    const HEADERS: [&[u8]; 4] = [b"UdPbC\0", b"RaUdP\0", b"RrUdP\0", b"RpUdP\0"];
    matches!(payload.first(), Some(b'$' | b'!' | b'\\')) || HEADERS.iter().any(|header| payload.starts_with(header))
}

/// The first time of day that a run of blocks tells.
pub fn first_time_of_day(bytes: &[u8]) -> Option<Span> {
    let mut message = AsterixMessage::default();
    let first = |block: Block<'_>| {
        let mut records = Records::new(category(block.category)?, block.records());
        while records.next_into(&mut message)?.is_some() {
            if message.time_of_day.is_some() {
                return message.time_of_day;
            }
        }
        None
    };
    block::Blocks::new(bytes).flatten().find_map(first).map(message::TimeOfDay::span)
}
