//! What becomes of each finding: its level, what lets it in, and its place in the report.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::{Found, Judge, Judged, LetIn, Permit, Suppressed};
use crate::finding::Marker;
use crate::git::{RefName, RepoPath};
use crate::policy::{Decision, Grounds};
use crate::redact::{redacted, redacted_bytes};
use crate::rule::Level;
use crate::scope::Place;

/// Findings, with what is done about each.
#[derive(Default)]
pub(super) struct Weighed {
    pub findings: Vec<Judged>,
    pub suppressed: Suppressed,
    pub let_in: Vec<LetIn>,
    pub notes: Vec<String>,
}

impl Judge<'_> {
    /// Levels, markers, exceptions, order. Two commits of a range can have the same blob at the same path: the first one is told.
    pub(super) fn weigh(self, mut found: Vec<Found>) -> Weighed {
        found.sort_by_key(|found| found.number);
        let mut seen = HashSet::new();
        let mut weighed = Weighed::default();
        for Found { mut finding, shown, level, .. } in found {
            let at = &mut finding.location;
            let path = at.place.path().cloned();
            // Each commit that breaks a rule of the policy has to be mended.
            if level.is_none() && path.is_some() {
                let spot = (at.region, at.inside.clone(), at.start);
                if !seen.insert((finding.rule.id, at.blob, at.place.clone(), spot)) {
                    continue;
                }
            }
            self.rename(&mut at.place, shown);
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

    /// Gives a place the name under which it is shown.
    fn rename(self, place: &mut Place, shown: Option<RepoPath>) {
        match (place, shown) {
            (Place::File(path) | Place::PathName(path), Some(shown)) => *path = shown,
            (Place::Ref(name), Some(shown)) => *name = RefName::new(shown.as_bytes()),
            // What is in the name of a ref or a tag is told as any other finding is; the name is shown without it.
            (Place::Ref(name), None) => *name = RefName::new(redacted_bytes(name.as_bytes(), self.checks)),
            (Place::Tag(name), _) => *name = RepoPath::new(redacted_bytes(name.as_bytes(), self.checks)),
            _ => {}
        }
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
