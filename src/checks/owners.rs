//! Whether what a push changes has the word of those who own it: CODEOWNERS, and `[owners]` of the policy.
//!
//! Nothing but signatures tells who says what. A commit has the word of whoever signed it, and of those whom its `Reviewed-by` and
//! `Approved-by` trailers name, where its signature stands; what a merge on the ref brings has the word of the merge as well.

mod file;
mod lint;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Instant;

use globset::{Candidate, GlobSet};

pub use file::{CodeOwners, Dialect, LARGEST, Line, PLACES, Section};
pub use lint::{Lint, lint};

use super::broken::{Broken, Bypass};
use super::commits::{Message, Person};
use super::signatures::{Settings, Signatures};
use crate::finding::Attestation;
use crate::git::{GitError, Item, Kind, Mode, NewCommits, Objects, Oid, RefName, RefUpdate, Repo, RepoPath};
use crate::rule::{Level, Rule};
use crate::scope::{Arrival, Arrivals, Gap, Place, Push};
use crate::work::Jobs;

/// What is asked of owners; without refs nothing is.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    /// The refs on which a change needs the word of its owner.
    pub refs: GlobSet,
    /// Whether the default branch is one of them, whatever that is called.
    pub default_branch: bool,
    /// Where the file lies, if not where forges look for it.
    pub file: Option<RepoPath>,
    /// Whose syntax it has; told from the file where nobody says it.
    pub dialect: Option<Dialect>,
    /// What is done about a change without the word of its owner.
    pub level: Level,
    /// Who is meant by `@name`, in lower case: addresses, or other such names.
    pub people: BTreeMap<String, Vec<String>>,
    /// Who may push all the same.
    pub bypass: Bypass,
}

const UNAPPROVED: Rule = Rule::of_policy(
    "owner-approval",
    "change without the word of its owner",
    "Have an owner sign the commit, or sign it yourself with `Reviewed-by: NAME <ADDRESS>` of an owner among its trailers; \
     `palisade owners PATH` tells who that is.",
);

/// All rules that can be broken here.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    vec![&UNAPPROVED]
}

/// What was found.
#[derive(Default)]
pub struct Found {
    /// What lacks the word of its owner.
    pub broken: Vec<Broken>,
    /// What is worth a word.
    pub notes: Vec<String>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
    /// The refs of which not all was looked at when time was up.
    pub late: Vec<RefName>,
}

/// How signatures are verified, which tell who says what.
pub struct Witnesses<'a> {
    /// What is in force for them.
    pub settings: &'a Settings,
    /// Seconds since 1970 UTC.
    pub now: i64,
    /// How many threads may work.
    pub jobs: Jobs,
    /// The commit that says who may sign.
    pub accepted: Option<Oid>,
    /// When to stop.
    pub until: Option<Instant>,
}

impl Owners {
    /// Judges what a push brings to the refs that ask for it. The file is that of the ref as it was before; of a new ref that of the
    /// default branch.
    #[must_use]
    pub fn check(&self, push: &Push, repo: &Repo, witnesses: &Witnesses<'_>) -> Found {
        let mut found = Found::default();
        if self.level == Level::Ignore || (self.refs.is_empty() && !self.default_branch) {
            return found;
        }
        let default = match repo.default_branch() {
            Ok(default) => default,
            Err(error) => {
                found.gaps.push(Gap::of("HEAD", &error));
                return found;
            }
        };
        for update in &push.updates {
            let is_default = self.default_branch && default.as_ref() == Some(&update.name);
            let is_meant = is_default || self.refs.is_match_candidate(&Candidate::from_bytes(update.name.as_bytes()));
            if let (true, Some(new)) = (is_meant, update.new)
                && let Err(error) = self.check_one(update, new, repo, witnesses, &mut found)
            {
                found.gaps.push(Gap::of(format_args!("the owners of what comes to {}", update.name), &error));
            }
        }
        self.bypass.apply(push, &mut found.broken);
        found
    }

