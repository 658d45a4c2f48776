//! A feed's way to the engine: stamps what its transport read, hands it over, and tells how the feed stands.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::FeedContext;
use crate::edge::batch::Batch;
use crate::edge::health::{FeedHealth, FeedState};
use crate::edge::inlet::Stopping;
use crate::edge::split::Splitter;
use crate::engine::input::{Feed, FeedId, FeedKind, Frame, Input};
use crate::engine::time::EventTime;

/// What repeats itself is logged once in this time.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// What each transport of a feed has of the service; a clone serves the same feed.
#[derive(Clone, Debug)]
pub struct Outlet {
    feed: FeedId,
    name: Arc<str>,
    kind: FeedKind,
    context: FeedContext,
}

/// Frames on their way, all of one feed.
#[derive(Debug)]
pub struct Frames {
    batch: Batch,
    feed: FeedId,
    bytes: usize,
    received_at: EventTime,
    read_at: Instant,
}

impl Frames {
    /// Adds a line or datagram.
    pub fn push(&mut self, bytes: &[u8]) {
        let Frames { feed, received_at, .. } = *self;
        self.batch.push(&Input::Frame(Frame { seq: 0, feed, received_at, bytes }), 0, 0);
    }

    /// Its lines were read from so many bytes more, line ends included.
    pub fn read(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// Keeps only some of the frames; returns how many it let go.
    pub fn retain(&mut self, is_kept: impl Fn(&[u8]) -> bool) -> u64 {
        let (before, all) = (self.batch.len(), std::mem::take(&mut self.batch));
        for input in all.inputs() {
            if !matches!(input, Input::Frame(frame) if !is_kept(frame.bytes)) {
                self.batch.push(&input, 0, 0);
            }
        }
        (before - self.batch.len()) as u64
    }

    /// The bytes of its lines and datagrams.
    pub fn byte_len(&self) -> usize {
        self.batch.byte_len()
    }

    /// How many lines and datagrams there are.
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// Its frames in order.
    #[cfg(test)]
    pub fn inputs(&self) -> impl Iterator<Item = Input<'_>> {
        self.batch.inputs()
    }
}

impl Outlet {
    /// The outlet of one feed.
    pub fn new(id: FeedId, feed: &Feed, context: &FeedContext) -> Self {
        Outlet { feed: id, name: feed.name.as_str().into(), kind: feed.kind, context: context.clone() }
    }

    /// The feed's name, as it is logged.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its lines are read.
    pub fn kind(&self) -> FeedKind {
        self.kind
    }

    /// Frames to be filled, none so far.
    pub fn frames(&self) -> Frames {
        let (received_at, read_at) = (self.context.clock.now(), Instant::now());
        Frames { batch: Batch::default(), feed: self.feed, bytes: 0, received_at, read_at }
    }

    /// What follows in `frames` is read now.
    pub fn stamp(&self, frames: &mut Frames) {
        frames.received_at = self.context.clock.now();
        frames.read_at = Instant::now();
    }

    /// Splits what was read of a stream and hands over the lines that are whole.
    ///
    /// # Errors
    /// `Stopping`, once the service stops.
    pub async fn take(&self, splitter: &mut Splitter, read: &[u8]) -> Result<(), Stopping> {
        let mut frames = self.frames();
        frames.read(read.len());
        splitter.feed(read, |line| frames.push(line));
        self.hand_over(frames, splitter.take_cut()).await
    }

    /// Ends a stream of lines: what its last, unfinished line still gives.
    ///
    /// # Errors
    /// `Stopping`, once the service stops.
    pub async fn finish(&self, splitter: &mut Splitter) -> Result<(), Stopping> {
        let mut frames = self.frames();
        if splitter.finish(|line| frames.push(line)) {
            self.dropped(1);
        }
        self.hand_over(frames, splitter.take_cut()).await
    }

    /// Hands frames over, `cut` of them shortened; waits while the engine is behind.
    ///
    /// # Errors
    /// `Stopping`, once the service stops.
    pub async fn hand_over(&self, frames: Frames, cut: u64) -> Result<(), Stopping> {
        let Frames { batch, bytes, received_at, read_at, .. } = frames;
        self.update(|health| {
            health.bytes += bytes as u64;
            health.frames += batch.len() as u64;
            health.cut += cut;
            if !batch.is_empty() {
                health.last_frame_at = Some(received_at);
            }
        });
        if batch.is_empty() { Ok(()) } else { self.context.inlet.frames(batch, read_at).await }
    }

    /// Tells the engine that nothing follows; the feed stands as it ended.
    ///
    /// # Errors
    /// `Stopping`, once the service stops.
    pub async fn ended(&self, state: FeedState, detail: String) -> Result<(), Stopping> {
        tracing::info!(feed = self.name(), "{detail}");
        self.stands(state, detail);
        let mut batch = Batch::default();
        batch.push(&Input::FeedEnded { feed: self.feed }, 0, 0);
        self.context.inlet.frames(batch, Instant::now()).await
    }

    /// Frames came and could not be taken.
    pub fn dropped(&self, frames: u64) {
        self.update(|health| health.dropped += frames);
    }

    /// Someone came who may not.
    pub fn refused(&self) {
        self.update(|health| health.refused += 1);
    }

    /// It is connected, once more.
    pub fn connected(&self, detail: String) {
        tracing::info!(feed = self.name(), "{detail}");
        self.update(|health| health.connects += 1);
        self.stands(FeedState::Live, detail);
    }

    /// It is not connected, and will try again after a wait.
    pub fn retrying(&self, why: &str, wait: Duration) {
        let detail = format!("{why}; trying again in {:.1} s", wait.as_secs_f64());
        tracing::warn!(feed = self.name(), "{detail}");
        self.stands(FeedState::Connecting, detail);
    }

    /// Says how the feed stands, and why.
    pub fn stands(&self, state: FeedState, detail: String) {
        let now = self.context.clock.now();
        self.update(|health| {
            if health.state != state || health.since.is_none() {
                health.state = state;
                health.since = Some(now);
            }
            health.detail = Some(detail);
        });
    }

    fn update(&self, change: impl FnOnce(&mut FeedHealth)) {
        self.context.health.update(self.feed, change);
    }
}

/// Counts what repeats itself, and says once in a while that it is time to tell it.
#[derive(Debug, Default)]
pub struct Seldom {
    told_at: Option<Instant>,
    untold: u64,
}

impl Seldom {
    /// It happened so many times again; how often since it was last told, if it is to be told now.
    pub fn happened(&mut self, times: u64) -> Option<u64> {
        self.untold += times;
        if self.untold == 0 || self.told_at.is_some_and(|at| at.elapsed() < LOG_EVERY) {
            return None;
        }
        self.told_at = Some(Instant::now());
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_itself_is_told_once() {
        let mut seldom = Seldom::default();
        assert_eq!([seldom.happened(0), seldom.happened(2), seldom.happened(3)], [None, Some(2), None]);
        seldom.told_at = None;
        assert_eq!(seldom.happened(1), Some(4));
    }
}
