//! What can be broken, how sure a finding is, and what the policy does with it.

use serde::{Deserialize, Serialize};

/// Anything that can be broken. Rules are built in, so their texts live as long as the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Names the rule for ever: `aws-access-key-id`.
    pub id: &'static str,
    /// What it was called when it was first released: fingerprints are made with it, so that a rule that is renamed or split keeps them.
    pub family: &'static str,
    /// A noun phrase: `AWS access key id`.
    pub summary: &'static str,
    /// Who issues such secrets; `generic` where nobody in particular does.
    pub provider: &'static str,
    /// Where the secret is made invalid.
    pub revoke: &'static str,
    /// How it is replaced.
    pub rotate: &'static str,
}

impl Rule {
    /// A rule of a policy, which is about no secret. `mend` says how a change is made that keeps to it.
    #[must_use]
    pub const fn of_policy(id: &'static str, summary: &'static str, mend: &'static str) -> Self {
        Self { id, family: id, summary, provider: POLICY, revoke: "", rotate: mend }
    }

    /// Whether it is about a secret, which has to be revoked.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.provider != POLICY
    }

    /// The page on which such a secret is revoked; none where that is told in words.
    #[must_use]
    pub fn page(&self) -> Option<&'static str> {
        let is_page = self.revoke.starts_with("https://") && self.revoke.bytes().all(|byte| byte.is_ascii_graphic());
        is_page.then_some(self.revoke)
    }

    /// How a change is made that keeps to it; none where it is about a secret.
    #[must_use]
    pub fn mend(&self) -> Option<&'static str> {
        (!self.is_secret()).then_some(self.rotate)
    }
}

/// What stands for the provider of rules that are about no secret.
const POLICY: &str = "policy";

/// How sure it is that a finding is what its rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Worth a look.
    Possible,
    /// Nearly always.
    Likely,
    /// The shape, or a proof in it, leaves no doubt.
    Certain,
}

impl Confidence {
    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What the policy does with a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It is counted, and not shown.
    Ignore,
    /// It is shown, and the change gets in.
    Annotate,
    /// It keeps the change out.
    #[default]
    Reject,
}

impl Level {
    /// As policies and reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Annotate => "annotate",
            Self::Reject => "reject",
        }
    }
}

/// How much harm a finding can do, on the scale that security tools share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A rule of the policy that is only annotated.
    Low,
    /// What may be a secret; a rule of the policy that keeps a change out.
    Medium,
    /// What is nearly always a secret.
    High,
    /// A secret without doubt.
    Critical,
}

impl Severity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// Of a finding. What the policy does with a secret does not make it less of one.
    #[must_use]
    pub fn of(rule: &Rule, confidence: Confidence, level: Level) -> Self {
        match (rule.is_secret(), confidence, level) {
            (true, Confidence::Certain, _) => Self::Critical,
            (true, Confidence::Likely, _) => Self::High,
            (true, Confidence::Possible, _) | (false, _, Level::Reject) => Self::Medium,
            (false, _, Level::Annotate | Level::Ignore) => Self::Low,
        }
    }

    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
