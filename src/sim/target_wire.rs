//! Tracked targets as radars send them besides TTM: TLL, TTD and TLB sentences (IEC 61162-1).

use crate::engine::earth::{Offset, Position};
use crate::engine::units::{Metres, NAUTICAL_MILE_M, Speed};

use super::ais_wire::Payload;
use super::sentence::sentence;
use super::ttm_wire::Status;

/// Targets that fit into one TTD sentence of 82 characters.
const TARGETS_A_SENTENCE: usize = 4;

/// One target of a TTD sentence.
#[derive(Clone, Copy, Debug)]
pub struct Tracked {
    /// Target number, 0-1023.
    pub number: u32,
    /// Place from the antenna, m.
    pub from_antenna: Offset,
    /// Velocity, m/s.
    pub velocity: Offset,
    /// Status.
    pub status: Status,
}

/// One TLL sentence: minutes with four decimals; a lost target stands at 0/0, as some radars send it.
pub fn tll(number: u32, position: Position, status: Status, time: &str) -> String {
    let (lat, lon) = if status == Status::Lost { (0.0, 0.0) } else { (position.lat(), position.lon()) };
    let (north, east) = (if lat < 0.0 { 'S' } else { 'N' }, if lon < 0.0 { 'W' } else { 'E' });
    let (lat, lon) = (minutes(lat), minutes(lon));
    let fields = [
        format!("{number:02},{:02}{:07.4},{north}", lat.0, lat.1),
        format!("{:03}{:07.4},{east},,{time},{},", lon.0, lon.1, status.letter()),
    ];
    sentence('$', &format!("RATLL,{}", fields.join(",")))
}

/// TTD sentences of all targets under a message identifier; `step_nm` is the unit of distances.
pub fn ttd(targets: &[Tracked], step_nm: f64, sequence: u8) -> Vec<String> {
    let total = targets.len().div_ceil(TARGETS_A_SENTENCE).max(1);
    let encapsulated = |(index, targets): (usize, &[Tracked])| {
        let payload = targets.iter().fold(Payload::default(), |payload, target| target.put(payload, step_nm));
        let (text, fill) = payload.armoured();
        sentence('!', &format!("RATTD,{total:02X},{:02X},{sequence},{text},{fill}", index + 1))
    };
    targets.chunks(TARGETS_A_SENTENCE).enumerate().map(encapsulated).collect()
}

/// A TLB sentence: target numbers and their labels.
pub fn tlb(labels: &[(u32, &str)]) -> String {
    let pairs: Vec<String> = labels.iter().map(|(number, label)| format!("{number},{label}")).collect();
    sentence('$', &format!("RATLB,{}", pairs.join(",")))
}

impl Tracked {
    /// Appends its 90 bits.
    fn put(&self, payload: Payload, step_nm: f64) -> Payload {
        let status = match self.status {
            Status::Query => 1,
            Status::Lost => 2,
            Status::Tracking => 4,
        };
        let moves = self.status == Status::Tracking;
        let speed = if moves { tenths(Speed::from_m_s(self.velocity.length().0).knots(), 4094) } else { 4095 };
        let course = if moves { degrees(self.velocity) } else { 4095 };
        let Metres(range_m) = self.from_antenna.length();
        let distance = (libm::round(range_m / (NAUTICAL_MILE_M * step_nm)) as i64).min(16_382);
        payload
            .put(0, 2)
            .put(self.number.into(), 10)
            .put(degrees(self.from_antenna), 12)
            .put(speed, 12)
            .put(course, 12)
            .put(4095, 12) // no heading by AIS
            .put(status, 3)
            .put(0, 1) // no test target
            .put(distance, 14)
            .put(0, 1) // true
            .put(0, 1) // over the ground
            .put(0, 2)
            .put(0, 8)
    }
}

/// Whole degrees and minutes, rounded to four places.
fn minutes(degrees: f64) -> (u32, f64) {
    let ten_thousandths = libm::round(degrees.abs() * 600_000.0) as u32;
    (ten_thousandths / 600_000, f64::from(ten_thousandths % 600_000) / 10_000.0)
}

fn tenths(value: f64, most: i64) -> i64 {
    (libm::round(value * 10.0) as i64).min(most)
}

fn degrees(offset: Offset) -> i64 {
    tenths(offset.direction().degrees(), 3600) % 3600
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_where_the_standard_puts_them() {
        let at = Position::from_degrees(-8.5, 106.615).unwrap_or(Position::from_degrees_wrapped(0.0, 0.0));
        let line = tll(7, at, Status::Tracking, "120000.00");
        assert!(line.starts_with("$RATLL,07,0830.0000,S,10636.9000,E,,120000.00,T,*"), "{line}");
        assert!(tll(7, at, Status::Lost, "").starts_with("$RATLL,07,0000.0000,N,00000.0000,E,,,L,*"));
        assert!(tlb(&[(7, "TUG"), (300, "")]).starts_with("$RATLB,7,TUG,300,*"));
    }

    #[test]
    fn four_targets_a_sentence() {
        let target = Tracked {
            number: 300,
            from_antenna: Offset::polar(45.0, 18_520.0),
            velocity: Offset::polar(90.0, 5.0),
            status: Status::Tracking,
        };
        let lines = ttd(&[target; 5], 0.01, 3);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("!RATTD,02,01,3,") && lines[0].len() <= 80, "{}", lines[0]);
        assert_eq!(lines[1].split(',').nth(4).map(str::len), Some(15));
    }
}
