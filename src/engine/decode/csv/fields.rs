//! The fields of a row: what stands between delimiters, with or without quotes.

use arrayvec::ArrayString;

use super::super::scan::trim;

/// A field: its text without quotes and blanks.
pub(super) type Field = ArrayString<64>;

/// The fields of a row: quotes taken off, `""` in them a quote, blanks trimmed, cut to 64 bytes, `?` for what is not ASCII.
pub(super) fn fields(row: &[u8], delimiter: u8) -> impl Iterator<Item = Field> + '_ {
    let mut rest = Some(row);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let mut text = Field::new();
        let mut quoted = false;
        let mut at = 0;
        while let Some(b) = bytes.get(at) {
            match *b {
                b'"' if quoted && bytes.get(at + 1) == Some(&b'"') => {
                    let _ = text.try_push('"');
                    at += 1;
                }
                b'"' => quoted = !quoted,
                b if b == delimiter && !quoted => break,
                b => {
                    let _ = text.try_push(if b.is_ascii() { char::from(b) } else { '?' });
                }
            }
            at += 1;
        }
        rest = bytes.get(at + 1..).filter(|_| at < bytes.len());
        let trimmed = std::str::from_utf8(trim(text.as_bytes())).unwrap_or("");
        Field::from(trimmed).ok()
    })
}

/// Whether every quote of a row is closed: a quote within quotes is doubled, so there is always an even number.
pub(super) fn is_closed(row: &[u8]) -> bool {
    row.iter().filter(|b| **b == b'"').count().is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(row: &str, delimiter: u8) -> Vec<String> {
        fields(row.as_bytes(), delimiter).map(|field| field.to_string()).collect()
    }

    #[test]
    fn quotes_blanks_and_empty_fields() {
        assert_eq!(all(r#"a, b ,"c,d","e ""f""",,"#, b','), ["a", "b", "c,d", "e \"f\"", "", ""]);
        assert_eq!(all("", b','), [""]);
        assert!(is_closed(br#""a""b""#) && !is_closed(br#"a,"b"#));
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(texts in prop::collection::vec("[ -~]{0,40}", 1..8), at in 0usize..3) {
            let delimiter = [b',', b';', b'\t'][at];
            let quoted: Vec<String> = texts.iter().map(|text| format!("\"{}\"", text.replace('"', "\"\""))).collect();
            let row = quoted.join(&char::from(delimiter).to_string());
            let trimmed: Vec<&str> = texts.iter().map(|text| text.trim()).collect();
            prop_assert!(is_closed(row.as_bytes()));
            prop_assert_eq!(all(&row, delimiter), trimmed);
        }
    }
}
