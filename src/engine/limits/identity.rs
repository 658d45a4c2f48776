//! Thresholds of the rules about who a vessel is, and whether its positions and its silence can be believed.

use serde::{Deserialize, Serialize};

section! {
    /// Duplicate identity.
    DuplicateIdentity {
        /// A segment is alive between two of its fixes that are not further apart than this.
        alive_s: f64 = 1800.0,
        /// Two fixes of one number are of two hulls if one would have to be as fast as this.
        min_kn: f64 = 60.0,
        /// Raised when such fixes of one fell into the life of the other this often ...
        turns: u32 = 3,
        /// ... and both have been alive for this long.
        confirm_s: f64 = 120.0,
        /// Both alive again within this reopens the same alert.
        merge_gap_s: f64 = 21600.0,
    }
}

section! {
    /// Receiver outage.
    ReceiverOutage {
        /// Out if it hears less than this share ...
        messages_share: f64 = 0.2,
        /// ... of at least this many messages expected in 60 s ...
        messages: f64 = 20.0,
        /// ... or has lost this share ...
        lost_share: f64 = 0.3,
        /// ... of at least this many vessels, ...
        vessels: u32 = 5,
        /// ... and not fewer than so many, ...
        lost_at_least: f64 = 3.0,
        /// ... within this.
        lost_within_s: f64 = 120.0,
        /// Out again within this reopens the same alert.
        merge_gap_s: f64 = 1800.0,
    }
}

section! {
    /// GNSS interference.
    GnssInterference {
        /// So many vessels that jump together, or lose their positions ...
        vessels: u32 = 3,
        /// ... within this time ...
        together_s: f64 = 300.0,
        /// ... and this distance of each other.
        within_m: f64 = 60000.0,
        /// Over when nobody was affected for this long.
        quiet_s: f64 = 300.0,
        /// Again within this reopens the same alert.
        merge_gap_s: f64 = 3600.0,
    }
}

section! {
    /// Identity change.
    IdentityChange {
        /// The new number speaks within this of the vessel that radar holds.
        radar_m: f64 = 500.0,
        /// Without radar, a vessel that was silent for at most this may be stitched by place and speed.
        stitch_s: f64 = 21600.0,
        /// Told when the new number has been heard for this long and the old one has not.
        confirm_s: f64 = 60.0,
        /// A silence from this on is a dark period, and the change the gravest of all.
        dark_s: f64 = 360.0,
    }
}

section! {
    /// Distress.
    Distress {
        /// Over when nothing was heard for this long.
        silent_s: f64 = 3600.0,
        /// A test that is heard again within this reopens the same alert.
        merge_gap_s: f64 = 86400.0,
    }
}

section! {
    /// Identity conflict.
    IdentityConflict {
        /// The same of the same vessel is told again after this.
        again_s: f64 = 86400.0,
    }
}

section! {
    /// Position offset.
    PositionOffset {
        /// AIS and the echo that was its own are further apart than this ...
        apart_m: f64 = 1000.0,
        /// ... for this long.
        held_s: f64 = 300.0,
        /// Apart again within this reopens the same alert.
        merge_gap_s: f64 = 1800.0,
    }
}

section! {
    /// AIS without echo.
    AisWithoutEcho {
        /// So many turns of the radar saw nobody ...
        turns: f64 = 10.0,
        /// ... where it sees this share of vessels of the length.
        sees: f64 = 0.95,
        /// Without echo again within this reopens the same alert.
        merge_gap_s: f64 = 1800.0,
    }
}

section! {
    /// Late data.
    LateData {
        /// So many reports are kept, to be folded anew with what comes late ...
        reports: u32 = 100_000,
        /// ... while there are no more tracks than this.
        tracks: u32 = 5_000,
        /// What came late waits for this, and as long again for each thousand reports kept.
        wait_s: f64 = 60.0,
    }
}
