//! Seeded scenarios with ground truth, written as real feed bytes.
