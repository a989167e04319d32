//! What is wrong with a CODEOWNERS file: lines that are not understood, match nothing or never count, and files of nobody.

use std::collections::{BTreeSet, HashSet};

use super::{CodeOwners, Owners};
use crate::git::RepoPath;

/// What is wrong with a file. Numbers of lines count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lint {
    /// Lines, or words of them, that are not understood, and why.
    pub invalid: Vec<(usize, String)>,
    /// Lines that match no file.
    pub dead: Vec<usize>,
    /// Lines that match files, each of which a later line takes; and the first such line.
    pub shadowed: Vec<(usize, usize)>,
    /// Names of which the policy does not say who they are; empty where it says nothing of anybody.
    pub strangers: Vec<(usize, String)>,
    /// Files that belong to nobody.
    pub unowned: Vec<RepoPath>,
}

/// Holds a file against the paths that there are.
#[must_use]
pub fn lint(file: &CodeOwners, paths: &[RepoPath], owners: &Owners) -> Lint {
    let mut lint = Lint { invalid: file.faults.clone(), ..Lint::default() };
    let mut counting = HashSet::new();
    let mut matching: HashSet<usize> = HashSet::new();
    let mut taken: Vec<Option<usize>> = vec![None; file.lines.last().map_or(0, |line| line.number) + 1];
    for path in paths {
        let lines: Vec<_> = file.matching(path).collect();
        for (at, line) in lines.iter().enumerate() {
            matching.insert(line.number);
            let later = lines[at + 1..].iter().find(|later| later.section == line.section);
            match later {
                // What an exclusion takes out it takes out for good, so no later line takes it back.
                Some(later) if !line.excludes => _ = taken[line.number].get_or_insert(later.number),
                _ => _ = counting.insert(line.number),
            }
        }
        if file.of(path).is_empty() {
            lint.unowned.push(path.clone());
        }
    }
    for line in &file.lines {
        match taken[line.number] {
            _ if !matching.contains(&line.number) => lint.dead.push(line.number),
            Some(by) if !counting.contains(&line.number) => lint.shadowed.push((line.number, by)),
            _ => {}
        }
        for owner in line.owners.iter().filter(|_| !owners.people.is_empty()) {
            let mut addresses = BTreeSet::new();
            owners.addresses(owner, &mut addresses, &mut HashSet::new());
            if addresses.is_empty() {
                lint.strangers.push((line.number, owner.clone()));
            }
        }
    }
    lint
}

impl Lint {
    /// Whether somebody has to mend something. Files of nobody may be meant.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let Self { invalid, dead, shadowed, strangers, unowned: _ } = self;
        invalid.is_empty() && dead.is_empty() && shadowed.is_empty() && strangers.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_fault_is_found_and_nothing_else() {
        let text = "* @all\n/src/ @src\n/gone/ @all\n*.rs @old\n*.rs @rust\n[x] @all\n/free/\n";
        let file = CodeOwners::parse(RepoPath::new("CODEOWNERS"), text.as_bytes(), Some(super::super::Dialect::GitHub));
        let paths: Vec<_> = ["README", "src/a.c", "src/a.rs", "free/x"].map(RepoPath::new).into();
        let mut owners = Owners::default();
        let found = lint(&file, &paths, &owners);
        assert_eq!(found.invalid.len(), 1);
        assert_eq!((found.dead.as_slice(), found.shadowed.as_slice()), (&[3][..], &[(4, 5)][..]));
        assert_eq!(found.unowned, [RepoPath::new("free/x")]);
        assert!(found.strangers.is_empty() && !found.is_clean());
        owners.people.insert("@all".to_owned(), vec!["a@example.org".to_owned()]);
        owners.people.insert("@src".to_owned(), vec!["@all".to_owned(), "@src".to_owned()]);
        let strangers = lint(&file, &paths, &owners).strangers;
        assert_eq!(strangers, [(4, "@old".to_owned()), (5, "@rust".to_owned())]);
    }
}
