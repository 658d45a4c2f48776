//! Patrol zones and masks: polygons, their index, and what lies where.

pub mod geojson;
mod shape;
mod simple;

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::digest::public_id;
use super::earth::{DegreeScale, Position};
use super::limits::Limits;
use super::units::Metres;
pub use shape::Shape;

/// What a zone is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ZoneKind {
    /// Water a squadron watches: anomalies in it become its alerts.
    Patrol,
    /// A port: vessels lie still and side by side here.
    Port,
    /// A charted anchorage.
    Anchorage,
    /// A single berth or quay.
    Berth,
    /// A platform, wind farm or terminal that offshore vessels attend.
    Infrastructure,
    /// Where pilots, tugs and tenders work.
    Service,
    /// Nothing is judged inside.
    Mask,
}

impl ZoneKind {
    /// Its name as GeoJSON and tables write it.
    pub const fn name(self) -> &'static str {
        match self {
            ZoneKind::Patrol => "patrol",
            ZoneKind::Port => "port",
            ZoneKind::Anchorage => "anchorage",
            ZoneKind::Berth => "berth",
            ZoneKind::Infrastructure => "infrastructure",
            ZoneKind::Service => "service",
            ZoneKind::Mask => "mask",
        }
    }
}

/// One zone: who watches it, what is allowed in it, and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// A stable slug; alert ids are made from it.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it is for.
    pub kind: ZoneKind,
    /// The squadron that watches it.
    pub squadron: Option<String>,
    /// Known for ship-to-ship transfers: shorter dwell, and rafts count.
    pub sts_watch: bool,
    /// Vessels may lie here at anchor.
    pub anchorage_ok: bool,
    /// When it is watched, as its file says (`18:00-06:00`); kept and shown, not applied.
    pub schedule: Option<String>,
    /// The limits in force here, where the zone has overrides: they stand on the settings' limits.
    pub limits: Option<Box<Limits>>,
    /// Who gets its alerts besides the squadron.
    pub recipients: Vec<String>,
    /// Its area, m2.
    pub area_m2: f64,
    /// Where it lies; `None` is the whole sea.
    shape: Option<Shape>,
}

/// A zone's place in its set. Sets are sorted by zone id, so equal sets number their zones alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ZoneIx(pub u16);

/// A part's box with the zone and the part it belongs to.
type IndexEntry = GeomWithData<Rectangle<[f64; 2]>, (ZoneIx, usize)>;

/// All zones with their index; immutable, swapped whole.
#[derive(Clone, Debug)]
pub struct ZoneSet {
    zones: Vec<Zone>,
    index: RTree<IndexEntry>,
    /// The zone that is the whole sea.
    everywhere: Option<ZoneIx>,
}

impl Zone {
    /// A zone of a kind with nothing but its shape; `name` is its id.
    pub fn new(id: &str, kind: ZoneKind, shape: Shape) -> Self {
        Zone { area_m2: shape.area_m2(), shape: Some(shape), ..Zone::everywhere(id, kind) }
    }

    /// A zone of the whole sea.
    fn everywhere(id: &str, kind: ZoneKind) -> Self {
        Zone {
            id: id.to_owned(),
            name: id.to_owned(),
            kind,
            squadron: None,
            sts_watch: false,
            anchorage_ok: kind == ZoneKind::Anchorage,
            schedule: None,
            limits: None,
            recipients: Vec::new(),
            area_m2: f64::INFINITY,
            shape: None,
        }
    }

    /// Whether it holds the position, its edge included.
    pub fn holds(&self, position: Position) -> bool {
        self.shape.as_ref().is_none_or(|shape| shape.parts().iter().any(|part| part.holds(position)))
    }

    /// Distance to its nearest edge, from inside or outside; `None` for the whole sea.
    pub fn edge_distance(&self, position: Position) -> Option<Metres> {
        self.shape.as_ref().and_then(|shape| shape.edge_distance(position))
    }

    /// Whether it has an edge to cross: the whole sea has none.
    pub fn has_edge(&self) -> bool {
        self.shape.is_some()
    }

