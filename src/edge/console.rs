//! The console's files, embedded when the program was built after `make console`.

/// A file of the console as it is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its content.
    pub bytes: &'static [u8],
    /// The same packed with gzip, where that is shorter.
    pub gzip: Option<&'static [u8]>,
    /// Its media type, with the charset of texts.
    pub content_type: &'static str,
    /// A strong entity tag, with its quotes: the same for the same bytes.
    pub etag: &'static str,
    /// Whether its name carries a hash of its content, so that it may be cached for good.
    pub immutable: bool,
}

/// All files by path, sorted; written by `build.rs`.
const ASSETS: &[(&str, Asset)] = include!(concat!(env!("OUT_DIR"), "/console.rs"));

/// The file at a path below the root, without a leading slash; the empty path is `index.html`.
///
/// `None` for every path where the program was built without the console.
pub fn asset(path: &str) -> Option<Asset> {
    let path = if path.is_empty() { "index.html" } else { path };
    let at = ASSETS.binary_search_by_key(&path, |(name, _)| name).ok()?;
    ASSETS.get(at).map(|(_, asset)| *asset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_page() {
        assert_eq!(asset(""), asset("index.html"));
        assert_eq!(asset("index.html").is_some(), !ASSETS.is_empty());
    }

    #[test]
    fn only_hashed_names_are_kept_for_good() {
        for (path, asset) in ASSETS {
            assert_eq!(asset.immutable, path.starts_with("assets/"), "{path}");
        }
        assert!(asset("index.html").is_none_or(|page| !page.immutable));
    }

    #[test]
    fn unknown_paths_have_no_file() {
        for path in ["/", "assets/", "../Cargo.toml", "assets/../index.html", "index.html.gz", "INDEX.HTML"] {
            assert_eq!(asset(path), None, "{path}");
        }
    }

    #[test]
    fn what_is_packed_is_the_same() {
        use std::io::Read;
        for (path, asset) in ASSETS {
            let Some(packed) = asset.gzip else { continue };
            let mut bytes = Vec::new();
            flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
            assert!(packed.len() < asset.bytes.len() && bytes == asset.bytes, "{path}");
        }
    }
}
