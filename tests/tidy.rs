//! The house rules as tests: reads the source tree and names file and line of whatever breaks one.
#![allow(clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a file before its tests.
const MAX_FILE_LINES: usize = 600;
/// The most lines of a function.
const MAX_FUNCTION_LINES: usize = 70;

/// The engine's modules from the ground up: a module may import those of the rows above its own;
/// within the first row and within the last, which is the engine itself, any.
const LAYERS: &[&[&str]] = &[
    &["units", "time", "text", "digest", "map", "calendar", "assignment", "command"],
    &["earth"],
    &["vessel", "grid"],
    &["mid"],
    &["input", "limits"],
    &["decode", "zone"],
    &["rules"],
    &["tally"],
    &["intake", "reorder", "watermark", "duplicates"],
    &["outage"],
    &["track"],
    &["timers", "coverage", "fusion", "strangers"],
    &["picture"],
    &["detect"],
    &["alert"],
    &["output"],
    &["core", "ais", "radar", "alignment", "plots", "reception", "track_lines", "late", "orders", "snapshot"],
];

/// Words that code of a folder may not use before its tests, with the reason; the last column names files that may.
const BANNED: &[(&str, &str, &str, &[&str])] = &[
    ("src/engine/", "std::fs", "the engine does no I/O", &[]),
    ("src/engine/", "std::net", "the engine does no I/O", &[]),
    ("src/engine/", "std::io", "the engine does no I/O", &[]),
    ("src/engine/", "std::env", "what changes a result is an input", &[]),
    ("src/engine/", "std::thread", "the engine has one thread", &[]),
    ("src/engine/", "std::sync", "the engine has no locks", &[]),
    ("src/engine/", "std::time", "the engine has no clock", &[]),
    ("src/engine/", "SystemTime", "the engine has no clock", &[]),
    ("src/engine/", "Utc::now", "the engine has no clock", &[]),
    ("src/engine/", "HashMap", "its order leaks: use engine::map", &["src/engine/map.rs"]),
    ("src/engine/", "HashSet", "its order leaks: use engine::map", &["src/engine/map.rs"]),
    ("src/engine/", "println!", "the engine has no output but its outputs", &[]),
    ("src/engine/", "eprintln!", "the engine has no output but its outputs", &[]),
    ("src/engine/", "tokio", "the engine is no task", &[]),
    ("src/engine/", "panic!", "the engine cannot fail", &[]),
    ("src/engine/", "unreachable!", "the engine cannot fail", &[]),
    ("src/engine/", "assert!", "the engine cannot fail", &[]),
    ("src/engine/", "anyhow", "errors are typed below app", &[]),
    ("src/edge/", "anyhow", "errors are typed below app", &[]),
    ("src/sim/", "anyhow", "errors are typed below app", &[]),
    ("src/score/", "anyhow", "errors are typed below app", &[]),
    ("src/settings/", "anyhow", "errors are typed below app", &[]),
    ("src/", ".unwrap()", "say what may be missing, or handle it", &[]),
    ("src/", ".expect(", "say what may be missing, or handle it", &[]),
];

/// Crates that only some folders may name, so that they can be replaced there.
const CONFINED: &[(&str, &[&str])] = &[
    ("rstar", &["src/engine/picture", "src/engine/zone/"]),
    ("geo", &["src/engine/earth", "src/engine/zone/"]),
    ("nmea", &["src/engine/decode/"]),
    ("rusqlite", &["src/edge/store/"]),
    ("tokio_postgres", &["src/edge/store/"]),
    ("indicatif", &["src/app/"]),
];

/// Which parts of the crate a part may import, besides itself.
const PARTS: &[(&str, &[&str])] = &[
    ("engine", &[]),
    ("edge", &["engine"]),
    ("sim", &["engine"]),
    ("score", &["engine"]),
    ("settings", &["engine", "edge"]),
    ("app", &["engine", "edge", "sim", "score", "settings"]),
];

/// The folders of the edge that the others may import; who comes in is the API's to ask.
const SHARED_EDGE: &[&str] = &["journal", "store", "auth"];

struct Source {
    /// From the root, with `/`.
    path: String,
    lines: Vec<String>,
    /// Where its tests begin; all of a test file is tests.
    tests_at: usize,
}

impl Source {
    /// Its lines before the tests without comments, numbered from 1.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().take(self.tests_at).enumerate().map(|(i, line)| (i + 1, without_comment(line)))
    }

    /// The part of the crate it belongs to: `engine`, `edge`, ...; `main` and `lib` have none.
    fn part(&self) -> Option<&str> {
        self.path.strip_prefix("src/")?.split_once('/').map(|(part, _)| part)
    }

    /// Its module path within the crate.
    fn module(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/').filter(|segment| *segment != "mod").collect()
    }
}

