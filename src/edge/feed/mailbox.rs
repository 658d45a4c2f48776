//! What waits for an engine that is behind, where the sender cannot be slowed: bounded, positions dropped before static reports.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::outlet::{Frames, Outlet, Seldom};
use super::precious::is_precious;
use crate::edge::inlet::Stopping;
use crate::edge::split::datagram;

/// Memory that may wait; what comes on top is dropped.
const WAITING_BYTES: usize = 4 * 1024 * 1024;
/// Memory that may be filled before the mailbox delivers.
const BURST_BYTES: usize = 64 * 1024;
/// What a frame takes besides its bytes.
const FRAME_BYTES: usize = 64;

/// The datagrams or messages of one feed on their way to the engine.
#[derive(Debug)]
pub struct Mailbox<'a> {
    outlet: &'a Outlet,
    inner: Mutex<Inner>,
    filled: Notify,
}

#[derive(Debug)]
struct Inner {
    /// What is to be handed over next.
    waiting: Frames,
    /// The memory that `waiting` takes.
    held: usize,
    /// Whether all that waits is precious.
    is_all_precious: bool,
    cut: u64,
    drops: Seldom,
}

impl<'a> Mailbox<'a> {
    /// An empty one.
    pub fn new(outlet: &'a Outlet) -> Self {
        let inner =
            Inner { waiting: outlet.frames(), held: 0, is_all_precious: true, cut: 0, drops: Seldom::default() };
        Mailbox { outlet, inner: Mutex::new(inner), filled: Notify::new() }
    }

    /// Takes a datagram or message that has just come: its lines, or all of it where it is one frame.
    ///
    /// Where there is no room, frames are dropped and counted: the newest, but for such as hold static reports; for those
    /// all others that wait make room.
    pub fn put(&self, bytes: &[u8]) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner { waiting, held, is_all_precious, .. } = &mut *inner;
        self.outlet.stamp(waiting);
        let (mut dropped, mut is_taken) = (0, false);
        let cut = datagram(self.outlet.kind(), bytes, |frame| {
            let size = frame.len() + FRAME_BYTES;
            let is_kept = is_precious(frame);
            if *held + size > WAITING_BYTES && is_kept && !*is_all_precious {
                dropped += waiting.retain(is_precious);
                *held = waiting.byte_len() + waiting.len() * FRAME_BYTES;
                *is_all_precious = true;
            }
            if *held + size > WAITING_BYTES {
                dropped += 1;
                return;
            }
            waiting.push(frame);
            *held += size;
            *is_all_precious &= is_kept;
            is_taken = true;
        });
        if is_taken {
            waiting.read(bytes.len());
        }
        inner.cut += cut;
        self.tell(dropped, &mut inner.drops);
        drop(inner);
        self.filled.notify_one();
    }

    /// Lets the mailbox deliver where much waits; to be called between two datagrams or messages.
    pub async fn make_way(&self) {
        let held = self.inner.lock().unwrap_or_else(PoisonError::into_inner).held;
        if held > BURST_BYTES {
            tokio::task::yield_now().await;
        }
    }

    /// Frames were lost before they came here.
    pub fn lost(&self, frames: u64) {
        self.tell(frames, &mut self.inner.lock().unwrap_or_else(PoisonError::into_inner).drops);
    }

    /// Hands over what comes, for ever.
    ///
    /// # Errors
    /// `Stopping`, once the service stops.
    pub async fn deliver(&self) -> Stopping {
        loop {
            self.filled.notified().await;
            let (frames, cut) = self.take();
            if let Err(stopping) = self.outlet.hand_over(frames, cut).await {
                return stopping;
            }
        }
    }

    /// What waits, with its cut lines; nothing waits afterwards.
    fn take(&self) -> (Frames, u64) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        (inner.held, inner.is_all_precious) = (0, true);
        (std::mem::replace(&mut inner.waiting, self.outlet.frames()), std::mem::take(&mut inner.cut))
    }

    fn tell(&self, dropped: u64, drops: &mut Seldom) {
        if dropped == 0 {
            return;
        }
        self.outlet.dropped(dropped);
        if let Some(frames) = drops.happened(dropped) {
            tracing::warn!(feed = self.outlet.name(), frames, "dropped frames: the engine is behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::clock::Clock;
    use crate::edge::feed::FeedContext;
    use crate::edge::health::Health;
    use crate::edge::inlet::Inlet;
    use crate::engine::input::{Feed, FeedId, FeedKind, Input};

    const POSITION: &[u8] = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*23\n";
    const STATIC: &[u8] = b"!AIVDM,1,1,,B,H42O55i18tMET00000000000000,2*6D\n";

    fn outlet() -> (Outlet, Health) {
        let health = Health::new(1);
        let context =
            FeedContext { inlet: Inlet::new().0, health: health.clone(), clock: Clock::wall(), data_dir: "".into() };
        (Outlet::new(FeedId(0), &Feed::new("feed", FeedKind::Nmea), &context), health)
    }

    fn frames(mailbox: &Mailbox<'_>) -> Vec<Vec<u8>> {
        let taken = mailbox.take().0;
        let bytes = |input: Input<'_>| match input {
            Input::Frame(frame) => frame.bytes.to_vec(),
            other => panic!("{other:?}"),
        };
        taken.inputs().map(bytes).collect()
    }

    #[test]
    fn static_reports_stay_and_positions_go() {
        let (outlet, health) = outlet();
        let mailbox = Mailbox::new(&outlet);
        mailbox.put(STATIC);
        let room = WAITING_BYTES / (POSITION.len() - 1 + FRAME_BYTES);
        for _ in 0..room + 10 {
            mailbox.put(POSITION);
        }
        let dropped = || health.at(crate::engine::time::EventTime::MIN)[0].dropped;
        let before = dropped();
        assert!((9..=11).contains(&before), "{before} of ten too many");
        mailbox.put(STATIC);
        assert_eq!(dropped(), room as u64 + 10, "no position is kept at the cost of a static report");
        assert_eq!(frames(&mailbox), [STATIC.trim_ascii_end(); 2]);
        mailbox.put(POSITION);
        assert_eq!(frames(&mailbox), [POSITION.trim_ascii_end()]);
    }

    #[test]
    fn what_waits_is_bounded_whatever_it_is() {
        for frame in [STATIC, POSITION, b"x\n", &[b'y'; 8000]] {
            let (outlet, health) = outlet();
            let mailbox = Mailbox::new(&outlet);
            for _ in 0..WAITING_BYTES / frame.len() + 100 {
                mailbox.put(frame);
            }
            let dropped = health.at(crate::engine::time::EventTime::MIN)[0].dropped;
            let kept = frames(&mailbox);
            let memory: usize = kept.iter().map(|frame| frame.len() + FRAME_BYTES).sum();
            assert!(
                dropped > 0 && memory <= WAITING_BYTES && memory > WAITING_BYTES / 2,
                "{memory} bytes of frames of {}",
                frame.len()
            );
        }
    }
}
