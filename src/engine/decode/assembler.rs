//! Assembly of AIS messages that take several sentences, from parts in any order, in bounded memory.

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

use super::armour::MAX_CHARS;
use super::around::Around;
use super::reject::RejectReason;
use super::vdm::Vdm;
use crate::engine::time::{EventTime, Span};

/// Groups kept open a feed; the oldest gives way.
const SLOTS: usize = 64;
/// A group not whole after this is given up.
const EXPIRY: Span = Span::from_secs(60);
/// A first part may come behind a later one only this many lines (and 10 s) after it: an identifier soon serves the
/// next message, whose parts must not join a part left over from a lost one.
const REORDER_LINES: u64 = 40;
const REORDER: Span = Span::from_secs(10);
/// Bytes kept a group: its sentences and their payloads.
const TEXT: usize = 2 * MAX_CHARS + 256;

/// What is known of a sentence beside its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// VDO, not VDM.
    pub own: bool,
    /// Talker.
    pub talker: [u8; 2],
    /// What stands around it.
    pub around: Around,
    /// The sentence's checksum; of a whole group, the exclusive or of all.
    pub checksum: u8,
    /// Line in the feed.
    pub line: u64,
    /// Journal sequence number.
    pub seq: u64,
    /// Receive time.
    pub received_at: EventTime,
}

/// A whole message: its payload is in the assembler until the next part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Whole<'a> {
    /// Armoured payload of all parts.
    pub payload: &'a [u8],
    /// Fill bits of the last part.
    pub fill_bits: u8,
    /// Channel, where a part tells it.
    pub channel: Option<u8>,
    /// What the parts tell together: times and station of the first that has them, number and time of the last.
    pub context: Context,
}

/// Where a part lies in the text of its group: the sentence, then its payload once more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct PartText {
    start: u16,
    payload: u16,
    end: u16,
    seq: u64,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Slot {
    context: Context,
    total: u8,
    sequence: Option<u8>,
    channel: Option<u8>,
    fill_bits: u8,
    have: u16,
    /// Whole and handed out; kept to know repeated parts.
    done: bool,
    /// A later part came before the first one.
    reversed: bool,
    touched: u64,
    parts: [PartText; 9],
    text: ArrayVec<u8, TEXT>,
}

/// The open groups of one feed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Assembler {
    slots: Vec<Slot>,
    pushed: u64,
    joined: ArrayVec<u8, MAX_CHARS>,
}

/// Where lost parts go: journal number and bytes of the sentence.
pub type Orphans<'a> = &'a mut dyn FnMut(u64, &[u8]);

impl Assembler {
    /// Takes in a part (`total` at least 2); hands out the message if it is whole. `sentence` is the part as received.
    ///
    /// # Errors
    /// `TooLong` if the group holds more than any message does; the group is given up.
    pub fn push(
        &mut self,
        vdm: &Vdm<'_>,
        sentence: &[u8],
        context: &Context,
        orphans: Orphans<'_>,
    ) -> Result<Option<Whole<'_>>, RejectReason> {
        self.pushed += 1;
        self.slots.retain(|slot| !slot.done || slot.near(context));
        self.expire(context.received_at, orphans);
        let i = match self.place(vdm, context) {
            Place::Repeated => return Ok(None),
            Place::In(i) => i,
            Place::Restart(i) => {
                self.give_up(i, orphans);
                self.open(vdm, context, orphans)
            }
            Place::New => self.open(vdm, context, orphans),
        };
        let Some(slot) = self.slots.get_mut(i) else { return Ok(None) };
        slot.touched = self.pushed;
        if !slot.add(vdm, sentence, context) {
            self.give_up(i, orphans);
            return Err(RejectReason::TooLong);
        }
        if slot.have.count_ones() < u32::from(slot.total) {
            return Ok(None);
        }
        slot.done = true;
        self.joined.clear();
        for part in 1..=slot.total {
            if self.joined.try_extend_from_slice(slot.payload(part)).is_err() {
                self.slots.swap_remove(i);
                return Err(RejectReason::TooLong);
            }
        }
        let (fill_bits, channel, context) = (slot.fill_bits, slot.channel, slot.context);
        Ok(Some(Whole { payload: &self.joined, fill_bits, channel, context }))
    }

    /// Gives up the groups that are not whole a minute after their last part.
    pub fn expire(&mut self, now: EventTime, orphans: Orphans<'_>) {
        let mut i = 0;
        while let Some(slot) = self.slots.get(i) {
            if now - slot.context.received_at > EXPIRY {
                self.give_up(i, orphans);
            } else {
                i += 1;
            }
        }
    }

    /// Gives up every group: the feed has ended.
    pub fn clear(&mut self, orphans: Orphans<'_>) {
        self.slots.sort_by_key(|slot| slot.touched);
        while !self.slots.is_empty() {
            self.give_up(0, orphans);
        }
    }

    /// Where a part belongs.
    fn place(&self, vdm: &Vdm<'_>, context: &Context) -> Place {
        let mut place = Place::New;
        let mut touched = 0;
        for (i, slot) in self.slots.iter().enumerate() {
            if slot.touched < touched || !slot.matches(vdm, context) {
                continue;
            }
            let candidate = slot.place(i, vdm, context);
            if candidate != Place::New {
                (place, touched) = (candidate, slot.touched);
            }
        }
        place
    }

    fn open(&mut self, vdm: &Vdm<'_>, context: &Context, orphans: Orphans<'_>) -> usize {
        if self.slots.len() >= SLOTS
            && let Some((oldest, _)) = self.slots.iter().enumerate().min_by_key(|(_, slot)| (!slot.done, slot.touched))
        {
            self.give_up(oldest, orphans);
        }
        self.slots.push(Slot {
            context: Context { checksum: 0, ..*context },
            total: vdm.total,
            sequence: vdm.sequence,
            channel: None,
            fill_bits: 0,
            have: 0,
            done: false,
            reversed: false,
            touched: self.pushed,
            parts: [PartText::default(); 9],
            text: ArrayVec::new(),
        });
        self.slots.len() - 1
    }

    /// Drops a group; its parts are orphans unless it was whole.
    fn give_up(&mut self, i: usize, orphans: Orphans<'_>) {
        if i >= self.slots.len() {
            return;
        }
        let slot = self.slots.swap_remove(i);
        if !slot.done {
            for part in (1..=slot.total).filter(|part| slot.has(*part)) {
                let at = slot.part(part);
                orphans(at.seq, slot.text.get(usize::from(at.start)..usize::from(at.payload)).unwrap_or(&[]));
            }
        }
    }
}