fn root() -> PathBuf {
    std::env::current_dir().expect("tests run in the package folder")
}

/// All files of the tree that belong to the project, from the root, with `/`, sorted.
fn files() -> Vec<String> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_ours = !["target", "data", "node_modules", "dist", "generated", ".git"].contains(&name.as_str());
            if path.is_dir() && is_ours {
                walk(root, &path, found);
            } else if path.is_file() && name != ".git" {
                let path = path.strip_prefix(root).expect("below the root");
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), &root(), &mut found);
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    files().into_iter().filter(|path| path.ends_with(".rs")).map(source).collect()
}

fn source(path: String) -> Source {
    let text = fs::read_to_string(root().join(&path)).expect("a readable source");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_tests = path.ends_with("/tests.rs") || (path.starts_with("src/") && path.contains("/tests/"));
    let inline = lines.iter().position(|line| line.trim() == "#[cfg(test)]").unwrap_or(lines.len());
    let is_inline_module = lines.get(inline + 1).is_none_or(|line| !line.trim_end().ends_with(';'));
    let tests_at = match (is_tests, is_inline_module) {
        (true, _) => 0,
        (false, true) => inline,
        (false, false) => lines.len(),
    };
    Source { path, lines, tests_at }
}

/// The line without its `//` comment; a `//` inside a text stays.
fn without_comment(line: &str) -> &str {
    let ends = line.match_indices("//").map(|(at, _)| at);
    let outside_text = |at: &usize| line[..*at].matches('"').count().is_multiple_of(2);
    ends.into_iter().find(outside_text).map_or(line, |at| &line[..at])
}

/// Whether the code names the word: not as a part of a longer one.
fn names(code: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_some_and(is_word);
        let after = code[at + word.len()..].chars().next().is_some_and(is_word);
        let bounded = |edge: Option<char>, hit: bool| !hit || !edge.is_some_and(is_word);
        bounded(word.chars().next(), before) && bounded(word.chars().next_back(), after)
    })
}

/// The first names after each `prefix` in the code, groups in braces opened: `crate::{a, b::c}` gives a and b.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        if code[..at].chars().next_back().is_some_and(|c| is_word(c) || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(rest.chars().take_while(|c| is_word(*c)).collect());
            continue;
        };
        let mut depth = 0;
        let mut is_start = true;
        let mut name = String::new();
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    found.push(std::mem::take(&mut name));
                    is_start = true;
                }
                c if is_word(c) && is_start => name.push(c),
                c if !c.is_whitespace() => is_start = false,
                _ => {}
            }
        }
        found.push(name);
    }
    found.retain(|name| !name.is_empty() && name != "self");
    found
}

