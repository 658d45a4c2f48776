//! Two other decoders' opinion: records with every item of every category, read alike by `libasterix` and `asterix_decoder`.
//!
//! Both install a module named `asterix`, so each has an environment of its own, which `make setup` makes.

use std::collections::BTreeSet;
use std::process::Command;

use picket::engine::decode::asterix::block::Blocks;
use picket::engine::decode::asterix::category;
use picket::engine::decode::asterix::item::{Items, RE, SP};
use picket::sim::asterix_any::any_record;
use picket::sim::asterix_wire::block;
use picket::sim::rng::Rng;
use serde_json::Value;
use tempfile::TempDir;

use crate::python::python;

/// Records of each category.
const RECORDS: usize = 300;
/// Feet in a metre, as a factor.
const FT: f64 = 0.3048;
const NM: f64 = 1852.0;

/// One field of picket's lines, and where a peer has it: the path, and the factor to picket's unit.
struct Same {
    field: &'static str,
    libasterix: (&'static str, f64),
    asterix_decoder: (&'static str, f64),
}

const fn same(field: &'static str, libasterix: (&'static str, f64), asterix_decoder: (&'static str, f64)) -> Same {
    Same { field, libasterix, asterix_decoder }
}

/// A fault of a peer: how what it says at a path becomes what it should be.
struct Fault {
    peer: &'static str,
    category: u8,
    path: &'static str,
    mended: fn(f64) -> f64,
}

/// The known faults; docs/feeds.md lists them for people.
const FAULTS: [Fault; 6] = [
    Fault { peer: "libasterix", category: 10, path: "202/VX", mended: |told| told * 4.0 },
    Fault { peer: "libasterix", category: 10, path: "202/VY", mended: |told| told * 4.0 },
    Fault { peer: "libasterix", category: 10, path: "210/AX", mended: |told| told * 4.0 },
    Fault { peer: "libasterix", category: 10, path: "210/AY", mended: |told| told * 4.0 },
    Fault { peer: "asterix_decoder", category: 10, path: "270/Ori", mended: |told| told / 2.81 * 2.8125 },
    Fault { peer: "asterix_decoder", category: 34, path: "120/Height", mended: |told| f64::from(told as u16 as i16) },
];

const CAT010: &[Same] = &[
    same("sac", ("010/SAC", 1.0), ("010/SAC", 1.0)),
    same("sic", ("010/SIC", 1.0), ("010/SIC", 1.0)),
    same("message_type", ("000", 1.0), ("000/MsgTyp", 1.0)),
    same("simulated", ("020/SIM", 1.0), ("020/SIM", 1.0)),
    same("test", ("020/TST", 1.0), ("020/TST", 1.0)),
    same("field_monitor", ("020/RAB", 1.0), ("020/RAB", 1.0)),
    same("time_of_day_s", ("140", 1.0), ("140/ToD", 1.0)),
    same("lat", ("041/LAT", 1.0), ("041/Lat", 1.0)),
    same("lon", ("041/LON", 1.0), ("041/Lon", 1.0)),
    same("range_m", ("040/RHO", 1.0), ("040/RHO", 1.0)),
    same("azimuth_deg", ("040/TH", 1.0), ("040/Theta", 1.0)),
    same("x_m", ("042/X", 1.0), ("042/X", 1.0)),
    same("y_m", ("042/Y", 1.0), ("042/Y", 1.0)),
    same("ground_speed_kn", ("200/GSP", 3600.0), ("200/GS", 3600.0)),
    same("track_angle_deg", ("200/TRA", 1.0), ("200/TA", 1.0)),
    same("vx_m_s", ("202/VX", 1.0), ("202/Vx", 1.0)),
    same("vy_m_s", ("202/VY", 1.0), ("202/Vy", 1.0)),
    same("track_number", ("161/TRK", 1.0), ("161/TrkNb", 1.0)),
    same("tentative", ("170/CNF", 1.0), ("170/CNF", 1.0)),
    same("end_of_track", ("170/TRE", 1.0), ("170/TRE", 1.0)),
    same("ghost", ("170/GHO", 1.0), ("170/GHO", 1.0)),
    same("mode_3a", ("060/MODE3A", 1.0), ("060/Mod3A", 1.0)),
    same("target_address", ("220", 1.0), ("220/TAddr", 1.0)),
    same("target_id", ("245/CHR", 1.0), ("245/TId", 1.0)),
    same("flight_level", ("090/FL", 1.0), ("090/FL", 1.0)),
    same("height_m", ("091", FT), ("091/MHeight", FT)),
    same("length_m", ("270/LENGTH", 1.0), ("270/Length", 1.0)),
    same("orientation_deg", ("270/ORIENTATION", 1.0), ("270/Ori", 1.0)),
    same("width_m", ("270/WIDTH", 1.0), ("270/Width", 1.0)),
    same("sigma_x_m", ("500/DEVX", 1.0), ("500/Qx", 1.0)),
    same("sigma_y_m", ("500/DEVY", 1.0), ("500/Qy", 1.0)),
    same("amplitude", ("131", 1.0), ("131/PAM", 1.0)),
    same("ax_m_s2", ("210/AX", 1.0), ("210/Ax", 1.0)),
    same("ay_m_s2", ("210/AY", 1.0), ("210/Ay", 1.0)),
];

const CAT034: &[Same] = &[
    same("sac", ("010/SAC", 1.0), ("010/SAC", 1.0)),
    same("sic", ("010/SIC", 1.0), ("010/SIC", 1.0)),
    same("message_type", ("000", 1.0), ("000/MsgTyp", 1.0)),
    same("time_of_day_s", ("030", 1.0), ("030/ToD", 1.0)),
    same("sector_azimuth_deg", ("020", 1.0), ("020/Azi", 1.0)),
    same("rotation_s", ("041", 1.0), ("041/RotS", 1.0)),
    same("site_height_m", ("120/HGT", 1.0), ("120/Height", 1.0)),
    same("site_lat", ("120/LAT", 1.0), ("120/LAT", 1.0)),
    same("site_lon", ("120/LON", 1.0), ("120/Lon", 1.0)),
];

const CAT048: &[Same] = &[
    same("sac", ("010/SAC", 1.0), ("010/SAC", 1.0)),
    same("sic", ("010/SIC", 1.0), ("010/SIC", 1.0)),
    same("time_of_day_s", ("140", 1.0), ("140/ToD", 1.0)),
    same("simulated", ("020/SIM", 1.0), ("020/SIM", 1.0)),
    same("field_monitor", ("020/RAB", 1.0), ("020/RAB", 1.0)),
    same("test", ("020/TST", 1.0), ("020/TST", 1.0)),
    same("range_m", ("040/RHO", NM), ("040/RHO", NM)),
    same("azimuth_deg", ("040/THETA", 1.0), ("040/THETA", 1.0)),
    same("mode_3a", ("070/MODE3A", 1.0), ("070/Mode3A", 1.0)),
    same("flight_level", ("090/FL", 1.0), ("090/FL", 1.0)),
    same("run_length_deg", ("130/PRL", 1.0), ("130/PRLP/PRL", 1.0)),
    same("amplitude", ("130/PAM", 1.0), ("130/PAMP/PAM", 1.0)),
    same("target_address", ("220", 1.0), ("220/ACAddr", 1.0)),
    same("target_id", ("240", 1.0), ("240/TId", 1.0)),
    same("track_number", ("161/TRN", 1.0), ("161/Tn", 1.0)),
    same("x_m", ("042/X", NM), ("042/X", NM)),
    same("y_m", ("042/Y", NM), ("042/Y", NM)),
    same("ground_speed_kn", ("200/GSP", 3600.0), ("200/CGS", 1.0)),
    same("track_angle_deg", ("200/HDG", 1.0), ("200/CHdg", 1.0)),
    same("tentative", ("170/CNF", 1.0), ("170/CNF", 1.0)),
    same("end_of_track", ("170/TRE", 1.0), ("170/TRE", 1.0)),
    same("ghost", ("170/GHO", 1.0), ("170/GHO", 1.0)),
    same("sigma_x_m", ("210/SIGX", NM), ("210/SigmaX", NM)),
    same("sigma_y_m", ("210/SIGY", NM), ("210/SigmaY", NM)),
    same("height_m", ("110/3DH", FT), ("110/3D_Height", FT)),
];

const CAT062: &[Same] = &[
    same("sac", ("010/SAC", 1.0), ("010/SAC", 1.0)),
    same("sic", ("010/SIC", 1.0), ("010/SIC", 1.0)),
    same("time_of_day_s", ("070", 1.0), ("070/ToT", 1.0)),
    same("lat", ("105/LAT", 1.0), ("105/Lat", 1.0)),
    same("lon", ("105/LON", 1.0), ("105/Lon", 1.0)),
    same("x_m", ("100/X", 1.0), ("100/X", 1.0)),
    same("y_m", ("100/Y", 1.0), ("100/Y", 1.0)),
    same("vx_m_s", ("185/VX", 1.0), ("185/Vx", 1.0)),
    same("vy_m_s", ("185/VY", 1.0), ("185/Vy", 1.0)),
    same("ax_m_s2", ("210/AX", 1.0), ("210/Ax", 1.0)),
    same("ay_m_s2", ("210/AY", 1.0), ("210/Ay", 1.0)),
    same("mode_3a", ("060/MODE3A", 1.0), ("060/Mode3A", 1.0)),
    same("target_id", ("245/CHR", 1.0), ("245/TId", 1.0)),
    same("track_number", ("040", 1.0), ("040/TrkN", 1.0)),
    same("tentative", ("080/CNF", 1.0), ("080/CNF", 1.0)),
    same("simulated", ("080/SIM", 1.0), ("080/SIM", 1.0)),
    same("end_of_track", ("080/TSE", 1.0), ("080/TSE", 1.0)),
    same("coasting", ("080/CST", 1.0), ("080/CST", 1.0)),
    same("flight_level", ("136", 1.0), ("136/MFL", 0.01)),
    same("length_m", ("270/LENGTH", 1.0), ("270/Len", 1.0)),
    same("orientation_deg", ("270/ORIENTATION", 1.0), ("270/ORI", 1.0)),
    same("width_m", ("270/WIDTH", 1.0), ("270/WIDTH", 1.0)),
    same("sigma_x_m", ("500/APC/X", 1.0), ("500/APC/APC_X", 1.0)),
    same("sigma_y_m", ("500/APC/Y", 1.0), ("500/APC/APC_Y", 1.0)),
];

/// Blocks of records of one category with items by chance: each item in many of them.
///
/// `asterix_decoder` reads the reserved expansion field by a layout of its own and not by its length: what parties agree on
/// otherwise makes it lose the records behind, or crash. It gets records without.
fn blocks(number: u8, peer: &str) -> Vec<u8> {
    let mut rng = Rng::new(1, &format!("category {number}"));
    let category = category(number).unwrap();
    let records: Vec<Vec<u8>> = (0..RECORDS)
        .map(|_| any_record(category, &mut rng, |item, rng| rng.chance(0.5) && (item != RE || peer == "libasterix")))
        .collect();
    records.chunks(5).flat_map(|records| block(number, records)).collect()
}

fn json_lines(text: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(text).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ask_picket(file: &std::path::Path) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_picket"));
    json_lines(&command.args(["decode", "--kind", "asterix"]).arg(file).output().unwrap().stdout)
}

fn ask_peer(peer: &str, file: &std::path::Path) -> Vec<Value> {
    let script = format!("tests/asterix/peer_{peer}.py");
    let output = Command::new(python(peer)).arg(script).arg(file).output().unwrap();
    assert!(output.status.success(), "{peer}: {}", String::from_utf8_lossy(&output.stderr));
    json_lines(&output.stdout)
}

/// A number, a flag or an octal or hexadecimal text as a number; `None` for other texts.
fn number(value: &Value, radix: u32) -> Option<f64> {
    match value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::String(text) => i64::from_str_radix(text, radix).ok().map(|n| n as f64),
        value => value.as_f64(),
    }
}

/// Compares a field; gives whether it was there.
fn compare(
    peer: &'static str,
    of: u8,
    field: &str,
    ours: &Value,
    (path, factor): (&'static str, f64),
    theirs: &Value,
) -> bool {
    let is_flag = ours.is_boolean() || (ours.is_null() && theirs == &Value::from(0));
    if theirs.is_null() || is_flag && ours.is_null() {
        assert!(ours.is_null(), "{peer} CAT{of:03} {path}: nothing, {field} {ours}");
        return !theirs.is_null();
    }
    if field == "target_id" {
        assert_eq!(ours.as_str().unwrap_or_default(), theirs.as_str().unwrap().trim_end(), "{peer} CAT{of:03} {path}");
        return true;
    }
    let fault = FAULTS.iter().find(|fault| (fault.peer, fault.category, fault.path) == (peer, of, path));
    let radix = if field == "mode_3a" { 8 } else { 16 };
    let told = number(theirs, radix).unwrap();
    let theirs = fault.map_or(told, |fault| (fault.mended)(told)) * factor;
    let ours = number(ours, radix).unwrap_or_else(|| panic!("{peer} CAT{of:03} {path}: {theirs}, {field} {ours}"));
    // Lines are rounded: to 1e-7 degrees, to 1e-5 degrees for directions, to a millimetre, a thousandth of a knot or second.
    let rounding = if field.ends_with("lat") || field.ends_with("lon") { 6e-8 } else { 6e-4 };
    // A peer's own unit of a degree may be cut off, which grows with the value.
    let allowed = rounding + 2e-7 * theirs.abs();
    assert!((ours - theirs).abs() <= allowed, "{peer} CAT{of:03} {path}: {theirs}, {field} {ours}");
    true
}

fn is_read_alike(of: u8, fields: &[Same]) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("records.ast");
    for peer in ["libasterix", "asterix_decoder"] {
        std::fs::write(&file, blocks(of, peer)).unwrap();
        let (ours, theirs) = (ask_picket(&file), ask_peer(peer, &file));
        assert_eq!((ours.len(), theirs.len()), (RECORDS, RECORDS), "{peer} CAT{of:03}");
        let mut seen = BTreeSet::new();
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(items(&ours["items"]), items_of_paths(&theirs["fields"]), "{peer} CAT{of:03}");
            for same in fields {
                let at = if peer == "libasterix" { same.libasterix } else { same.asterix_decoder };
                if compare(peer, of, same.field, &ours[same.field], at, &theirs["fields"][at.0]) {
                    seen.insert(same.field);
                }
            }
        }
        let unseen: Vec<&str> = fields.iter().map(|same| same.field).filter(|field| !seen.contains(field)).collect();
        assert!(unseen.is_empty(), "{peer} CAT{of:03} never told {unseen:?}");
    }
}

