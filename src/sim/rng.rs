//! A small deterministic random generator: the same seed gives the same numbers on every machine.

use crate::engine::digest::digest64;

/// xoshiro256++ (Blackman and Vigna, 2019), seeded by splitmix64 from a seed and a label.
///
/// One generator a label keeps the parts of a scenario apart: a change in one story leaves the noise of the others as it was.
#[derive(Clone, Debug)]
pub struct Rng([u64; 4]);

impl Rng {
    /// The generator of a seed and a label.
    pub fn new(seed: u64, label: &str) -> Self {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ digest64(label.as_bytes());
        Rng(std::array::from_fn(|_| splitmix(&mut state)))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number in 0 <= x < 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number in `low` <= x < `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number in 0 <= n < `count`; 0 for a count of 0.
    pub fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.bits()) * count as u128) >> 64) as usize
    }

    /// One of the choices, which must not be empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// True with a probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A normal deviate of mean 0 and the given standard deviation (Box and Muller).
    pub fn normal(&mut self, sigma: f64) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        sigma * radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// An exponential deviate of the given mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }
}

/// One step of splitmix64.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_and_label_same_numbers() {
        let draw = |seed, label| Rng::new(seed, label).bits();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
    }

    #[test]
    fn deviates_have_their_moments() {
        let mut rng = Rng::new(7, "moments");
        let n = 20_000;
        let (mut sum, mut square, mut mean) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            let x = rng.normal(2.0);
            sum += x;
            square += x * x;
            mean += rng.exponential(3.0);
        }
        let n = f64::from(n);
        assert!((sum / n).abs() < 0.05 && (square / n - 4.0).abs() < 0.15 && (mean / n - 3.0).abs() < 0.1);
    }

    #[test]
    fn below_stays_below() {
        let mut rng = Rng::new(7, "below");
        assert!((0..1000).all(|_| rng.below(7) < 7));
        assert_eq!(rng.below(0), 0);
    }
}
