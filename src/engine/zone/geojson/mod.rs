//! Zones from GeoJSON text (RFC 7946): every fault named with its feature, line and column.

mod json;

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::value::RawValue;

use self::json::{Members, located};
use super::{Shape, Zone, ZoneKind};
use crate::engine::earth::Position;
use crate::engine::limits::Limits;
use crate::engine::text::line_and_column;
use crate::engine::units::Metres;

/// The largest radius of a circle, m.
const MAX_RADIUS_M: f64 = 200_000.0;
/// The most corners one zone may have.
const MAX_CORNERS: usize = 100_000;

/// A fault of a zone file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{line}:{column}: {}{what}", feature.as_ref().map(|f| format!("{f}: ")).unwrap_or_default())]
pub struct ZoneError {
    /// Line in the text, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Which feature: its place in the file, and its id if it has one.
    pub feature: Option<String>,
    /// What is wrong.
    pub what: String,
}

/// A zone as its file has it: overrides are not yet applied to limits.
#[derive(Debug, Clone)]
pub struct ZoneDraft<'a> {
    zone: Zone,
    feature: String,
    overrides: Vec<Override>,
    text: &'a str,
    offset: usize,
}

/// One `detect` entry of a zone.
#[derive(Debug, Clone)]
struct Override {
    key: String,
    value: toml::Value,
    offset: usize,
}

impl<'a> ZoneDraft<'a> {
    /// The zone's id.
    pub fn id(&self) -> &str {
        &self.zone.id
    }

    /// A fault of this zone as a whole.
    pub fn fault(&self, what: &str) -> ZoneError {
        self.fault_at(self.offset, what.to_owned())
    }

