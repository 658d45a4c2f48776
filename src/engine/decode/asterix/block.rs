//! Data blocks: `CAT u8 | LEN u16, of the whole | records`, one behind the other (EUROCONTROL SPEC-0149, 4.2).

/// Bytes before the records.
pub const HEADER_BYTES: usize = 3;

/// One data block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The whole, header included.
    pub bytes: &'a [u8],
    /// Its category.
    pub category: u8,
}

impl<'a> Block<'a> {
    /// What stands behind the header.
    pub fn records(&self) -> &'a [u8] {
        self.bytes.get(HEADER_BYTES..).unwrap_or_default()
    }
}

/// How long the block at the head of the bytes says it is, header included.
///
/// `None` while its header is not whole; 0 if it says less than a header.
pub fn announced_len(bytes: &[u8]) -> Option<usize> {
    let [_, high, low] = *bytes.first_chunk::<HEADER_BYTES>()?;
    let len = usize::from(u16::from_be_bytes([high, low]));
    Some(if len < HEADER_BYTES { 0 } else { len })
}

/// The blocks of a datagram, in order.
#[derive(Clone, Debug)]
pub struct Blocks<'a>(&'a [u8]);

impl<'a> Blocks<'a> {
    /// Starts at the first byte.
    pub fn new(datagram: &'a [u8]) -> Self {
        Blocks(datagram)
    }
}

impl<'a> Iterator for Blocks<'a> {
    /// A block; the rest of the datagram, from a block on whose length is less than a header or more than is left.
    type Item = Result<Block<'a>, &'a [u8]>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = std::mem::take(&mut self.0);
        let category = *rest.first()?;
        let whole = announced_len(rest).filter(|len| *len > 0).and_then(|len| rest.split_at_checked(len));
        let Some((bytes, behind)) = whole else { return Some(Err(rest)) };
        self.0 = behind;
        Some(Ok(Block { bytes, category }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(datagram: &[u8]) -> (Vec<(u8, usize)>, usize) {
        let (good, bad): (Vec<_>, Vec<_>) = Blocks::new(datagram).partition(Result::is_ok);
        let good = good.into_iter().flatten().map(|block| (block.category, block.records().len())).collect();
        (good, bad.into_iter().filter_map(Result::err).map(<[u8]>::len).sum())
    }

    #[test]
    fn a_wrong_length_drops_the_rest_and_nothing_before_it() {
        let one = [48, 0, 5, 1, 2];
        assert_eq!(blocks(&[one, one].concat()), (vec![(48, 2), (48, 2)], 0));
        assert_eq!(blocks(&[&one[..], &[34, 0, 2, 9]].concat()), (vec![(48, 2)], 4));
        assert_eq!(blocks(&[&one[..], &[34, 0, 5, 9], &one].concat()).0.len(), 2);
        assert_eq!(blocks(&[&one[..], &[34, 1, 0], &one].concat()), (vec![(48, 2)], 8));
        assert_eq!(blocks(&[48, 0, 3]), (vec![(48, 0)], 0));
        assert_eq!(blocks(&[48, 0]), (vec![], 2));
        assert_eq!(blocks(&[]), (vec![], 0));
    }
}
