//! Playing inputs through an engine into lines, and telling two plays apart.

use picket::edge::lines::{AlertForm, LineContext, alert_line, track_line};
use picket::engine::Engine;
use picket::engine::core::Config;
use picket::engine::input::{Feed, FeedId, Frame, Input};
use picket::engine::intake::Steps;
use picket::engine::output::Output;
use picket::engine::time::EventTime;

/// An input that owns its bytes; its number is its place.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Frame { feed: FeedId, received_at: EventTime, bytes: Vec<u8> },
    Tick(EventTime),
    End(FeedId),
    Gap,
    Command { received_at: EventTime, body: Vec<u8> },
    Rules { received_at: EventTime, body: Vec<u8> },
}

impl Event {
    pub fn of(input: &Input<'_>) -> Event {
        match *input {
            Input::Frame(Frame { feed, received_at, bytes, .. }) => {
                Event::Frame { feed, received_at, bytes: bytes.to_vec() }
            }
            Input::Tick { received_at } => Event::Tick(received_at),
            Input::FeedEnded { feed } => Event::End(feed),
            Input::Gap => Event::Gap,
            Input::Command { received_at, body } => Event::Command { received_at, body: body.to_vec() },
            Input::Rules { received_at, body } => Event::Rules { received_at, body: body.to_vec() },
        }
    }

    /// The input, as the `place`th of its run (from 0).
    pub fn input(&self, place: usize) -> Input<'_> {
        match *self {
            Event::Frame { feed, received_at, ref bytes } => {
                Input::Frame(Frame { seq: place as u64 + 1, feed, received_at, bytes })
            }
            Event::Tick(received_at) => Input::Tick { received_at },
            Event::End(feed) => Input::FeedEnded { feed },
            Event::Gap => Input::Gap,
            Event::Command { received_at, ref body } => Input::Command { received_at, body },
            Event::Rules { received_at, ref body } => Input::Rules { received_at, body },
        }
    }

    pub fn received_at(&self) -> Option<EventTime> {
        match *self {
            Event::Frame { received_at, .. }
            | Event::Tick(received_at)
            | Event::Command { received_at, .. }
            | Event::Rules { received_at, .. } => Some(received_at),
            Event::End(_) | Event::Gap => None,
        }
    }
}

/// Everything a run writes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    pub alerts: Vec<String>,
    pub tracks: Vec<String>,
}

impl Lines {
    pub fn take(&mut self, output: Output, feeds: &[Feed]) {
        match output {
            Output::Alert(alert) => {
                let context = LineContext { feeds, exercise: None, published_at: None };
                self.alerts.push(alert_line(&alert, context, AlertForm::Live).unwrap());
            }
            Output::Fix(..) => {}
            Output::Track(state) => self.tracks.push(track_line(&state).unwrap()),
        }
    }

    pub fn drain(&mut self, engine: &mut Engine, feeds: &[Feed]) {
        while let Some(output) = engine.poll_output() {
            self.take(output, feeds);
        }
    }

    /// Alerts, each counted once.
    pub fn raised(&self) -> usize {
        self.alerts.iter().filter(|line| line.contains(r#""revision":1,"#)).count()
    }

    /// Without what tells of feeds: that goes by arrival, which is what a shift changes.
    pub fn about_vessels(mut self) -> Lines {
        self.alerts.retain(|line| !line.contains(r#""kind":"feed_lost""#));
        self
    }

    /// Fails with the first line that differs.
    pub fn assert_same(&self, other: &Lines, what: &str) {
        assert_equal(&self.alerts, &other.alerts, &format!("{what}: alert"));
        assert_equal(&self.tracks, &other.tracks, &format!("{what}: track"));
    }
}

fn assert_equal(expected: &[String], found: &[String], what: &str) {
    if let Some(i) = (0..expected.len().max(found.len())).find(|&i| expected.get(i) != found.get(i)) {
        let line = |lines: &[String]| lines.get(i).cloned().unwrap_or_else(|| "(none)".to_owned());
        let (count, others) = (expected.len(), found.len());
        panic!(
            "{what} line {} differs ({count} and {others} lines)\nexpected {}\n   found {}",
            i + 1,
            line(expected),
            line(found)
        );
    }
}

/// One plain run, input by input.
pub fn play(config: &Config, events: &[Event]) -> Lines {
    let (mut engine, mut lines) = (Engine::new(config.clone()), Lines::default());
    for (place, event) in events.iter().enumerate() {
        engine.handle(&event.input(place));
        lines.drain(&mut engine, &config.feeds);
    }
    lines
}

/// A run as the command does it: decoded in batches (of the lengths given in turn), each handed over whole.
pub fn play_in_batches(config: &Config, events: &[Event], mut length: impl FnMut() -> usize) -> Lines {
    let (mut intake, mut core) = Engine::new(config.clone()).into_parts();
    let (mut steps, mut lines, mut place) = (Steps::default(), Lines::default(), 0);
    while place < events.len() {
        let end = events.len().min(place + length().max(1));
        steps.clear();
        for (i, event) in events.iter().enumerate().take(end).skip(place) {
            intake.take(&event.input(i), &mut steps);
        }
        core.take(&steps);
        while let Some(output) = core.poll_output() {
            lines.take(output, &config.feeds);
        }
        place = end;
    }
    lines
}
