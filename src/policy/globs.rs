//! Globs as .gitignore writes them.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::error::Fault;
use super::values::Value;

/// Globs as .gitignore writes them: `*` stays within a folder, a pattern without `/` speaks of a name in any folder, and
/// one that ends in `/` of all below it.
pub(super) fn globs(patterns: Vec<Value<String>>) -> Result<GlobSet, (usize, Fault)> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let bad = |why: &globset::Error| {
            (pattern.at, Fault::BadGlob { glob: pattern.value.clone(), why: why.kind().to_string() })
        };
        let glob =
            GlobBuilder::new(&anchored(&pattern.value)).literal_separator(true).build().map_err(|why| bad(&why))?;
        set.add(glob);
    }
    set.build().map_err(|why| (0, Fault::BadGlob { glob: "*".to_owned(), why: why.kind().to_string() }))
}

/// The same as a glob for whole paths.
pub(super) fn anchored(pattern: &str) -> String {
    let text = pattern.strip_prefix('/').unwrap_or(pattern);
    let below = if text.ends_with('/') { "**" } else { "" };
    let anywhere = if pattern.trim_end_matches('/').contains('/') { "" } else { "**/" };
    format!("{anywhere}{text}{below}")
}
