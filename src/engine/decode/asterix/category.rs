//! A category: its profile, what its records must have, and how its items become fields.

use super::item::{Items, Uap};
use super::message::AsterixMessage;

/// One category as picket reads it.
#[derive(Clone, Copy, Debug)]
pub struct Category {
    /// Its number.
    pub number: u8,
    /// Its user application profile, the same in every edition that is read.
    pub uap: &'static Uap,
    /// The items without which a record is none, as a presence map.
    pub required: u64,
    /// The items that may carry a value that cannot be, as a presence map: of the others [`Category::take`] refuses none.
    pub refusable: u64,
    /// Takes one item into the message; `None` if its value cannot be.
    pub take: fn(&mut AsterixMessage, u16, &[u8]) -> Option<()>,
}

/// The presence map of these items.
pub const fn mask(uap: &Uap, numbers: &[u16]) -> u64 {
    let (mut map, mut field) = (0, 0);
    while field < uap.len() {
        let mut i = 0;
        while i < numbers.len() {
            if let Some(item) = uap[field]
                && item.number == numbers[i]
            {
                map |= 1 << 63 >> field;
            }
            i += 1;
        }
        field += 1;
    }
    map
}

impl Category {
    /// Reads the record at the head of the bytes into a message; gives what follows it.
    ///
    /// `None` if it does not follow the profile: an item that is not in it, that ends beyond the bytes, that is missing and
    /// must not be, or whose value cannot be.
    #[inline]
    pub fn read<'a>(&self, message: &mut AsterixMessage, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let mut items = Items::new(self.uap, bytes)?;
        let presence = items.all().0;
        if presence & self.required != self.required {
            return None;
        }
        *message = AsterixMessage { category: self.number, items: presence, ..AsterixMessage::default() };
        for item in &mut items {
            let (number, bytes) = item?;
            (self.take)(message, number, bytes)?;
        }
        Some(items.rest())
    }

    /// Whether every record of a block follows the profile, as [`Category::read`] judges it, and there is one: cheaper than to
    /// read them.
    #[inline]
    pub fn holds(&self, mut records: &[u8]) -> bool {
        let mut scratch = AsterixMessage::default();
        let any = !records.is_empty();
        while !records.is_empty() {
            let Some(rest) = self.pass(records, &mut scratch) else { return false };
            records = rest;
        }
        any
    }

    /// What follows the record at the head of the bytes; `None` as of [`Category::read`].
    #[inline]
    fn pass<'a>(&self, bytes: &'a [u8], scratch: &mut AsterixMessage) -> Option<&'a [u8]> {
        let mut items = Items::new(self.uap, bytes)?;
        if items.all().0 & self.required != self.required {
            return None;
        }
        while let Some((field, item)) = items.next_field() {
            let (number, bytes) = item?;
            if self.refusable << field >> 63 == 1 {
                (self.take)(scratch, number, bytes)?;
            }
        }
        Some(items.rest())
    }
}

/// The records of a block, in order.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    category: &'static Category,
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    /// The records of a block of this category.
    pub fn new(category: &'static Category, records: &'a [u8]) -> Self {
        Records { category, rest: records }
    }

    /// Reads the next record into a message and gives its bytes; `Some(None)` for one that does not follow the profile, which is
    /// the last.
    #[inline]
    pub fn next_into(&mut self, message: &mut AsterixMessage) -> Option<Option<&'a [u8]>> {
        let bytes = std::mem::take(&mut self.rest);
        if bytes.is_empty() {
            return None;
        }
        let Some(rest) = self.category.read(message, bytes) else { return Some(None) };
        self.rest = rest;
        Some(bytes.get(..bytes.len() - rest.len()))
    }
}
