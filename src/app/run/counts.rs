//! What the engine has counted of each feed and station, for feed health to show.

use crate::edge::health::{FeedHealth, Health, RadarHealth, Reception, StationHealth};
use crate::engine::Engine;
use crate::engine::decode::Framing;
use crate::engine::decode::report::{SourceId, StationId};
use crate::engine::detect::feed_lost::Voice;
use crate::engine::digest::hex;
use crate::engine::fusion::Registration;
use crate::engine::input::FeedId;
use crate::engine::tally::{FeedTally, Told};
use crate::engine::time::EventTime;

/// Hands the engine's counts over to feed health.
pub fn show(engine: &Engine, health: &Health) {
    for (place, _) in (0..).zip(&engine.core().config().feeds) {
        let feed = FeedId(place);
        let counted = engine.intake().tally().feed(feed).map(|tally| Counted { engine, feed, tally });
        health.update(feed, |health| {
            if let Some(counted) = counted {
                counted.show(health);
            }
        });
    }
}

/// A feed's counts, and the engine that knows the rest.
struct Counted<'a> {
    engine: &'a Engine,
    feed: FeedId,
    tally: &'a FeedTally,
}

impl Counted<'_> {
    fn show(&self, health: &mut FeedHealth) {
        let stats = self.engine.core().stats_of(self.feed);
        health.reception = self.reception(&self.tally.told, None);
        health.rejects = self.tally.rejects().map(|(reason, count)| (reason.name(), count)).collect();
        health.ais_messages = self.tally.ais_types().collect();
        health.duplicates = stats.duplicates;
        health.late = stats.late;
        health.too_late = stats.too_late;
        health.ahead = stats.ahead;
        health.stations = self.stations();
        health.other_station_messages = self.tally.of_other_stations;
        health.radars = self.radars();
        self.show_quarantined(health);
        if let Some(framing) = self.engine.intake().decoder().framing_of(self.feed) {
            health.times_not_believed = framing.times_not_believed;
            health.binary_datagrams = framing.binary_datagrams;
        }
        health.clock_source = health.reception.clock_skew_s.map(|_| "base_station");
        if let (None, Some((told, received_at))) =
            (health.clock_source, self.engine.intake().decoder().own_clock(self.feed))
        {
            health.reception.clock_skew_s = Some((received_at - told).seconds());
            health.clock_source = Some("own_ship");
        }
    }

    /// ASTERIX sources that are not believed at the moment; logged when that changes.
    fn show_quarantined(&self, health: &mut FeedHealth) {
        let quarantined = self.engine.intake().quarantined(self.feed).map(|source| source.to_string()).collect();
        if health.quarantined != quarantined {
            let feed = self.engine.core().config().feeds.get(usize::from(self.feed.0)).map(|feed| &feed.name);
            tracing::warn!(feed, "ASTERIX sources in quarantine now: {quarantined:?}");
            health.quarantined = quarantined;
        }
    }

    /// Its radars whose plots are tracked here, by source.
    fn radars(&self) -> Vec<RadarHealth> {
        let own = self.engine.core().biases().filter(|(feed, ..)| *feed == self.feed);
        let mut radars: Vec<_> = own.map(|(_, source, registration)| (source, registration)).collect();
        radars.sort_by_key(|(source, _)| *source);
        let health = |(source, registration): (SourceId, &Registration)| {
            let (range_sigma_m, bearing_sigma_deg) = registration.sigmas();
            RadarHealth {
                source: source.to_string(),
                known: registration.is_settled(),
                range_bias_m: registration.range_m(),
                range_sigma_m,
                bearing_bias_deg: registration.bearing_deg(),
                bearing_sigma_deg,
                vessels: registration.contributors(),
            }
        };
        radars.into_iter().map(health).collect()
    }

    /// Lines that never came, of one station or of all.
    fn lost_lines(&self, of: Option<StationId>) -> u64 {
        let framing = self.engine.intake().decoder().framing_of(self.feed);
        let lost = framing.map(Framing::lost_lines).unwrap_or_default();
        lost.into_iter().filter(|(station, _)| of.is_none_or(|of| of == *station)).map(|(_, lost)| lost).sum()
    }

    /// Its stations, by name.
    fn stations(&self) -> Vec<StationHealth> {
        let name = |station: StationId| {
            let name = self.engine.intake().decoder().station_name(station);
            name.map_or_else(|| hex(&station.0.to_be_bytes()), str::to_owned)
        };
        let health =
            |(station, told)| StationHealth { name: name(station), reception: self.reception(told, Some(station)) };
        let mut stations: Vec<StationHealth> = self.tally.stations().map(health).collect();
        stations.sort_by(|a, b| a.name.cmp(&b.name));
        stations
    }

    fn reception(&self, told: &Told, station: Option<StationId>) -> Reception {
        let now: EventTime = self.engine.intake().arrival();
        Reception {
            messages: told.messages,
            messages_per_s: told.per_s(now),
            reports: told.positions,
            suspect_times: told.suspect_times,
            lost_lines: self.lost_lines(station),
            last_message_at: told.last_at,
            lateness: told.lateness(now),
            clock_skew_s: told.clock_skew_s(),
            lost_since: self.engine.core().lost_since(Voice { feed: self.feed, station }),
        }
    }
}
