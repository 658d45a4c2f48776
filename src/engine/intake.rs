//! Intake: inputs to steps of reports, in journal order; pure, so that it may run on a thread of its own.

use serde::{Deserialize, Serialize};

use super::command::Command;
use super::decode::report::{Report, SourceId, StationId};
use super::decode::{Decoded, Decoder, HELD_AT_MOST, Reject, reports};
use super::input::{Feed, FeedId, Frame, Input};
use super::rules::Rules;
use super::tally::Tally;
use super::time::EventTime;

/// What the core is to do next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// A frame of a feed arrived, with so many reports.
    Frame { feed: FeedId, received_at: EventTime, reports: u32 },
    /// Reports of a feed that had waited come out at this time.
    Held { at: EventTime, reports: u32 },
    /// Time went on.
    Tick { received_at: EventTime },
    /// A feed is over, with so many last reports.
    FeedEnded { feed: FeedId, reports: u32 },
    /// An operator commands.
    Command { received_at: EventTime },
    /// Other rules are in force.
    Rules { received_at: EventTime },
    /// A station was heard of for the first time.
    Station,
    /// Nobody listened.
    Gap,
}

/// Steps for the core, with the reports they carry side by side.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    steps: Vec<Step>,
    reports: Vec<Report>,
    commands: Vec<Command>,
    rules: Vec<Rules>,
    stations: Vec<(StationId, String)>,
}

/// One step with its reports.
#[derive(Debug, PartialEq)]
pub enum StepRef<'a> {
    /// A frame of a feed arrived.
    Frame {
        /// The feed.
        feed: FeedId,
        /// A moves to here.
        received_at: EventTime,
        /// What it told.
        reports: &'a [Report],
    },
    /// Reports that had waited for the time of their sentence come out.
    Held {
        /// A moves to here.
        at: EventTime,
        /// What they tell.
        reports: &'a [Report],
    },
    /// Time went on.
    Tick {
        /// A moves to here.
        received_at: EventTime,
    },
    /// A feed is over.
    FeedEnded {
        /// The feed.
        feed: FeedId,
        /// What it had kept back.
        reports: &'a [Report],
    },
    /// An operator commands.
    Command {
        /// A moves to here.
        received_at: EventTime,
        /// The command.
        command: &'a Command,
    },
    /// Other rules are in force.
    Rules {
        /// A moves to here.
        received_at: EventTime,
        /// The rules.
        rules: &'a Rules,
    },
    /// A station was heard of for the first time.
    Station {
        /// The station.
        station: StationId,
        /// Its name.
        name: &'a str,
    },
    /// Nobody listened since the last input.
    Gap,
}

impl Steps {
    /// Empties them and keeps their memory.
    pub fn clear(&mut self) {
        self.steps.clear();
        self.reports.clear();
        self.commands.clear();
        self.rules.clear();
        self.stations.clear();
    }

    /// The steps in order.
    pub fn iter(&self) -> impl Iterator<Item = StepRef<'_>> {
        let mut rest = self.reports.as_slice();
        let (mut commands, mut rules, mut stations) = (self.commands.iter(), self.rules.iter(), self.stations.iter());
        self.steps.iter().filter_map(move |step| {
            let mut take = |n: u32| {
                let (head, tail) = rest.split_at_checked(n as usize).unwrap_or((rest, &[]));
                rest = tail;
                head
            };
            Some(match *step {
                Step::Frame { feed, received_at, reports } => {
                    StepRef::Frame { feed, received_at, reports: take(reports) }
                }
                Step::Held { at, reports } => StepRef::Held { at, reports: take(reports) },
                Step::Tick { received_at } => StepRef::Tick { received_at },
                Step::FeedEnded { feed, reports } => StepRef::FeedEnded { feed, reports: take(reports) },
                Step::Command { received_at } => StepRef::Command { received_at, command: commands.next()? },
                Step::Rules { received_at } => StepRef::Rules { received_at, rules: rules.next()? },
                Step::Station => {
                    let (station, name) = stations.next()?;
                    StepRef::Station { station: *station, name }
                }
                Step::Gap => StepRef::Gap,
            })
        })
    }
}

/// The decoder with its counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Intake {
    decoder: Decoder,
    tally: Tally,
    arrival: EventTime,
    /// Commands and rules that could not be read.
    unread: u64,
}

impl Intake {
    /// An intake for these feeds.
    pub fn new(feeds: &[Feed]) -> Self {
        Intake { decoder: Decoder::new(feeds), tally: Tally::default(), arrival: EventTime::MIN, unread: 0 }
    }

