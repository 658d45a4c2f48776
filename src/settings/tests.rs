//! Settings that are read, and settings that are refused with their place.

use super::*;
use crate::edge::feed::FeedSource;
use crate::engine::input::FeedKind;
use crate::engine::time::Span;

fn parse(text: &str) -> Result<Settings, SettingsError> {
    Settings::parse(text, "picket.toml", Path::new("/etc/picket"))
}

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn a_file_says_what_is_in_force_and_where() {
    let text = "[zones]\ndir = \"zones\"\n\n[detect]\nprofile = \"squadron\"\nloitering.max_kn = 3\n\n[detect.ship_to_ship]\ntiers = \"100m:300s\"\n";
    let mut settings = parse(text).unwrap();
    settings.set("dark_period.silence_s=900").unwrap();
    assert_eq!(settings.limits.loitering.max_kn, 3.0);
    assert_eq!(settings.zones_dir.as_deref(), Some(Path::new("/etc/picket/zones")));
    let find = |key: &str| settings.entries().into_iter().find(|entry| entry.key == key).unwrap();
    assert_eq!(find("loitering.max_kn").origin.to_string(), "picket.toml:6");
    assert_eq!(find("ship_to_ship.tiers").origin.to_string(), "picket.toml:9");
    assert_eq!(find("dark_period.silence_s").origin, Origin::Set);
    assert_eq!(find("detect.profile").origin.to_string(), "picket.toml:5");
    assert_eq!(find("common.split_s").origin, Origin::Default);
}

#[test]
fn feeds_get_their_defaults_and_are_sorted_by_name() {
    let text = "[[feed]]\nname = \"radar\"\nkind = \"nmea\"\npath = \"radar.nmea\"\n[feed.site]\nlat = 10.3\nlon = 107.1\nrotation_s = 2.5\n\n\
        [[feed]]\nname = \"ais\"\nkind = \"csv\"\nurl = \"tcp://10.0.0.1:4001\"\ndate = 2026-01-10\n\n\
        [[feed]]\nname = \"vts\"\nkind = \"asterix\"\npath = \"/srv/vts.pcap\"\nlateness_s = 4\n";
    let settings = parse(text).unwrap();
    let names: Vec<&str> = settings.feeds.iter().map(|feed| feed.feed.name.as_str()).collect();
    assert_eq!(names, ["ais", "radar", "vts"]);
    let [ais, radar, vts] = settings.feeds.as_slice() else { panic!("three feeds") };
    assert_eq!((ais.feed.lateness, ais.path.as_ref()), (Span::from_secs(3), None));
    assert_eq!(ais.feed.date.unwrap().iso(), "2026-01-10T00:00:00.000Z");
    assert_eq!(radar.feed.lateness, Span::from_millis(2500));
    assert_eq!(radar.path.as_deref(), Some(Path::new("/etc/picket/radar.nmea")));
    assert_eq!(radar.feed.site.unwrap().range_sigma_m, 15.0);
    assert_eq!((vts.feed.kind, vts.feed.lateness), (FeedKind::Asterix, Span::from_secs(4)));
    assert_eq!(vts.path.as_deref(), Some(Path::new("/srv/vts.pcap")));
}

