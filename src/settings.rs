//! Settings: one TOML file, unknown keys refused with line and column, checked before anything starts.
