//! How many frames a second each feed has given of late.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::edge::clock::Clock;
use crate::edge::health::Health;
use crate::engine::input::FeedId;

/// How often the counts are looked at.
const EVERY: Duration = Duration::from_secs(1);
/// Looks that the rate is taken over, beside the newest.
const LOOKS: usize = 10;

/// Keeps `frames_per_s` of all feeds, for ever.
pub async fn run(health: Health, clock: Clock) {
    let mut looks: VecDeque<(Instant, Vec<u64>)> = VecDeque::with_capacity(LOOKS + 1);
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let counts = health.at(clock.now()).iter().map(|feed| feed.frames).collect();
        for (feed, rate) in (0..).map(FeedId).zip(look(&mut looks, Instant::now(), counts)) {
            health.update(feed, |health| health.frames_per_s = rate);
        }
    }
}

/// Adds a look at the counts and gives each feed's rate since the oldest one kept.
fn look(looks: &mut VecDeque<(Instant, Vec<u64>)>, now: Instant, counts: Vec<u64>) -> Vec<f64> {
    let rates = match looks.front() {
        Some((then, before)) => {
            let seconds = (now - *then).as_secs_f64().max(f64::MIN_POSITIVE);
            counts.iter().zip(before).map(|(now, then)| now.saturating_sub(*then) as f64 / seconds).collect()
        }
        None => vec![0.0; counts.len()],
    };
    looks.push_back((now, counts));
    if looks.len() > LOOKS {
        looks.pop_front();
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_run_over_ten_seconds() {
        let (mut looks, start) = (VecDeque::new(), Instant::now());
        let mut at = |second: u64, counts: [u64; 2]| look(&mut looks, start + EVERY * second as u32, counts.to_vec());
        assert_eq!(at(0, [100, 0]), [0.0, 0.0]);
        assert_eq!(at(1, [150, 0]), [50.0, 0.0]);
        for second in 2..=10 {
            at(second, [150, 20]);
        }
        assert_eq!(at(11, [150, 20]), [0.0, 2.0]);
        assert_eq!(at(12, [150, 20]), [0.0, 0.0]);
    }
}
