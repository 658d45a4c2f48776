//! The fields of VDM and VDO sentences (IEC 61162-1).

use super::reject::RejectReason;
use super::scan::{find, number_u32, trim, xor_without};

/// One AIS sentence: a whole message, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vdm<'a> {
    /// How many sentences the message takes, 1-9.
    pub total: u8,
    /// Which of them this is, 1 to `total`.
    pub part: u8,
    /// Sequential message identifier, where told.
    pub sequence: Option<u8>,
    /// Channel, where told.
    pub channel: Option<u8>,
    /// Armoured payload.
    pub payload: &'a [u8],
    /// Fill bits, 0-5.
    pub fill_bits: u8,
}

impl<'a> Vdm<'a> {
    /// Reads the body of a sentence, address included; further fields are ignored, missing fill bits are 0.
    #[inline]
    pub fn parse(body: &'a [u8]) -> Result<Vdm<'a>, RejectReason> {
        let mut rest = body.get(6..).ok_or(RejectReason::Malformed)?;
        let (total, part) = (short_field(&mut rest), short_field(&mut rest));
        let (sequence, channel) = (short_field(&mut rest), short_field(&mut rest));
        let payload = match rest {
            // Nearly always the fill bits are one digit, and the last field.
            [payload @ .., b',', _] if xor_without(payload, b',').is_some() => {
                rest = rest.get(payload.len() + 1..).unwrap_or(&[]);
                payload
            }
            _ => long_field(&mut rest),
        };
        let (total, part) = match (total, part) {
            ([total @ b'1'..=b'9'], [part @ b'1'..=b'9']) if part <= total => (total - b'0', part - b'0'),
            _ if total.is_empty() || part.is_empty() => return Err(RejectReason::Malformed),
            _ if number_u32(total).is_none() || number_u32(part).is_none() => return Err(RejectReason::Malformed),
            _ => return Err(RejectReason::Fragment),
        };
        let fill_bits = match short_field(&mut rest) {
            [] => 0,
            [digit @ b'0'..=b'5'] => digit - b'0',
            _ => return Err(RejectReason::FillBits),
        };
        let sequence = number_u32(sequence).map(|n| n as u8);
        Ok(Vdm { total, part, sequence, channel: channel.first().copied(), payload: trim(payload), fill_bits })
    }
}

/// The next field; `rest` moves behind its comma.
fn long_field<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let (field, behind) = rest.split_at(find(rest, b',').unwrap_or(rest.len()));
    *rest = behind.get(1..).unwrap_or(&[]);
    field
}

/// The next field, blanks trimmed; `rest` moves behind its comma.
#[inline(always)]
fn short_field<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let bytes: &'a [u8] = rest;
    let (field, behind) = match bytes {
        [b',', ..] => bytes.split_at(0),
        [_, b',', ..] => bytes.split_at(1),
        _ => bytes.split_at(bytes.iter().position(|b| *b == b',').unwrap_or(bytes.len())),
    };
    *rest = behind.get(1..).unwrap_or(&[]);
    trim(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_in_the_wild() {
        let whole = Vdm { total: 1, part: 1, sequence: None, channel: Some(b'B'), payload: b"15M", fill_bits: 0 };
        for body in ["AIVDM,1,1,,B,15M,0", "AIVDM,1,1,,B,15M,", "AIVDM,1,1,,B,15M", "AIVDM, 1,1 ,,B, 15M ,0 ,0,7"] {
            assert_eq!(Vdm::parse(body.as_bytes()), Ok(whole), "{body}");
        }
        let part = Vdm::parse(b"AIVDM,2,2,3,,888,2").unwrap();
        assert_eq!((part.total, part.part, part.sequence, part.channel, part.fill_bits), (2, 2, Some(3), None, 2));
    }

    #[test]
    fn refused_with_a_reason() {
        for (body, reason) in [
            ("AIVDM,0,1,,B,15M,0", RejectReason::Fragment),
            ("AIVDM,1,2,,B,15M,0", RejectReason::Fragment),
            ("AIVDM,2,0,,B,15M,0", RejectReason::Fragment),
            ("AIVDM,10,1,,B,15M,0", RejectReason::Fragment),
            ("AIVDM,,1,,B,15M,0", RejectReason::Malformed),
            ("AIVDM,x,1,,B,15M,0", RejectReason::Malformed),
            ("AIVDM", RejectReason::Malformed),
            ("AIVDM,1,1,,B,15M,6", RejectReason::FillBits),
            ("AIVDM,1,1,,B,15M,x", RejectReason::FillBits),
        ] {
            assert_eq!(Vdm::parse(body.as_bytes()), Err(reason), "{body}");
        }
    }
}
