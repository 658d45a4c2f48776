//! Where replay's lines go: alerts as they come or as they stand at the end, and tracks.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::ReplayArgs;
use super::readable::Readable;
use crate::edge::lines::{AlertForm, LineContext, alert_line, track_line};
use crate::edge::recording::Order;
use crate::engine::alert::{Alert, AlertState};
use crate::engine::core::Config;
use crate::engine::detect::Kind;
use crate::engine::input::Feed;
use crate::engine::output::Output;
use crate::engine::time::EventTime;

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub struct WriteError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// One place lines go to.
struct Sink {
    path: PathBuf,
    out: BufWriter<Box<dyn Write + Send>>,
}

/// All places lines go to, and what is counted on the way.
pub struct Outputs {
    alerts: Option<Sink>,
    tracks: Option<Sink>,
    feeds: Vec<Feed>,
    exercise: Option<String>,
    final_only: bool,
    /// Nobody knows when lines arrived: what is told of feeds says nothing.
    without_arrival: bool,
    readable: Option<Readable>,
    silent_until: Option<EventTime>,
    last: BTreeMap<String, Box<Alert>>,
    kinds: BTreeMap<&'static str, u64>,
}

impl Sink {
    fn open(path: &Path) -> Result<Self, WriteError> {
        let out: Box<dyn Write + Send> = if path == Path::new("-") {
            Box::new(io::stdout())
        } else {
            Box::new(File::create(path).map_err(|source| WriteError { path: path.to_owned(), source })?)
        };
        Ok(Sink { path: path.to_owned(), out: BufWriter::new(out) })
    }

    fn json(&mut self, line: serde_json::Result<String>) -> Result<(), WriteError> {
        match line {
            Ok(line) => self.line(&line),
            Err(error) => Err(WriteError { path: self.path.clone(), source: error.into() }),
        }
    }

    fn line(&mut self, line: &str) -> Result<(), WriteError> {
        writeln!(self.out, "{line}").map_err(|source| WriteError { path: self.path.clone(), source })
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.out.flush().map_err(|source| WriteError { path: self.path.clone(), source })
    }
}

impl Outputs {
    /// Opens what the command line names; what comes out before `silent_until` (event time) is not written.
    pub fn open(
        args: &ReplayArgs,
        config: &Config,
        exercise: Option<String>,
        silent_until: Option<EventTime>,
    ) -> Result<Self, WriteError> {
        let alerts = args.alerts.as_deref().or(args.readable.then_some(Path::new("-")));
        Ok(Outputs {
            alerts: alerts.map(Sink::open).transpose()?,
            tracks: args.tracks.as_deref().map(Sink::open).transpose()?,
            feeds: config.feeds.clone(),
            exercise,
            final_only: args.final_only,
            without_arrival: args.order == Order::Event,
            readable: args.readable.then(|| Readable::new(&config.zones)),
            silent_until,
            last: BTreeMap::new(),
            kinds: BTreeMap::new(),
        })
    }

    /// Writes one output.
    pub fn take(&mut self, output: Output) -> Result<(), WriteError> {
        let at = match &output {
            Output::Alert(alert) => alert.at,
            Output::Track(state) => state.at,
            Output::Fix(_, fix) => fix.at,
        };
        if self.silent_until.is_some_and(|until| at < until) {
            return Ok(());
        }
        match output {
            Output::Alert(alert) if self.without_arrival && alert.anomaly.kind == Kind::FeedLost => {}
            Output::Alert(alert) => {
                if alert.revision == 1 {
                    *self.kinds.entry(alert.anomaly.kind.text()).or_default() += 1;
                }
                match self.alerts {
                    Some(_) if self.final_only => drop(self.last.insert(alert.id.clone(), alert)),
                    Some(_) => self.alert(&alert, AlertForm::Live)?,
                    None => {}
                }
            }
            Output::Track(state) => {
                if let Some(sink) = self.tracks.as_mut() {
                    sink.json(track_line(&state))?;
                }
            }
            Output::Fix(..) => {}
        }
        Ok(())
    }

    /// Makes what was written visible to readers.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        self.alerts.iter_mut().chain(self.tracks.iter_mut()).try_for_each(Sink::flush)
    }

    /// Writes the final set, if that is what is wanted, and flushes.
    pub fn finish(&mut self) -> Result<(), WriteError> {
        let mut last: Vec<Box<Alert>> = std::mem::take(&mut self.last).into_values().collect();
        last.retain(|alert| alert.state != AlertState::Retracted);
        let place =
            |alert: &Alert| (self.readable.is_some() && alert.anomaly.suppressed.is_some(), alert.anomaly.onset);
        last.sort_by(|a, b| (place(a), &a.key).cmp(&(place(b), &b.key)));
        last.iter().try_for_each(|alert| self.alert(alert, AlertForm::Final))?;
        self.flush()
    }

    /// Writes one alert in the wanted form.
    fn alert(&mut self, alert: &Alert, form: AlertForm) -> Result<(), WriteError> {
        let Some(sink) = self.alerts.as_mut() else { return Ok(()) };
        match &self.readable {
            Some(readable) => readable.line(alert, form).map_or(Ok(()), |line| sink.line(&line)),
            None => {
                let context =
                    LineContext { feeds: &self.feeds, exercise: self.exercise.as_deref(), published_at: None };
                sink.json(alert_line(alert, context, form))
            }
        }
    }

    /// Alerts raised, by kind.
    pub fn kinds(&self) -> &BTreeMap<&'static str, u64> {
        &self.kinds
    }
}
