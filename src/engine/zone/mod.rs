//! Patrol zones and masks: polygons, their index, and what lies where.