    /// The zone with its overrides on top of the limits.
    pub fn into_zone(self, base: &Limits) -> Result<Zone, Vec<ZoneError>> {
        let mut limits = base.clone();
        let mut faults = Vec::new();
        for o in &self.overrides {
            match limits.with(&o.key, &o.value) {
                Ok(changed) => limits = changed,
                Err(error) => faults.push(self.fault_at(o.offset, format!("detect: {error}"))),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let limits = (!self.overrides.is_empty()).then(|| Box::new(limits));
        Ok(Zone { limits, ..self.zone })
    }

    fn fault_at(&self, offset: usize, what: String) -> ZoneError {
        let (line, column) = line_and_column(self.text, offset);
        ZoneError { line, column, feature: Some(self.feature.clone()), what }
    }
}

/// Reads a FeatureCollection (or one Feature): what is good of it, and all faults in the order of the text.
pub fn read(text: &str) -> (Vec<ZoneDraft<'_>>, Vec<ZoneError>) {
    let reader = Reader { text };
    let features = match reader.features() {
        Ok(features) => features,
        Err(fault) => return (Vec::new(), vec![fault]),
    };
    let mut drafts: Vec<ZoneDraft> = Vec::new();
    let mut offsets: BTreeMap<String, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for (i, feature) in features.into_iter().enumerate() {
        match reader.feature(i, feature) {
            Ok(draft) => match offsets.get(draft.id()) {
                Some(offset) => {
                    let line = line_and_column(text, *offset).0;
                    faults.push(draft.fault(&format!("duplicate id, first at line {line}")));
                }
                None => {
                    offsets.insert(draft.id().to_owned(), draft.offset);
                    drafts.push(draft);
                }
            },
            Err(fault) => faults.push(fault),
        }
    }
    (drafts, faults)
}

/// A fault before its place is known: where it is in the text, and what.
type Fault<'a> = (&'a RawValue, String);

struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    /// The raw features of the text.
    fn features(&self) -> Result<Vec<&'a RawValue>, ZoneError> {
        let whole = serde_json::from_str::<&RawValue>(self.text).map_err(|error| located(self.text, 0, &error))?;
        let top = self.members(whole)?;
        if let Some(crs) = top.get("crs").filter(|crs| !crs.get().contains("CRS84") && !crs.get().contains("4326")) {
            return Err(self.error(crs, None, "coordinates must be WGS 84 longitude, latitude (CRS84)".to_owned()));
        }
        match top.get("type").map(RawValue::get) {
            Some("\"FeatureCollection\"") => {
                let list = top
                    .get("features")
                    .ok_or_else(|| self.error(whole, None, "a FeatureCollection without `features`".to_owned()))?;
                serde_json::from_str(list.get()).map_err(|error| self.syntax(list, &error))
            }
            Some("\"Feature\"") => Ok(vec![whole]),
            _ => Err(self.error(whole, None, "`type` must be `FeatureCollection` or `Feature`".to_owned())),
        }
    }

    /// One feature, the i-th of the file.
    fn feature(&self, i: usize, raw: &'a RawValue) -> Result<ZoneDraft<'a>, ZoneError> {
        let feature = self.members(raw)?;
        let nameless = |(at, what): Fault<'_>| self.error(at, Some(format!("feature {}", i + 1)), what);
        if feature.get("type").map(RawValue::get) != Some("\"Feature\"") {
            return Err(nameless((raw, "`type` must be `Feature`".to_owned())));
        }
        let properties_raw = feature.get("properties").ok_or_else(|| nameless((raw, "no `properties`".to_owned())))?;
        let properties = self.members(properties_raw)?;
        let id = id_of(&properties, properties_raw).map_err(nameless)?;
        let name = format!("feature {} `{id}`", i + 1);
        let named = |(at, what): Fault<'_>| self.error(at, Some(name.clone()), what);
        let geometry = feature.get("geometry").ok_or_else(|| named((raw, "no `geometry`".to_owned())))?;
        let radius = properties.get("radius_m").map(|at| number(at, "radius_m")).transpose().map_err(named)?;
        let shape = self.shape(geometry, radius).map_err(named)?;
        let zone = zone_of(id, shape, &properties, properties_raw).map_err(named)?;
        let overrides = match properties.get("detect") {
            Some(detect) => self.overrides(detect).map_err(named)?,
            None => Vec::new(),
        };
        Ok(ZoneDraft { zone, feature: name, overrides, text: self.text, offset: json::offset(self.text, raw) })
    }

    fn shape(&self, raw: &'a RawValue, radius_m: Option<f64>) -> Result<Shape, Fault<'a>> {
        let geometry = Members::of(raw)?;
        let kind: String = geometry.get("type").map(|at| value(at, "type")).transpose()?.unwrap_or_default();
        let at = geometry.get("coordinates").ok_or_else(|| (raw, "a geometry without `coordinates`".to_owned()))?;
        if radius_m.is_some() && kind != "Point" {
            return Err((raw, format!("`radius_m` belongs to a Point, not to a {kind}")));
        }
        let polygons: Vec<Vec<&RawValue>> = match kind.as_str() {
            "Polygon" => vec![value(at, "coordinates")?],
            "MultiPolygon" => value(at, "coordinates")?,
            "Point" => {
                let radius_m = radius_m.ok_or_else(|| (raw, "a Point needs the property `radius_m`".to_owned()))?;
                if !(radius_m > 0.0 && radius_m <= MAX_RADIUS_M) {
                    return Err((raw, format!("`radius_m` must be above 0 and at most {MAX_RADIUS_M}")));
                }
                return Shape::circle(position(at)?, Metres(radius_m)).map_err(|what| (at, what));
            }
            other => return Err((raw, format!("geometry `{other}`: must be Polygon, MultiPolygon or Point"))),
        };
        let mut shape = Vec::new();
        for rings in polygons {
            shape.push(rings.into_iter().map(ring).collect::<Result<Vec<_>, _>>()?);
        }
        if shape.iter().flatten().map(Vec::len).sum::<usize>() > MAX_CORNERS {
            return Err((at, format!("more than {MAX_CORNERS} corners")));
        }
        Shape::new(&shape).map_err(|what| (at, what))
    }

    /// The `detect` property: `{"section.key": value}` or `{"section": {"key": value}}`.
    fn overrides(&self, raw: &'a RawValue) -> Result<Vec<Override>, Fault<'a>> {
        let mut overrides = Vec::new();
        for (key, at) in Members::of(raw)?.into_iter() {
            if at.get().starts_with('{') {
                for (field, at) in Members::of(at)?.into_iter() {
                    overrides.push(self.one_override(format!("{key}.{field}"), at)?);
                }
            } else {
                overrides.push(self.one_override(key, at)?);
            }
        }
        Ok(overrides)
    }

    fn one_override(&self, key: String, at: &'a RawValue) -> Result<Override, Fault<'a>> {
        let value: toml::Value = serde_json::from_str(at.get())
            .map_err(|_| (at, format!("detect: `{key}` must be a number, a text, true or false")))?;
        Ok(Override { key, value, offset: json::offset(self.text, at) })
    }

    fn members(&self, raw: &'a RawValue) -> Result<Members<'a>, ZoneError> {
        Members::of(raw).map_err(|(at, what)| self.error(at, None, what))
    }

    fn error(&self, at: &RawValue, feature: Option<String>, what: String) -> ZoneError {
        let (line, column) = line_and_column(self.text, json::offset(self.text, at));
        ZoneError { line, column, feature, what }
    }

    fn syntax(&self, within: &RawValue, error: &serde_json::Error) -> ZoneError {
        located(self.text, json::offset(self.text, within), error)
    }
}

/// The id of a feature: a slug of lower-case letters, digits and single hyphens.
fn id_of<'a>(properties: &Members<'a>, all: &'a RawValue) -> Result<String, Fault<'a>> {
    let at = properties.get("id").ok_or_else(|| (all, "no property `id`".to_owned()))?;
    let id: String = value(at, "id")?;
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if id.len() > 64 || !id.split('-').all(is_word) {
        return Err((at, format!("id `{}`: must be a slug like `con-dao-south`", id.escape_debug())));
    }
    if id == "everywhere" {
        return Err((at, "id `everywhere` is kept for the whole sea".to_owned()));
    }
    Ok(id)
}

/// The zone of a feature's properties, without its overrides.
fn zone_of<'a>(id: String, shape: Shape, properties: &Members<'a>, all: &'a RawValue) -> Result<Zone, Fault<'a>> {
    let kind = properties.get("kind").ok_or_else(|| (all, "no property `kind`".to_owned()))?;
    let mut zone = Zone::new(&id, value::<ZoneKind>(kind, "kind")?, shape);
    let mut is_named = false;
    for (key, at) in properties.iter() {
        match key {
            "id" | "kind" | "radius_m" | "detect" => {}
            "name" => {
                zone.name = label(at, key)?;
                is_named = true;
            }
            "squadron" => zone.squadron = Some(label(at, key)?),
            "sts_watch" => zone.sts_watch = value(at, key)?,
            "anchorage_ok" => zone.anchorage_ok = value(at, key)?,
            "schedule" => zone.schedule = Some(schedule(at)?),
            "recipients" => {
                let each: Vec<&RawValue> = value(at, key)?;
                zone.recipients = each.into_iter().map(|at| label(at, "recipients")).collect::<Result<_, _>>()?;
            }
            unknown => return Err((at, format!("unknown property `{}`", unknown.escape_debug()))),
        }
    }
    if is_named { Ok(zone) } else { Err((all, "no property `name`".to_owned())) }
}

/// A text for people: not empty, at most 120 characters, no control characters.
fn label<'a>(at: &'a RawValue, key: &str) -> Result<String, Fault<'a>> {
    let text: String = value(at, key)?;
    if text.trim().is_empty() || text.chars().count() > 120 || text.chars().any(char::is_control) {
        return Err((at, format!("`{key}`: must be 1 to 120 printable characters")));
    }
    Ok(text)
}

/// Hours of a day, `HH:MM-HH:MM`, which may run over midnight.
fn schedule(at: &RawValue) -> Result<String, Fault<'_>> {
    let text: String = value(at, "schedule")?;
    let is_time = |time: &str| {
        let digits = |part: &str, below: u8| {
            part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) && u8::from_str(part).is_ok_and(|n| n < below)
        };
        time.split_once(':').is_some_and(|(hour, minute)| digits(hour, 24) && digits(minute, 60))
    };
    match text.split_once('-') {
        Some((from, to)) if is_time(from) && is_time(to) && from != to => Ok(text),
        _ => Err((at, format!("schedule `{}`: must read like `18:00-06:00`", text.escape_debug()))),
    }
}

