//! `--site FILE=site.toml`: gives a recording the site of its radar.

use std::path::Path;

use anyhow::Context;

use crate::edge::recording::{RecordingFile, feed_name};
use crate::engine::input::{Feed, FeedKind};
use crate::settings::load_site;

/// Gives each file that an option names its site, or, named again, a further one; the longest turn of an antenna becomes
/// the feed's lateness.
///
/// # Errors
/// For an option that does not read so or names no file, and for a site file that is wrong.
pub fn give_sites(files: &mut [RecordingFile], options: &[String]) -> anyhow::Result<()> {
    for text in options {
        let (file, site) = text.split_once('=').with_context(|| format!("--site {text}: must read FILE=site.toml"))?;
        let site = load_site(Path::new(site))?;
        let named = files.iter_mut().find(|f| f.path == Path::new(file));
        let file = named.with_context(|| format!("--site {text}: {file} is not among the files"))?;
        let name = feed_name(&file.path);
        let feed = file.feed.get_or_insert_with(|| Feed::new(&name, FeedKind::default()));
        let first = feed.site.is_none();
        feed.lateness = if first { site.rotation } else { feed.lateness.max(site.rotation) };
        if first {
            feed.site = Some(site);
        } else {
            feed.more_sites.push(site);
        }
    }
    Ok(())
}
