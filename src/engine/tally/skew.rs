//! Clock skew: how far a clock stands from the UTC that base stations send.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::engine::time::{EventTime, Span};
use crate::engine::vessel::Mmsi;

/// Base stations compared with; of more the first.
const BASES_AT_MOST: usize = 8;
/// The least difference is taken over two of these.
const HALF: Span = Span::from_mins(5);

/// The least difference from each base station of late. The median of them is believed: one wrong clock moves nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Skew(SmallVec<[Base; 2]>);

/// One base station.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Base {
    mmsi: Mmsi,
    half: i64,
    least: Span,
    before: Option<Span>,
}

impl Base {
    fn least(&self) -> Span {
        self.before.map_or(self.least, |before| before.min(self.least))
    }
}

impl Skew {
    /// A base station said `utc` when the clock showed `shown`.
    pub fn compare(&mut self, mmsi: Mmsi, shown: EventTime, utc: EventTime) {
        let (half, skew) = (shown.slot(HALF), shown - utc);
        match self.0.iter_mut().find(|base| base.mmsi == mmsi) {
            Some(base) if base.half == half => base.least = base.least.min(skew),
            Some(base) => {
                let before = (half == base.half + 1).then_some(base.least);
                *base = Base { half, least: skew, before, ..*base };
            }
            None => {
                if self.0.len() < BASES_AT_MOST {
                    self.0.push(Base { mmsi, half, least: skew, before: None });
                }
            }
        }
    }

    /// How far the clock is ahead of UTC, with the shortest way of a message in it, s; `None` without a base station.
    pub fn seconds(&self) -> Option<f64> {
        let mut all: SmallVec<[Span; 8]> = self.0.iter().map(Base::least).collect();
        all.sort_unstable();
        all.get(all.len().checked_sub(1)? / 2).map(|skew| skew.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_the_least_differences() {
        let t = EventTime::from_millis(1_768_046_400_000);
        let mut skew = Skew::default();
        assert_eq!(skew.seconds(), None);
        for (mmsi, late_ms) in [(1, 900), (1, 400), (2, 700), (3, -86_400_000), (1, 1200)] {
            skew.compare(Mmsi(mmsi), t + Span::from_millis(late_ms), t);
        }
        assert_eq!(skew.seconds(), Some(0.4));
        let hour = Span::from_hours(1);
        for mmsi in 1..1000 {
            skew.compare(Mmsi(mmsi), t + hour + Span::from_secs(5), t + hour);
        }
        assert_eq!(skew.seconds(), Some(5.0), "what was long ago is forgotten, and memory is bounded");
        assert_eq!(skew.0.len(), BASES_AT_MOST);
    }
}
