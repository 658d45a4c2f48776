//! Which frames are dropped last: those with an AIS static report, which comes every six minutes and not every few seconds.

use memchr::memchr_iter;

/// How many of a sentence's fields are looked at: up to the payload.
const FIELDS: usize = 6;

/// Whether a frame holds an AIS static report (message 5, 19 or 24), or a part of a message that takes several sentences:
/// nearly all of those are static reports too, and only the first part would tell.
///
/// The payload's first six bits, its first character, are the message's number (ITU-R M.1371-5 annex 8).
pub fn is_precious(frame: &[u8]) -> bool {
    memchr_iter(b'!', frame).any(|at| frame.get(at + 1..).is_some_and(is_static))
}

/// Whether a sentence, behind its `!`, is a static report or a part.
fn is_static(sentence: &[u8]) -> bool {
    let mut fields = sentence.splitn(FIELDS + 1, |b| *b == b',');
    let mut next = || fields.next().unwrap_or_default();
    let (address, total, _number, _sequence, _channel, payload) = (next(), next(), next(), next(), next(), next());
    let is_vdm = address.ends_with(b"VDM") || address.ends_with(b"VDO");
    is_vdm && (matches!(total, [b'2'..=b'9']) || matches!(payload.first(), Some(b'5' | b'C' | b'H')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_reports_and_parts_are_precious() {
        for frame in [
            &b"!AIVDM,2,1,3,B,55P5TL01VIaAL@7WKO@mBplU@<PDhh000000001S;AJ::4A80?4i@E53,0*3E"[..],
            b"!AIVDM,2,2,3,B,1@0000000000000,2*55",
            b"\\g:2-2-1234*59\\!AIVDM,2,2,3,B,1@0000000000000,2*55",
            b"\\s:rORBCOMM,c:1426032000*5C\\!BSVDM,1,1,,A,H42O55i18tMET00000000000000,2*6D",
            b"!AIVDM,1,1,,B,C5N3SRgPEnJGEBT>NhWAwwo862PaLELTBJ:V00000000S0D:R220,0*0B",
            b"!AIVDO,1,1,,,H42O55lt0000000D3ink000?0500,0*40",
            b"UdPbC\0\\s:AI1*0A\\!AIVDM,1,1,,A,13u?,0*00\r\n\\s:AI1*0A\\!AIVDM,1,1,,A,H42O,0*00\r\n",
        ] {
            assert!(is_precious(frame), "{}", frame.escape_ascii());
        }
    }

    #[test]
    fn all_else_is_not() {
        for frame in [
            &b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*23"[..],
            b"!AIVDM,1,1,,B,B52K>;h00Fc>jpUlNV@ikwpUoP06,0*4C",
            b"$RATTM,01,0.5,10.0,T,5.0,90.0,T,0.1,2.0,N,5,T,,120000,A*00",
            b"!AIVDM",
            b"!",
            b"",
            b"!RATTD,01,01,1,5,0*00",
            &[48, 0, 5, b'!', 1],
        ] {
            assert!(!is_precious(frame), "{}", frame.escape_ascii());
        }
    }
}