    /// Decodes one input into steps.
    pub fn take(&mut self, input: &Input<'_>, steps: &mut Steps) {
        match *input {
            Input::Frame(frame) => {
                self.release_held(frame.received_at, steps);
                let before = steps.reports.len();
                let (tally, at, reports) = (&mut self.tally, self.arrival, &mut steps.reports);
                self.decoder.decode(&frame, &mut |decoded| collect(tally, at, decoded, reports));
                let count = (steps.reports.len() - before) as u32;
                let Frame { feed, received_at, .. } = frame;
                self.name_stations(steps);
                steps.steps.push(Step::Frame { feed, received_at, reports: count });
            }
            Input::Tick { received_at } => {
                self.release_held(received_at, steps);
                steps.steps.push(Step::Tick { received_at });
            }
            Input::FeedEnded { feed } => {
                let before = steps.reports.len();
                let (tally, at, reports) = (&mut self.tally, self.arrival, &mut steps.reports);
                self.decoder.finish(feed, &mut |decoded| collect(tally, at, decoded, reports));
                let count = (steps.reports.len() - before) as u32;
                steps.steps.push(Step::FeedEnded { feed, reports: count });
            }
            Input::Gap => steps.steps.push(Step::Gap),
            Input::Command { received_at, body } => {
                self.release_held(received_at, steps);
                match Command::from_bytes(body) {
                    Some(command) => {
                        steps.steps.push(Step::Command { received_at });
                        steps.commands.push(command);
                    }
                    None => self.unread += 1,
                }
            }
            Input::Rules { received_at, body } => {
                self.release_held(received_at, steps);
                match Rules::from_bytes(body).filter(|rules| rules.zones().is_ok()) {
                    Some(rules) => {
                        self.decoder.set_feeds(&rules.feeds);
                        steps.steps.push(Step::Rules { received_at });
                        steps.rules.push(rules);
                    }
                    None => self.unread += 1,
                }
            }
        }
    }

    /// Tells the names of stations that were heard of for the first time.
    fn name_stations(&mut self, steps: &mut Steps) {
        for (station, name) in self.decoder.new_stations() {
            steps.steps.push(Step::Station);
            steps.stations.push((station, name.to_owned()));
        }
    }

    /// What waited too long comes out at the instant its patience ended, whatever told us that time went on.
    fn release_held(&mut self, received_at: EventTime, steps: &mut Steps) {
        if received_at <= self.arrival {
            return;
        }
        self.arrival = received_at;
        let before = steps.reports.len();
        let (tally, reports) = (&mut self.tally, &mut steps.reports);
        self.decoder.tick(received_at, &mut |decoded| collect(tally, received_at, decoded, reports));
        if let Some(held) = steps.reports.get_mut(before..) {
            held.sort_by_key(|report| (report.received_at, report.feed, report.seq));
            steps.steps.extend(held.iter().map(|r| Step::Held { at: r.received_at + HELD_AT_MOST, reports: 1 }));
        }
    }

    /// Commands and rules among the inputs that could not be read, and were passed over.
    pub fn unread(&self) -> u64 {
        self.unread
    }

    /// Frames of a feed that were decoded so far.
    pub fn frames_of(&self, feed: FeedId) -> u64 {
        self.decoder.frames_of(feed)
    }

    /// The ASTERIX sources of a feed that are in quarantine now.
    pub fn quarantined(&self, feed: FeedId) -> impl Iterator<Item = SourceId> {
        self.decoder.quarantined(feed)
    }

    /// The arrival clock as far as the decoder has heard of it.
    pub fn arrival(&self) -> EventTime {
        self.arrival
    }

    /// The decoder, for what it knows of stations and clocks.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// What was counted.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }
}

/// Takes what the decoder hands out at an instant of the arrival clock: reports, or a reason to count.
fn collect(tally: &mut Tally, at: EventTime, decoded: Decoded<'_>, out: &mut Vec<Report>) {
    let (feed, reason) = match decoded {
        Decoded::Message { stamp, message } => {
            tally.count(at, stamp, message);
            match reports(stamp, message) {
                Ok(told) => return out.extend_from_slice(&told),
                Err(reason) => (stamp.feed, reason),
            }
        }
        Decoded::Reject(Reject { feed, reason, .. }) => (feed, reason),
    };
    tally.refuse(feed, reason);
}
