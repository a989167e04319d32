//! Takes secrets out of what is said about other things: a path, an error of git's that quotes a file. What is shown of a
//! finding needs none of this, because it was made without the secret.

use crate::checks::Check;
use crate::finding::Finding;
use crate::git::RepoPath;
use crate::scope::{Content, Place};
use crate::secret::redact;
use crate::text::{Fresh, Region};

/// `text` without the secrets that the checks find in it.
#[must_use]
pub fn redacted(text: &str, checks: &[Box<dyn Check>]) -> String {
    String::from_utf8_lossy(&redacted_bytes(text.as_bytes(), checks)).into_owned()
}

/// The same of what may be no UTF-8.
#[must_use]
pub fn redacted_bytes(text: &[u8], checks: &[Box<dyn Check>]) -> Vec<u8> {
    let fresh = Fresh::all(text.len());
    let content = Content { place: Place::Stdin, blob: None, commit: None, bytes: text.to_vec(), fresh };
    let mut findings = Vec::new();
    for check in checks {
        // What is too much to be looked at is cut short by who says it.
        check.check(&content, &mut findings, &mut Vec::new());
    }
    let regions = findings.iter().flat_map(Finding::regions);
    redact(text, regions)
}

/// A path without what stands in `regions` of it. Given to git as a pattern, the stars still mean the file.
#[must_use]
pub fn redacted_path(path: &RepoPath, regions: impl IntoIterator<Item = Region>) -> RepoPath {
    RepoPath::new(redact(path.as_bytes(), regions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_regions_becomes_stars() {
        let path = RepoPath::new("a/token/b");
        let redacted = |regions: &[(usize, usize)]| {
            redacted_path(&path, regions.iter().map(|(start, end)| Region::new(*start, *end))).to_string()
        };
        assert_eq!(redacted(&[]), "a/token/b");
        assert_eq!(redacted(&[(2, 7)]), "a/********/b");
        assert_eq!(redacted(&[(2, 5), (4, 7), (8, 9)]), "a/********/********");
    }
}
