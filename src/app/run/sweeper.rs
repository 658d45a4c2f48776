//! The sweeper: shows the engine's picture to those who watch it, a slice at a time, so that the engine never pauses for long.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::edge::seen::{SeenPicture, SeenTrack};
use crate::engine::core::Core;
use crate::engine::time::EventTime;
use crate::engine::track::TrackIx;

/// A slice is looked at this often ...
const LOOKS_EVERY: Duration = Duration::from_millis(40);
/// ... and has so many places of the engine's table: the whole of 100,000 tracks is seen in two seconds.
const SLICE: u32 = 2_000;

type Slice = (EventTime, Vec<(TrackIx, Option<SeenTrack>)>);

/// Looks at the engine's picture from the engine's thread.
pub struct Sweeper {
    slices: Sender<Slice>,
    next: u32,
    looked_at: Option<Instant>,
}

impl Sweeper {
    /// A sweeper for this picture, and the thread that takes its slices over; it ends with the sweeper.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(seen: SeenPicture) -> std::io::Result<(Sweeper, JoinHandle<()>)> {
        let (slices, receiver): (_, Receiver<Slice>) = channel();
        let take_over = move || receiver.iter().for_each(|(at, slice)| seen.take(at, slice));
        let thread = thread::Builder::new().name("picture".into()).spawn(take_over)?;
        Ok((Sweeper { slices, next: 0, looked_at: None }, thread))
    }

    /// Looks at the next slice, if it is time.
    pub fn look(&mut self, core: &Core) {
        if self.looked_at.is_some_and(|at| at.elapsed() < LOOKS_EVERY) {
            return;
        }
        self.looked_at = Some(Instant::now());
        let (picture, at) = (core.picture(), core.watermark());
        let end = picture.slots().min(self.next + SLICE);
        let see = |slot: u32| (TrackIx(slot), picture.get(TrackIx(slot)).map(|track| SeenTrack::of(track, at)));
        let slice: Vec<_> = (self.next..end).map(see).collect();
        self.next = if end == picture.slots() { 0 } else { end };
        let _ = self.slices.send((at, slice));
    }
}
