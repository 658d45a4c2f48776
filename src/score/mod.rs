//! Scores alert lines against scripted truth.
