//! Embeds the built console: writes the table of its files that `src/edge/console.rs` includes.
//!
//! `make console` fills `web/dist`. Without it the table is empty, so that `cargo build` needs no Node.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const DIST: &str = "web/dist";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={DIST}");
    let variable = |name| std::env::var_os(name).ok_or_else(|| io::Error::other(format!("cargo sets no {name}")));
    let dist = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join(DIST);
    let mut names = files(&dist, "")?;
    names.sort();
    let rows: Vec<String> = names.iter().map(|name| row(&dist, name)).collect::<io::Result<_>>()?;
    let table = format!("&[\n{}]\n", rows.concat());
    fs::write(PathBuf::from(variable("OUT_DIR")?).join("console.rs"), table)
}

/// The names of all files of the folder and below, with `/`: without packed twins and hidden files.
fn files(folder: &Path, prefix: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            names.extend(files(&entry.path(), &format!("{name}/"))?);
        } else if !entry.file_name().to_string_lossy().starts_with('.') && !name.ends_with(".gz") {
            names.push(name);
        }
    }
    Ok(names)
}

/// The table's row of a file, as Rust.
fn row(dist: &Path, name: &str) -> io::Result<String> {
    let path = dist.join(name);
    let packed = dist.join(format!("{name}.gz"));
    let gzip = if packed.exists() { format!("Some(include_bytes!({packed:?}))") } else { "None".to_owned() };
    Ok(format!(
        "    ({name:?}, Asset {{ bytes: include_bytes!({path:?}), gzip: {gzip}, content_type: {:?}, \
         etag: \"\\\"{:016x}\\\"\", immutable: {} }}),\n",
        content_type(name),
        fnv1a(&fs::read(&path)?),
        name.starts_with("assets/"),
    ))
}

/// The media type by the file's ending.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "geojson") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// The 64-bit FNV-1a hash: the same for the same bytes on every machine.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
