//! What helps against secrets in a history, in the order in which it helps.

use super::tally::Totals;

/// A step: what to do, and what to type for it.
pub(super) struct Step {
    pub(super) what: &'static str,
    pub(super) commands: &'static [&'static str],
}

/// Who rewrites first has changed every commit, and the secret still works: revoking comes first, and may be enough.
pub(super) fn steps(totals: Totals) -> Vec<Step> {
    let mut steps = vec![Step {
        what: "Revoke each secret, those at HEAD first: every clone, fork and cache keeps it, whatever is rewritten.",
        commands: &[],
    }];
    if totals.at_head > 0 {
        steps.push(Step {
            what: "Take what is still at HEAD out of its file with a commit, and read the new secret from elsewhere.",
            commands: &[],
        });
    }
    steps.push(Step {
        what: "Only then, and only if they must be gone: in a fresh clone, with one secret a line in ../secrets.txt,",
        commands: &[
            "git filter-repo --sensitive-data-removal --replace-text ../secrets.txt --replace-message ../secrets.txt",
            "git push --force --mirror origin",
        ],
    });
    steps.push(Step {
        what: "After a rewrite have every clone made anew, and ask the host to drop forks, caches and pull requests.",
        commands: &[],
    });
    if totals.on_no_ref > 0 {
        steps.push(Step {
            what: "What no ref leads to, git forgets in this repository:",
            commands: &["git reflog expire --expire=now --all && git gc --prune=now"],
        });
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revoking_comes_first_and_nothing_is_told_that_does_not_apply() {
        let told = |at_head, on_no_ref| steps(Totals { at_head, on_no_ref, ..Totals::default() });
        assert_eq!([told(0, 0).len(), told(1, 0).len(), told(1, 1).len()], [3, 4, 5]);
        assert!(told(0, 0)[0].what.starts_with("Revoke"));
        assert!(told(1, 1).iter().all(|step| step.what.len() < 110), "a line of a terminal");
    }
}
