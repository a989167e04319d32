//! The commits and annotated tags that a scope brings, whose signatures are judged.

use super::{Changeset, ReadError};
use crate::git::{Ends, GitError, Kind, Objects, Oid, Repo};
use crate::scope::{Arrival, Arrivals, Gap, named};

/// Those of a range: its commits, and the annotated tags that it names. What it leaves out is what was accepted before.
pub(super) fn of_range(repo: &Repo, range: &str, commits: &[Oid]) -> Result<Arrivals, ReadError> {
    let ends = repo.ends(range)?;
    let objects = repo.objects();
    let mut items: Vec<_> = commits.iter().map(|oid| arrival(*oid)).collect();
    items.extend(tags(&objects, &ends)?.into_iter().map(arrival));
    Ok(Arrivals { items, accepted: accepted(&objects, &ends) })
}

/// The commit whose word counts for a range: the one that it leaves out; none where it leaves out nothing.
///
/// # Errors
/// When git does not know the range.
pub fn base(repo: &Repo, range: &str) -> Result<Option<Oid>, GitError> {
    Ok(accepted(&repo.objects(), &repo.ends(range)?))
}

/// All that is verified: the commits of a range, or one tag and nothing else, or all that refs lead to.
pub(super) fn signatures(repo: &Repo, range: Option<&str>) -> Result<Changeset, ReadError> {
    let arrivals = match range {
        Some(range) => {
            let ends = repo.ends(range)?;
            let objects = repo.objects();
            match (tags(&objects, &ends)?.as_slice(), ends.tips.len(), ends.excluded.is_empty()) {
                ([tag], 1, true) => Arrivals { items: vec![arrival(*tag)], accepted: None },
                _ => of_range(repo, range, &repo.commits(range)?)?,
            }
        }
        None => of_refs(repo)?,
    };
    let mut set = Changeset { arrivals, ..Changeset::default() };
    set.coverage.commits = set.arrivals.items.len() as u64;
    if set.arrivals.items.is_empty() {
        let what = range.map_or_else(|| "this repository".to_owned(), |range| named(range.as_ref()).to_string());
        let why = "there is neither a commit nor a tag in it; check that it is the right one, and that it is fetched"
            .to_owned();
        set.coverage.gaps.push(Gap { what, why });
    }
    Ok(set)
}

fn of_refs(repo: &Repo) -> Result<Arrivals, ReadError> {
    let objects = repo.objects();
    let mut tips: Vec<Oid> = Vec::new();
    let mut items = Vec::new();
    for reference in repo.refs()? {
        let is = |oid, kind| matches!(objects.object(oid), Ok((found, _)) if found == kind);
        if reference.named != reference.target && is(reference.named, Kind::Tag) {
            items.push(arrival(reference.named));
        }
        if is(reference.target, Kind::Commit) {
            tips.push(reference.target);
        }
    }
    tips.extend(repo.head()?);
    tips.sort_unstable();
    tips.dedup();
    if !tips.is_empty() {
        items.extend(repo.reachable(&tips, &[])?.into_iter().map(arrival));
    }
    Ok(Arrivals { items, accepted: None })
}

fn arrival(oid: Oid) -> Arrival {
    Arrival { oid, refs: Vec::new() }
}

/// The annotated tags that the range names itself.
fn tags(objects: &Objects, ends: &Ends) -> Result<Vec<Oid>, GitError> {
    let mut tags = Vec::new();
    for tip in &ends.tips {
        if objects.object(*tip)?.0 == Kind::Tag {
            tags.push(*tip);
        }
    }
    Ok(tags)
}

/// The commit that the range leaves out; of several the first.
fn accepted(objects: &Objects, ends: &Ends) -> Option<Oid> {
    ends.excluded.iter().copied().find(|oid| objects.commit(*oid).is_ok())
}