    /// Everything that makes this zone differ from another, as text.
    fn text(&self) -> String {
        let limits = self.limits.as_ref().map(|limits| limits.entries()).unwrap_or_default();
        let limits: Vec<String> = limits.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!(
            "{}\n{}\n{}\n{:?}\n{}\n{}\n{:?}\n{}\n{:?}\n{}",
            self.id,
            self.name,
            self.kind.name(),
            self.squadron,
            self.sts_watch,
            self.anchorage_ok,
            self.schedule,
            limits.join("\n"),
            self.recipients,
            self.shape.as_ref().map(Shape::text).unwrap_or_default()
        )
    }
}

impl ZoneSet {
    /// A set of zones with unique ids (at most 65,535; the rest is left out).
    pub fn new(mut zones: Vec<Zone>) -> Self {
        zones.sort_by(|a, b| a.id.cmp(&b.id));
        zones.truncate(usize::from(u16::MAX));
        let numbered = || (0u16..).map(ZoneIx).zip(&zones);
        let boxes = |(ix, zone): (ZoneIx, &Zone)| -> Vec<IndexEntry> {
            let parts = zone.shape.iter().flat_map(|shape| shape.parts()).enumerate();
            parts.map(|(i, part)| (part.corners(), (ix, i))).map(|((sw, ne), data)| entry(sw, ne, data)).collect()
        };
        let index = RTree::bulk_load(numbered().flat_map(boxes).collect());
        let everywhere = numbered().find(|(_, zone)| zone.shape.is_none()).map(|(ix, _)| ix);
        ZoneSet { zones, index, everywhere }
    }

    /// One implicit patrol zone, the whole sea, without entry and exit.
    pub fn everywhere() -> Self {
        ZoneSet::new(vec![Zone::everywhere("everywhere", ZoneKind::Patrol)])
    }

    /// The zone at a place that this set gave out.
    pub fn get(&self, ix: ZoneIx) -> &Zone {
        &self.zones[usize::from(ix.0)]
    }

    /// All zones, by id.
    pub fn iter(&self) -> impl Iterator<Item = (ZoneIx, &Zone)> {
        (0u16..).map(ZoneIx).zip(&self.zones)
    }

    /// The zone of an id.
    pub fn by_id(&self, id: &str) -> Option<ZoneIx> {
        let place = self.zones.binary_search_by(|zone| zone.id.as_str().cmp(id)).ok()?;
        u16::try_from(place).ok().map(ZoneIx)
    }

    /// All zones of any kind that hold the position, the smallest first, equal areas by id.
    pub fn at(&self, position: Position) -> SmallVec<[ZoneIx; 4]> {
        let mut found: SmallVec<[ZoneIx; 4]> = self.everywhere.into_iter().collect();
        for lon in turns(position.lon()) {
            for candidate in self.index.locate_all_at_point(&[lon, position.lat()]) {
                let (ix, part) = candidate.data;
                if !found.contains(&ix) && self.part(ix, part).is_some_and(|part| part.holds(position)) {
                    found.push(ix);
                }
            }
        }
        found.sort_by(|a, b| self.get(*a).area_m2.total_cmp(&self.get(*b).area_m2).then(a.cmp(b)));
        found
    }

    /// Distance to the zone's nearest edge, from inside or outside; `None` for the whole sea.
    pub fn edge_distance(&self, ix: ZoneIx, position: Position) -> Option<Metres> {
        self.get(ix).edge_distance(position)
    }

    /// Whether the position lies in a zone of the kind or within a distance of one.
    pub fn near(&self, position: Position, kind: ZoneKind, within: Metres) -> bool {
        if self.everywhere.is_some_and(|ix| self.get(ix).kind == kind) {
            return true;
        }
        let scale = DegreeScale::at(position);
        let (lat, reach_lat) = (position.lat(), within.0 / scale.north_m * 1.01);
        let reach_lon = (within.0 / scale.east_m * 1.01).min(360.0); // all longitudes at a pole, where the scale is none
        turns(position.lon()).iter().any(|lon| {
            let around = AABB::from_corners([lon - reach_lon, lat - reach_lat], [lon + reach_lon, lat + reach_lat]);
            self.index.locate_in_envelope_intersecting(&around).any(|candidate| {
                let zone = self.get(candidate.data.0);
                let is_close = |zone: &Zone| zone.edge_distance(position).is_some_and(|d| d <= within);
                zone.kind == kind && (zone.holds(position) || is_close(zone))
            })
        })
    }