    fn check_one(
        &self,
        update: &RefUpdate,
        new: Oid,
        repo: &Repo,
        witnesses: &Witnesses<'_>,
        found: &mut Found,
    ) -> Result<(), GitError> {
        let objects = repo.objects();
        let tip = objects.peel(new)?;
        let base = match update.old {
            Some(old) => Some(objects.peel(old)?).filter(|old| old.kind == Kind::Commit).map(|old| old.target),
            None => repo.head()?,
        };
        // What is no commit has no paths; and before the first one nobody owns anything.
        let (Kind::Commit, Some(base)) = (tip.kind, base) else { return Ok(()) };
        let Some(file) = self.read(&objects, base)? else {
            found.notes.push(format!("nobody owns anything in {}: commit {base} has no CODEOWNERS", update.name));
            return Ok(());
        };
        for (line, why) in &file.faults {
            found.notes.push(format!("{}:{line} counts for nothing: {why}", file.path));
        }
        let commits = repo.commits_between(tip.target, &[base])?;
        let words = Words::of(&commits, tip.target, repo, witnesses, &mut found.gaps)?;
        for (commit, parents) in commits.iter() {
            // Without all signatures nobody can be said to have given no word.
            if witnesses.until.is_some_and(|until| Instant::now() >= until) {
                found.late.push(update.name.clone());
                break;
            }
            let word = words.on(commit);
            let mut missing: BTreeMap<usize, Missing<'_>> = BTreeMap::new();
            for path in objects.changed_paths(commit, parents)? {
                for line in file.of(&path).into_iter().filter(|line| !file.sections[line.section].is_optional) {
                    if self.said(line, &word) < file.sections[line.section].approvals {
                        missing
                            .entry(line.number)
                            .or_insert_with(|| Missing { line, path: path.clone(), paths: 0 })
                            .paths += 1;
                    }
                }
            }
            found.broken.extend(missing.into_values().map(|missing| self.broken(missing, commit, &file, &word)));
        }
        Ok(())
    }

    /// The file of a commit; none where it has none.
    ///
    /// # Errors
    /// When it cannot be read, or is larger than forges load.
    pub fn read(&self, objects: &Objects, commit: Oid) -> Result<Option<CodeOwners>, GitError> {
        let tree = objects.commit(commit)?.tree;
        let named = self.file.iter().cloned();
        let usual = PLACES.iter().filter(|_| self.file.is_none()).map(|place| RepoPath::new(*place));
        for path in named.chain(usual) {
            if let Some(Item::File(version)) = objects.look_up(tree, path.as_bytes())?
                && matches!(version.mode, Mode::File | Mode::Executable)
            {
                if objects.size(version.oid)? > LARGEST {
                    return Err(GitError::TooMuch { what: format!("{path} at commit {commit}") });
                }
                return Ok(Some(CodeOwners::parse(path, &objects.blob(version.oid)?, self.dialect)));
            }
        }
        Ok(None)
    }

    /// How many of a line's owners are among those who gave their word.
    fn said(&self, line: &Line, word: &BTreeSet<String>) -> usize {
        let mut addresses = BTreeSet::new();
        for owner in &line.owners {
            self.addresses(owner, &mut addresses, &mut HashSet::new());
        }
        addresses.intersection(word).count()
    }

    /// The addresses, in lower case, of whom a word of the file means. Names can mean names, once each.
    pub fn addresses(&self, owner: &str, addresses: &mut BTreeSet<String>, seen: &mut HashSet<String>) {
        let owner = owner.to_lowercase();
        if !owner.starts_with('@') {
            addresses.insert(owner);
        } else if seen.insert(owner.clone()) {
            for member in self.people.get(&owner).into_iter().flatten() {
                self.addresses(member, addresses, seen);
            }
        }
    }

