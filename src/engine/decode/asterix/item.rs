//! Item formats: which items a record has, and how many bytes each takes (EUROCONTROL SPEC-0149, 4.3).

/// How a data item, or a subfield of a compound one, is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// So many bytes.
    Fixed(u8),
    /// Groups of so many bytes; the lowest bit of each group says whether another follows.
    Extended(u8),
    /// A count of one byte, then as many times so many bytes.
    Repetitive(u8),
}

/// How a data item is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One of the plain formats.
    Plain(Part),
    /// A length of one byte that counts itself, then what the parties agreed on.
    Explicit,
    /// A presence map like a record's, then the subfields it names.
    Compound(&'static [Option<Part>]),
}

/// Reserved expansion field: its item number in tables.
pub const RE: u16 = 1001;
/// Special purpose field: its item number in tables.
pub const SP: u16 = 1002;

/// One data item of a user application profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The item's number: 40 for I010/040.
    pub number: u16,
    /// How it is laid out.
    pub format: Format,
}

/// A user application profile: by field reference number, from 1; `None` is a spare that no record may use.
pub type Uap = [Option<Item>];

/// An item of so many bytes.
pub const fn fixed(number: u16, bytes: u8) -> Option<Item> {
    Some(Item { number, format: Format::Plain(Part::Fixed(bytes)) })
}

/// An item of groups of so many bytes.
pub const fn extended(number: u16, bytes: u8) -> Option<Item> {
    Some(Item { number, format: Format::Plain(Part::Extended(bytes)) })
}

/// An item that repeats so many bytes.
pub const fn repetitive(number: u16, bytes: u8) -> Option<Item> {
    Some(Item { number, format: Format::Plain(Part::Repetitive(bytes)) })
}

/// An item that tells its own length.
pub const fn explicit(number: u16) -> Option<Item> {
    Some(Item { number, format: Format::Explicit })
}

/// An item of subfields.
pub const fn compound(number: u16, parts: &'static [Option<Part>]) -> Option<Item> {
    Some(Item { number, format: Format::Compound(parts) })
}

/// A presence map: which of the first 63 fields there are, the first in the highest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence(pub u64);

impl Presence {
    /// The first octets whose lowest bit says whether another follows; no more than a profile of so many fields needs.
    ///
    /// Gives the map and how many bytes it took; `None` if it is longer than that or than the bytes.
    #[inline]
    pub fn read(bytes: &[u8], fields: usize) -> Option<(Presence, usize)> {
        let most = fields.div_ceil(7).min(9);
        let mut map = 0;
        for (i, octet) in bytes.iter().take(most).enumerate() {
            map |= u64::from(octet >> 1) << (57 - 7 * i);
            if octet & 1 == 0 {
                return Some((Presence(map), i + 1));
            }
        }
        None
    }

    /// Takes out the first field that is there: its number from 0.
    #[inline]
    pub fn take_first(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let first = self.0.leading_zeros();
        self.0 &= !(1 << 63 >> first);
        Some(first as usize)
    }
}

impl Part {
    /// How many bytes it takes at the head of these; `None` if they end before it does.
    #[inline]
    pub fn len(self, bytes: &[u8]) -> Option<usize> {
        let len = match self {
            Part::Fixed(len) => usize::from(len),
            Part::Extended(step) => {
                let step = usize::from(step);
                let mut len = step;
                while bytes.get(len - 1)? & 1 == 1 {
                    len += step;
                }
                len
            }
            Part::Repetitive(each) => 1 + usize::from(*bytes.first()?) * usize::from(each),
        };
        (len <= bytes.len()).then_some(len)
    }
}

impl Format {
    /// How many bytes it takes at the head of these; `None` if they end before it does, or it is no such item.
    #[inline]
    pub fn len(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Format::Plain(part) => part.len(bytes),
            Format::Explicit => Some(usize::from(*bytes.first()?)).filter(|len| (1..=bytes.len()).contains(len)),
            Format::Compound(parts) => {
                let mut end = 0;
                for part in Subfields::new(parts, bytes)? {
                    end = part?.end;
                }
                Some(end.max(Presence::read(bytes, parts.len())?.1))
            }
        }
    }
}

/// One subfield of a compound item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subfield<'a> {
    /// Its place in the item, from 1.
    pub number: usize,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Where it ends in the item.
    pub end: usize,
}

/// The subfields of a compound item, in order; `None` for one that is spare or goes beyond the bytes, which ends it.
#[derive(Clone, Debug)]
pub struct Subfields<'a> {
    parts: &'static [Option<Part>],
    presence: Presence,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Subfields<'a> {
    /// Reads the presence map at the head of the bytes.
    #[inline]
    pub fn new(parts: &'static [Option<Part>], bytes: &'a [u8]) -> Option<Self> {
        let (presence, at) = Presence::read(bytes, parts.len())?;
        Some(Subfields { parts, presence, bytes, at })
    }

    #[inline]
    fn take(&mut self, field: usize) -> Option<Subfield<'a>> {
        let part = (*self.parts.get(field)?)?;
        let rest = self.bytes.get(self.at..)?;
        let bytes = rest.get(..part.len(rest)?)?;
        self.at += bytes.len();
        Some(Subfield { number: field + 1, bytes, end: self.at })
    }
}