#[test]
fn a_feed_of_several_radars_has_a_site_for_each() {
    let site = |sic: u8, rotation_s: u8| {
        format!("[[feed.site]]\nlat = 10.3\nlon = 107.{sic}\nsac = 7\nsic = {sic}\nrotation_s = {rotation_s}\n")
    };
    let feed = "[[feed]]\nname = \"vts\"\nkind = \"asterix\"\npath = \"vts.pcap\"\n";
    let settings = parse(&format!("{feed}{}{}", site(1, 3), site(2, 12))).unwrap();
    let vts = &settings.feeds[0].feed;
    assert_eq!(vts.lateness, Span::from_secs(12));
    assert_eq!(vts.site_of(7, 2).map(|site| site.rotation), Some(Span::from_secs(12)));
    assert!(vts.takes_source(7, 1) && !vts.takes_source(7, 3));
    let told = settings.entries();
    assert!(told.iter().any(|e| e.key == "feed.vts.site.1.rotation_s" && e.value == "12"), "{told:?}");
    let twice = parse(&format!("{feed}{}{}", site(1, 3), site(1, 3))).unwrap_err().to_string();
    assert!(twice.contains("feed `vts`: site.sac: a second site of source 7/1"), "{twice}");
    let nameless = parse(&format!("{feed}{}[[feed.site]]\nlat = 1\nlon = 1\n", site(1, 3))).unwrap_err().to_string();
    assert!(nameless.contains("of several sites each needs its `sac` and `sic`"), "{nameless}");
}

#[test]
fn live_feeds_say_where_they_come_from_and_who_may_send() {
    let text = "[[feed]]\nname = \"a\"\nkind = \"nmea\"\nurl = \"udp://0.0.0.0:10110\"\nallow_from = [\"10.1.0.0/16\", \"2001:db8::1\"]\ntrust_time = true\n\
        [[feed]]\nname = \"b\"\nkind = \"nmea\"\nurl = \"file://logs/b.nmea\"\nallow_from = [\"10.1.0.0/16\"]\n\
        [[feed]]\nname = \"c\"\nkind = \"nmea\"\nurl = \"mqtt://user@broker/ais\"\npassword_file = \"secrets/mqtt\"\n\
        [[feed]]\nname = \"d\"\nkind = \"nmea\"\nurl = \"tcp-listen://127.0.0.1:0\"\n";
    let settings = parse(text).unwrap();
    let [a, b, c, d] = settings.feeds.as_slice() else { panic!("four feeds") };
    assert_eq!(a.source, Some(FeedSource::Udp("0.0.0.0:10110".parse().unwrap())));
    assert_eq!(a.allow_from, ["10.1.0.0/16", "2001:db8::1/128"].map(|text| text.parse().unwrap()));
    assert_eq!(b.source, Some(FeedSource::File("/etc/picket/logs/b.nmea".into())));
    assert_eq!(c.password, Some(SecretPlace::File("/etc/picket/secrets/mqtt".into())));
    assert!(d.source.is_some() && d.allow_from.is_empty() && d.password.is_none());
    let entries = settings.entries();
    let used = |key: &str| entries.iter().find(|entry| entry.key == key).unwrap().is_used;
    assert!(used("feed.a.url") && used("feed.a.allow_from") && used("feed.b.url") && used("feed.d.url"));
    assert!(!used("feed.b.allow_from") && used("feed.c.url") && used("feed.c.password_file"));
    assert!(a.feed.trust_time && b.feed.trust_time && d.feed.trust_time);
    let datagrams =
        parse("[[feed]]\nname = \"a\"\nkind = \"nmea\"\nurl = \"udp://127.0.0.1:1\"\nttd_step_nm = 0.001\n").unwrap();
    assert!(!datagrams.feeds[0].feed.trust_time && datagrams.feeds[0].feed.ttd_step_nm == 0.001);
}

#[test]
fn sections_of_later_builds_are_known_and_marked() {
    let text = "[http]\nlisten = \"127.0.0.1:8080\"\n[journal]\nkeep_days = 30\n[postgres]\nurl = \"postgres://picket:hunter2@db/picket\"\n[[deliver]]\nkind = \"webhook\"\n";
    let entries = parse(text).unwrap().entries();
    let unused: Vec<String> = entries.iter().filter(|e| !e.is_used).map(|e| format!("{}={}", e.key, e.value)).collect();
    let expected = ["deliver.0.kind=\"webhook\"", "postgres.url=\"postgres://***@db/picket\""];
    assert_eq!(unused, expected);
}

