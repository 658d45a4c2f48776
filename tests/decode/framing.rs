//! What lines tell beside their sentences: line counts, datagrams of other kinds, times that are not to be believed.

use super::bits::position;
use super::radar::{site, ttm};
use super::{decode_feed, sentence, start, tag};
use picket::engine::decode::Decoder;
use picket::engine::input::{Feed, FeedId, FeedKind, Frame};
use picket::engine::time::Span;

fn one() -> String {
    position(574_001_000, 60).vdm()
}

fn doubted() -> Feed {
    Feed { trust_time: false, ..Feed::new("datagrams", FeedKind::Nmea) }
}

/// Decodes lines and keeps the decoder.
fn decoder(feed: Feed, lines: &[String]) -> Decoder {
    let mut decoder = Decoder::new(&[feed]);
    for (line, seq) in lines.iter().zip(1..) {
        let frame = Frame { seq, feed: FeedId(0), received_at: start(), bytes: line.as_bytes() };
        decoder.decode(&frame, &mut |_| {});
    }
    decoder
}

#[test]
fn loss_is_counted_by_station() {
    let line = |source: &str, n: u32| format!("UdPbC\0{}{}\r\n", tag(&format!("s:{source},n:{n}")), one());
    let lines = [("a", 998), ("b", 7), ("a", 2), ("b", 9), ("b", 8), ("b", 10)].map(|(source, n)| line(source, n));
    let decoder = decoder(doubted(), &lines);
    let lost = decoder.framing_of(FeedId(0)).unwrap().lost_lines();
    let named: Vec<(Option<&str>, u64)> = lost.iter().map(|(id, lost)| (decoder.station_name(*id), *lost)).collect();
    assert_eq!(named, [(Some("a"), 2)], "998, 999 and 1 missing, 2; what came late is not lost");
}

#[test]
fn datagrams_of_files_and_images_are_counted() {
    let lines = ["RaUdP\0!AIVDM", "RrUdP\0\x01", "RpUdP\0", "UdPbC\0", "RxUdP\0"].map(str::to_owned);
    let decoder = decoder(doubted(), &lines);
    assert_eq!(decoder.framing_of(FeedId(0)).unwrap().binary_datagrams, 3);
    assert!(decoder.framing_of(FeedId(1)).is_none());
}

#[test]
fn times_far_from_their_receipt_are_not_believed() {
    let at = |s: i64| format!("{}{}", tag(&format!("c:{}", (start() + Span::from_secs(s)).millis())), one());
    let suffixed = |s: i64| format!("{},{}", one(), (start() + Span::from_secs(s)).millis() / 1000);
    let lines = [at(-61), at(-59), at(9), at(11), suffixed(-3600), suffixed(-5)];
    let seconds = |feed: Feed| -> Vec<i64> {
        let gave = decode_feed(feed, &lines);
        gave.messages
            .iter()
            .map(|(stamp, _)| (stamp.observed_at.unwrap() - start()).millis().div_euclid(1000))
            .collect()
    };
    assert_eq!(seconds(doubted()), [0, -59, 9, 0, 0, -5]);
    assert_eq!(seconds(Feed::new("lines", FeedKind::Nmea)), [-61, -59, 9, 11, -3600, -5]);
    let decoder = decoder(doubted(), &lines);
    assert_eq!(decoder.framing_of(FeedId(0)).unwrap().times_not_believed, 3);
}

#[test]
fn clocks_time_lines_and_times_of_day_are_not_believed_either() {
    let zda = sentence('$', "GPZDA,010000.00,10,01,2026,00,00");
    let pghp = sentence('$', &format!("PGHP,1,2026,1,9,12,0,0,0,574,,5740001,1,{}", &one()[one().len() - 2..]));
    let lines = [zda, one(), pghp, one()];
    let times = decode_feed(doubted(), &lines).times();
    assert_eq!(times, ["2026-01-10T00:00:00.001Z", "2026-01-10T00:00:00.003Z"], "when they were received");
    let radar = Feed { trust_time: false, ..site() };
    let of_day = |time: &str| ttm(&format!("5,1.00,000.0,T,,,,,,N,,T,,{time},A"));
    let gave = decode_feed(radar, [of_day("235910.00"), of_day("235800.00")]);
    assert_eq!(gave.times(), ["2026-01-09T23:59:10.000Z", "2026-01-10T00:00:00.001Z"]);
}
