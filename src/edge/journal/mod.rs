//! Journal: every input, appended before the engine sees it; formats in `docs/formats.md`.
