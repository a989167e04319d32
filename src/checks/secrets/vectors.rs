//! Test vectors: a file of tests that holds many secrets of one kind was written to try a program, and they open nothing.

use super::Secrets;
use super::detector::Match;
use super::format::Kind;
use super::surroundings::is_rehearsal;
use crate::git::RepoPath;
use crate::rule::Confidence;
use crate::text::Fresh;

/// So many secrets of one rule in a file of tests are its vectors.
const MANY: usize = 4;

impl Secrets {
    /// Takes out of `matches`, which were found in `text`, what is one of many of its kind in a file of tests. All of the text is counted, whatever of it is
    /// fresh, so that it makes no difference how many of them a change brings.
    pub(super) fn drop_vectors(&self, text: &[u8], path: Option<&RepoPath>, matches: &mut Vec<Match>) {
        if !matches.iter().any(may_be_vector) || !is_rehearsal(path) {
            return;
        }
        let many = |one: &Match, among: &[Match]| {
            let same = |other: &&Match| std::ptr::eq(one.pattern, other.pattern) && may_be_vector(other);
            among.iter().filter(same).take(MANY).count() == MANY
        };
        let is_counted = matches.iter().all(|found| !may_be_vector(found) || many(found, matches));
        let all = if is_counted {
            matches.clone()
        } else {
            self.detector().scan(text, &Fresh::all(text.len()), path).matches
        };
        matches.retain(|found| !may_be_vector(found) || !many(found, &all));
    }
}

/// Whether tests are what makes it no more than possible. What has a form that a provider gave it, or a proof, is told however often it stands there.
fn may_be_vector(found: &Match) -> bool {
    found.confidence == Confidence::Possible
        && (found.pattern.rule.provider == "generic" || found.pattern.kind == Kind::PrivateKey)
}
