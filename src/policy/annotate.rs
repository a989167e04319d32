//! `[annotate]`: what becomes of what is annotated.

use super::values::{Entry, Result, choice, flag, table, unknown};

const AS: [(&str, Mark); 3] = [("note", Mark::Note), ("trailer", Mark::Trailer), ("none", Mark::None)];

/// What becomes of what is annotated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Annotate {
    /// The mark that a commit gets.
    pub mark: Mark,
    /// Whether notes are pushed and fetched with everything else.
    pub share: bool,
}

/// The mark that a commit gets of what is annotated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// A git note.
    #[default]
    Note,
    /// A trailer of its message, where it is made: nothing else can write into it.
    Trailer,
    /// Nothing.
    None,
}

/// `[annotate]`.
pub(super) fn read(section: Entry<'_, '_>) -> Result<Annotate> {
    let mut annotate = Annotate::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "as" => annotate.mark = choice(entry, &AS, "`note`, `trailer` or `none`")?,
            "share" => annotate.share = flag(entry)?,
            _ => return Err(unknown(entry, "annotate")),
        }
    }
    Ok(annotate)
}
