//! What a push may do to which ref: `[[refs]]` of the policy.

use std::cell::OnceCell;
use std::collections::HashSet;

use globset::{Candidate, GlobSet};

use super::broken::{Broken, Bypass};
use super::text_pattern::TextPattern;
use crate::changeset::Pushed;
use crate::git::{GitError, Kind, NewCommits, Objects, Oid, RefUpdate, Repo};
use crate::rule::{Level, Rule};
use crate::scope::{Gap, Place, Push};

/// What can be forbidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The ref comes into being.
    Create,
    /// It moves, in whatever direction.
    Update,
    /// It goes away.
    Delete,
    /// It moves to where its old place does not lead: commits are dropped or replaced.
    ForcePush,
    /// A merge commit comes in that was on no ref before.
    MergeCommit,
    /// A merge commit comes to this ref, wherever it was before.
    NonlinearHistory,
    /// A commit comes in that was on no ref before, unless it merges what was: work goes over another branch first.
    DirectCommit,
    /// A commit comes to this ref that waits for `git rebase --autosquash`.
    FixupCommit,
    /// A tag comes in that is no annotated one.
    LightweightTag,
}

/// The deeds by the names that policies have for them, with the rules that they break.
pub const DEEDS: [(&str, Deed, &Rule); 9] = [
    ("create", Deed::Create, &CREATE),
    ("update", Deed::Update, &UPDATE),
    ("delete", Deed::Delete, &DELETE),
    ("force-push", Deed::ForcePush, &FORCE_PUSH),
    ("merge-commit", Deed::MergeCommit, &MERGE_COMMIT),
    ("nonlinear-history", Deed::NonlinearHistory, &NONLINEAR_HISTORY),
    ("direct-commit", Deed::DirectCommit, &DIRECT_COMMIT),
    ("fixup-commit", Deed::FixupCommit, &FIXUP_COMMIT),
    ("lightweight-tag", Deed::LightweightTag, &LIGHTWEIGHT_TAG),
];

const CREATE: Rule =
    Rule::of_policy("create-ref", "new ref", "Push to a ref that is there, or ask who may create this one.");
const UPDATE: Rule =
    Rule::of_policy("update-ref", "ref that must not move", "Push under a new name; this ref stays where it is.");
const DELETE: Rule = Rule::of_policy("delete-ref", "ref that must not go", "Leave it, or ask who may delete it.");
const FORCE_PUSH: Rule = Rule::of_policy(
    "force-push",
    "push that drops commits",
    "`git fetch`, then `git rebase` or `git merge` onto what is there, and push without --force.",
);
const MERGE_COMMIT: Rule = Rule::of_policy(
    "merge-commit",
    "merge commit",
    "`git rebase` your commits onto the branch, so that no merge is left, and push again.",
);
const NONLINEAR_HISTORY: Rule = Rule::of_policy(
    "nonlinear-history",
    "history that is not linear",
    "`git rebase` the commits onto the branch, so that no merge is left, and push again.",
);
const DIRECT_COMMIT: Rule = Rule::of_policy(
    "direct-commit",
    "commit that was on no other branch",
    "Push it to a branch of its own first, and have that one merged.",
);
const FIXUP_COMMIT: Rule = Rule::of_policy(
    "fixup-commit",
    "commit that waits to be squashed",
    "`git rebase -i --autosquash` onto the branch, and push again.",
);
const LIGHTWEIGHT_TAG: Rule = Rule::of_policy(
    "lightweight-tag",
    "tag without a message",
    "`git tag --force --annotate NAME COMMIT`, and push it again.",
);
const REF_NAME: Rule = Rule::of_policy(
    "ref-name",
    "name that refs must not have",
    "`git push REMOTE LOCAL:NAME` under a name that fits, or `git branch -m` first.",
);

/// The rules for some refs.
#[derive(Clone, Debug)]
pub struct Block {
    /// The refs that it speaks of.
    pub matches: GlobSet,
    /// Whether it speaks of the default branch, whatever that is called.
    pub default_branch: bool,
    /// What is forbidden there.
    pub forbid: Vec<Deed>,
    /// What a ref must be called.
    pub name: Option<TextPattern>,
    /// What is done about it.
    pub level: Level,
    /// Who may.
    pub bypass: Bypass,
}

/// The rules for refs, in the order of the policy: for each rule the first block counts that matches the ref and has the rule.
#[derive(Clone, Debug, Default)]
pub struct Refs(pub Vec<Block>);

