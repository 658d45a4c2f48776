//! The engine: inputs in, outputs out; no clock, no I/O, no locks, no failure.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)]

mod ais;
pub mod alert;
pub mod alignment;
pub mod assignment;
pub mod calendar;
pub mod command;
pub mod core;
pub mod coverage;
pub mod decode;
pub mod detect;
pub mod digest;
mod duplicates;
pub mod earth;
pub mod fusion;
mod grid;
pub mod input;
pub mod intake;
mod late;
pub mod limits;
pub mod map;
mod mid;
mod orders;
pub mod outage;
pub mod output;
pub mod picture;
mod plots;
mod radar;
mod reception;
mod reorder;
pub mod rules;
pub mod snapshot;
mod strangers;
pub mod tally;
pub mod text;
pub mod time;
pub mod timers;
pub mod track;
mod track_lines;
pub mod units;
pub mod vessel;
mod watermark;
pub mod zone;

use self::core::{Config, Core};
use self::input::Input;
use self::intake::{Intake, Steps};
use self::output::Output;
use self::time::EventTime;
use self::timers::TimerReason;

/// The engine: the same inputs give the same outputs, on every machine, for ever.
///
/// `handle` an input, then `poll_output` until it is empty. Nothing fails: what cannot be read is counted.
pub struct Engine {
    intake: Intake,
    core: Core,
    steps: Steps,
}

impl Engine {
    /// An engine before any input.
    pub fn new(config: Config) -> Self {
        Engine { intake: Intake::new(&config.feeds), core: Core::new(config), steps: Steps::default() }
    }

    /// Takes one input.
    pub fn handle(&mut self, input: &Input<'_>) {
        self.steps.clear();
        self.intake.take(input, &mut self.steps);
        self.core.take(&self.steps);
    }

    /// The next output, in the order of event time; `None` until more is handled.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.core.poll_output()
    }

    /// The next deadline in event time.
    pub fn poll_timeout(&self) -> Option<(EventTime, TimerReason)> {
        self.core.poll_timeout()
    }

    /// The part behind the reorder buffer, for its counts and its picture.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// The part before it, for its counts.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Both parts, to run on two threads.
    pub fn into_parts(self) -> (Intake, Core) {
        (self.intake, self.core)
    }
}
