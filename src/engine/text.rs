//! Places in texts: which line and column a byte stands in.

/// Line and column, from 1, of a byte offset; columns count characters. An offset beyond the text is its end.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = String::from_utf8_lossy(&text.as_bytes()[..offset.min(text.len())]);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (line, column)
}

/// The byte offset of a line and a column counted in bytes, both from 1; the text's end where there is no such place.
pub fn offset_of(text: &str, line: usize, byte_column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + byte_column.saturating_sub(1)).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a\nĐảo x";
        assert_eq!(line_and_column(text, text.len() - 1), (2, 5));
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column("", 7), (1, 1));
        assert_eq!(offset_of(text, 2, 1), 2);
        assert_eq!(offset_of(text, 9, 9), text.len());
    }
}
