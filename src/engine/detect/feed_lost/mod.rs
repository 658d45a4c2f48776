//! Feed lost: a feed, or a station of one, that spoke and has fallen silent, by the arrival clock (`docs/detectors/feed_lost.md`).

mod watch;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::evidence::Evidence;
use super::{Anomaly, Change, Effects, Factor, FactorName, Kind, Open, Priority, View, end_if_touched};
use crate::engine::decode::report::StationId;
use crate::engine::input::{Feed, FeedId, FeedKind};
use crate::engine::limits::FeedLost;
use crate::engine::map::Map;
use crate::engine::rules::RulesChange;
use crate::engine::time::{EventTime, Span};
use watch::Watch;

/// Stations watched of one feed.
const STATIONS_AT_MOST: usize = 256;

/// What may fall silent: a feed, or one station within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Voice {
    /// The feed.
    pub feed: FeedId,
    /// The station; `None` for the feed as a whole.
    pub station: Option<StationId>,
}

/// A feed and its stations.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct FeedWatch {
    whole: Option<Watch>,
    stations: Map<StationId, Watch>,
}

/// The rule and what it watches. Its `now` is the arrival clock; vessels do not concern it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FeedLostDetector {
    feeds: Vec<FeedWatch>,
    /// Nothing is lost before this; `None` if nothing ever will be.
    not_before: Option<EventTime>,
    /// Nobody listened before the next input.
    is_deaf: bool,
    /// Stations that were not watched because there were too many.
    unwatched: u64,
}

impl FeedLostDetector {
    /// Nobody listened between the last input and the next: that silence is nobody's.
    pub fn was_deaf(&mut self) {
        self.is_deaf = true;
    }

    /// Somebody listens at `at`.
    pub fn listen(&mut self, at: EventTime) {
        if !std::mem::take(&mut self.is_deaf) {
            return;
        }
        for feed in &mut self.feeds {
            feed.whole.iter_mut().for_each(|watch| watch.listen_from(at));
            feed.stations.for_each_mut(|watch| watch.listen_from(at));
        }
    }

    /// A voice speaks at `at`; whether it had been lost, which is then to be told by [`FeedLostDetector::find_again`].
    pub fn hear(&mut self, voice: Voice, at: EventTime, feeds: &[Feed], limits: &FeedLost) -> bool {
        if at == EventTime::MIN || is_table(voice.feed, feeds) {
            return false;
        }
        let Some(watch) = self.watch(voice, at) else { return false };
        let was_lost = watch.is_lost();
        watch.hear(at);
        let lost_at = watch.lost_at(least_s(voice, feeds, limits), limits);
        self.not_before = self.not_before.into_iter().chain(lost_at).min();
        was_lost
    }

    /// The first instant up to `at` at which something is lost.
    pub fn next_loss(&mut self, at: EventTime, feeds: &[Feed], limits: &FeedLost) -> Option<EventTime> {
        if self.not_before.is_none_or(|bound| bound > at) {
            return None;
        }
        let losses = self.voices().into_iter().filter_map(|voice| self.lost_at(voice, feeds, limits));
        self.not_before = losses.min();
        self.not_before.filter(|&first| first <= at)
    }

    /// Tells what is lost at `view.now`: feeds before their stations.
    pub fn lose(&mut self, view: &View<'_>, effects: &mut Effects<'_>) {
        let limits = &view.limits.feed_lost;
        for voice in self.voices() {
            if self.lost_at(voice, view.feeds, limits).is_none_or(|at| at > view.now) {
                continue;
            }
            let is_out = voice.station.is_some_and(|id| view.outages.out_since((voice.feed, id)).is_some());
            match self.known(voice) {
                // Its outage is told already: its silence counts from when that is over.
                Some(watch) if is_out => watch.listen_from(view.now),
                Some(watch) => lose(watch, voice, view, effects),
                None => {}
            }
        }
    }

