//! Signals: the end of the service, and reading its settings again.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::edge::inlet::Inlet;

/// What makes the service stop or read its settings again.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Listens from here on.
    pub fn new() -> std::io::Result<Self> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the end of a service that is still starting.
    pub async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Waits for the end; reads the settings again on the way.
    pub async fn until_stop(&mut self, inlet: &Inlet) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => drop(inlet.reload().await),
            }
        }
    }
}