/// The code of a source in one text: imports run over lines.
fn whole_code(source: &Source) -> String {
    source.code().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

/// The line of the first code that names any of the words.
fn line_of(source: &Source, word: &str) -> usize {
    source.code().find(|(_, code)| names(code, word)).map_or(1, |(line, _)| line)
}

/// The crate's parts, or the engine's modules, that a source imports from a module path (`[]` is the crate).
fn imports_from(source: &Source, from: &[&str]) -> Vec<String> {
    let code = whole_code(source);
    let absolute: String = std::iter::once("crate").chain(from.iter().copied()).map(|s| format!("{s}::")).collect();
    let mut found = names_after(&code, &absolute);
    let module = source.module();
    if let Some(up) = module.len().checked_sub(from.len()).filter(|up| *up > 0 && module.starts_with(from)) {
        found.extend(names_after(&code, &"super::".repeat(up)));
    }
    found
}

fn assert_clean(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_file_opens_with_one_sentence() {
    let is_sentence = |line: &String| line.starts_with("//! ") && line.ends_with('.') && line.len() > 12;
    let lacks = |source: &Source| source.lines.len() > 1 && !source.lines.first().is_some_and(is_sentence);
    let lacking = sources().into_iter().filter(lacks);
    assert_clean(lacking.map(|s| format!("{}:1: begin with `//! One sentence.`", s.path)).collect());
}

#[test]
fn scripts_and_styles_keep_the_rules_for_files() {
    let is_code = |path: &String| [".ts", ".mjs", ".css"].iter().any(|end| path.ends_with(end));
    let mut complaints = Vec::new();
    for path in files().into_iter().filter(is_code) {
        let text = fs::read_to_string(root().join(&path)).expect("a readable source");
        let first = text.lines().next().unwrap_or_default();
        let sentence = first.strip_prefix("// ").or_else(|| first.strip_prefix("/* ")?.strip_suffix(" */"));
        if !sentence.is_some_and(|sentence| sentence.ends_with('.')) {
            complaints.push(format!("{path}:1: begin with a comment of one sentence"));
        }
        if text.lines().count() > MAX_FILE_LINES {
            complaints.push(format!("{path}:1: {} lines, at most {MAX_FILE_LINES}", text.lines().count()));
        }
    }
    assert_clean(complaints);
}

#[test]
fn files_and_functions_are_short() {
    let mut complaints = Vec::new();
    for source in sources() {
        if source.tests_at > MAX_FILE_LINES {
            let lines = source.tests_at;
            complaints.push(format!("{}:1: {lines} lines before its tests, at most {MAX_FILE_LINES}", source.path));
        }
        for (start, length) in functions(&source) {
            if length > MAX_FUNCTION_LINES {
                complaints.push(format!(
                    "{}:{start}: a function of {length} lines, at most {MAX_FUNCTION_LINES}",
                    source.path
                ));
            }
        }
    }
    assert_clean(complaints);
}

/// First line and length of each function, by the indentation that rustfmt gives.
fn functions(source: &Source) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (i, line) in source.lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let head = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(super) ");
        let head = head.trim_start_matches("pub(crate) ").trim_start_matches("const ").trim_start_matches("async ");
        if !head.starts_with("fn ") || line.ends_with('}') || line.ends_with(';') {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        let end = source.lines.iter().skip(i).position(|line| *line == close);
        found.extend(end.map(|length| (i + 1, length + 1)));
    }
    found
}

#[test]
fn no_folder_uses_what_it_may_not() {
    let mut complaints = Vec::new();
    for source in sources() {
        for (folder, word, reason, but) in BANNED {
            if !source.path.starts_with(folder) || but.contains(&source.path.as_str()) {
                continue;
            }
            let uses = source.code().filter(|(_, code)| names(code, word));
            complaints.extend(uses.map(|(line, _)| format!("{}:{line}: `{word}`: {reason}", source.path)));
        }
        for (name, folders) in CONFINED {
            if !source.path.starts_with("src/") || folders.iter().any(|folder| source.path.starts_with(folder)) {
                continue;
            }
            let word = format!("{name}::");
            let is_named = |code: &str| !names_after(code, &word).is_empty() || code.contains(&format!("{word}{{"));
            let uses = source.code().filter(|(_, code)| is_named(code));
            complaints.extend(uses.map(|(line, _)| {
                format!("{}:{line}: `{name}` is named in {} only", source.path, folders.join(" and "))
            }));
        }
    }
    assert_clean(complaints);
}

#[test]
fn nothing_is_left_behind() {
    let words = ["to", "fix"].map(|word| if word == "to" { "TO".to_owned() + "DO" } else { "FIX".to_owned() + "ME" });
    let macros = ["todo", "dbg", "unimplemented"].map(|name| format!("{name}!("));
    let mut complaints = Vec::new();
    for source in sources() {
        for (i, line) in source.lines.iter().enumerate() {
            for word in words.iter().chain(&macros) {
                if line.contains(word.as_str()) {
                    complaints.push(format!("{}:{}: `{word}`", source.path, i + 1));
                }
            }
        }
    }
    assert_clean(complaints);
}

#[test]
fn parts_import_only_what_they_may() {
    let mut complaints = Vec::new();
    for source in sources() {
        let Some((part, may)) = PARTS.iter().find(|(part, _)| source.part() == Some(part)) else { continue };
        let known: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
        for import in imports_from(&source, &[]) {
            if known.contains(&import.as_str()) && import != *part && !may.contains(&import.as_str()) {
                let line = line_of(&source, &import);
                complaints.push(format!("{}:{line}: `{part}` may not import `{import}`", source.path));
            }
        }
    }
    assert_clean(complaints);
}

#[test]
fn the_engine_is_layered() {
    let layer = |module: &str| LAYERS.iter().position(|row| row.contains(&module));
    let mut complaints = Vec::new();
    for source in sources().iter().filter(|source| source.part() == Some("engine")) {
        let [_, own, ..] = source.module()[..] else { continue };
        let Some(own_layer) = layer(own) else {
            complaints
                .push(format!("{}:1: give engine module `{own}` a place in LAYERS of tests/tidy.rs", source.path));
            continue;
        };
        for import in imports_from(source, &["engine"]) {
            let is_free = own_layer == 0 || own_layer == LAYERS.len() - 1;
            let is_below = layer(&import).is_some_and(|other| other < own_layer || (is_free && other == own_layer));
            if layer(&import).is_some() && import != own && !is_below {
                let line = line_of(source, &import);
                complaints
                    .push(format!("{}:{line}: `{own}` stands below `{import}`: it may not import it", source.path));
            }
        }
    }
    assert_clean(complaints);
}

#[test]
fn edge_folders_do_not_import_each_other() {
    let sources = sources();
    let is_folder = |name: &str| sources.iter().any(|s| s.path.starts_with(&format!("src/edge/{name}/")));
    let mut complaints = Vec::new();
    for source in sources.iter().filter(|source| source.part() == Some("edge")) {
        let [_, own, ..] = source.module()[..] else { continue };
        for import in imports_from(source, &["edge"]) {
            if is_folder(&import) && import != own && !SHARED_EDGE.contains(&import.as_str()) {
                let line = line_of(source, &import);
                complaints.push(format!("{}:{line}: edge folder `{own}` may not import `{import}`", source.path));
            }
        }
    }
    assert_clean(complaints);
}

#[test]
fn a_module_is_a_file_or_a_folder() {
    let all: BTreeSet<String> = files().into_iter().collect();
    let twice = all.iter().filter(|path| {
        path.strip_suffix(".rs").is_some_and(|stem| all.iter().any(|other| other.starts_with(&format!("{stem}/"))))
    });
    assert_clean(twice.map(|path| format!("{path}:1: move it into its folder as mod.rs")).collect());
}

#[test]
fn texts_have_no_tabs_and_no_trailing_blanks() {
    let mut complaints = Vec::new();
    let is_text = |path: &String| {
        [".rs", ".toml", ".md", ".geojson", ".yml", ".ts", ".mjs", ".css", ".html"]
            .iter()
            .any(|end| path.ends_with(end))
    };
    for path in files().into_iter().filter(is_text) {
        let text = fs::read_to_string(root().join(&path)).expect("a readable text");
        for (i, line) in text.lines().enumerate() {
            if line.contains('\t') || line.ends_with([' ', '\r']) {
                complaints.push(format!("{path}:{}: a tab or a trailing blank", i + 1));
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            complaints.push(format!("{path}:{}: no line end at the end", text.lines().count()));
        }
    }
    assert_clean(complaints);
}

#[test]
fn the_code_map_names_every_folder() {
    let map = fs::read_to_string(root().join("docs/architecture.md")).expect("docs/architecture.md");
    let mut folders = BTreeSet::new();
    for path in files().iter().filter(|path| !path.starts_with('.')) {
        let segments: Vec<&str> = path.split('/').collect();
        let depth = if segments[0] == "src" { 3 } else { 1 };
        for end in depth.min(2)..segments.len().min(depth + 1) {
            folders.insert(segments[..end].join("/"));
        }
    }
    let unnamed = folders.iter().filter(|folder| !map.contains(&format!("`{folder}/`")));
    assert_clean(unnamed.map(|folder| format!("docs/architecture.md:1: does not name `{folder}/`")).collect());
}

#[test]
fn the_rules_catch_what_they_are_for() {
    let source = |path: &str, text: &str| Source {
        path: path.to_owned(),
        lines: text.lines().map(str::to_owned).collect(),
        tests_at: text.lines().count(),
    };
    let zone = source(
        "src/engine/zone/shape.rs",
        "use super::super::{earth::Position, track};\nuse crate::engine::units::Metres;",
    );
    assert_eq!(imports_from(&zone, &["engine"]), ["units", "earth", "track"]);
    let journal = source("src/edge/journal/mod.rs", "use crate::{app, edge::feed::Line};\nuse super::api;");
    assert_eq!(imports_from(&journal, &[]), ["app", "edge"]);
    assert_eq!(imports_from(&journal, &["edge"]), ["api"]);
    assert!(names("let m: HashMap<u8, u8>", "HashMap") && !names("FxHashMap", "HashMap"));
    assert!(names("x.unwrap()", ".unwrap()") && !names("x.unwrap_or(0)", ".unwrap()"));
    assert_eq!(without_comment("let url = \"tcp://x\"; // a comment"), "let url = \"tcp://x\"; ");
    let long = source("src/a.rs", "fn f() {\n    1\n}\n\npub fn g() {}\n");
    assert_eq!(functions(&long), [(1, 3)]);
}
