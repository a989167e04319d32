//! What comes first where time may run out (`[server] deadline`): what stands at the tips, then what is likeliest to hold a secret and soonest looked at.

use super::Judge;
use crate::checks::secrets::urgency;
use crate::git::{Kind, Oid, Repo};
use crate::scope::{Gap, Push, Source};

/// So many things are named that were not looked at; the rest is counted.
const NAMES: usize = 3;

/// The commits that the refs of a push shall lead to.
pub(super) fn tips(push: &Push, repo: &Repo) -> Vec<Oid> {
    let objects = repo.objects();
    let peeled = push.updates.iter().filter_map(|update| objects.peel(update.new?).ok());
    peeled.filter(|peeled| peeled.kind == Kind::Commit).map(|peeled| peeled.target).collect()
}

/// Puts in order what is looked at: names and messages, which are small, then files by what their paths say and by the sizes of their blobs.
pub(super) fn sort(batch: &mut [Source], size: impl Fn(Oid) -> u64) {
    batch.sort_by_cached_key(|source| match source {
        Source::Change { change, .. } => (1 + urgency(&change.path), size(change.new.oid)),
        Source::NamedBlob { oid, .. } => (1, size(*oid)),
        Source::File { .. }
        | Source::CommitMessage(_)
        | Source::Stdin
        | Source::Deletion { .. }
        | Source::Tag(_)
        | Source::Bytes { .. } => (0, 0),
    });
}

/// Names some of what was `late`, of `all` that should have been looked at.
pub(super) fn names(late: &[&Source], all: usize) -> String {
    let name = |source: &&Source| match source {
        Source::Change { change, .. } => change.path.to_string(),
        Source::File { name, .. } => name.to_string(),
        Source::CommitMessage(commit) => format!("the message of {commit}"),
        Source::Stdin => "standard input".to_owned(),
        Source::Deletion { path, .. } => path.to_string(),
        Source::Tag(tag) => format!("tag {tag}"),
        Source::NamedBlob { name, .. } => name.to_string(),
        Source::Bytes { place, .. } => place.to_string(),
    };
    let mut names: Vec<String> = late.iter().take(NAMES).map(name).collect();
    if late.len() > NAMES {
        names.push(format!("{} more", late.len() - NAMES));
    }
    format!("{} of {all} contents ({})", late.len(), names.join(", "))
}

impl Judge<'_> {
    /// Tells that `late` of `all` of `what` were not looked at; nothing where none was late.
    pub(super) fn late_ones(self, late: usize, all: usize, what: &str) -> Option<Gap> {
        (late > 0).then(|| self.late(&format!("{late} of {all} {what}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{Change, Mode, RepoPath, Version};

    #[test]
    fn settings_and_keys_come_before_programs_and_tests_and_small_before_large() {
        let oid = |number: u8| Oid::from_hex(format!("{number:02x}").repeat(20)).expect("a name");
        let change = |path: &str, number: u8| Source::Change {
            change: Change {
                path: RepoPath::new(path),
                new: Version { oid: oid(number), mode: Mode::File },
                old: Vec::new(),
                is_added: true,
            },
            commit: None,
        };
        let paths = ["Cargo.lock", "tests/.env", "src/main.rs", "large.yml", "deploy/id_rsa", ".env"];
        let sizes = [1, 2, 3, 99, 5, 6];
        let mut batch: Vec<_> = paths.iter().zip(sizes).map(|(path, size)| change(path, size)).collect();
        batch.push(Source::CommitMessage(oid(9)));
        sort(&mut batch, |oid| u64::from(oid.as_bytes()[0]));
        let order: Vec<_> = batch.iter().map(|source| source.path().map(ToString::to_string)).collect();
        let expected = ["deploy/id_rsa", ".env", "large.yml", "src/main.rs", "tests/.env", "Cargo.lock"];
        let expected: Vec<_> = [None].into_iter().chain(expected.map(|path| Some(path.to_owned()))).collect();
        assert_eq!(order, expected);
    }
}