/// Where a part belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Nowhere yet.
    New,
    /// It is there already.
    Repeated,
    /// In this group.
    In(usize),
    /// This group is an older one under the same identifier.
    Restart(usize),
}

impl Slot {
    fn has(&self, part: u8) -> bool {
        self.have & (1 << part) != 0
    }

    /// Whether a part can be of this group: same talker, total and identifier; group, station and channel do not differ.
    fn matches(&self, vdm: &Vdm<'_>, context: &Context) -> bool {
        let differ = |a: Option<u64>, b: Option<u64>| a.is_some() && b.is_some() && a != b;
        let (ours, theirs) = (&self.context.around, &context.around);
        let station = |around: &Around| around.station.map(|s| s.0);
        let same_group = theirs.group.is_some() && theirs.group == ours.group;
        self.total == vdm.total
            && self.sequence == vdm.sequence
            && self.context.talker == context.talker
            && self.context.own == context.own
            && !differ(self.channel.map(u64::from), vdm.channel.map(u64::from))
            && !differ(ours.group.map(u64::from), theirs.group.map(u64::from))
            && (same_group || !differ(station(ours), station(theirs)))
    }

    /// Where a part belongs that matches this group, which is the `i`th.
    fn place(&self, i: usize, vdm: &Vdm<'_>, context: &Context) -> Place {
        let same = self.has(vdm.part) && self.payload(vdm.part) == vdm.payload;
        if self.done {
            return match (same, vdm.part) {
                (_, 1) => Place::New,
                (true, _) => Place::Repeated,
                // The first part joined a part left over from a lost message: this is its own.
                (false, _) if self.reversed && self.near(context) => Place::In(i),
                (false, _) => Place::New,
            };
        }
        match (same, self.has(vdm.part)) {
            (true, _) => Place::Repeated,
            (false, true) => Place::Restart(i),
            (false, false) if vdm.part == 1 && !self.near(context) => Place::Restart(i),
            (false, false) => Place::In(i),
        }
    }

    fn near(&self, context: &Context) -> bool {
        context.line <= self.context.line + REORDER_LINES && context.received_at - self.context.received_at <= REORDER
    }

    fn part(&self, part: u8) -> PartText {
        self.parts.get(usize::from(part).wrapping_sub(1)).copied().unwrap_or_default()
    }

    fn payload(&self, part: u8) -> &[u8] {
        let at = self.part(part);
        self.text.get(usize::from(at.payload)..usize::from(at.end)).unwrap_or(&[])
    }

