//! A rule broken at a location. A finding holds nothing of the secret but what may be shown.

use std::fmt;

use crate::git::{Oid, RepoPath};
use crate::rule::{Confidence, Rule};
use crate::scope::Place;
use crate::text::{Position, Region};

/// A rule broken at a location.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was broken.
    pub rule: &'static Rule,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why it was taken for that, in a sentence that shows nothing of the secret.
    pub reason: String,
    /// Where.
    pub location: Location,
    /// The secret's place-holder: what of it everybody knows (its prefix), and stars.
    pub preview: String,
    /// The line that it begins on, with every secret in it redacted, cut around the finding.
    pub excerpt: Excerpt,
    /// The finding's lasting name; none where the repository has no key.
    pub fingerprint: Option<Fingerprint>,
    /// What a `palisade:allow` beside it says.
    pub marker: Marker,
    /// Whether it is let in only because of who brings it; of a secret never.
    pub bypassed: bool,
    /// The other half of a pair: the id that goes with the secret, in the same content.
    pub pair: Option<Half>,
    /// Where in the history its secret is; only an audit looks for that.
    pub origin: Option<Origin>,
}

/// Where the id stands that goes with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Half {
    /// Where it begins in the text.
    pub start: Position,
    /// Where it ends: the position behind its last character.
    pub end: Position,
    /// Its bytes in the content as stored.
    pub region: Region,
}

impl Finding {
    /// What of the content must not be shown: the secret, and the id that goes with it.
    pub fn regions(&self) -> impl Iterator<Item = Region> {
        [Some(self.location.region), self.pair.map(|pair| pair.region)].into_iter().flatten()
    }
}

/// Where in the history a secret is. An audit has one finding a secret, however often that occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The first commit that brought it; none where no commit has it.
    pub first: Option<Sighting>,
    /// The last commit that has it.
    pub last: Option<Sighting>,
    /// Whether it stands at HEAD.
    pub at_head: bool,
    /// The refs from which it can be reached, by full name; none where only a reflog or nothing leads to it. Of many, those that people know best:
    /// branches, tags, what was fetched from elsewhere, others; each kind in ascending order.
    pub refs: Vec<String>,
    /// How many more there are.
    pub more_refs: u64,
    /// The repository, as it was named; none where only one was audited.
    pub repository: Option<String>,
    /// In how many objects it occurs.
    pub objects: u64,
    /// Under how many paths.
    pub paths: u64,
}

/// A commit in which a secret was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Which.
    pub commit: Oid,
    /// Its author's name and address, `A U Thor <author@example.org>`, as bytes that may be no UTF-8, cleaned for a terminal.
    pub author: String,
    /// When its author made it, in seconds since 1970 UTC.
    pub time: i64,
    /// The file's path there; none for a message.
    pub path: Option<RepoPath>,
    /// The line on which the secret begins.
    pub line: usize,
}

/// Who signed a commit or an annotated tag, and what that is worth. Texts are cleaned for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The commit or tag.
    pub object: Oid,
    /// The tag's name, as it says itself; none for a commit.
    pub tag: Option<String>,
    /// The first line of its message.
    pub subject: String,
    /// Its author's, or its tagger's, name and address.
    pub author: String,
    /// When its committer or tagger says that they made it, in seconds since 1970 UTC.
    pub time: Option<i64>,
    /// What the signature turned out to be, by its name: `good`, `unknown-key`.
    pub state: &'static str,
    /// Whether it stands.
    pub stands: bool,
    /// What made it: `ssh`, `openpgp`, `x509`; none where there is none.
    pub format: Option<&'static str>,
    /// The key, as its tools write it.
    pub key: Option<String>,
    /// To whom the key belongs.
    pub signer: Option<String>,
    /// Why it is not simply good, in a sentence.
    pub why: String,
}

/// A line as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Every secret in it is replaced.
    pub text: String,
    /// Where the replacement of this finding's secret begins, in characters.
    pub mark: usize,
}

/// Where a finding stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// What kind of content it is in.
    pub place: Place,
    /// What it is in where that is packed in the content: `folder/inner.zip!file`. Lines are counted there.
    pub inside: Option<RepoPath>,
    /// Where the secret begins in the text.
    pub start: Position,
    /// Where it ends: the position behind its last character.
    pub end: Position,
    /// The secret's bytes in the content as stored.
    pub region: Region,
    /// The blob that the content was read from.
    pub blob: Option<Oid>,
    /// The commit that brought it; none for what is not committed yet.
    pub commit: Option<Oid>,
}

impl Location {
    /// What people call the place, cleaned for a terminal: `file.zip!inner/path`.
    #[must_use]
    pub fn name(&self) -> String {
        let inside = self.inside.as_ref().map_or_else(String::new, |inside| format!("!{inside}"));
        format!("{}{inside}", self.place)
    }
}

/// Names a finding for ever: a keyed hash of rule and secret. Neither path nor line nor commit is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub String);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a `palisade:allow RULE-ID reason` on the finding's line, or on the one above, says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marker {
    /// There is none.
    None,
    /// It names this rule and a reason.
    Allows,
    /// It is there and does not count, for this reason.
    Void(&'static str),
}
