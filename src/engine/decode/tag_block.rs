//! TAG blocks (IEC 61162-450, annex; NMEA 0183 4.10): `\s:station,c:time,g:1-2-77*hh\` before a sentence.

use super::epoch::unix_time;
use super::scan::{digits, find, hex_byte, number_u32, trim, xor};
use crate::engine::time::EventTime;

/// What a TAG block before a sentence says. After a wrong checksum, nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagBlock<'a> {
    /// `s:` source identification: the station.
    pub source: Option<&'a [u8]>,
    /// `c:` UNIX time, seconds or milliseconds; an insane one is ignored.
    pub time: Option<EventTime>,
    /// `n:` line count; its gaps are loss.
    pub line_count: Option<u32>,
    /// `g:` grouping of sentences.
    pub group: Option<Group>,
}

/// `g:part-total-id`, or `1G2:id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Which sentence of the group, from 1.
    pub part: u32,
    /// How many there are.
    pub total: u32,
    /// The group's number.
    pub id: u32,
}

/// Reads the inside of a block, without its backslashes.
pub fn parse(block: &[u8]) -> TagBlock<'_> {
    let Some(text) = checked(block) else { return TagBlock::default() };
    let mut tag = TagBlock::default();
    for field in text.split(|b| *b == b',') {
        match trim(field) {
            [b's', b':', value @ ..] => tag.source = Some(trim(value)).filter(|name| !name.is_empty()),
            [b'c', b':', value @ ..] => tag.time = unix_time(trim(value)).or(tag.time),
            [b'g', b':', value @ ..] => tag.group = dashed_group(trim(value)).or(tag.group),
            [b'n', b':', value @ ..] => tag.line_count = number_u32(trim(value)),
            field => tag.group = short_group(field).or(tag.group),
        }
    }
    tag
}

/// What stands before `*hh`, if the digits are right.
fn checked(block: &[u8]) -> Option<&[u8]> {
    let star = match block {
        [.., b'*', _, _] => block.len() - 3,
        _ => block.iter().rposition(|b| *b == b'*')?,
    };
    let (text, sum) = block.split_at_checked(star)?;
    (hex_byte(sum.get(1..)?)? == xor(text)).then_some(text)
}

/// `1-2-77`.
fn dashed_group(value: &[u8]) -> Option<Group> {
    let mut numbers = value.split(|b| *b == b'-').map(|n| digits(n).and_then(|n| u32::try_from(n).ok()));
    Some(Group { part: numbers.next()??, total: numbers.next()??, id: numbers.next()?? })
}

/// `1G2:77`.
fn short_group(field: &[u8]) -> Option<Group> {
    let (code, value) = field.split_at_checked(find(field, b':')?)?;
    let value = trim(value.get(1..)?);
    let g = find(code, b'G')?;
    Some(Group { part: number_u32(code.get(..g)?)?, total: number_u32(code.get(g + 1..)?)?, id: number_u32(value)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_sum(text: &str) -> Vec<u8> {
        format!("{text}*{:02x}", xor(text.as_bytes())).into_bytes()
    }

    #[test]
    fn values_hold_colons_and_brackets() {
        let block = with_sum("s:rORBCOMM000,q:u,c:1426032001,T:2015-03-11 00.00.01,i:<T>A:12344 F:+30000</T>");
        let tag = parse(&block);
        assert_eq!(tag.source, Some(&b"rORBCOMM000"[..]));
        assert_eq!(tag.time, Some(EventTime::from_millis(1_426_032_001_000)));
    }

    #[test]
    fn both_spellings_of_groups() {
        let group = Some(Group { part: 1, total: 2, id: 1234 });
        assert_eq!(parse(&with_sum("g:1-2-1234,s:r1")).group, group);
        assert_eq!(parse(&with_sum("1G2:1234")).group, group);
        assert_eq!(parse(&with_sum("g:1-2")).group, None);
    }

    #[test]
    fn a_wrong_checksum_is_not_believed() {
        assert_eq!(parse(b"s:2573345,c:1682294942*5F"), TagBlock::default());
        assert_eq!(parse(b"s:2573345,c:1682294942"), TagBlock::default());
        assert!(parse(b"s:2573345,c:1682294942*00").time.is_some());
    }

    #[test]
    fn insane_times_are_ignored() {
        assert_eq!(parse(&with_sum("c:17")).time, None);
        assert_eq!(parse(&with_sum("c:1700000000.25")).time, Some(EventTime::from_millis(1_700_000_000_250)));
    }
}