#[test]
fn faults_name_file_line_and_column() {
    for (text, expected) in [
        ("[zones]\ndri = \"zones\"\n", "picket.toml:2:1: unknown field `dri`, expected `dir`"),
        ("[http]\nlisten = \"here\"\n", "picket.toml:2:10: invalid socket address syntax"),
        (
            "[http]\nallow_host = [\"https://picket.example\"]\n",
            "picket.toml:2:1: http.allow_host: `https://picket.example` must read like picket.example",
        ),
        (
            "[[auth.token]]\nname = \"a\"\nrole = \"admin\"\nenv = \"X\"\n",
            "picket.toml:1:8: auth.token: `a`: `admin` is no role: must be operator, analyst or liaison",
        ),
        ("[zone]\n", "picket.toml:1:2: unknown field `zone`"),
        ("x = \n", "picket.toml:1:"),
        (
            "[detect]\nloitering.max_knots = 3\n",
            "picket.toml:2:11: unknown key `loitering.max_knots`; the nearest: loitering.max_kn",
        ),
        ("[detect.loitering]\nmax_kn = -3.0\n", "picket.toml:2:1: `loitering.max_kn` = -3.0: must be from 0"),
        ("[detect]\nprofile = \"navy\"\n", "picket.toml:2:1: profile `navy` is not in this build"),
        ("[[feed]]\nname = \"a\"\nkind = \"ais\"\n", "picket.toml:3:8: unknown variant `ais`"),
        ("[[feed]]\nkind = \"csv\"\n", "picket.toml:1:1: missing field `name`"),
        (
            "[[feed]]\nname = \"a\"\nkind = \"csv\"\nlateness_s = -1\n",
            "picket.toml:4:1: feed `a`: lateness_s: -1: must be",
        ),
        ("[[feed]]\nname = \"a\"\nkind = \"csv\"\nurl = \"ftp://x\"\n", "picket.toml:4:1: feed `a`: url: must begin"),
        ("[[feed]]\nname = \"a\"\nkind = \"csv\"\ndate = \"10.1.2026\"\n", "picket.toml:4:1: feed `a`: date"),
        (
            "[[feed]]\nname = \"a\"\nkind = \"csv\"\n[feed.site]\nlat = 95\nlon = 1\n",
            "picket.toml:5:1: feed `a`: site.lat",
        ),
        (
            "[[feed]]\nname = \"a\"\nkind = \"csv\"\nallow_from = [\"10.0.0.0/40\"]\n",
            "picket.toml:4:1: feed `a`: allow_from: `10.0.0.0/40`: must read like 192.0.2.0/24",
        ),
        (
            "[[feed]]\nname = \"a\"\nkind = \"pcap\"\nurl = \"tcp://10.0.0.1:1\"\n",
            "picket.toml:4:1: feed `a`: url: a capture is a file, given as `path`, or comes in datagrams",
        ),
        (
            "[[feed]]\nname = \"a\"\nkind = \"asterix\"\n[feed.site]\nlat = 9\nlon = 1\nedition = \"1.14\"\n",
            "picket.toml:7:1: feed `a`: site.edition: 1.14: must be 1.1 (CAT010) or from 1.16 to 1.32",
        ),
        (
            "[[feed]]\nname = \"a\"\nkind = \"nmea\"\nurl = \"tcp://10.0.0.1\"\n",
            "picket.toml:4:1: feed `a`: url: must read tcp://HOST:PORT",
        ),
        (
            "[[feed]]\nname = \"a\"\nkind = \"nmea\"\nurl = \"udp://0.0.0.0:10110\"\n",
            "picket.toml:4:1: feed `a`: url: anyone who reaches this address could send vessels that are not there",
        ),
        (
            "[[feed]]\nname = \"a\"\nkind = \"csv\"\nurl = \"udp://127.0.0.1:10110\"\n",
            "picket.toml:4:1: feed `a`: url: a table does not come in datagrams",
        ),
        (
            "[[feed]]\nname = \"a\"\nkind = \"nmea\"\nurl = \"stdin://\"\n[[feed]]\nname = \"b\"\nkind = \"nmea\"\nurl = \"stdin://\"\n",
            "picket.toml:8:1: feed `b`: url: `a` reads standard input already",
        ),
    ] {
        let told = refusal(text);
        assert!(told.starts_with(expected), "{text}\n{told}");
    }
    let two = "[[feed]]\nname = \"a\"\nkind = \"csv\"\n[[feed]]\nname = \"a\"\nkind = \"csv\"\nlateness_s = 1e9\n";
    assert_eq!(refusal(two).lines().count(), 2, "{}", refusal(two));
    assert!(refusal(two).contains("picket.toml:5:1: a second feed `a`"), "{}", refusal(two));
}

