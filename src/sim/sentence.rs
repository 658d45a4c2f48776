//! IEC 61162-1 sentences and NMEA 4.10 TAG blocks as bytes: checksums, framing, line ends.

use std::fmt::Write;

/// The XOR of all bytes: the checksum of a sentence or TAG block, without its delimiters.
pub fn checksum(body: &str) -> u8 {
    body.bytes().fold(0, |sum, byte| sum ^ byte)
}

/// A sentence without line end: `start` (`$` or `!`), body, `*`, checksum.
pub fn sentence(start: char, body: &str) -> String {
    format!("{start}{body}*{:02X}", checksum(body))
}

/// A TAG block with source `s:` and UNIX time `c:` in milliseconds.
pub fn tag_block(source: &str, time_ms: i64) -> String {
    framed(&format!("s:{source},c:{time_ms}"))
}

/// One report as it goes over the wire: TAG block and sentences, each line with CRLF.
///
/// The lines of a report of several sentences are grouped by `g:line-lines-group`; source and time stand in the first.
pub fn report(source: &str, time_ms: i64, group: u32, sentences: &[String]) -> String {
    let mut lines = String::new();
    for (index, sentence) in sentences.iter().enumerate() {
        let tag = match (sentences.len(), index) {
            (1, _) => tag_block(source, time_ms),
            (total, 0) => framed(&format!("g:1-{total}-{group},s:{source},c:{time_ms}")),
            (total, _) => framed(&format!("g:{}-{total}-{group}", index + 1)),
        };
        let _ = write!(lines, "{tag}{sentence}\r\n");
    }
    lines
}

/// A TAG block between its backslashes.
fn framed(body: &str) -> String {
    format!("\\{body}*{:02X}\\", checksum(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_of_published_sentences() {
        assert_eq!(
            sentence('!', "AIVDM,1,1,,A,14eG;o@034o8sd<L9i:a;WF>062D,0"),
            "!AIVDM,1,1,,A,14eG;o@034o8sd<L9i:a;WF>062D,0*7D"
        );
        assert_eq!(tag_block("r003669945", 1_120_959_341_000).matches('\\').count(), 2);
    }

    #[test]
    fn groups_tell_source_and_time_once() {
        let text = report("condao", 1_768_003_200_050, 7, &["!A*00".to_owned(), "!B*00".to_owned()]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("\\g:1-2-7,s:condao,c:1768003200050*") && lines[0].ends_with("\\!A*00"));
        assert!(lines[1].starts_with("\\g:2-2-7*") && lines[1].ends_with("\\!B*00"));
    }
}