/// A closed ring of at least four positions.
fn ring(at: &RawValue) -> Result<Vec<Position>, Fault<'_>> {
    let corners: Vec<&RawValue> = value(at, "ring")?;
    if corners.len() < 4 {
        return Err((at, format!("a ring of {} positions: at least 4, the last equal to the first", corners.len())));
    }
    let ring = corners.into_iter().map(position).collect::<Result<Vec<_>, _>>()?;
    if ring.first() != ring.last() {
        return Err((at, "an unclosed ring: its last position must be its first".to_owned()));
    }
    Ok(ring)
}

/// `[longitude, latitude]` in degrees; an altitude may follow and is ignored.
fn position(at: &RawValue) -> Result<Position, Fault<'_>> {
    let numbers: Vec<f64> = value(at, "position")?;
    let (lon, lat) = match numbers.as_slice() {
        [lon, lat] | [lon, lat, _] => (*lon, *lat),
        _ => return Err((at, "a position must be [longitude, latitude]".to_owned())),
    };
    Position::from_degrees(lat, lon).ok_or_else(|| {
        (at, format!("longitude {lon}, latitude {lat}: out of range (longitude comes first, -180 to 180)"))
    })
}

fn number<'a>(at: &'a RawValue, key: &str) -> Result<f64, Fault<'a>> {
    value(at, key)
}

/// The value of a member, read as its type.
fn value<'a, T: serde::Deserialize<'a>>(at: &'a RawValue, key: &str) -> Result<T, Fault<'a>> {
    serde_json::from_str(at.get()).map_err(|error| (at, format!("`{key}`: {}", json::message(&error))))
}

#[cfg(test)]
mod tests;