    /// A digest of everything in the set: equal for equal sets, on every machine.
    pub fn digest(&self) -> String {
        let texts: Vec<String> = self.zones.iter().map(Zone::text).collect();
        public_id(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn part(&self, ix: ZoneIx, part: usize) -> Option<&shape::Part> {
        self.get(ix).shape.as_ref().and_then(|shape| shape.parts().get(part))
    }
}

fn entry(south_west: [f64; 2], north_east: [f64; 2], data: (ZoneIx, usize)) -> IndexEntry {
    GeomWithData::new(Rectangle::from_corners(south_west, north_east), data)
}

/// A longitude and its twins a turn away: parts that cross the antimeridian run beyond 180.
fn turns(lon: f64) -> [f64; 3] {
    [lon, lon - 360.0, lon + 360.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> Position {
        Position::from_degrees(lat, lon).unwrap()
    }

    fn square(id: &str, kind: ZoneKind, lat: f64, lon: f64, half: f64) -> Zone {
        let corners = [(-half, -half), (-half, half), (half, half), (half, -half), (-half, -half)];
        let ring = corners.iter().map(|(a, b)| Position::from_degrees_wrapped(lat + a, lon + b)).collect();
        Zone::new(id, kind, Shape::new(&[vec![ring]]).unwrap())
    }

    fn set() -> ZoneSet {
        ZoneSet::new(vec![
            square("wide", ZoneKind::Patrol, 8.0, 106.0, 2.0),
            square("a-small", ZoneKind::Port, 8.0, 106.0, 0.1),
            square("middle", ZoneKind::Patrol, 8.0, 106.0, 0.5),
            square("fiji", ZoneKind::Patrol, -17.0, 180.0, 0.5),
        ])
    }

    #[test]
    fn zones_at_a_point_come_smallest_first() {
        let set = set();
        let ids = |position| -> Vec<&str> { set.at(position).iter().map(|ix| set.get(*ix).id.as_str()).collect() };
        assert_eq!(ids(at(8.05, 106.05)), ["a-small", "middle", "wide"]);
        assert_eq!(ids(at(9.5, 107.5)), ["wide"]);
        assert_eq!(ids(at(-17.2, -179.7)), ["fiji"]);
        assert_eq!(ids(at(-17.2, 179.7)), ["fiji"]);
        assert!(ids(at(0.0, 0.0)).is_empty());
    }

    #[test]
    fn near_counts_inside_and_close_by() {
        let set = set();
        assert!(set.near(at(8.0, 106.0), ZoneKind::Port, Metres(1.0)));
        assert!(set.near(at(8.0, 106.11), ZoneKind::Port, Metres(1_200.0)));
        assert!(!set.near(at(8.0, 106.11), ZoneKind::Port, Metres(1_000.0)));
        assert!(!set.near(at(8.0, 106.0), ZoneKind::Anchorage, Metres(100_000.0)));
        assert!(set.near(at(-17.0, -179.49), ZoneKind::Patrol, Metres(1_200.0)));
    }

    #[test]
    fn everywhere_is_one_zone_without_an_edge() {
        let set = ZoneSet::everywhere();
        let here = set.at(at(-60.0, -170.0));
        assert_eq!(here.as_slice(), [ZoneIx(0)]);
        assert_eq!(set.get(here[0]).id, "everywhere");
        assert!(set.edge_distance(here[0], at(0.0, 0.0)).is_none());
        assert_eq!(set.by_id("everywhere"), Some(ZoneIx(0)));
    }

    #[test]
    fn the_order_of_files_changes_nothing_and_content_changes_the_digest() {
        let set = set();
        let mut zones: Vec<Zone> = set.iter().map(|(_, zone)| zone.clone()).collect();
        zones.reverse();
        assert_eq!(ZoneSet::new(zones.clone()).digest(), set.digest());
        zones[0].sts_watch = true;
        assert_ne!(ZoneSet::new(zones).digest(), set.digest());
        assert_ne!(set.digest(), ZoneSet::everywhere().digest());
    }
}
