//! What goes into the engine: everything that can change its result.

use serde::{Deserialize, Serialize};

use super::earth::Position;
use super::time::{EventTime, Span};

/// A feed's place in the list of feeds, which is sorted by name; part of the total order of observations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FeedId(pub u16);

/// One input, in the order of the journal. `bytes` of a frame are one line or datagram, without its line end.
#[derive(Clone, Debug, PartialEq)]
pub enum Input<'a> {
    /// One line or datagram of a feed.
    Frame(Frame<'a>),
    /// Time went on without a frame.
    Tick {
        /// The edge's clock.
        received_at: EventTime,
    },
    /// Nobody listened since the last input: the service was down. The silence of feeds until the next input is nobody's.
    Gap,
    /// A feed has ended for good (a file is read to its end): nobody waits for it any more.
    FeedEnded {
        /// The feed.
        feed: FeedId,
    },
    /// An operator's [`Command`](super::command::Command), as bytes; one that cannot be read is passed over.
    Command {
        /// The edge's clock.
        received_at: EventTime,
        /// The command.
        body: &'a [u8],
    },
    /// From here on other [`Rules`](super::rules::Rules), as bytes, are in force; such as cannot be read change nothing.
    Rules {
        /// The edge's clock.
        received_at: EventTime,
        /// The rules.
        body: &'a [u8],
    },
}

/// One line or datagram with its feed, the edge's time stamp and its place in the journal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame<'a> {
    /// Sequence number in the journal (or in the replay), ascending over all feeds.
    pub seq: u64,
    /// The feed it came from.
    pub feed: FeedId,
    /// When the edge received it; in a recording, its own stamp.
    pub received_at: EventTime,
    /// The bytes, without line end.
    pub bytes: &'a [u8],
}

/// How a feed's frames are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedKind {
    /// NMEA 0183 / IEC 61162-1 lines: AIS, radar, own ship.
    #[default]
    Nmea,
    /// Rows of a CSV table with a header.
    Csv,
    /// ASTERIX data blocks: a frame is a datagram, or a run of whole blocks.
    Asterix,
    /// What a capture holds: a frame is the payload of one datagram, sentences or ASTERIX.
    Pcap,
}

impl FeedKind {
    /// Its name in settings and in what is told of a feed.
    pub const fn name(self) -> &'static str {
        match self {
            FeedKind::Nmea => "nmea",
            FeedKind::Csv => "csv",
            FeedKind::Asterix => "asterix",
            FeedKind::Pcap => "pcap",
        }
    }
}

/// A feed as the engine knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// Its name, unique; feeds are sorted by it.
    pub name: String,
    /// How its frames are read.
    pub kind: FeedKind,
    /// How long an observation may arrive after newer ones (default 3 s; a radar: one rotation).
    pub lateness: Span,
    /// Satellite or relayed: never moves the picture, only shortens silences.
    pub correction_only: bool,
    /// Where a fixed radar stands; `None` for a mobile one, which sends its own position.
    pub site: Option<Site>,
    /// Where the further radars of an ASTERIX feed stand; each site of such a feed has codes of its own.
    #[serde(default)]
    pub more_sites: Vec<Site>,
    /// The date of sentences that carry only a time of day and of recordings without dates (00:00 UTC of that day).
    pub date: Option<EventTime>,
    /// Whether a sentence without checksum is accepted (off for network feeds).
    pub allow_missing_checksum: bool,
    /// Whether the times that it tells are believed however far they lie from their receipt; else only from 60 s before to 10 s
    /// after it.
    #[serde(default = "default_trust_time")]
    pub trust_time: bool,
    /// One unit of the distances in TTD sentences, nautical miles: 0.01, or 0.001 of some radars.
    #[serde(default = "default_ttd_step_nm")]
    pub ttd_step_nm: f64,
}

const fn default_trust_time() -> bool {
    true
}

const fn default_ttd_step_nm() -> f64 {
    0.01
}

/// A fixed radar site.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Antenna position.
    pub position: Position,
    /// Added to every bearing, degrees.
    pub heading_offset_deg: f64,
    /// Standard deviation of range, m.
    pub range_sigma_m: f64,
    /// Standard deviation of bearing, degrees.
    pub bearing_sigma_deg: f64,
    /// Time of one antenna turn.
    pub rotation: Span,
    /// Instrumented range, m.
    pub max_range_m: f64,
    /// System area code: only what an ASTERIX source of this code sends is taken.
    #[serde(default)]
    pub sac: Option<u8>,
    /// System identification code: likewise.
    #[serde(default)]
    pub sic: Option<u8>,
    /// The edition of the ASTERIX category it sends (1.21 is `(1, 21)`); it is not on the wire.
    #[serde(default)]
    pub edition: Option<(u8, u8)>,
}

impl Site {
    /// A site whose radar has no figures of its own: taken to be as exact as IMO MSC.192(79), 5.3.1 asks (30 m and 1 degree, two
    /// standard deviations), within its 24 NM.
    pub const fn at(position: Position, rotation: Span) -> Self {
        Site {
            position,
            heading_offset_deg: 0.0,
            range_sigma_m: 15.0,
            bearing_sigma_deg: 0.5,
            rotation,
            max_range_m: 44_448.0,
            sac: None,
            sic: None,
            edition: None,
        }
    }

    /// Whether it is that of an ASTERIX source: without a code any will do.
    fn is_of(&self, sac: u8, sic: u8) -> bool {
        self.sac.is_none_or(|wanted| wanted == sac) && self.sic.is_none_or(|wanted| wanted == sic)
    }
}

impl Feed {
    /// All its sites.
    pub fn sites(&self) -> impl Iterator<Item = &Site> {
        self.site.iter().chain(&self.more_sites)
    }

    /// The site of an ASTERIX source.
    pub fn site_of(&self, sac: u8, sic: u8) -> Option<&Site> {
        self.sites().find(|site| site.is_of(sac, sic))
    }

    /// Whether an ASTERIX source is taken: it has a site, or there are none at all.
    pub fn takes_source(&self, sac: u8, sic: u8) -> bool {
        self.site.is_none() || self.site_of(sac, sic).is_some()
    }

    /// A feed with every default, for recordings named on the command line and for tests.
    pub fn new(name: &str, kind: FeedKind) -> Self {
        Feed {
            name: name.to_owned(),
            kind,
            lateness: Span::from_secs(3),
            correction_only: false,
            site: None,
            more_sites: Vec::new(),
            date: None,
            allow_missing_checksum: false,
            trust_time: default_trust_time(),
            ttd_step_nm: default_ttd_step_nm(),
        }
    }
}