impl<'a> Iterator for Subfields<'a> {
    type Item = Option<Subfield<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let field = self.presence.take_first()?;
        let taken = self.take(field);
        if taken.is_none() {
            self.presence = Presence(0);
        }
        Some(taken)
    }
}

/// Number and bytes of an item; `None` for one that the profile does not have or that goes beyond the bytes.
type Taken<'a> = Option<(u16, &'a [u8])>;

/// The items of one record, in order; `None` for one that the profile does not have or that goes beyond the bytes, which ends it.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    uap: &'static Uap,
    presence: Presence,
    all: Presence,
    rest: &'a [u8],
}

impl<'a> Items<'a> {
    /// Reads the record at the head of the bytes; `None` if its field specification is longer than its profile or the bytes.
    #[inline]
    pub fn new(uap: &'static Uap, bytes: &'a [u8]) -> Option<Self> {
        let (presence, len) = Presence::read(bytes, uap.len())?;
        Some(Items { uap, presence, all: presence, rest: bytes.get(len..)? })
    }

    /// Which items the record has.
    pub fn all(&self) -> Presence {
        self.all
    }

    /// What follows the items taken so far.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next item with its field's number from 0, as `next` gives it.
    #[inline(always)]
    pub fn next_field(&mut self) -> Option<(usize, Taken<'a>)> {
        let field = self.presence.take_first()?;
        let taken = self.take(field);
        if taken.is_none() {
            self.presence = Presence(0);
        }
        Some((field, taken))
    }

    #[inline(always)]
    fn take(&mut self, field: usize) -> Taken<'a> {
        let item = self.uap.get(field)?.as_ref()?;
        let len = match item.format {
            Format::Plain(Part::Fixed(len)) => usize::from(len),
            format => format.len(self.rest)?,
        };
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some((item.number, bytes))
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Taken<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.next_field().map(|(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: &[Option<Part>] =
        &[Some(Part::Fixed(1)), None, Some(Part::Repetitive(2)), None, None, None, None, Some(Part::Extended(1))];

    #[test]
    fn every_format_ends_where_it_says() {
        let cases: [(Option<Item>, &[u8], Option<usize>); 18] = [
            (fixed(1, 3), &[1, 2, 3, 4], Some(3)),
            (fixed(1, 3), &[1, 2], None),
            (extended(1, 1), &[2, 9], Some(1)),
            (extended(1, 1), &[1, 3, 4, 9], Some(3)),
            (extended(1, 1), &[1, 3], None),
            (extended(1, 3), &[1, 1, 1, 0, 0, 0], Some(6)),
            (extended(1, 3), &[1, 1], None),
            (repetitive(1, 2), &[2, 1, 2, 3, 4, 9], Some(5)),
            (repetitive(1, 2), &[0, 9], Some(1)),
            (repetitive(1, 2), &[2, 1, 2, 3], None),
            (explicit(1), &[3, 1, 2, 9], Some(3)),
            (explicit(1), &[0], None),
            (explicit(1), &[3, 1], None),
            (compound(1, PARTS), &[0b1010_0000, 7, 1, 8, 8, 9], Some(5)),
            (compound(1, PARTS), &[0b0000_0001, 0b1000_0000, 1, 2, 9], Some(4)),
            (compound(1, PARTS), &[0b0100_0000, 7], None),
            (compound(1, PARTS), &[0b0000_0000, 9], Some(1)),
            (compound(1, PARTS), &[1, 1, 1, 0], None),
        ];
        for (item, bytes, len) in cases {
            assert_eq!(item.unwrap().format.len(bytes), len, "{item:?} {bytes:?}");
        }
    }

    #[test]
    fn a_record_is_its_items() {
        const UAP: &Uap = &[fixed(10, 2), None, extended(20, 1)];
        let items = |bytes| Items::new(UAP, bytes).map(|items| items.collect::<Vec<_>>());
        assert_eq!(items(&[0b1010_0000, 1, 2, 4, 9]), Some(vec![Some((10, &[1, 2][..])), Some((20, &[4][..]))]));
        assert_eq!(items(&[0b1100_0000, 1, 2, 4]), Some(vec![Some((10, &[1, 2][..])), None]));
        assert_eq!(items(&[0b1010_0000, 1]), Some(vec![None]));
        assert_eq!((items(&[1, 0]), items(&[])), (None, None));
    }
}
