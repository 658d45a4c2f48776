//! The same observations in another order of arrival, in which every one still arrives before the watermark passes it.
//!
//! Lines are grouped into blocks that stay together: the parts of one message, and the TAG blocks and time lines that stand
//! before a sentence. A block takes part if it decodes alone to at least one message, refuses nothing, gets its time from
//! its own lines (its observation does not move when it is received later), and is not late by nature: every observation
//! in it was received no more than 2 s before and no more than the lateness after it was observed. All other blocks
//! (naturally late ones, remarks, orphans) are left out of the plain run and of the shifted ones alike.
//!
//! A block is moved back by a random delay that, with its natural one, does not exceed the lateness of its feed. The stamps
//! stay in the lines; `received_at` is the running maximum of the blocks' own, as a reader of the reordered file would tell.

use std::collections::BTreeMap;

use picket::engine::decode::{Decoded, Decoder};
use picket::engine::input::{FeedId, Frame};
use picket::engine::time::{EventTime, Span};
use picket::sim::rng::Rng;

use crate::play::Event;
use crate::sea::Sea;

/// An observation may be ahead of its arrival by this: clocks differ.
const AHEAD: Span = Span::from_secs(2);
/// Lines of a block at most.
const LINES: usize = 12;

/// Lines that stay together.
struct Block {
    feed: FeedId,
    received_at: EventTime,
    lines: Vec<Vec<u8>>,
    /// How much longer it may take.
    spare: Span,
}

/// The blocks of a sea that may be moved, in their order of arrival.
pub struct Blocks {
    blocks: Vec<Block>,
    feeds: u16,
}

impl Blocks {
    pub fn of(sea: &Sea) -> Blocks {
        let mut open: BTreeMap<FeedId, Vec<&Event>> = BTreeMap::new();
        let mut blocks = Vec::new();
        for event in &sea.events {
            let Event::Frame { feed, .. } = event else { continue };
            let lines = open.entry(*feed).or_default();
            lines.push(event);
            if is_whole(lines) || lines.len() >= LINES {
                blocks.extend(block(sea, &std::mem::take(lines), sea.config.feeds[usize::from(feed.0)].lateness));
            }
        }
        Blocks { blocks, feeds: sea.config.feeds.len() as u16 }
    }

    pub fn len(&self) -> usize {
        self.blocks.len()
    }

    /// The blocks as they arrived.
    pub fn plain(&self) -> Vec<Event> {
        self.ordered(|_| Span::ZERO)
    }

    /// The blocks in a random order; some keep their place, some wait as long as they may.
    pub fn shifted(&self, seed: u64) -> Vec<Event> {
        let mut rng = Rng::new(seed, "shift");
        self.ordered(|block| match rng.below(8) {
            0 | 1 => Span::ZERO,
            2 | 3 => block.spare,
            _ => Span::from_millis(rng.below(block.spare.millis() as usize + 1) as i64),
        })
    }

    fn ordered(&self, mut delay: impl FnMut(&Block) -> Span) -> Vec<Event> {
        let mut order: Vec<(EventTime, usize)> =
            self.blocks.iter().enumerate().map(|(i, block)| (block.received_at + delay(block), i)).collect();
        order.sort_unstable();
        let mut latest = EventTime::MIN;
        let mut events = Vec::new();
        for (_, i) in order {
            let block = &self.blocks[i];
            latest = latest.max(block.received_at);
            events.extend(block.lines.iter().map(|line| Event::Frame {
                feed: block.feed,
                received_at: latest,
                bytes: line.clone(),
            }));
        }
        events.extend((0..self.feeds).map(|feed| Event::End(FeedId(feed))));
        events
    }
}

/// A block out of lines, if it may take part.
fn block(sea: &Sea, lines: &[&Event], lateness: Span) -> Option<Block> {
    let delays = delays(sea, lines, Span::ZERO)?;
    let later = self::delays(sea, lines, Span::from_secs(5))?;
    if delays.iter().map(|&d| d + Span::from_secs(5)).ne(later) {
        return None;
    }
    let (least, most) = (*delays.iter().min()?, *delays.iter().max()?);
    let in_time = least >= Span::ZERO - AHEAD && most <= lateness;
    let Event::Frame { feed, received_at, .. } = **lines.last()? else { return None };
    let text = |event: &&Event| match event {
        Event::Frame { bytes, .. } => Some(bytes.clone()),
        _ => None,
    };
    let lines = lines.iter().filter_map(text).collect();
    in_time.then(|| Block { feed, received_at, lines, spare: lateness - most.max(Span::ZERO) })
}

/// How long after their observation the messages of these lines were received, if these lines alone tell of them.
fn delays(sea: &Sea, lines: &[&Event], later: Span) -> Option<Vec<Span>> {
    let mut decoder = Decoder::new(&sea.config.feeds);
    let (mut delays, mut refused) = (Vec::new(), false);
    let mut id = FeedId(0);
    for event in lines {
        let Event::Frame { feed, received_at, bytes } = event else { return None };
        id = *feed;
        let received_at = *received_at + later;
        decoder.decode(&Frame { seq: 1, feed: id, received_at, bytes }, &mut |decoded| match decoded {
            Decoded::Message { stamp, .. } => match stamp.observed_at {
                Some(at) => delays.push(stamp.received_at - at),
                None => refused = true,
            },
            Decoded::Reject(_) => refused = true,
        });
    }
    decoder.finish(id, &mut |_| refused = true);
    (!refused && !delays.is_empty()).then_some(delays)
}

/// Whether nothing of these lines waits for another one: the last is a sentence, and of each message all parts are there.
fn is_whole(lines: &[&Event]) -> bool {
    let mut open: BTreeMap<Vec<u8>, (usize, usize)> = BTreeMap::new();
    let mut ends_in_sentence = false;
    for event in lines {
        let Event::Frame { bytes, .. } = event else { continue };
        let start = bytes.iter().rposition(|b| matches!(b, b'!' | b'$'));
        let fields: Vec<&[u8]> = start.map_or(vec![], |at| bytes[at..].split(|b| *b == b',').collect());
        ends_in_sentence = fields.first().is_some_and(|name| !name.starts_with(b"$PGHP"));
        if let [name, total, _, id, ..] = fields[..]
            && (name.ends_with(b"VDM") || name.ends_with(b"VDO"))
        {
            let total = String::from_utf8_lossy(total).parse().unwrap_or(1);
            open.entry(id.to_vec()).or_insert((0, total)).0 += 1;
        }
    }
    ends_in_sentence && open.iter().all(|(id, (parts, total))| id.is_empty() || parts >= total)
}
