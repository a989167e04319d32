//! Exceptions and the baseline, as they count: read from one side, and on a server from what a push brings as far as approvers signed it.

mod record;
mod settings;

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub use record::{Exception, Record, Until};
pub(super) use settings::read;
pub use settings::{Settings, days};

use super::{Baseline, Policy, Side};
use crate::checks::signatures::Vouchers;
use crate::finding::Finding;
use crate::git::{Oid, Repo, RepoPath};
use crate::scope::now;

/// Where they lie.
pub const FOLDER: &str = ".palisade/exceptions";

/// Today, UTC.
#[must_use]
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// What lets findings in.
#[derive(Default)]
pub struct Exceptions<'a> {
    /// The side that decides.
    side: Option<Side<'a>>,
    /// Where decisions may lie that were forgotten: they do not count, and are worth a word.
    forgotten: Option<Side<'a>>,
    /// What a push or a range brings, which counts where it is signed; and the commit that says who may.
    brought: Option<(&'a Repo, Vec<Oid>, Oid)>,
    /// Whether what is judged may be by somebody who would like to let himself in: on a server, and of a range.
    pub judges_strangers: bool,
    read: OnceLock<Read>,
}

/// What was read, when it was first needed.
#[derive(Default)]
struct Read {
    exceptions: Vec<Exception>,
    baseline: Baseline,
    forgotten: (Vec<Exception>, Baseline),
    brought: Vec<Exception>,
    vouchers: Option<Vouchers>,
    /// What could not be read, in sentences.
    faults: Vec<String>,
}

/// Why something is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// The reason that was given; cleaned for a terminal by whoever shows it.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<String>,
    /// Who has decided it.
    pub approver: Option<String>,
}

/// What was decided about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    Open,
    /// An exception lets it in.
    Exception(Grounds),
    /// The baseline does.
    Baseline(Grounds),
    /// An exception speaks of it and does not count, for this reason.
    Void(String),
}

impl<'a> Exceptions<'a> {
    /// Those of one side.
    #[must_use]
    pub fn of(side: Side<'a>) -> Self {
        Self { side: Some(side), ..Self::default() }
    }

    /// Those of what was accepted, and what the tips of a push or a range bring.
    #[must_use]
    pub fn of_accepted(repo: &'a Repo, accepted: Option<Oid>, tips: Vec<Oid>) -> Self {
        let side = accepted.map(|commit| Side::Commit(repo, commit));
        let brought = accepted.map(|commit| (repo, tips, commit));
        Self { side, brought, judges_strangers: true, ..Self::default() }
    }

    /// Those of what is staged. What lies in the work tree alone does not count, and the report says so.
    #[must_use]
    pub fn of_staged(repo: &'a Repo) -> Self {
        let forgotten = repo.work_dir().map(|root| Side::WorkTree(root.to_owned()));
        Self { side: Some(Side::Index(repo)), forgotten, ..Self::default() }
    }

