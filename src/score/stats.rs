//! The arithmetic of a score: shares with their intervals, F, medians and percentiles, peaks.

use serde::{Deserialize, Serialize};

/// The normal quantile of a two-sided 95 % interval.
const Z_95: f64 = 1.959_964;

/// A share with its Wilson 95 % interval; in JSON `[value, low, high]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, f64, f64)", into = "(f64, f64, f64)")]
pub struct Share {
    /// The share itself, 0 to 1.
    pub value: f64,
    /// Low end of the interval.
    pub low: f64,
    /// High end of the interval.
    pub high: f64,
}

impl From<(f64, f64, f64)> for Share {
    fn from((value, low, high): (f64, f64, f64)) -> Self {
        Share { value, low, high }
    }
}

impl From<Share> for (f64, f64, f64) {
    fn from(share: Share) -> Self {
        (share.value, share.low, share.high)
    }
}

impl Share {
    /// The share of `part` in `whole` with its interval (Wilson, Journal of the American Statistical Association 22,
    /// 1927); `None` of nothing.
    pub fn of(part: usize, whole: usize) -> Option<Self> {
        let (k, n) = (part as f64, whole as f64);
        if whole == 0 {
            return None;
        }
        let (p, d) = (k / n, 1.0 + Z_95 * Z_95 / n);
        let middle = (p + Z_95 * Z_95 / 2.0 / n) / d;
        let half = Z_95 * libm::sqrt(p * (1.0 - p) / n + Z_95 * Z_95 / 4.0 / n / n) / d;
        Some(Share { value: p, low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
    }

    /// F of precision and recall, recall weighing `beta` times as much; low end from low ends, high end from high ends.
    pub fn f_score(precision: Option<Share>, recall: Option<Share>, beta: f64) -> Option<Self> {
        let (p, r, b) = (precision?, recall?, beta * beta);
        let f = |x: f64, y: f64| if x + y > 0.0 { (1.0 + b) * x * y / (b * x + y) } else { 0.0 };
        Some(Share { value: f(p.value, r.value), low: f(p.low, r.low), high: f(p.high, r.high) })
    }
}

/// Student's t of a two-sided 95 % interval, by degrees of freedom.
pub(super) fn t_quantile(degrees: usize) -> f64 {
    const T: [f64; 20] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086,
    ];
    degrees.checked_sub(1).and_then(|place| T.get(place)).copied().unwrap_or(Z_95)
}

/// The observed value that covers a percentage of all (nearest rank); `None` of none.
pub(super) fn percentile(values: &[f64], percent: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

/// The middle value, or the mean of the two in the middle; `None` of none.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let high = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(high);
    }
    values.get(middle.wrapping_sub(1)).map(|low| (low + high) / 2.0)
}

/// The most instants within any half-open window of a width.
pub(super) fn peak(mut times: Vec<f64>, width_s: f64) -> usize {
    times.sort_by(f64::total_cmp);
    let (mut most, mut low) = (0, 0);
    for (high, t) in times.iter().enumerate() {
        while times.get(low).is_some_and(|first| t - first >= width_s) {
            low += 1;
        }
        most = most.max(high + 1 - low);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_intervals() {
        let one = Share::of(1, 1).unwrap();
        assert_eq!((one.value, one.high), (1.0, 1.0));
        assert!((one.low - 1.0 / (1.0 + Z_95 * Z_95)).abs() < 1e-12);
        let most = Share::of(8, 10).unwrap(); // Wilson's 0.490 to 0.943
        assert!((most.low - 0.4902).abs() < 1e-4 && (most.high - 0.9433).abs() < 1e-4, "{most:?}");
        assert_eq!(Share::of(0, 0), None);
        assert_eq!(serde_json::to_string(&Share { value: 0.5, low: 0.0, high: 1.0 }).unwrap(), "[0.5,0.0,1.0]");
    }

    #[test]
    fn f_half_leans_to_precision() {
        let share = |value| Some(Share { value, low: 0.0, high: 1.0 });
        let f = Share::f_score(share(0.9), share(0.5), 0.5).unwrap();
        assert!((f.value - 1.25 * 0.45 / 0.725).abs() < 1e-12);
        assert_eq!((f.low, f.high), (0.0, 1.0));
        assert_eq!(Share::f_score(None, share(1.0), 1.0), None);
    }

    #[test]
    fn percentiles_are_observed_values() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&hundred, 99.0), Some(99.0));
        assert_eq!(percentile(&[3.0, 1.0, 2.0, 4.0], 50.0), Some(2.0));
        assert_eq!(percentile(&[], 50.0), None);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!((median(vec![5.0]), median(vec![])), (Some(5.0), None));
    }

    #[test]
    fn a_window_is_half_open() {
        assert_eq!(peak(vec![0.0, 600.0], 600.0), 1);
        assert_eq!(peak(vec![1199.0, 0.0, 300.0, 599.0, 1200.0], 600.0), 3);
        assert_eq!(peak(vec![], 600.0), 0);
    }
}
