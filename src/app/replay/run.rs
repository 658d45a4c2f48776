//! The run itself: batches of a recording through intake and core, on one thread or two, with a bar and a pace.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::Speed;
use super::outputs::Outputs;
use super::summary::Summary;
use crate::edge::batch::Batch;
use crate::edge::journal::JournalWriter;
use crate::edge::recording::{Recording, Warning};
use crate::engine::Engine;
use crate::engine::core::{Config, Core};
use crate::engine::input::Input;
use crate::engine::intake::{Intake, Steps};
use crate::engine::time::EventTime;

/// Why a run ends early: it always is something that cannot be written.
type RunError = Box<dyn std::error::Error + Send + Sync>;

/// Steps on their way from the decoding thread to the core.
const IN_FLIGHT: usize = 4;

/// How a run is paced.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// As fast as it goes, or by the recording's own times.
    pub speed: Speed,
    /// Decode on a thread of its own.
    pub two_threads: bool,
    /// Changes of rules in a journal are followed.
    pub own_rules: bool,
}

/// The half of a run before the reorder buffer: reads, journals, decodes.
struct Source {
    recording: Recording,
    journal: Option<JournalWriter>,
    intake: Intake,
    batch: Batch,
    lines: u64,
    metronome: Metronome,
    own_rules: bool,
    bar: ProgressBar,
}

/// Plays a recording to its end.
pub fn play(
    recording: Recording,
    config: Config,
    journal: Option<JournalWriter>,
    pace: Pace,
    outputs: &mut Outputs,
) -> Result<Summary, RunError> {
    let started = Instant::now();
    let (intake, mut core) = Engine::new(config).into_parts();
    let bar = bar(recording.progress().1);
    let metronome = Metronome { speed: pace.speed, first: None };
    let (batch, own_rules) = (Batch::default(), pace.own_rules);
    let mut source = Source { recording, journal, intake, batch, lines: 0, metronome, own_rules, bar };
    let source = if pace.two_threads {
        on_two_threads(source, &mut core, outputs)?
    } else {
        let mut steps = Steps::default();
        while source.next(&mut steps)? {
            take(&mut core, &steps, outputs, pace.speed)?;
        }
        source
    };
    outputs.finish()?;
    source.finish(&core, outputs, started)
}

/// Decodes on a thread of its own; the steps come in the order of the journal, so nothing else changes.
fn on_two_threads(source: Source, core: &mut Core, outputs: &mut Outputs) -> Result<Source, RunError> {
    let (full, filled): (SyncSender<Steps>, Receiver<Steps>) = sync_channel(IN_FLIGHT);
    let (empty, emptied): (SyncSender<Steps>, Receiver<Steps>) = sync_channel(IN_FLIGHT + 2);
    let speed = source.metronome.speed;
    thread::scope(|scope| {
        let reader = scope.spawn(move || -> Result<Source, RunError> {
            let mut source = source;
            loop {
                let mut steps = emptied.try_recv().unwrap_or_default();
                if !source.next(&mut steps)? || full.send(steps).is_err() {
                    return Ok(source);
                }
            }
        });
        let mut written = Ok(());
        while let (Ok(()), Ok(steps)) = (&written, filled.recv()) {
            written = take(core, &steps, outputs, speed);
            drop(empty.try_send(steps));
        }
        drop(filled);
        let source = reader.join().map_err(|_| "the decoding thread ended early")?;
        written?;
        source
    })
}

/// Lets the core take steps and writes what comes out.
fn take(core: &mut Core, steps: &Steps, outputs: &mut Outputs, speed: Speed) -> Result<(), RunError> {
    core.take(steps);
    while let Some(output) = core.poll_output() {
        outputs.take(output)?;
    }
    if speed != Speed::Max {
        outputs.flush()?;
    }
    Ok(())
}

impl Source {
    /// Fills `steps` with the next batch; false at the end.
    fn next(&mut self, steps: &mut Steps) -> Result<bool, RunError> {
        steps.clear();
        if !self.recording.next_batch(&mut self.batch) {
            return Ok(false);
        }
        if let Some(journal) = self.journal.as_mut() {
            journal.append_batch(&mut self.batch)?;
        }
        for input in self.batch.inputs() {
            if let Input::Frame(frame) = &input {
                self.lines += 1;
                self.metronome.wait(frame.received_at);
            }
            if self.own_rules || !matches!(input, Input::Rules { .. }) {
                self.intake.take(&input, steps);
            }
        }
        self.bar.set_position(self.recording.progress().0);
        Ok(true)
    }

    fn finish(self, core: &Core, outputs: &Outputs, started: Instant) -> Result<Summary, RunError> {
        self.bar.finish_and_clear();
        if let Some(mut journal) = self.journal {
            journal.sync()?;
        }
        let warnings: Vec<Warning> = self.recording.warnings();
        let kinds = outputs.kinds().clone();
        Ok(Summary::new(&self.intake, core, kinds, self.lines, started.elapsed(), warnings))
    }
}

/// Holds a paced run back to the recording's own times.
struct Metronome {
    speed: Speed,
    first: Option<(Instant, EventTime)>,
}

impl Metronome {
    fn wait(&mut self, received_at: EventTime) {
        let Speed::Times(times) = self.speed else { return };
        let (began, first) = *self.first.get_or_insert((Instant::now(), received_at));
        let due = began + Duration::from_secs_f64(((received_at - first).seconds() / times).max(0.0));
        if let Some(rest) = due.checked_duration_since(Instant::now()) {
            thread::sleep(rest);
        }
    }
}

/// A bar on standard error if that is a terminal; standard input has no length, so it gets a spinner.
fn bar(total_bytes: u64) -> ProgressBar {
    let (bar, template) = if total_bytes > 0 {
        (ProgressBar::new(total_bytes), "{bar:40} {percent:>3} %  {bytes}/{total_bytes}  {elapsed_precise}")
    } else {
        (ProgressBar::new_spinner(), "{spinner} {bytes}  {elapsed_precise}")
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