    /// The side that decides; none where nobody has decided anything.
    #[must_use]
    pub fn side(&self) -> Option<&Side<'a>> {
        self.side.as_ref()
    }

    /// What is said of a finding, which stands in `path`.
    #[must_use]
    pub fn decide(&self, policy: &Policy, finding: &Finding, path: Option<&RepoPath>) -> Decision {
        let read = self.read(policy);
        let today = today();
        let mut void = None;
        let speaking = |list: &'_ [Exception]| -> Vec<Exception> {
            list.iter().filter(|exception| exception.speaks_of(finding, path)).cloned().collect()
        };
        for exception in speaking(&read.exceptions) {
            match policy
                .exceptions()
                .hold(&exception, today)
                .and_then(|()| policy.exceptions().may(&exception, finding.rule))
            {
                Ok(()) => return Decision::Exception(Grounds::of(&exception)),
                Err(why) => void = Some((exception, why)),
            }
        }
        for exception in speaking(&read.brought) {
            match read.vouched(policy, &exception, finding, today) {
                Ok(()) => return Decision::Exception(Grounds::of(&exception)),
                Err(why) => void = void.or(Some((exception, why))),
            }
        }
        if let Some(day) = finding.fingerprint.as_ref().and_then(|print| read.baseline.day(print)) {
            let reason = format!("baseline of {day}");
            return Decision::Baseline(Grounds { reason, until: None, approver: None });
        }
        if let Some((exception, why)) = void {
            return Decision::Void(format!("the exception for {} {why}", exception.subject()));
        }
        let (forgotten, baseline) = &read.forgotten;
        let is_forgotten = finding.fingerprint.as_ref().is_some_and(|print| baseline.day(print).is_some())
            || forgotten.iter().any(|exception| exception.speaks_of(finding, path));
        if is_forgotten {
            return Decision::Void("what was decided about it is not staged: `git add .palisade`".to_owned());
        }
        Decision::Open
    }

    /// All that were accepted, in the order of their files.
    #[must_use]
    pub fn all(&self, policy: &Policy) -> &[Exception] {
        &self.read(policy).exceptions
    }

    /// What could not be read, in sentences.
    #[must_use]
    pub fn faults(&self, policy: &Policy) -> &[String] {
        &self.read(policy).faults
    }

    fn read(&self, policy: &Policy) -> &Read {
        self.read.get_or_init(|| {
            let mut read = Read::default();
            if let Some(side) = &self.side {
                read.exceptions = exceptions(side, &mut read.faults);
                read.baseline = Baseline::of(side).unwrap_or_else(|gap| {
                    read.faults.push(gap.to_string());
                    Baseline::default()
                });
            }
            if let Some(side) = &self.forgotten {
                // What cannot be read there would not count either.
                read.forgotten = (exceptions(side, &mut Vec::new()), Baseline::of(side).unwrap_or_default());
            }
            if let Some((repo, tips, accepted)) = &self.brought {
                for tip in tips {
                    for exception in exceptions(&Side::Commit(repo, *tip), &mut read.faults) {
                        let is_same = |other: &Exception| other.record == exception.record;
                        if !read.exceptions.iter().any(is_same) && !read.brought.iter().any(is_same) {
                            read.brought.push(exception);
                        }
                    }
                }
                let is_signed = read.brought.iter().any(|exception| exception.record.signature.is_some());
                if is_signed {
                    let settings = policy.signatures().cloned().unwrap_or_default();
                    match Vouchers::at(repo, *accepted, &settings, now()) {
                        Ok(vouchers) => read.vouchers = Some(vouchers),
                        Err(gap) => read.faults.push(gap.to_string()),
                    }
                }
            }
            read
        })
    }
}

impl Read {
    /// Whether an exception that a push brings counts in that very push.
    fn vouched(&self, policy: &Policy, exception: &Exception, finding: &Finding, today: Date) -> Result<(), String> {
        let settings = policy.exceptions();
        settings.hold(exception, today)?;
        settings.may(exception, finding.rule)?;
        let later = "counts when it was accepted without this";
        let Some(approver) =
            exception.record.approver.as_deref().filter(|_| settings.approvers(finding.rule).is_some())
        else {
            return Err(format!("{later}: the policy names no `approvers` in [exceptions] who could sign it"));
        };
        let Some(headers) = &exception.record.signature else {
            return Err(format!("{later}, or when {approver} has signed it (`palisade allow --sign`)"));
        };
        let Some(vouchers) = &self.vouchers else { return Err(format!("{later}: nobody knows who may sign")) };
        let signed = vouchers.vouch(approver, headers, &exception.record.statement());
        signed.map_err(|why| format!("does not count: its signature {why}"))
    }
}

impl Grounds {
    fn of(exception: &Exception) -> Self {
        let Record { reason, until, approver, .. } = exception.record.clone();
        Self { reason: reason.unwrap_or_default(), until, approver }
    }
}

/// Reads the files of a side; what is none is told in `faults`.
fn exceptions(side: &Side<'_>, faults: &mut Vec<String>) -> Vec<Exception> {
    let files = side.folder(FOLDER).unwrap_or_else(|gap| {
        faults.push(gap.to_string());
        Vec::new()
    });
    let mut all = Vec::new();
    // What explains the folder, or says what git does with it, is no exception.
    for (name, bytes) in files {
        if name.strip_suffix(".toml").is_none() {
            continue;
        }

        let read = bytes.and_then(|bytes| Record::read(&bytes)).and_then(|record| Exception::new(name.clone(), record));
        match read {
            Ok(exception) => all.push(exception),
            Err(why) => faults.push(format!("{FOLDER}/{name} lets nothing in: {why}")),
        }
    }
    all
}
