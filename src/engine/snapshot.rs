//! The engine's whole state as bytes, so that a run can stop and go on elsewhere in the same build.

use serde::{Deserialize, Serialize};

use super::Engine;
use super::core::{Config, Core, State};
use super::intake::Intake;

/// Everything that changes.
#[derive(Serialize)]
struct Kept<'a> {
    intake: &'a Intake,
    state: &'a State,
}

/// The same, read back.
#[derive(Deserialize)]
struct Restored {
    intake: Intake,
    state: State,
}

/// Why a state cannot be taken up.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The state could not be written down.
    #[error("cannot write the engine's state")]
    Write(#[source] postcard::Error),
    /// The bytes are not a state of this build.
    #[error("cannot read the engine's state: it is damaged or of another build")]
    Read(#[source] postcard::Error),
}

impl Engine {
    /// The state as bytes (postcard). Outputs not yet polled are not part of it: poll them first.
    ///
    /// # Errors
    /// `Write`, if a value cannot be encoded.
    pub fn snapshot(&self) -> Result<Vec<u8>, SnapshotError> {
        postcard::to_stdvec(&Kept { intake: &self.intake, state: &self.core.state }).map_err(SnapshotError::Write)
    }

    /// An engine that goes on from a state taken under the same configuration.
    ///
    /// # Errors
    /// `Read`, if the bytes are not a state of this build.
    pub fn restore(config: Config, bytes: &[u8]) -> Result<Engine, SnapshotError> {
        let Restored { intake, state } = postcard::from_bytes(bytes).map_err(SnapshotError::Read)?;
        Ok(Engine { intake, core: Core::with_state(config, state), steps: super::intake::Steps::default() })
    }
}
