//! `[signatures]`, as meant: what must be signed, by whom, and where it stands who may.

use std::collections::BTreeMap;

use globset::{Candidate, GlobMatcher};

use crate::git::{Oid, RefName, RepoPath};
use crate::rule::Level;

use super::state::State;

/// What is in force for signatures.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is done about a signature that does not stand.
    pub level: Level,
    /// What is done about it by its rule, which is stronger.
    pub rules: BTreeMap<&'static str, Level>,
    /// Which signatures will do.
    pub require: Require,
    /// Where the SSH keys stand that may sign, in the tree that was accepted.
    pub allowed_signers: RepoPath,
    /// Where the SSH keys stand that are compromised.
    pub revoked_keys: RepoPath,
    /// Where the OpenPGP certificates lie.
    pub keyring: RepoPath,
    /// Where the roots of X.509 lie, lists of certificates that were taken back, and the keys of transparency logs.
    pub roots: RepoPath,
    /// Who may have told an authority whose certificate it is, as Fulcio writes it into one: `https://github.com/login/oauth`.
    pub issuers: Vec<String>,
    /// Whose address must belong to the key.
    pub identity: Identity,
    /// Who alone may sign what goes to a ref. Each block whose glob fits has to be kept to.
    pub refs: Vec<Reserved>,
    /// Who alone may sign what changes a path: adds it, changes it, or takes it away. Each block whose glob fits has to be kept to.
    pub paths: Vec<Reserved>,
    /// Keys of forges, by address or fingerprint: they sign for others, so the committer's address is enough, and merges of commits
    /// that are accepted, and nothing else.
    pub forges: Vec<String>,
    /// Keys of bots, by address or fingerprint: they commit for others, so the committer's address is enough.
    pub bots: Vec<String>,
    /// This commit, and all that it leads to, need no signature.
    pub since: Option<Oid>,
    /// Whether each push needs a certificate (`git push --signed`).
    pub push_certificate: bool,
    /// Whether each commit is judged by what its parent says of who may sign.
    pub follow_history: bool,
    /// The commit whose word counts, whatever the scope says.
    pub trust: Option<Oid>,
}

/// Which signatures will do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Require {
    /// Those by a key that is known, of whom the commit says that it is by.
    #[default]
    Trusted,
    /// Any that holds: an SSH key need not be known, and nobody asks whose key it is.
    AnyValid,
}

/// Whose address must belong to the key. Of a tag it is always the tagger's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// The committer's: who signs is who commits.
    #[default]
    Committer,
    /// The author's.
    Author,
    /// Both.
    Both,
}

/// Refs or paths that only some may sign for.
#[derive(Clone, Debug)]
pub struct Reserved {
    /// Which.
    pub glob: GlobMatcher,
    /// Who, by address or fingerprint.
    pub signers: Vec<String>,
    /// How many of them it takes, by signature and by signed approvals.
    pub threshold: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            level: Level::Reject,
            rules: BTreeMap::new(),
            require: Require::default(),
            allowed_signers: RepoPath::new(".palisade/allowed_signers"),
            revoked_keys: RepoPath::new(".palisade/revoked_keys"),
            keyring: RepoPath::new(".palisade/keys"),
            roots: RepoPath::new(".palisade/roots"),
            issuers: Vec::new(),
            identity: Identity::default(),
            refs: Vec::new(),
            paths: Vec::new(),
            forges: Vec::new(),
            bots: Vec::new(),
            since: None,
            push_certificate: false,
            follow_history: false,
            trust: None,
        }
    }
}

impl Settings {
    /// What is done about a state.
    #[must_use]
    pub fn level(&self, state: State) -> Level {
        let said = state.rule().and_then(|rule| self.rules.get(rule.id));
        said.copied().unwrap_or_else(|| if state.stands() { Level::Ignore } else { self.level })
    }

    /// Whether a ref is reserved for some signers.
    #[must_use]
    pub fn reserves(&self, name: &RefName) -> bool {
        self.refs.iter().any(|block| block.fits(name.as_bytes()))
    }
}

impl Reserved {
    /// Whether it speaks of this ref or path.
    pub(super) fn fits(&self, name: &[u8]) -> bool {
        self.glob.is_match_candidate(&Candidate::from_bytes(name))
    }
}