/// All rules that can be broken here.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    DEEDS.iter().map(|(_, _, rule)| *rule).chain([&REF_NAME]).collect()
}

impl Refs {
    /// Judges what a push does to refs.
    #[must_use]
    pub fn check(&self, push: &Push, pushed: &Pushed, repo: &Repo) -> (Vec<Broken>, Vec<Gap>) {
        let (mut broken, mut gaps) = (Vec::new(), Vec::new());
        if self.0.is_empty() {
            return (broken, gaps);
        }
        let default = match repo.default_branch() {
            Ok(default) => default,
            Err(error) => {
                gaps.push(Gap::of("HEAD", &error));
                None
            }
        };
        let objects = repo.objects();
        for update in &push.updates {
            let is_default = default.as_ref() == Some(&update.name);
            let case = Case { push, update, pushed, repo, objects: &objects, is_default, brought: OnceCell::new() };
            if let Err(error) = self.check_one(&case, &mut broken) {
                gaps.push(Gap::of(&update.name, &error));
            }
        }
        (broken, gaps)
    }

    fn check_one(&self, case: &Case<'_>, broken: &mut Vec<Broken>) -> Result<(), GitError> {
        let name = case.update.name.as_bytes();
        let candidate = Candidate::from_bytes(name);
        let matching = || {
            let is_meant = |block: &&Block| {
                block.default_branch && case.is_default || block.matches.is_match_candidate(&candidate)
            };
            self.0.iter().filter(is_meant)
        };
        for (_, deed, rule) in DEEDS {
            let Some(block) = matching().find(|block| block.forbid.contains(&deed)) else { continue };
            if block.level == Level::Ignore {
                continue;
            }
            let mut found = case.broken(deed, rule, block.level)?;
            block.bypass.apply(case.push, &mut found);
            broken.append(&mut found);
        }
        if let Some(block) = matching().find(|block| block.name.is_some())
            && let Some(pattern) = &block.name
            && block.level != Level::Ignore
            && case.update.new.is_some()
            && case.update.old.is_none()
            && !pattern.is_in(name)
        {
            let mut found = [case.at_ref(&REF_NAME, block.level, format!("it does not match {pattern}"))];
            block.bypass.apply(case.push, &mut found);
            broken.extend(found);
        }
        Ok(())
    }
}

/// One update, with what is found out about it when somebody asks.
struct Case<'a> {
    push: &'a Push,
    update: &'a RefUpdate,
    pushed: &'a Pushed,
    repo: &'a Repo,
    objects: &'a Objects,
    is_default: bool,
    /// The commits that come to the ref, wherever they were before.
    brought: OnceCell<NewCommits>,
}

