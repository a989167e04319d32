//! What can be broken, how sure a finding is, and what the policy does with it.

use serde::{Deserialize, Serialize};

/// Anything that can be broken. Rules are built in, so their texts live as long as the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Names the rule for ever: `aws-access-key-id`.
    pub id: &'static str,
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
        Self { id, summary, provider: POLICY, revoke: "", rotate: mend }
    }

    /// Whether it is about a secret, which has to be revoked.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.provider != POLICY
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