    /// A voice that had been lost speaks at `view.now`.
    pub fn find_again(&mut self, voice: Voice, view: &View<'_>, effects: &mut Effects<'_>) {
        if let Some(watch) = self.known(voice) {
            end(watch, view, effects);
        }
        if let (None, Some(feed)) = (voice.station, self.feeds.get_mut(usize::from(voice.feed.0))) {
            feed.stations.for_each_mut(|watch| watch.listen_from(view.now));
        }
    }

    /// A feed has ended in good order: nobody waits for it.
    pub fn end_feed(&mut self, feed: FeedId, view: &View<'_>, effects: &mut Effects<'_>) {
        for voice in self.voices().into_iter().filter(|voice| voice.feed == feed) {
            if let Some(watch) = self.known(voice) {
                end(watch, view, effects);
            }
        }
        if let Some(feed) = self.feeds.get_mut(usize::from(feed.0)) {
            *feed = FeedWatch::default();
        }
    }

    /// Other rules come at `view.now`: losses that they touch end, and every silence is judged anew from here.
    pub fn end_touched(&mut self, view: &View<'_>, change: &RulesChange, effects: &mut Effects<'_>) {
        if !change.limits_changed {
            return;
        }
        for voice in self.voices() {
            if let Some(watch) = self.known(voice) {
                end_if_touched(&mut watch.loss, change, view.now, effects);
                watch.listen_from(view.now);
            }
        }
        self.not_before = Some(EventTime::MIN);
    }

    /// Since when a voice is lost; `None` if it is not.
    pub fn lost_since(&self, voice: Voice) -> Option<EventTime> {
        let feed = self.feeds.get(usize::from(voice.feed.0))?;
        let watch = voice.station.map_or(feed.whole.as_ref(), |station| feed.stations.get(&station))?;
        watch.is_lost().then_some(watch.heard_at)
    }

    /// Stations that were not watched because there were too many.
    pub fn unwatched(&self) -> u64 {
        self.unwatched
    }

    /// The watch of a voice, made at its first word.
    fn watch(&mut self, voice: Voice, at: EventTime) -> Option<&mut Watch> {
        let place = usize::from(voice.feed.0);
        if place >= self.feeds.len() {
            self.feeds.resize_with(place + 1, FeedWatch::default);
        }
        let feed = self.feeds.get_mut(place)?;
        let Some(station) = voice.station else { return Some(feed.whole.get_or_insert_with(|| Watch::new(at))) };
        if !feed.stations.contains_key(&station) && feed.stations.len() >= STATIONS_AT_MOST {
            self.unwatched += 1;
            return None;
        }
        Some(feed.stations.get_or_insert_with(station, || Watch::new(at)))
    }

    fn known(&mut self, voice: Voice) -> Option<&mut Watch> {
        let feed = self.feeds.get_mut(usize::from(voice.feed.0))?;
        voice.station.map_or(feed.whole.as_mut(), |station| feed.stations.get_mut(&station))
    }

    /// All that is watched, feeds before their stations.
    fn voices(&self) -> Vec<Voice> {
        let mut voices = Vec::new();
        for (place, watched) in (0..).zip(&self.feeds) {
            let feed = FeedId(place);
            voices.extend(watched.whole.iter().map(|_| Voice { feed, station: None }));
            let stations = watched.stations.sorted_keys().into_iter();
            voices.extend(stations.map(|station| Voice { feed, station: Some(station) }));
        }
        voices
    }

    /// When a voice is lost if it stays silent; a station is not missed while its whole feed is lost.
    fn lost_at(&self, voice: Voice, feeds: &[Feed], limits: &FeedLost) -> Option<EventTime> {
        let feed = self.feeds.get(usize::from(voice.feed.0))?;
        let watch = match voice.station {
            None => feed.whole.as_ref()?,
            Some(_) if feed.whole.as_ref().is_some_and(Watch::is_lost) => return None,
            Some(station) => feed.stations.get(&station)?,
        };
        watch.lost_at(least_s(voice, feeds, limits), limits)
    }
}

