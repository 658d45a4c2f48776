//! How many echoes of nothing a radar shows where: rings and sectors, each with the mean of the last minutes.

use serde::{Deserialize, Serialize};

/// Widths of a ring that can be, m.
const RING_M: (f64, f64) = (50.0, 3_000.0);
/// Rings; the last one holds all beyond.
const RINGS: usize = 24;
/// Sectors of a ring.
const SECTORS: usize = 16;
/// Weight of the latest rotation in the mean.
const FRESH: f64 = 0.03;
/// False plots a rotation and ring that are believed before any was counted, per square metre.
const AT_FIRST: f64 = 3e-8;
/// Share of a cell's density that its own counts make; the rest is the ring's.
const OWN: f64 = 0.5;
/// No sea is cleaner: vessels come and go too, per square metre and rotation.
const LEAST: f64 = 3e-9;

/// Density of false plots around a radar.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Clutter {
    /// Width of a ring, m.
    ring_m: f64,
    /// Mean plots a rotation that were nobody's, by ring and sector.
    mean: Vec<f64>,
    /// The same of the rotation that is still swept.
    count: Vec<u32>,
}

impl Clutter {
    /// The sea around a radar that sees this far, m.
    pub fn new(max_range_m: f64) -> Self {
        let ring_m = (max_range_m / RINGS as f64).clamp(RING_M.0, RING_M.1);
        let mean = (0..RINGS * SECTORS).map(|cell| AT_FIRST * cell_area_m2(cell / SECTORS, ring_m)).collect();
        Clutter { ring_m, mean, count: vec![0; RINGS * SECTORS] }
    }

    /// Counts a plot that was nobody's.
    pub fn count(&mut self, range_m: f64, azimuth_deg: f64) {
        let cell = self.cell_of(range_m, azimuth_deg);
        if let Some(count) = self.count.get_mut(cell) {
            *count += 1;
        }
    }

    /// A rotation is complete.
    pub fn turn(&mut self) {
        for (mean, count) in self.mean.iter_mut().zip(&mut self.count) {
            *mean += FRESH * (f64::from(*count) - *mean);
            *count = 0;
        }
    }

    /// Expected false plots a rotation at a place, per square metre.
    pub fn density(&self, range_m: f64, azimuth_deg: f64) -> f64 {
        let cell = self.cell_of(range_m, azimuth_deg);
        let ring = cell / SECTORS;
        let of_ring: f64 = self.mean.iter().skip(ring * SECTORS).take(SECTORS).sum::<f64>() / SECTORS as f64;
        let own = self.mean.get(cell).copied().unwrap_or(of_ring);
        ((OWN * own + (1.0 - OWN) * of_ring) / cell_area_m2(ring, self.ring_m)).max(LEAST)
    }

    fn cell_of(&self, range_m: f64, azimuth_deg: f64) -> usize {
        let ring = ((range_m / self.ring_m) as usize).min(RINGS - 1);
        ring * SECTORS + ((azimuth_deg / 360.0 * SECTORS as f64) as usize).min(SECTORS - 1)
    }
}

fn cell_area_m2(ring: usize, ring_m: f64) -> f64 {
    let inner = ring as f64;
    std::f64::consts::PI * ring_m * ring_m * (2.0 * inner + 1.0) / SECTORS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_where_it_is_noisy() {
        let mut clutter = Clutter::new(80_000.0);
        let before = clutter.density(4_000.0, 100.0);
        for _ in 0..200 {
            (0..3).for_each(|_| clutter.count(4_000.0, 100.0));
            clutter.turn();
        }
        assert!(clutter.density(4_000.0, 100.0) > 10.0 * before);
        assert!(clutter.density(4_000.0, 100.0) > 5.0 * clutter.density(4_000.0, 300.0));
        assert_eq!(clutter.density(40_000.0, 10.0), LEAST);
        assert!(clutter.density(1e9, 359.999) > 0.0);
    }
}
