//! How long to wait before trying again: longer each time, and never quite alike.

use std::time::Duration;

/// The first wait.
const FIRST: Duration = Duration::from_millis(500);
/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(30);

/// Waits that double from attempt to attempt, each shortened by up to a half by chance, so that many who lost the same
/// server do not come back all at once.
#[derive(Debug)]
pub struct Backoff {
    step: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { step: FIRST }
    }
}

impl Backoff {
    /// Starts anew: it worked.
    pub fn reset(&mut self) {
        self.step = FIRST;
    }

    /// The next wait.
    pub fn next_wait(&mut self) -> Duration {
        let step = self.step;
        self.step = (step * 2).min(LONGEST);
        let chance = getrandom::u32().map_or(0.0, |n| f64::from(n) / f64::from(u32::MAX));
        step.mul_f64(1.0 - chance / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_limit_and_start_anew() {
        let mut backoff = Backoff::default();
        let mut most = FIRST;
        for _ in 0..12 {
            let wait = backoff.next_wait();
            assert!(wait >= most / 2 && wait <= most, "{wait:?} of {most:?}");
            most = (most * 2).min(LONGEST);
        }
        assert_eq!(most, LONGEST);
        backoff.reset();
        assert!(backoff.next_wait() <= FIRST);
    }
}
