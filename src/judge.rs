//! Findings and policy to a report and its verdict: the one place where a verdict is made.

mod hurry;
mod look;
mod many;
mod owners;
mod rules;
mod sieve;
mod signatures;
mod signed;
mod told;

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use look::Look;
pub use many::Repository;
use sieve::Sieve;
pub use signed::{Share, Signed};
pub use told::{Rewrite, Told};

use crate::changeset::{Changeset, Commits, Needs};
use crate::checks::Check;
use crate::finding::{Attestation, Finding, Marker};
use crate::git::{Oid, RefName, Repo, RepoPath};
use crate::policy::{Decision, Exceptions, Grounds, Policy};
use crate::redact::{redacted, redacted_bytes};
use crate::rule::Level;
use crate::scope::{Coverage, Gap, Place, Scope};
use crate::work::{Jobs, spread};

/// Whether a change may enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing speaks against it.
    Accept,
    /// At least one finding at level `reject`.
    Reject,
    /// Something could not be looked at.
    Incomplete,
}

impl Verdict {
    /// A finding at level `reject` keeps a change out, whatever else could not be looked at: more to find would not change
    /// that. Without one, a gap leaves the question open.
    fn of(findings: &[Judged], coverage: &Coverage) -> Self {
        if findings.iter().any(|judged| judged.level == Level::Reject) {
            Self::Reject
        } else if coverage.gaps.is_empty() {
            Self::Accept
        } else {
            Self::Incomplete
        }
    }

    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Incomplete => "incomplete",
        }
    }

    /// What the process ends with. 2 is for errors: nothing was judged.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Accept => 0,
            Self::Reject => 1,
            Self::Incomplete => 3,
        }
    }
}

/// A finding, and what the policy does with it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What was found.
    pub finding: Finding,
    /// `reject` or `annotate`; what is ignored is counted only.
    pub level: Level,
}

/// A finding that would be in the report, had nobody let it in.
#[derive(Clone, Debug)]
pub struct LetIn {
    /// What was found, and the level that it would have.
    pub judged: Judged,
    /// What lets it in.
    pub by: Permit,
}

/// What lets a finding in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permit {
    /// A `palisade:allow` beside it.
    Marker,
    /// An exception.
    Exception(Grounds),
    /// The baseline.
    Baseline(Grounds),
}

impl Permit {
    /// As reports and the log write it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Marker => "marker",
            Self::Exception(_) => "exception",
            Self::Baseline(_) => "baseline",
        }
    }

    /// What was written down about it; nothing of a marker.
    #[must_use]
    pub fn grounds(&self) -> Option<&Grounds> {
        match self {
            Self::Marker => None,
            Self::Exception(grounds) | Self::Baseline(grounds) => Some(grounds),
        }
    }

    /// Why that was right, in a sentence that shows nothing of the secret.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Marker => "a palisade:allow beside it lets it in".to_owned(),
            Self::Exception(grounds) | Self::Baseline(grounds) => grounds.reason.clone(),
        }
    }
}

/// How many findings are not in the report, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Suppressed {
    /// A `palisade:allow` marker lets them in.
    pub markers: u64,
    /// The policy's level for them is `ignore`.
    pub ignored: u64,
    /// An exception lets them in.
    pub exceptions: u64,
    /// The baseline has them.
    pub baseline: u64,
}

/// The finished report.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was judged.
    pub scope: Scope,
    /// The verdict: it is the exit code.
    pub verdict: Verdict,
    /// Most severe first, then by place.
    pub findings: Vec<Judged>,
    /// What is not among them.
    pub suppressed: Suppressed,
    /// Which of them were let in, and by what; what the policy ignores is only counted.
    pub let_in: Vec<LetIn>,
    /// What was looked at.
    pub coverage: Coverage,
    /// The repositories of an audit of several, in the order in which they were named.
    pub repositories: Vec<Repository>,
    /// Whether what is staged would become the first commit: it is unstaged by another command.
    pub first_commit: bool,
    /// Of a push: the commits of the findings, with what is needed to mend them.
    pub commits: HashMap<Oid, Told>,
    /// Who signed each commit and tag, the parents' side first; empty where the policy does not speak of signatures.
    pub attestations: Vec<Attestation>,
    /// Who signed what an audit has looked at, where it was asked for.
    pub signed: Option<Signed>,
    /// What else is worth a word: which policy was in force, where that is not plain, and who said who may sign.
    pub notes: Vec<String>,
    /// Whether it enters although not all of it was looked at, as the policy lets it.
    pub lets_gaps_in: bool,
}

