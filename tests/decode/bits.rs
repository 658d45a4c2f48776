//! An encoder of AIS payloads, written from the Recommendation for these tests alone.

/// A message as bits.
#[derive(Clone, Default)]
pub struct Bits(Vec<bool>);

impl Bits {
    /// The head of a message: number, repeat indicator 0, sender.
    pub fn message(id: u32, mmsi: u32) -> Self {
        Bits::default().put(id.into(), 6).put(0, 2).put(mmsi.into(), 30)
    }

    /// Appends the lowest bits of a number.
    pub fn put(mut self, value: i64, width: u32) -> Self {
        self.0.extend((0..width).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    /// Appends a position: longitude and latitude in 1/600,000 degree.
    pub fn at(self, lat: f64, lon: f64) -> Self {
        self.put((lon * 6e5).round() as i64, 28).put((lat * 6e5).round() as i64, 27)
    }

    /// Appends text, padded with `@`.
    pub fn text(self, text: &str, characters: usize) -> Self {
        let padded = text.bytes().chain(std::iter::repeat(b'@')).take(characters);
        padded.fold(self, |bits, byte| bits.put(i64::from(byte & 63), 6))
    }

    /// Cuts or pads with zeros to a length.
    pub fn length(mut self, bits: usize) -> Self {
        self.0.resize(bits, false);
        self
    }

    /// Payload and fill bits.
    pub fn armoured(&self) -> (String, usize) {
        let six = |chunk: &[bool]| (0..6).fold(0u8, |n, i| n << 1 | u8::from(chunk.get(i) == Some(&true)));
        let armour = |six: u8| char::from(if six < 40 { six + 48 } else { six + 56 });
        let text = self.0.chunks(6).map(|chunk| armour(six(chunk))).collect();
        (text, (6 - self.0.len() % 6) % 6)
    }

    /// One AIVDM sentence.
    pub fn vdm(&self) -> String {
        let (payload, fill) = self.armoured();
        super::sentence('!', &format!("AIVDM,1,1,,A,{payload},{fill}"))
    }

    /// AIVDM sentences of at most 56 characters of payload.
    pub fn parts(&self, sequence: u8) -> Vec<String> {
        let (payload, fill) = self.armoured();
        let chunks: Vec<&str> = payload.as_bytes().chunks(56).map(|c| std::str::from_utf8(c).unwrap()).collect();
        let total = chunks.len();
        let part = |(i, chunk): (usize, &&str)| {
            let fill = if i + 1 == total { fill } else { 0 };
            super::sentence('!', &format!("AIVDM,{total},{},{sequence},A,{chunk},{fill}", i + 1))
        };
        chunks.iter().enumerate().map(part).collect()
    }
}

/// A class A position at 8.5 N 106.6 E, 12.3 kn, with a UTC second.
pub fn position(mmsi: u32, utc_second: u32) -> Bits {
    Bits::message(1, mmsi)
        .put(0, 4)
        .put(-128, 8)
        .put(123, 10)
        .put(1, 1)
        .at(8.5, 106.6)
        .put(900, 12)
        .put(91, 9)
        .put(utc_second.into(), 6)
        .length(168)
}

/// A static report of class A in 424 bits.
pub fn voyage(mmsi: u32, name: &str) -> Bits {
    Bits::message(5, mmsi)
        .put(0, 2)
        .put(9_074_729, 30)
        .text("3FOX9", 7)
        .text(name, 20)
        .put(70, 8)
        .put(100, 9)
        .put(40, 9)
        .put(10, 6)
        .put(12, 6)
        .put(1, 4)
        .put(2, 4)
        .put(28, 5)
        .put(23, 5)
        .put(60, 6)
        .put(83, 8)
        .text("VUNG TAU", 20)
        .length(424)
}