    /// Adds a part; false if there is no room.
    fn add(&mut self, vdm: &Vdm<'_>, sentence: &[u8], context: &Context) -> bool {
        let start = self.text.len();
        let payload = start + sentence.len();
        let end = payload + vdm.payload.len();
        let Some(part) = self.parts.get_mut(usize::from(vdm.part).wrapping_sub(1)) else { return false };
        if end > TEXT
            || self.text.try_extend_from_slice(sentence).is_err()
            || self.text.try_extend_from_slice(vdm.payload).is_err()
        {
            return false;
        }
        *part = PartText { start: start as u16, payload: payload as u16, end: end as u16, seq: context.seq };
        self.reversed |= vdm.part == 1 && self.have != 0;
        self.have |= 1 << vdm.part;
        self.channel = self.channel.or(vdm.channel);
        if vdm.part == vdm.total {
            self.fill_bits = vdm.fill_bits;
        }
        let Context { around, checksum, .. } = self.context;
        self.context =
            Context { around: around.or(&context.around), checksum: checksum ^ context.checksum, ..*context };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::decode::report::StationId;

    struct Bench {
        assembler: Assembler,
        line: u64,
        orphans: usize,
        context: Context,
    }

    impl Bench {
        fn new() -> Self {
            let context = Context { talker: *b"AI", ..Context::default() };
            Bench { assembler: Assembler::default(), line: 0, orphans: 0, context }
        }

        fn push(&mut self, sentence: &str) -> Option<String> {
            self.line += 1;
            let context = Context { line: self.line, received_at: self.context.received_at, ..self.context };
            let vdm = Vdm::parse(sentence.as_bytes()).unwrap();
            let orphans = &mut self.orphans;
            let whole = self.assembler.push(&vdm, sentence.as_bytes(), &context, &mut |_, _| *orphans += 1).unwrap();
            whole.map(|w| String::from_utf8(w.payload.to_vec()).unwrap())
        }

        fn all(&mut self, sentences: &[&str]) -> Vec<String> {
            sentences.iter().filter_map(|s| self.push(s)).collect()
        }
    }

    #[test]
    fn parts_in_any_order_and_channels_missing() {
        let mut b = Bench::new();
        assert_eq!(b.all(&["AIVDM,2,1,3,A,aa,0", "AIVDM,2,2,3,,bb,2"]), ["aabb"]);
        assert_eq!(b.all(&["AIVDM,3,3,4,A,cc,0", "AIVDM,3,1,4,A,aa,0", "AIVDM,3,2,4,A,bb,0"]), ["aabbcc"]);
        assert_eq!(b.all(&["AIVDM,2,1,,B,aa,0", "AIVDM,2,2,,B,bb,2"]), ["aabb"]);
        assert_eq!(b.orphans, 0);
    }

    #[test]
    fn interleaved_groups() {
        let mut b = Bench::new();
        let four = ["AIVDM,2,1,3,A,aa,0", "AIVDM,2,1,3,B,cc,0", "AIVDM,2,2,3,A,bb,0", "AIVDM,2,2,3,B,dd,0"];
        assert_eq!(b.all(&four), ["aabb", "ccdd"]);
    }

    #[test]
    fn repeated_parts_and_repeated_messages() {
        let (one, two) = ("AIVDM,2,1,3,A,aa,0", "AIVDM,2,2,3,A,bb,0");
        assert_eq!(Bench::new().all(&[one, one, two]), ["aabb"]);
        assert_eq!(Bench::new().all(&[one, two, one, two]), ["aabb", "aabb"]);
        assert_eq!(
            Bench::new().all(&[one, one, two, two, "AIVDM,2,1,3,A,cc,0", "AIVDM,2,2,3,A,dd,0"]),
            ["aabb", "ccdd"]
        );
    }

    #[test]
    fn a_lost_part_does_not_poison_the_next_message() {
        let mut b = Bench::new();
        assert_eq!(b.all(&["AIVDM,2,1,3,A,aa,0", "AIVDM,2,1,3,A,cc,0", "AIVDM,2,2,3,A,dd,0"]), ["ccdd"]);
        assert_eq!(b.orphans, 1);
        let mut b = Bench::new();
        b.push("AIVDM,2,2,3,A,bb,0");
        b.line += REORDER_LINES + 1;
        assert_eq!(b.all(&["AIVDM,2,1,3,A,cc,0", "AIVDM,2,2,3,A,dd,0"]), ["ccdd"]);
        assert_eq!(b.orphans, 1);
        let mut b = Bench::new();
        let late = b.all(&["AIVDM,2,2,3,A,bb,0", "AIVDM,2,1,3,A,cc,0", "AIVDM,2,2,3,A,dd,0"]);
        assert_eq!(late.last().map(String::as_str), Some("ccdd"));
        assert_eq!(b.all(&["AIVDM,2,1,3,A,ee,0", "AIVDM,2,2,3,A,ff,0"]), ["eeff"]);
    }

    #[test]
    fn groups_expire() {
        let mut b = Bench::new();
        b.push("AIVDM,2,1,3,A,aa,0");
        b.context.received_at = EventTime::from_millis(60_001);
        assert_eq!(b.push("AIVDM,2,2,3,A,bb,0"), None);
        assert_eq!(b.orphans, 1);
    }

    #[test]
    fn distinct_first_parts_stay_within_the_slots() {
        let mut b = Bench::new();
        for i in 0..100_000u32 {
            let body = format!("AIVDM,2,1,{},A,{i:06},0", i % 10);
            b.context.around.station = Some(StationId(u64::from(i)));
            b.push(&body);
        }
        assert_eq!(b.assembler.slots.len(), SLOTS);
        assert_eq!(b.orphans, 100_000 - SLOTS);
        b.context.around.station = None;
        assert_eq!(b.all(&["BSVDM,2,1,3,A,cc,0", "BSVDM,2,2,3,A,dd,0"]).len(), 1);
    }
}