    fn broken(&self, missing: Missing<'_>, commit: Oid, file: &CodeOwners, word: &BTreeSet<String>) -> Broken {
        let Missing { line, path, paths } = missing;
        let wanted = file.sections[line.section].approvals;
        let owners =
            if line.owners.is_empty() { "nobody who can be understood".to_owned() } else { line.owners.join(" ") };
        let pattern = RepoPath::new(line.pattern.as_str());
        let more = if paths > 1 { format!(", as do {} more paths that it changes", paths - 1) } else { String::new() };
        let why = match (wanted, self.said(line, word), word.is_empty()) {
            (1, _, true) => "no signature that stands says who approves".to_owned(),
            (1, _, false) => format!("of them nobody has signed or reviewed it; these did: {}", list(word)),
            (_, some, _) => format!("{some} of {wanted} that are needed have signed or reviewed it"),
        };
        let is_unknown = |owner: &&String| {
            let mut addresses = BTreeSet::new();
            self.addresses(owner, &mut addresses, &mut HashSet::new());
            addresses.is_empty()
        };
        let unknown: Vec<&str> = line.owners.iter().filter(is_unknown).map(String::as_str).collect();
        let unknown = if unknown.is_empty() {
            String::new()
        } else {
            format!("; who {} is, [owners.people] of the policy does not say", unknown.join(" "))
        };
        let reason =
            format!("`{pattern}` belongs to {owners} ({}:{}){more}, and {why}{unknown}", file.path, line.number);
        Broken {
            rule: &UNAPPROVED,
            level: self.level,
            place: Place::File(path),
            line: 1,
            commit: Some(commit),
            reason,
            bypassed: false,
        }
    }
}

/// A line of the file whose owners have not given their word on a commit.
struct Missing<'a> {
    line: &'a Line,
    /// The first path of it.
    path: RepoPath,
    /// How many there are.
    paths: usize,
}

fn list(words: &BTreeSet<String>) -> String {
    let words: Vec<_> = words.iter().map(|word| RepoPath::new(word.as_str()).to_string()).collect();
    words.join(", ")
}

/// Who gave their word on which commit, by addresses in lower case.
struct Words {
    own: HashMap<Oid, BTreeSet<String>>,
    /// The commit on the ref's first-parent line that brought each one.
    bringer: HashMap<Oid, Oid>,
}

impl Words {
    fn of(
        commits: &NewCommits,
        tip: Oid,
        repo: &Repo,
        witnesses: &Witnesses<'_>,
        gaps: &mut Vec<Gap>,
    ) -> Result<Self, GitError> {
        let items = commits.iter().map(|(oid, _)| Arrival { oid, refs: Vec::new() }).collect();
        let Witnesses { settings, now, jobs, accepted, until } = *witnesses;
        let signers = Signatures { settings, now, jobs, until }.check(&Arrivals { items, accepted }, repo);
        gaps.extend(signers.gaps);
        let objects = repo.objects();
        let mut own = HashMap::new();
        for attestation in signers.attestations.iter().filter(|attestation| attestation.stands) {
            own.insert(attestation.object, word(attestation, &objects)?);
        }
        let mut line = Vec::new();
        let mut at = Some(tip);
        while let Some((commit, parents)) = at.and_then(|commit| Some((commit, commits.parents(commit)?))) {
            line.push(commit);
            at = parents.first().copied();
        }
        let (mut bringer, mut seen) = (HashMap::new(), HashSet::new());
        for commit in line.into_iter().rev() {
            bringer.extend(commits.behind(commit, &mut seen).0.into_iter().map(|brought| (brought, commit)));
        }
        Ok(Self { own, bringer })
    }

    /// Who gave their word on a commit.
    fn on(&self, commit: Oid) -> BTreeSet<String> {
        let said = |commit: &Oid| self.own.get(commit).cloned().unwrap_or_default();
        let brought = self.bringer.get(&commit).map(said).unwrap_or_default();
        said(&commit).into_iter().chain(brought).collect()
    }
}

/// The word that a commit holds whose signature stands: that of its signer, and of those whom its trailers name.
fn word(attestation: &Attestation, objects: &Objects) -> Result<BTreeSet<String>, GitError> {
    let mut word: BTreeSet<String> = BTreeSet::new();
    for signer in attestation.signer.iter().flat_map(|signer| signer.split(',')) {
        let inner = signer.trim_end().strip_suffix('>').and_then(|signer| signer.rsplit_once('<'));
        word.insert(inner.map_or(signer, |(_, address)| address).trim().to_lowercase());
    }
    let message = objects.message(attestation.object)?;
    let message = Message::of(&message);
    for value in message.trailers("reviewed-by").chain(message.trailers("approved-by")) {
        word.insert(String::from_utf8_lossy(Person::of(value).email).to_lowercase());
    }
    word.remove("");
    Ok(word)
}