/// Whether a feed's frames are rows of a table: they tell when somebody wrote them, not whether a line is up.
fn is_table(feed: FeedId, feeds: &[Feed]) -> bool {
    feeds.get(usize::from(feed.0)).is_some_and(|feed| feed.kind == FeedKind::Csv)
}

/// How long a voice may be silent at least, s.
fn least_s(voice: Voice, feeds: &[Feed], limits: &FeedLost) -> f64 {
    let in_batches = feeds.get(usize::from(voice.feed.0)).is_some_and(|feed| feed.correction_only);
    match voice.station {
        _ if in_batches => limits.correction_silence_s,
        None => limits.silence_s,
        Some(_) => limits.station_silence_s.max(limits.silence_s),
    }
}

fn lose(watch: &mut Watch, voice: Voice, view: &View<'_>, effects: &mut Effects<'_>) {
    let merge_gap = Span::from_seconds(view.limits.feed_lost.merge_gap_s);
    let again = watch.loss.take().filter(|loss| loss.anomaly.end.is_some_and(|end| view.now - end <= merge_gap));
    let (mut loss, change) = match again {
        Some(loss) => (loss, Change::Reopened),
        None => {
            let anomaly = anomaly(watch.heard_at, voice, view.now);
            (Box::new(Open { number: effects.number(), anomaly, told_at: view.now }), Change::Raised)
        }
    };
    let allowed_s = watch.allowed_s(least_s(voice, view.feeds, &view.limits.feed_lost), &view.limits.feed_lost);
    loss.anomaly.end = None;
    loss.anomaly.factors = factors(watch, view.now, allowed_s);
    loss.anomaly.confidence = confidence((view.now - watch.heard_at).seconds(), watch.usual_s());
    effects.tell(loss.number, change, &loss.anomaly);
    watch.loss = Some(loss);
}

/// Ends a loss, if one goes on.
fn end(watch: &mut Watch, view: &View<'_>, effects: &mut Effects<'_>) {
    let Some(loss) = watch.loss.as_mut().filter(|loss| loss.anomaly.end.is_none()) else { return };
    let anomaly = &mut loss.anomaly;
    anomaly.end = Some(view.now);
    if let Some(silence) = anomaly.factors.iter_mut().find(|factor| factor.name == FactorName::Silence) {
        silence.value = (view.now - anomaly.onset).seconds();
    }
    effects.tell(loss.number, Change::Ended, anomaly);
}

fn anomaly(onset: EventTime, voice: Voice, now: EventTime) -> Anomaly {
    Anomaly {
        kind: Kind::FeedLost,
        subkind: None,
        context: SmallVec::new(),
        tier_m: None,
        subjects: SmallVec::new(),
        voice: Some(voice),
        zones: SmallVec::new(),
        onset,
        end: None,
        observed: Vec::new(),
        raised_at: now,
        priority: if voice.station.is_some() { Priority::Caution } else { Priority::Warning },
        confidence: 0.0,
        factors: SmallVec::new(),
        position: None,
        suppressed: None,
        evidence: Evidence::default(),
    }
}

fn factors(watch: &Watch, now: EventTime, allowed_s: f64) -> SmallVec<[Factor; 5]> {
    let silence_s = (now - watch.heard_at).seconds();
    let factor = |name, value, limit, weight| Factor { name, value, limit, weight };
    SmallVec::from_slice(&[
        factor(FactorName::Silence, silence_s, Some(allowed_s), 0.7),
        factor(FactorName::UsualWait, watch.usual_s(), None, 0.3),
    ])
}

/// The longer a silence is than the voice's usual waits, the surer it is a loss.
fn confidence(silence_s: f64, usual_s: f64) -> f64 {
    (silence_s / (silence_s + usual_s).max(1.0)).clamp(0.0, 0.99)
}
