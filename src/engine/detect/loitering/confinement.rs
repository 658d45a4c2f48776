//! Confinement: whether the trailing window of a track stays in one place while it keeps moving.

use crate::engine::earth::{Offset, Position};
use crate::engine::limits::Loitering;
use crate::engine::time::Span;
use crate::engine::track::{Track, history};

/// Whether the trailing window stays in one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Confinement {
    pub(super) holds: bool,
    pub(super) centre: Position,
    pub(super) path_ratio: f64,
}

/// The fixes of the trailing window against the middle of their bounding box; `None` until the window is full.
pub(super) fn confinement(track: &Track, limits: &Loitering) -> Option<Confinement> {
    let window = Span::from_seconds(limits.confined_window_s);
    let from = track.last.at - window;
    if track.history.oldest_at()? > from + history::SLOT {
        return None;
    }
    let last = track.last.position;
    let first = track.history.position_at(from)?;
    let (mut low, mut high, mut path_m, mut before) = (Extent::of(last, first), Extent::of(last, last), 0.0, first);
    for fix in track.history.since(from).map(|fix| fix.position).chain(std::iter::once(last)) {
        let offset = Extent::of(last, fix);
        low = low.least(&offset);
        high = high.most(&offset);
        path_m += before.distance_to(fix).0;
        before = fix;
    }
    high = high.most(&Extent::of(last, first));
    let centre =
        last.moved(Offset { east_m: (low.east_m + high.east_m) / 2.0, north_m: (low.north_m + high.north_m) / 2.0 });
    let within = |p: Position| centre.distance_to(p).0 <= limits.radius_m;
    let all = within(first) && within(last) && track.history.since(from).all(|fix| within(fix.position));
    let path_ratio = (path_m / first.distance_to(last).0.max(1.0)).min(999.0);
    Some(Confinement { holds: all && path_ratio >= limits.min_path_ratio, centre, path_ratio })
}

/// A corner of a bounding box in the local plane.
#[derive(Clone, Copy)]
struct Extent {
    east_m: f64,
    north_m: f64,
}

impl Extent {
    fn of(origin: Position, p: Position) -> Self {
        let offset = origin.offset_to(p);
        Extent { east_m: offset.east_m, north_m: offset.north_m }
    }

    fn least(self, o: &Extent) -> Self {
        Extent { east_m: self.east_m.min(o.east_m), north_m: self.north_m.min(o.north_m) }
    }

    fn most(self, o: &Extent) -> Self {
        Extent { east_m: self.east_m.max(o.east_m), north_m: self.north_m.max(o.north_m) }
    }
}
