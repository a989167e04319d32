//! The file and the lines by which other tools know a finding: most of them take no other place.

use std::ops::RangeInclusive;

use super::json::exact;
use crate::finding::Location;
use crate::scope::Place;

/// Its path, relative to the root of the work tree. What is in no file gets the name of the one that git keeps it in.
pub(super) fn path(location: &Location) -> String {
    match &location.place {
        Place::File(path) | Place::PathName(path) => exact(path),
        Place::Message | Place::Commit => location.commit.map_or_else(
            || ".git/COMMIT_EDITMSG".to_owned(),
            |commit| {
                let name = commit.to_string();
                format!(".git/objects/{}/{}", &name[..2], &name[2..])
            },
        ),
        Place::Tag(name) => format!(".git/refs/tags/{name}"),
        Place::Ref(name) => format!(".git/{name}"),
        Place::Unreachable(kind) => format!(".git/objects/{kind}"),
        Place::Stdin => "stdin".to_owned(),
    }
}

/// Whether it stands at a line of that file: not where the file's own name is meant, or something that is packed in it or in no file.
pub(super) fn has_line(location: &Location) -> bool {
    matches!(location.place, Place::File(_)) && location.inside.is_none()
}

/// The lines that it stands on; the first one where it stands on none.
pub(super) fn lines(location: &Location) -> RangeInclusive<usize> {
    if !has_line(location) {
        return 1..=1;
    }
    let (start, end) = (location.start, location.end);
    // The end is behind the last character, which may be the begin of a line that has nothing of it.
    let last = if end.column == 1 { end.line.saturating_sub(1) } else { end.line };
    start.line..=last.max(start.line)
}
