//! What was judged, as findings and attestations, cleaned for a terminal.

use super::One;
use super::judge::Judged;
use crate::finding::{Attestation, Excerpt, Finding, Location, Marker};
use crate::git::RepoPath;
use crate::rule::{Confidence, Rule};
use crate::scope::Place;
use crate::text::{Position, Region};

/// The finding that an object breaks `rule`.
pub(super) fn finding(rule: &'static Rule, one: &One) -> Finding {
    let start = Position { line: 1, column: 1 };
    let Judged { tag, why, key, signer, arrival, .. } = &one.judged;
    let (place, commit) = match tag {
        // What is neither tag nor commit has no name but that of the ref.
        Some(name) if name.is_empty() && !arrival.refs.is_empty() => (Place::Ref(arrival.refs[0].clone()), None),
        Some(name) => (Place::Tag(RepoPath::new(name.as_slice())), None),
        None => (Place::Commit, Some(one.oid)),
    };
    let by = match (key, signer) {
        (Some(key), Some(signer)) => format!(" (key {key} of {signer})"),
        (Some(key), None) => format!(" (key {key})"),
        (None, _) => String::new(),
    };
    Finding {
        rule,
        confidence: Confidence::Certain,
        reason: clean(format!("{why}{by}").as_bytes()),
        location: Location { place, inside: None, start, end: start, region: Region::new(0, 0), blob: None, commit },
        preview: String::new(),
        excerpt: Excerpt { text: String::new(), mark: 0 },
        fingerprint: None,
        marker: Marker::None,
        bypassed: false,
        pair: None,
        origin: None,
    }
}

/// What was found out about an object.
pub(super) fn attestation(one: One) -> Attestation {
    let Judged { state, why, key, signer, format, tag, subject, author, time, .. } = one.judged;
    Attestation {
        object: one.oid,
        tag: tag.as_deref().map(clean),
        subject: clean(&subject),
        author: clean(&author),
        time,
        state: state.as_str(),
        stands: state.stands(),
        format,
        key,
        signer: signer.map(|signer| clean(signer.as_bytes())),
        why: clean(why.as_bytes()),
    }
}

/// What strangers wrote, for a terminal.
fn clean(bytes: &[u8]) -> String {
    RepoPath::new(bytes).to_string()
}

/// A day for people: `2026-01-02`.
pub(super) fn day(seconds: i64) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(time) => time.strftime("%F").to_string(),
        Err(_) => format!("second {seconds}"),
    }
}
