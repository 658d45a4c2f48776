//! What tables write in words: navigational status, ship type, equipment.

use super::super::scan::decimal;
use crate::engine::decode::report::AisClass;

/// A navigational status as a number, or in the words of ITU-R M.1371-5, table 47.
pub(super) fn status(text: &str) -> Option<u8> {
    const WORDS: [(&str, u8); 16] = [
        ("under way using engine", 0),
        ("at anchor", 1),
        ("not under command", 2),
        ("restricted maneuverability", 3),
        ("restricted manoeuvrability", 3),
        ("constrained by her draught", 4),
        ("moored", 5),
        ("aground", 6),
        ("engaged in fishing", 7),
        ("under way sailing", 8),
        ("reserved for future amendment [hsc]", 9),
        ("reserved for future amendment [wig]", 10),
        ("power-driven vessel towing astern", 11),
        ("power-driven vessel pushing ahead", 12),
        ("ais-sart", 14),
        ("undefined", 15),
    ];
    match decimal(text.as_bytes()) {
        Some(n) => (0.0..=15.0).contains(&n).then_some(n as u8),
        None => WORDS.iter().find(|(word, _)| starts_without_case(text, word)).map(|(_, n)| *n),
    }
}

/// A ship type as a number, or in the words of the Danish tables (ITU-R M.1371-5, table 53, first of each group).
pub(super) fn ship_type(text: &str) -> Option<u8> {
    const WORDS: [(&str, u8); 22] = [
        ("wig", 20),
        ("fishing", 30),
        ("towing long", 32),
        ("towing", 31),
        ("dredging", 33),
        ("diving", 34),
        ("military", 35),
        ("sailing", 36),
        ("pleasure", 37),
        ("hsc", 40),
        ("pilot", 50),
        ("sar", 51),
        ("tug", 52),
        ("port tender", 53),
        ("anti-pollution", 54),
        ("law enforcement", 55),
        ("medical", 58),
        ("not party to conflict", 59),
        ("passenger", 60),
        ("cargo", 70),
        ("tanker", 80),
        ("other", 90),
    ];
    match decimal(text.as_bytes()) {
        Some(n) => (0.0..=255.0).contains(&n).then_some(n as u8),
        None => WORDS.iter().find(|(word, _)| starts_without_case(text, word)).map(|(_, n)| *n),
    }
}

/// AIS equipment: a letter, or in the words of the Danish tables.
pub(super) fn class(text: &str) -> Option<AisClass> {
    const WORDS: [(&str, AisClass); 5] = [
        ("class a", AisClass::A),
        ("class b", AisClass::B),
        ("base", AisClass::Base),
        ("sar", AisClass::Aircraft),
        ("aton", AisClass::Aid),
    ];
    match text {
        "A" | "a" => Some(AisClass::A),
        "B" | "b" => Some(AisClass::B),
        _ => WORDS.iter().find(|(word, _)| starts_without_case(text, word)).map(|(_, class)| *class),
    }
}

fn starts_without_case(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_danish_tables_and_numbers() {
        for (text, expected) in [
            ("Under way using engine", Some(0)),
            ("Restricted maneuverability", Some(3)),
            ("Engaged in fishing", Some(7)),
            ("Reserved for future amendment [WIG]", Some(10)),
            ("Power-driven vessel pushing ahead or towing alongside", Some(12)),
            ("AIS-SART (active)", Some(14)),
            ("Unknown value", None),
            ("5", Some(5)),
            ("16", None),
        ] {
            assert_eq!(status(text), expected, "{text}");
        }
        for (text, expected) in [
            ("Towing long/wide", Some(32)),
            ("Towing", Some(31)),
            ("Not party to conflict", Some(59)),
            ("Undefined", None),
            ("1004", None),
            ("70.0", Some(70)),
        ] {
            assert_eq!(ship_type(text), expected, "{text}");
        }
        for (text, expected) in [
            ("Class A", Some(AisClass::A)),
            ("Class B", Some(AisClass::B)),
            ("Base Station", Some(AisClass::Base)),
            ("AtoN", Some(AisClass::Aid)),
            ("SAR Airborne", Some(AisClass::Aircraft)),
            ("Man Overboard Device", None),
            ("b", Some(AisClass::B)),
        ] {
            assert_eq!(class(text), expected, "{text}");
        }
    }
}