/// Runs checks under a policy.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// The checks.
    pub checks: &'a [Box<dyn Check>],
    /// What is in force.
    pub policy: &'a Policy,
    /// What was decided.
    pub exceptions: &'a Exceptions<'a>,
    /// Where the contents come from; files need none.
    pub repo: Option<&'a Repo>,
    /// How many threads may work.
    pub jobs: Jobs,
    /// What a push may take, and who is told how far it is.
    pub pace: Pace<'a>,
}

/// How long a judge may look, and whom it tells how far it is.
#[derive(Clone, Copy, Default)]
pub struct Pace<'a> {
    /// When to stop, and how long that is from the beginning.
    pub deadline: Option<(Instant, Duration)>,
    /// Is called now and then with how many are done, of how many, of what.
    pub progress: Option<&'a (dyn Fn(u64, u64, Unit) + Sync)>,
}

/// What is counted for those who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Objects of a pack that were sifted.
    Objects,
    /// Commits that were judged.
    Commits,
}

impl Pace<'_> {
    fn is_over(self) -> bool {
        self.deadline.is_some_and(|(deadline, _)| Instant::now() >= deadline)
    }

    fn tell(self, done: u64, all: u64, unit: Unit) {
        if let Some(progress) = self.progress {
            progress(done, all, unit);
        }
    }
}

