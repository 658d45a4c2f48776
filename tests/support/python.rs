//! Python libraries of others, each in an environment of its own.

use std::path::{Path, PathBuf};

/// The Python that has a library, which `make setup` makes.
pub fn python(library: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let python = target.join("peers").join(library).join("bin/python");
    assert!(python.is_file(), "{} is missing: `make setup` makes it", python.display());
    python
}