#[test]
fn settings_from_the_command_line_are_checked_too() {
    let mut settings = Settings::default();
    assert!(settings.set("loitering.max_kn").unwrap_err().to_string().contains("must read section.key=value"));
    let error = settings.set("loitering.max=3").unwrap_err();
    assert!(matches!(error, SettingsError::Set { .. }), "{error}");
    assert!(settings.set_profile("gfw").is_err() && settings.set_profile("squadron").is_ok());
    assert_eq!(settings.limits, Limits::default());
}

#[test]
fn zone_folders_tell_all_their_faults() {
    let dir = tempfile::tempdir().unwrap();
    let zone = |id: &str, kind: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"X","kind":"{kind}"}},"geometry":{{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}}}}"#
        )
    };
    fs::write(dir.path().join("a.geojson"), zone("a", "port")).unwrap();
    fs::write(dir.path().join("notes.txt"), "not a zone").unwrap();
    fs::write(dir.path().join("places.geojson"), r#"{"type":"FeatureCollection","features":[{"name":"no zone"}]}"#)
        .unwrap();
    let zones = load_zones(dir.path(), &Limits::default()).unwrap();
    assert_eq!(zones.iter().count(), 1);
    let hash = settings_hash(&Limits::default(), &zones);
    assert_eq!(hash.len(), 20);
    assert_ne!(hash, settings_hash(&Limits::default().with_text("loitering.max_kn", "3").unwrap(), &zones));
    fs::write(dir.path().join("b.geojson"), zone("a", "port")).unwrap();
    fs::write(dir.path().join("c.geojson"), zone("c", "harbour")).unwrap();
    let told = load_zones(dir.path(), &Limits::default()).unwrap_err().to_string();
    assert!(
        told.contains("b.geojson:1:1: feature 1 `a`: duplicate id, first in") && told.contains("a.geojson"),
        "{told}"
    );
    assert!(told.contains("c.geojson:1:") && told.contains("harbour"), "{told}");
    assert!(matches!(load_zones(&dir.path().join("none"), &Limits::default()), Err(SettingsError::Read { .. })));
}

#[test]
fn a_site_file_is_a_site() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("site.toml");
    fs::write(&path, "lat = 10.3\nlon = 107.1\nmax_range_m = 20000\nsac = 7\nedition = \"1.30\"\n").unwrap();
    let site = load_site(&path).unwrap();
    assert_eq!((site.max_range_m, site.sac, site.sic, site.edition), (20_000.0, Some(7), None, Some((1, 30))));
    fs::write(&path, "lat = 10.3\nlon = 107.1\nedition = \"latest\"\n").unwrap();
    assert!(
        load_site(&path).unwrap_err().to_string().contains("site.toml:3:1: edition: `latest`: must read like \"1.21\"")
    );
    fs::write(&path, "lat = 10.3\nlon = 107.1\nrotation_s = 0\n").unwrap();
    assert!(load_site(&path).unwrap_err().to_string().contains("site.toml:3:1: rotation_s: 0: must be from 0.1"));
}
