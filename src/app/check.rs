//! `picket check`: validates settings and zones and prints every key in force.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::engine::limits::Limits;
use crate::engine::zone::{Zone, ZoneSet};
use crate::settings::{Entry, Settings, load_zones, settings_hash};

/// Validate settings and zones and print every key in force
#[derive(clap::Args)]
pub struct CheckArgs {
    /// The settings file; without it every default
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the zones' GeoJSON files, in place of the settings' own
    #[arg(long, value_name = "DIR")]
    zones: Option<PathBuf>,
    /// One limit, on top of the settings (repeatable)
    #[arg(long, value_name = "SECTION.KEY=VALUE")]
    set: Vec<String>,
}

/// Runs the command: exit code 2 for what cannot be read, 3 for what is wrong.
pub fn run(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let mut settings = match &args.config {
        Some(path) => Settings::load(path)?,
        None => Settings::default(),
    };
    for text in &args.set {
        settings.set(text)?;
    }
    let zones = match args.zones.as_ref().or(settings.zones_dir.as_ref()) {
        Some(dir) => load_zones(dir, &settings.limits)?,
        None => ZoneSet::everywhere(),
    };
    let report = format!(
        "{}\n{}\n{}settings_hash {}\nok\n",
        settings_table(&settings.entries()),
        zones_table(&zones, &settings.limits),
        notes(&settings, &zones),
        settings_hash(&settings.limits, &zones)
    );
    std::io::stdout().write_all(report.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// `section.key = value`, and where it came from.
fn settings_table(entries: &[Entry]) -> String {
    let pairs: Vec<String> = entries.iter().map(|entry| format!("{} = {}", entry.key, entry.value)).collect();
    let width = pairs.iter().map(|pair| pair.chars().count()).max().unwrap_or(0);
    let mut table = String::new();
    for (pair, entry) in pairs.iter().zip(entries) {
        let unused = if entry.is_used { "" } else { "  not used by this build" };
        let _ = writeln!(table, "{pair:width$}  {}{unused}", entry.origin);
    }
    table
}

/// One line a zone: id, kind, squadron, area, marks, and the limits that differ from the settings'.
fn zones_table(zones: &ZoneSet, limits: &Limits) -> String {
    let id_width = zones.iter().map(|(_, zone)| zone.id.len()).max().unwrap_or(0).max(4);
    let mut table = format!(
        "{:id_width$}  {:14}  {:8}  {:>12}  {:9}  overrides\n",
        "zone", "kind", "squadron", "area_km2", "sts_watch"
    );
    for (_, zone) in zones.iter() {
        let area = if zone.area_m2.is_finite() { format!("{:.1}", zone.area_m2 / 1e6) } else { "all".to_owned() };
        let squadron = zone.squadron.as_deref().unwrap_or("-");
        let watch = if zone.sts_watch { "yes" } else { "-" };
        let overrides = overrides(zone, limits);
        let _ = writeln!(
            table,
            "{:id_width$}  {:14}  {squadron:8}  {area:>12}  {watch:9}  {overrides}",
            zone.id,
            zone.kind.name()
        );
    }
    table
}

fn overrides(zone: &Zone, limits: &Limits) -> String {
    let Some(own) = &zone.limits else { return "-".to_owned() };
    let base = limits.entries();
    let differs = own.entries().into_iter().filter(|entry| !base.contains(entry));
    differs.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
}

/// What the files say and this build does not do.
fn notes(settings: &Settings, zones: &ZoneSet) -> String {
    let mut notes = String::new();
    for feed in &settings.feeds {
        if feed.source.is_none() && feed.path.is_none() {
            let _ = writeln!(notes, "note: feed {}: has neither a path nor a url: nothing is read", feed.feed.name);
        }
    }
    for (_, zone) in zones.iter().filter(|(_, zone)| zone.schedule.is_some()) {
        let _ = writeln!(notes, "note: zone {}: its schedule is not applied: it is watched at all hours", zone.id);
    }
    for (_, zone) in zones.iter().filter(|(_, zone)| !zone.recipients.is_empty()) {
        let _ = writeln!(notes, "note: zone {}: nothing is delivered to its recipients by this build", zone.id);
    }
    notes
}