impl Judge<'_> {
    /// Looks at all of a changeset, and makes the verdict.
    #[must_use]
    pub fn judge(self, scope: Scope, changeset: Changeset) -> Report {
        let Changeset { sources, mut commits, mut coverage, first_commit, arrivals, pushed } = changeset;
        let around = rules::Around::new(&scope, pushed.as_ref());
        let mut found = around.look(self, &sources, &mut coverage);
        let mut number = found.len();
        let mut batch = sources;
        let is_hurried = self.pace.deadline.is_some();
        let mut sieve = Sieve::default();
        if let (true, Scope::Push(push), Some(repo)) = (is_hurried, &scope, self.repo) {
            // What stands at the tips comes before the pack as a whole.
            commits.hurry(&hurry::tips(push, repo));
        } else if matches!(scope, Scope::Push(_)) {
            sieve = Sieve::new(self, &mut coverage);
        }
        let all = commits.len();
        for round in 0_u64.. {
            self.pace.tell((all - commits.len()) as u64, all as u64, Unit::Commits);
            if self.pace.is_over() {
                coverage.gaps.extend(commits.left_out(all).iter().map(|what| self.late(what)));
                commits = Commits::default();
            }
            if is_hurried && round == 1 && !commits.is_empty() {
                sieve = Sieve::new(self, &mut coverage);
            }
            let needs = |commit| Needs {
                changes: !sieve.is_idle(commit),
                message: !sieve.passes(commit) || self.policy.commits().asks_of_commits(),
            };
            batch.extend(commits.next_batch(self.repo, self.jobs, &needs, &mut coverage));
            if batch.is_empty() {
                break;
            }
            if is_hurried {
                let objects = self.repo.map(Repo::objects);
                let size = |oid| objects.as_ref().and_then(|objects| objects.size(oid).ok());
                hurry::sort(&mut batch, |oid| size(oid).unwrap_or(u64::MAX));
            }
            let begin = || Look::new(self, around, Some(&sieve));
            let looks =
                spread(self.jobs, &batch, begin, |look: &mut Look<'_>, at, source| look.at(number + at, source));
            let mut late = Vec::new();
            for look in looks {
                late.extend(look.late.into_iter().map(|late| &batch[late - number]));
                found.extend(look.found);
                coverage.contents += look.coverage.contents;
                coverage.bytes += look.coverage.bytes;
                coverage.ignored += look.coverage.ignored;
                coverage.gaps.extend(look.coverage.gaps);
            }
            if !late.is_empty() {
                coverage.gaps.push(self.late(&hurry::names(&late, batch.len())));
            }
            number += batch.len();
            batch.clear();
        }
        let arrivals = self.arrivals(arrivals, &scope, pushed.as_ref());
        let (attestations, mut notes) = self.signatures(&scope, &arrivals, number, &mut found, &mut coverage);
        notes.extend(self.owners(&scope, arrivals.accepted, number, &mut found, &mut coverage));
        let mut report = self.report(scope, found, coverage, first_commit);
        report.attestations = attestations;
        report.notes.splice(0..0, notes);
        if let (Scope::Push(push), Some(pushed), Some(repo)) = (&report.scope, &pushed, self.repo) {
            report.commits = told::tell(push, pushed, &report.findings, &repo.objects(), self.checks);
        }
        report
    }

    /// What was left when time was up.
    fn late(self, what: &str) -> Gap {
        let span = self.pace.deadline.map_or(Duration::ZERO, |(_, span)| span);
        let why = format!(
            "the deadline of {} s in [server] of the policy had passed; push smaller parts",
            span.as_secs_f64()
        );
        Gap { what: what.to_owned(), why }
    }

    /// Makes the verdict on what an audit has found.
    #[must_use]
    pub fn judge_found(self, scope: Scope, findings: Vec<Finding>, coverage: Coverage) -> Report {
        let mut look = Look::new(self, rules::Around::default(), None);
        let found = findings.into_iter().enumerate().map(|(number, mut finding)| {
            let shown = match &finding.location.place {
                Place::File(path) | Place::PathName(path) => look.clean(path),
                Place::Tag(_)
                | Place::Message
                | Place::Stdin
                | Place::Unreachable(_)
                | Place::Ref(_)
                | Place::Commit => None,
            };
            if let Some(origin) = &mut finding.origin {
                look.rename(origin);
            }
            Found { number, finding, shown, level: None }
        });
        let found: Vec<_> = found.collect();
        self.report(scope, found, coverage, false)
    }

    fn report(self, scope: Scope, found: Vec<Found>, mut coverage: Coverage, first_commit: bool) -> Report {
        for gap in &mut coverage.gaps {
            gap.what = redacted(&gap.what, self.checks);
            gap.why = redacted(&gap.why, self.checks);
        }
        coverage.gaps.sort_unstable();
        coverage.gaps.dedup();
        let Weighed { findings, suppressed, let_in, notes } = self.weigh(found);
        let verdict = Verdict::of(&findings, &coverage);
        let (repositories, commits) = (Vec::new(), HashMap::new());
        let attestations = Vec::new();
        Report {
            scope,
            verdict,
            findings,
            suppressed,
            let_in,
            coverage,
            repositories,
            first_commit,
            commits,
            attestations,
            signed: None,
            notes,
            lets_gaps_in: false,
        }
    }

    /// Levels, markers, exceptions, order. Two commits of a range can have the same blob at the same path: the first one is told.
    fn weigh(self, mut found: Vec<Found>) -> Weighed {
        found.sort_by_key(|found| found.number);
        let mut seen = HashSet::new();
        let mut weighed = Weighed::default();
        for Found { mut finding, shown, level, .. } in found {
            let at = &mut finding.location;
            let (is_known, path) = match &at.place {
                // Each commit that breaks a rule of the policy has to be mended.
                Place::File(path) | Place::PathName(path) => {
                    let spot = (at.region, at.inside.clone(), at.start);
                    let key = (finding.rule.id, at.blob, at.place.clone(), spot);
                    (level.is_none() && !seen.insert(key), Some(path.clone()))
                }
                Place::Message
                | Place::Stdin
                | Place::Tag(_)
                | Place::Unreachable(_)
                | Place::Ref(_)
                | Place::Commit => (false, None),
            };
            if is_known {
                continue;
            }
            match (&mut at.place, shown) {
                (Place::File(path) | Place::PathName(path), Some(shown)) => *path = shown,
                (Place::Ref(name), Some(shown)) => *name = RefName::new(shown.as_bytes()),
                // What is in the name of a ref or a tag is told as any other finding is; the name is shown without it.
                (Place::Ref(name), None) => *name = RefName::new(redacted_bytes(name.as_bytes(), self.checks)),
                (Place::Tag(name), _) => *name = RepoPath::new(redacted_bytes(name.as_bytes(), self.checks)),
                _ => {}
            }
            if level.is_some() {
                finding.reason = redacted(&finding.reason, self.checks);
            }
            let takes_markers = !self.exceptions.judges_strangers || self.policy.exceptions().inline_markers;
            if !takes_markers && finding.marker == Marker::Allows {
                finding.marker = Marker::Void("the policy lets no marker count");
            }
            let level = level.unwrap_or_else(|| self.policy.level(finding.rule, finding.confidence));
            match (level, &finding.marker) {
                (Level::Ignore, _) => weighed.suppressed.ignored += 1,
                (level @ (Level::Annotate | Level::Reject), Marker::Allows) => {
                    weighed.suppressed.markers += 1;
                    weighed.let_in.push(LetIn { judged: Judged { finding, level }, by: Permit::Marker });
                }
                (level @ (Level::Annotate | Level::Reject), Marker::None | Marker::Void(_)) => {
                    self.decide(Judged { finding, level }, path.as_ref(), &mut weighed);
                }
            }
        }
        // What cannot be read lets nothing in, and is worth a word where something could have needed it.
        if !weighed.findings.is_empty() {
            weighed.notes.extend(self.exceptions.faults(self.policy).iter().cloned());
        }
        weighed.notes.iter_mut().for_each(|note| *note = redacted(note, self.checks));
        weighed.findings.sort_by(order);
        weighed.let_in.sort_by(|a, b| order(&a.judged, &b.judged));
        weighed
    }

    /// What was decided about a finding.
    fn decide(self, judged: Judged, path: Option<&RepoPath>, weighed: &mut Weighed) {
        match self.exceptions.decide(self.policy, &judged.finding, path) {
            Decision::Open => weighed.findings.push(judged),
            Decision::Void(why) => {
                weighed.findings.push(judged);
                if !weighed.notes.contains(&why) {
                    weighed.notes.push(why);
                }
            }
            Decision::Exception(grounds) => {
                weighed.suppressed.exceptions += 1;
                weighed.let_in.push(LetIn { judged, by: Permit::Exception(self.told(grounds)) });
            }
            Decision::Baseline(grounds) => {
                weighed.suppressed.baseline += 1;
                weighed.let_in.push(LetIn { judged, by: Permit::Baseline(self.told(grounds)) });
            }
        }
    }

    /// What people wrote, without secrets, and cleaned.
    fn told(self, mut grounds: Grounds) -> Grounds {
        let Grounds { reason, approver, until } = &mut grounds;
        for text in [reason].into_iter().chain(approver).chain(until) {
            *text = RepoPath::new(redacted(text, self.checks).as_bytes()).to_string();
        }
        grounds
    }
}

/// Most severe first, then by place.
fn order(a: &Judged, b: &Judged) -> Ordering {
    let (here, there) = (&a.finding.location, &b.finding.location);
    (b.level.cmp(&a.level)).then_with(|| here.place.cmp(&there.place)).then_with(|| here.region.cmp(&there.region))
}

/// Findings, with what is done about each.
#[derive(Default)]
struct Weighed {
    findings: Vec<Judged>,
    suppressed: Suppressed,
    let_in: Vec<LetIn>,
    notes: Vec<String>,
}

/// A finding, with what is needed to weigh it.
struct Found {
    /// The source's number, so that the order does not depend on threads.
    number: usize,
    finding: Finding,
    /// What its path or ref may be called; its own name where there is no secret in that.
    shown: Option<RepoPath>,
    /// What is done about it, where the check knows that by itself.
    level: Option<Level>,
}