impl Case<'_> {
    fn broken(&self, deed: Deed, rule: &'static Rule, level: Level) -> Result<Vec<Broken>, GitError> {
        let RefUpdate { old, new, .. } = *self.update;
        let at_ref = |is_broken: bool, why: &str| {
            if is_broken { vec![self.at_ref(rule, level, why.to_owned())] } else { Vec::new() }
        };
        Ok(match deed {
            Deed::Create => at_ref(old.is_none() && new.is_some(), "the push creates it"),
            Deed::Update => at_ref(old.is_some() && new.is_some() && old != new, "the push moves it"),
            Deed::Delete => at_ref(new.is_none(), "the push deletes it"),
            Deed::ForcePush => {
                let drops = self.drops_commits()?;
                at_ref(drops, "what it named before does not lead to what it shall name now")
            }
            Deed::MergeCommit => {
                let is_merge = |commit: &Oid| self.pushed.commits.parents(*commit).is_some_and(|all| all.len() > 1);
                self.at_commits(self.new_to_repository()?, is_merge, rule, level, |_| {
                    "it has more than one parent".into()
                })
            }
            Deed::NonlinearHistory => {
                let brought = self.new_to_ref()?;
                let is_merge = |commit: &Oid| brought.parents(*commit).is_some_and(|parents| parents.len() > 1);
                let all = brought.iter().map(|(commit, _)| commit).collect();
                self.at_commits(all, is_merge, rule, level, |_| "it has more than one parent".into())
            }
            Deed::DirectCommit => {
                // The first push into an empty repository has no other branch to go over.
                if old.is_none() && self.repo.head()?.is_none() {
                    return Ok(Vec::new());
                }
                let is_work = |commit: &Oid| self.pushed.commits.parents(*commit).is_some_and(|all| all.len() < 2);
                self.at_commits(self.new_to_repository()?, is_work, rule, level, |_| "no ref led to it before".into())
            }
            Deed::FixupCommit => self.fixups(rule, level)?,
            Deed::LightweightTag => {
                let is_lightweight = match new {
                    Some(new) => self.objects.peel(new)?.tags.is_empty(),
                    None => false,
                };
                at_ref(is_lightweight, "it names its object without a tag object of its own")
            }
        })
    }

    fn at_ref(&self, rule: &'static Rule, level: Level, reason: String) -> Broken {
        Broken {
            rule,
            level,
            place: Place::Ref(self.update.name.clone()),
            line: 1,
            commit: None,
            reason,
            bypassed: false,
        }
    }

    fn at_commits(
        &self,
        commits: Vec<Oid>,
        is_broken: impl Fn(&Oid) -> bool,
        rule: &'static Rule,
        level: Level,
        reason: impl Fn(&Oid) -> String,
    ) -> Vec<Broken> {
        let at = |commit: Oid| {
            let reason = format!("{}, and {} takes none", reason(&commit), self.update.name);
            Broken { rule, level, place: Place::Commit, line: 1, commit: Some(commit), reason, bypassed: false }
        };
        commits.into_iter().filter(|commit| is_broken(commit)).map(at).collect()
    }

    fn fixups(&self, rule: &'static Rule, level: Level) -> Result<Vec<Broken>, GitError> {
        let mut broken = Vec::new();
        for (commit, _) in self.new_to_ref()?.iter() {
            let message = self.objects.message(commit)?;
            let Some(word) = FIXUPS.iter().find(|word| message.starts_with(word.as_bytes())) else { continue };
            let reason = format!("its subject begins with `{word}`, and {} takes none", self.update.name);
            broken.push(Broken {
                rule,
                level,
                place: Place::Message,
                line: 1,
                commit: Some(commit),
                reason,
                bypassed: false,
            });
        }
        Ok(broken)
    }

    /// Whether the old place of the ref is not on the way to the new one.
    fn drops_commits(&self) -> Result<bool, GitError> {
        let (Some(old), Some(new)) = (self.update.old, self.update.new) else { return Ok(false) };
        if old == new {
            return Ok(false);
        }
        // What is no commit has no way from one to the other.
        let Ok(old) = self.objects.peel(old) else { return Ok(true) };
        let new = self.objects.peel(new)?;
        if old.kind != Kind::Commit || new.kind != Kind::Commit {
            return Ok(true);
        }
        // Mostly the new commits begin where the ref was.
        let (_, beyond) = self.pushed.commits.behind(new.target, &mut HashSet::new());
        Ok(!beyond.contains(&old.target) && !self.repo.is_ancestor(old.target, new.target)?)
    }

    /// The commits of this ref that no ref led to before, the oldest first.
    fn new_to_repository(&self) -> Result<Vec<Oid>, GitError> {
        let Some(tip) = self.tip()? else { return Ok(Vec::new()) };
        let inside: HashSet<Oid> = self.pushed.commits.behind(tip, &mut HashSet::new()).0.into_iter().collect();
        Ok(self.pushed.commits.iter().map(|(commit, _)| commit).filter(|commit| inside.contains(commit)).collect())
    }

    /// The commits that the ref did not lead to before; of a new ref those that the default branch does not lead to.
    fn new_to_ref(&self) -> Result<&NewCommits, GitError> {
        if let Some(brought) = self.brought.get() {
            return Ok(brought);
        }
        let base = match self.update.old {
            Some(old) => Some(old),
            None => self.repo.head()?,
        };
        let brought = match self.tip()? {
            None => NewCommits::default(),
            // Mostly they are the new commits, and begin where the ref was.
            Some(tip) => match self.pushed.commits.behind(tip, &mut HashSet::new()) {
                (inside, beyond) if beyond.iter().all(|commit| base == Some(*commit)) => {
                    self.pushed.commits.only(&inside.into_iter().collect())
                }
                _ => self.repo.commits_between(tip, base.as_slice())?,
            },
        };
        Ok(self.brought.get_or_init(|| brought))
    }

    /// The commit that the ref shall name.
    fn tip(&self) -> Result<Option<Oid>, GitError> {
        let Some(new) = self.update.new else { return Ok(None) };
        let peeled = self.objects.peel(new)?;
        Ok((peeled.kind == Kind::Commit).then_some(peeled.target))
    }
}

/// How the subjects begin that `git commit --fixup` and `--squash` write.
const FIXUPS: [&str; 3] = ["fixup!", "squash!", "amend!"];
