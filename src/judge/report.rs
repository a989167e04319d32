//! What a judge hands over: the findings with what is done about each, what was let in, and the verdict.

use std::collections::HashMap;

use super::{Repository, Signed, Told};
use crate::finding::{Attestation, Finding};
use crate::git::Oid;
use crate::policy::Grounds;
use crate::rule::Level;
use crate::scope::{Coverage, Scope};

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

impl Report {
    /// Of a scope in which nothing was found, and nothing looked at.
    #[must_use]
    pub fn nothing(scope: Scope) -> Self {
        Self {
            scope,
            verdict: Verdict::Accept,
            findings: Vec::new(),
            suppressed: Suppressed::default(),
            let_in: Vec::new(),
            coverage: Coverage::default(),
            repositories: Vec::new(),
            first_commit: false,
            commits: HashMap::new(),
            attestations: Vec::new(),
            signed: None,
            notes: Vec::new(),
            lets_gaps_in: false,
        }
    }
}

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
    pub(super) fn of(findings: &[Judged], coverage: &Coverage) -> Self {
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
