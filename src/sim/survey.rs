//! Truth that follows from the paths alone: crossings of patrol zones and contacts without AIS.

use super::chart::Zone;
use super::truth::{self, Details};
use super::world::{MINUTE, World};

/// A hull without AIS from this length on is a dark contact, m.
const DARK_CONTACT_LENGTH_M: f64 = 25.0;

/// Enters what follows from the paths, then puts both books in order of time.
pub fn survey(world: &mut World) {
    for vessel in 0..world.vessels.len() {
        dark_contacts(world, vessel);
        for zone in 0..world.zones.len() {
            if world.zones[zone].kind == "patrol" {
                crossings(world, vessel, zone);
            }
        }
    }
    world.truth.sort_by_key(|truth| truth.onset);
    world.innocents.sort_by_key(|innocent| innocent.onset);
}

/// Every stretch of ten minutes or more in which a radar sees a large hull without AIS.
fn dark_contacts(world: &mut World, index: usize) {
    let vessel = &world.vessels[index];
    if vessel.mmsi.is_some() || vessel.length_m < DARK_CONTACT_LENGTH_M {
        return;
    }
    let (length_m, note) = (vessel.length_m, "radar only, 25 m or more");
    let minutes = (world.duration_s / MINUTE) as u32;
    let mut since = None;
    for minute in 0..=minutes {
        let at_s = f64::from(minute) * MINUTE;
        let held = minute < minutes && truth::is_held(&world.radars, &world.vessels[index], at_s);
        match (held, since) {
            (true, None) => since = Some(at_s),
            (false, Some(from_s)) => {
                since = None;
                if at_s - from_s >= 10.0 * MINUTE {
                    world.tell("dark_contact", &[index], (from_s, at_s), note, Details::DarkContact { length_m });
                }
            }
            _ => {}
        }
    }
}

/// Every crossing of a zone's line, sought by minutes and then by halving.
fn crossings(world: &mut World, vessel: usize, zone: usize) {
    let mut found: Vec<(f64, bool)> = Vec::new();
    let area: &Zone = &world.zones[zone];
    let inside = |at_s: f64| area.contains(world.vessels[vessel].path.position(at_s));
    let mut was = inside(0.0);
    for minute in 1..=(world.duration_s / MINUTE) as u32 {
        let at_s = f64::from(minute) * MINUTE;
        let is = inside(at_s);
        if is != was {
            found.push((halve(at_s - MINUTE, at_s, |t| inside(t) == is), is));
        }
        was = is;
    }
    let zone_id = area.id;
    for (i, &(at_s, into)) in found.iter().enumerate() {
        let before_s = if i == 0 { f64::MIN } else { found[i - 1].0 };
        let after_s = found.get(i + 1).map_or(f64::MAX, |next| next.0);
        let craft = &world.vessels[vessel];
        let details = Details::Crossing {
            ais_on: craft.mmsi.is_some() && craft.silent_until(at_s).is_none(),
            radar_held: truth::is_held(&world.radars, craft, at_s),
            brief: at_s - before_s < 10.0 * MINUTE || after_s - at_s < 10.0 * MINUTE,
        };
        let kind = if into { "zone_entry" } else { "zone_exit" };
        world.tell(kind, &[vessel], (at_s, at_s), "crossing of the drawn line", details);
        if let Some(line) = world.truth.last_mut() {
            line.zone = Some(zone_id);
        }
    }
}

/// The first instant, to 0.1 s, at which `reached` holds between one where it does not and one where it does.
fn halve(mut from_s: f64, mut to_s: f64, reached: impl Fn(f64) -> bool) -> f64 {
    while to_s - from_s > 0.1 {
        let middle = 0.5 * (from_s + to_s);
        if reached(middle) {
            to_s = middle;
        } else {
            from_s = middle;
        }
    }
    to_s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_finds_the_instant() {
        assert!((halve(60.0, 120.0, |t| t >= 77.7) - 77.7).abs() <= 0.1);
    }
}
