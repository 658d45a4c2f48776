//! The Dockerfile: what it copies is there, what it starts the program understands, what it rests on is pinned.

use std::collections::BTreeSet;
use std::path::Path;

use crate::compose::{COMPOSE, SETTINGS};
use crate::support::{assert_options_exist, read};

/// The instructions in order: name and the rest, continued lines joined.
fn instructions() -> Vec<(String, String)> {
    let text = read("Dockerfile").replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap()).map(|(name, rest)| (name.to_owned(), rest.to_owned())).collect()
}

/// What follows each instruction of this name.
fn all(name: &str) -> Vec<String> {
    instructions().into_iter().filter(|(of, _)| of == name).map(|(_, rest)| rest).collect()
}

/// The words of an instruction written as a JSON list.
fn list(instruction: &str) -> Vec<String> {
    serde_json::from_str(&instruction[instruction.find('[').unwrap()..]).unwrap()
}

/// The numbers at the beginning of a version.
fn numbers(version: &str) -> Vec<u32> {
    version.split(['.', '-']).map_while(|number| number.parse().ok()).collect()
}

/// The version of the stage that builds on an image.
fn base_version(image: &str) -> Vec<u32> {
    let bases = all("FROM");
    let tag = bases.iter().find_map(|base| base.strip_prefix(image)?.strip_prefix(':')).unwrap();
    numbers(tag)
}

#[test]
fn every_base_is_pinned() {
    for base in all("FROM") {
        let image = base.split_whitespace().next().unwrap();
        let tag = image.split_once(':').map_or("", |(_, tag)| tag);
        let is_exact = tag.split(['.', '-']).filter(|part| part.parse::<u32>().is_ok()).count();
        assert!(is_exact >= 3 || tag.contains("-2026"), "{base}");
    }
}

#[test]
fn the_stages_build_with_what_the_tree_asks_for() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let rust = manifest["package"]["rust-version"].as_str().unwrap();
    assert!(base_version("rust") >= numbers(rust), "Cargo.toml asks for Rust {rust}");
    let package: serde_json::Value = serde_json::from_str(&read("web/package.json")).unwrap();
    let node = package["engines"]["node"].as_str().unwrap().trim_start_matches(">=");
    assert!(base_version("node") >= numbers(node), "web/package.json asks for Node {node}");
}

#[test]
fn what_is_copied_is_there_and_not_ignored() {
    let ignored = read(".dockerignore");
    let allowed: BTreeSet<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert!(ignored.lines().any(|line| line == "*"), "what is not named is left out");
    let mut copied = BTreeSet::new();
    let copies = all("COPY");
    for copy in copies.iter().filter(|copy| !copy.starts_with("--from=")) {
        let words: Vec<&str> = copy.split_whitespace().collect();
        for source in &words[..words.len() - 1] {
            assert!(Path::new(source).exists(), "COPY {copy}: there is no {source}");
            copied.insert(source.split('/').next().unwrap());
        }
    }
    assert_eq!(copied, allowed, ".dockerignore lets through what the Dockerfile copies");
}

#[test]
fn stages_copy_from_stages_before_them() {
    let mut stages = BTreeSet::new();
    for (name, rest) in instructions() {
        match (name.as_str(), rest.split_once(" AS "), rest.strip_prefix("--from=")) {
            ("FROM", Some((_, stage)), _) => assert!(stages.insert(stage.to_owned())),
            ("COPY", _, Some(rest)) => assert!(stages.contains(rest.split(' ').next().unwrap()), "COPY {rest}"),
            _ => {}
        }
    }
}

#[test]
fn the_version_is_the_packages() {
    let version = env!("CARGO_PKG_VERSION");
    let label = format!("org.opencontainers.image.version=\"{version}\"");
    assert!(all("LABEL").iter().any(|labels| labels.contains(&label)), "the Dockerfile has no {label}");
    assert!(read(COMPOSE).contains(&format!("image: picket:{version}\n")));
}

#[test]
fn it_starts_the_program_as_the_program_wants_to_be_started() {
    let command = [list(&all("ENTRYPOINT")[0]), list(&all("CMD")[0])].concat();
    assert_options_exist(&command.join(" "));
    let config = command.iter().skip_while(|word| *word != "--config").nth(1).unwrap();
    let copies = all("COPY");
    let folder = Path::new(SETTINGS).parent().unwrap().to_str().unwrap();
    let placed = copies.iter().find_map(|copy| copy.strip_prefix(&format!("{folder}/ "))).unwrap();
    assert_eq!(*config, format!("{placed}picket.toml"));
    assert!(read(COMPOSE).contains(&format!("- ./{folder}:{}:ro\n", placed.trim_end_matches('/'))));
}

#[test]
fn the_settings_name_places_of_the_image() {
    let settings: toml::Table = read(SETTINGS).parse().unwrap();
    let zones = settings["zones"]["dir"].as_str().unwrap();
    assert!(all("COPY").contains(&format!("zones/ {zones}/")), "no zones in {zones}");
    assert_eq!(all("VOLUME"), [settings["data"]["dir"].as_str().unwrap()]);
    let listen = settings["http"]["listen"].as_str().unwrap();
    assert_eq!(all("EXPOSE"), [listen.rsplit(':').next().unwrap()]);
    assert_eq!(all("USER"), ["picket"]);
}

#[test]
fn its_healthcheck_is_composes_and_is_there() {
    let check = list(&all("HEALTHCHECK")[0]);
    let in_compose = format!("test: [\"CMD\", \"{}\"]", check[0]);
    assert!(check.len() == 1 && read(COMPOSE).contains(&in_compose), "{check:?}");
    assert!(all("COPY").contains(&format!("deploy/container/{} /usr/local/bin/", check[0])));
}