/// The items of a line that both peers can name: one passes what is agreed on between parties over in silence.
fn items(list: &Value) -> BTreeSet<String> {
    let names = list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
    names.filter(|name| name != "RE" && name != "SP").collect()
}

fn items_of_paths(fields: &Value) -> BTreeSet<String> {
    let items = fields.as_object().unwrap().keys().map(|path| path.split('/').next().unwrap_or_default().to_owned());
    items.filter(|name| name != "RE" && name != "SP").collect()
}

#[test]
fn surface_movement_reports_are_read_alike() {
    is_read_alike(10, CAT010);
}

#[test]
fn service_messages_are_read_alike() {
    is_read_alike(34, CAT034);
}

#[test]
fn target_reports_are_read_alike() {
    is_read_alike(48, CAT048);
}

#[test]
fn system_tracks_are_read_alike() {
    is_read_alike(62, CAT062);
}

#[test]
fn every_item_has_the_same_bytes() {
    for of in [10, 34, 48, 62] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("records.ast");
        let bytes = blocks(of, "libasterix");
        std::fs::write(&file, &bytes).unwrap();
        let mut theirs = ask_peer("libasterix", &file).into_iter();
        let mut seen = BTreeSet::new();
        for block in Blocks::new(&bytes).flatten() {
            let mut rest = block.records();
            while !rest.is_empty() {
                let mut items = Items::new(category(of).unwrap().uap, rest).unwrap();
                let theirs = theirs.next().unwrap();
                for (number, bytes) in items.by_ref().flatten() {
                    let name = match number {
                        RE => "RE".to_owned(),
                        SP => "SP".to_owned(),
                        number => format!("{number:03}"),
                    };
                    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
                    assert_eq!(theirs["raw"][&name], hex, "CAT{of:03} {name}");
                    seen.insert(number);
                }
                rest = items.rest();
            }
        }
        let all: BTreeSet<u16> = category(of).unwrap().uap.iter().flatten().map(|item| item.number).collect();
        assert_eq!(seen, all, "CAT{of:03}");
    }
}
