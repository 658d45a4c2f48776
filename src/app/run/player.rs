//! The player's thread: recordings among the feeds, played as if they were live, by the exercise's clock.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::edge::batch::Batch;
use crate::edge::clock::Clock;
use crate::edge::health::{FeedState, Health};
use crate::edge::inlet::{Inlet, Stopping};
use crate::edge::recording::Recording;
use crate::engine::input::{FeedId, Frame, Input};
use crate::engine::time::EventTime;

/// Where nothing is due, the engine notices this often that time goes on, wall time.
const STEP: Duration = Duration::from_millis(50);
/// Frames handed over at once while the clock is still held.
const AT_ONCE: usize = 2048;

/// What the player works with.
pub struct Player {
    recording: Recording,
    first: Batch,
    /// The feeds' places among all feeds of the service, by their place in the recording.
    places: Vec<FeedId>,
    /// Frames that the journal has already, by the same.
    taken: Vec<u64>,
    /// What was recorded up to then is played at once.
    opening_until: EventTime,
    /// The exercise's clock, held.
    clock: Clock,
    /// Where frames go.
    inlet: Inlet,
    /// Where the feeds' health is told.
    health: Health,
    /// True until the recording is over.
    playing: watch::Sender<bool>,
}

/// A recording with its first inputs read, so that it is known when it begins.
pub struct Opened {
    recording: Recording,
    first: Batch,
    /// The time of the first frame.
    pub begins_at: EventTime,
}

impl Opened {
    /// Reads the first inputs; `None` if there is no frame in the recording.
    pub fn new(mut recording: Recording) -> Option<Opened> {
        let mut first = Batch::default();
        recording.next_batch(&mut first);
        let begins_at = first.inputs().find_map(|input| match input {
            Input::Frame(frame) => Some(frame.received_at),
            _ => None,
        })?;
        Some(Opened { recording, first, begins_at })
    }
}

impl Player {
    /// A player of a recording whose feeds stand at `places`, on a held clock.
    pub fn new(
        opened: Opened,
        places: Vec<FeedId>,
        taken: Vec<u64>,
        opening_until: EventTime,
        clock: Clock,
        inlet: Inlet,
        health: Health,
    ) -> Self {
        let Opened { recording, first, .. } = opened;
        let playing = watch::Sender::new(true);
        Player { recording, first, places, taken, opening_until, clock, inlet, health, playing }
    }

    /// Tells whether the player still plays; while it does, time goes on for the engine only as far as it has played.
    pub fn playing(&self) -> watch::Receiver<bool> {
        self.playing.subscribe()
    }

    /// Starts the thread; it ends with the recording, or when the service stops.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(self, runtime: tokio::runtime::Handle) -> std::io::Result<JoinHandle<()>> {
        thread::Builder::new().name("player".into()).spawn(move || {
            let _ = self.run(&runtime);
        })
    }

    fn run(mut self, runtime: &tokio::runtime::Handle) -> Result<(), Stopping> {
        let mut batch = std::mem::take(&mut self.first);
        let mut ready = Batch::default();
        loop {
            for input in batch.inputs() {
                let Some(input) = placed(&input, &self.places, &mut self.taken) else { continue };
                if let Input::Frame(frame) = input {
                    if frame.received_at <= self.opening_until {
                        self.clock.hold_at(frame.received_at);
                    } else {
                        self.clock.start();
                    }
                    if ready.len() >= AT_ONCE {
                        self.hand_over(&mut ready, runtime)?;
                    }
                    while self.clock.now() < frame.received_at {
                        ready.push(&Input::Tick { received_at: self.clock.now() }, 0, 0);
                        self.hand_over(&mut ready, runtime)?;
                        self.wait(frame.received_at);
                    }
                }
                ready.push(&input, 0, 0);
            }
            if !self.recording.next_batch(&mut batch) {
                break;
            }
        }
        self.hand_over(&mut ready, runtime)?;
        self.clock.start();
        self.playing.send_replace(false);
        self.recording.warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
        tracing::info!("the recording is over");
        Ok(())
    }

    /// Waits for the clock, a step at most.
    fn wait(&self, until: EventTime) {
        let rest_s = (until - self.clock.now()).seconds() / self.clock.rate();
        thread::sleep(Duration::from_secs_f64(rest_s.max(0.0)).clamp(Duration::from_millis(1), STEP));
    }

    fn hand_over(&self, ready: &mut Batch, runtime: &tokio::runtime::Handle) -> Result<(), Stopping> {
        if ready.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        for input in ready.inputs() {
            match input {
                Input::Frame(frame) => self.health.update(frame.feed, |health| {
                    health.state = FeedState::Live;
                    health.since = health.since.or(Some(now));
                    health.frames += 1;
                    health.bytes += frame.bytes.len() as u64 + 1;
                    health.last_frame_at = Some(frame.received_at);
                }),
                Input::FeedEnded { feed } => self.health.update(feed, |health| {
                    health.state = FeedState::Ended;
                    health.detail = Some("the recording is over".to_owned());
                }),
                _ => {}
            }
        }
        runtime.block_on(self.inlet.frames(std::mem::take(ready), Instant::now()))
    }
}

/// The input with its feed's place among all feeds; `None` if the journal has it already.
fn placed<'a>(input: &Input<'a>, places: &[FeedId], taken: &mut [u64]) -> Option<Input<'a>> {
    let place = |feed: FeedId| places.get(usize::from(feed.0)).copied();
    match *input {
        Input::Frame(frame) => {
            let known = taken.get_mut(usize::from(frame.feed.0))?;
            if *known > 0 {
                *known -= 1;
                return None;
            }
            Some(Input::Frame(Frame { feed: place(frame.feed)?, ..frame }))
        }
        Input::FeedEnded { feed } => Some(Input::FeedEnded { feed: place(feed)? }),
        _ => None,
    }
}
