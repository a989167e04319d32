//! What of a commit message that is being written is the message: git drops comment lines, and all below the scissors.
//! What is dropped here keeps its place as blanks, so that lines and columns are those of the file.

use std::ops::Range;

use crate::git::Repo;

/// What git writes behind the comment sign on the line below which nothing belongs to the message.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";
/// The signs that `core.commentChar = auto` chooses from.
const AUTO: &[u8] = b"#;@!$%^&|:";

/// The message that a person edited, by the repository's settings.
pub(super) fn without_comments(bytes: Vec<u8>, repo: Option<&Repo>) -> Vec<u8> {
    let config = |key: &str| repo.and_then(|repo| repo.config(key));
    let kept = match config("commit.cleanup").as_deref() {
        Some(b"verbatim" | b"whitespace" | b"scissors") => Comments::Kept,
        _ => Comments::Dropped,
    };
    let signs = match (config("core.commentChar"), config("core.commentString")) {
        (None, None) => vec![b"#".to_vec()],
        (Some(sign), None) | (None, Some(sign)) if sign == b"auto" => auto_sign(&bytes).into_iter().collect(),
        (Some(sign), None) | (None, Some(sign)) => vec![sign],
        // The one that git read last wins, and which one that was is not known here.
        (Some(one), Some(other)) => vec![one, other],
    };
    blank(bytes, &signs, kept)
}

/// Whether a message says anything, by what git asks: one that does not makes no commit (git-commit, "Aborting commit due to empty commit message").
#[must_use]
pub fn says_something(bytes: Vec<u8>, edited: bool, repo: &Repo) -> bool {
    let bytes = if edited { without_comments(bytes, Some(repo)) } else { bytes };
    bytes
        .split(|byte| *byte == b'\n')
        .any(|line| !line.trim_ascii().is_empty() && !line.starts_with(b"Signed-off-by: "))
}

/// What becomes of comment lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comments {
    Dropped,
    Kept,
}

/// With more than one possible sign no line is surely a comment, so all are looked at.
fn blank(mut bytes: Vec<u8>, signs: &[Vec<u8>], comments: Comments) -> Vec<u8> {
    let scissors = lines(&bytes).find(|line| signs.iter().any(|sign| is_scissors(&bytes[line.clone()], sign)));
    if let Some(line) = scissors {
        bytes.truncate(line.start);
    }
    if let (Comments::Dropped, [sign]) = (comments, signs) {
        let dropped: Vec<_> = lines(&bytes).filter(|line| bytes[line.clone()].starts_with(sign)).collect();
        for line in dropped {
            bytes[line].fill(b' ');
        }
    }
    bytes
}

fn is_scissors(line: &[u8], sign: &[u8]) -> bool {
    line.strip_prefix(sign).is_some_and(|rest| rest.strip_suffix(b"\r").unwrap_or(rest) == SCISSORS)
}

/// Git writes its own comments last, so the last line that says something tells the sign that it chose.
fn auto_sign(bytes: &[u8]) -> Option<Vec<u8>> {
    let scissors = AUTO.iter().find(|sign| lines(bytes).any(|line| is_scissors(&bytes[line], &[**sign])));
    let last = || lines(bytes).map(|line| &bytes[line]).filter(|line| !line.trim_ascii().is_empty()).last();
    let sign = scissors.copied().or_else(|| last()?.first().copied().filter(|sign| AUTO.contains(sign)))?;
    Some(vec![sign])
}

/// The lines, without their newlines.
fn lines(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    bytes.split(|byte| *byte == b'\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end + 1;
        range
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(signs: &[&str]) -> Vec<Vec<u8>> {
        signs.iter().map(|sign| sign.as_bytes().to_vec()).collect()
    }

    fn message() -> Vec<u8> {
        b"subject\n# comment\nbody\n# ------------------------ >8 ------------------------\ndiff\n".to_vec()
    }

    #[test]
    fn comments_and_what_lies_below_the_scissors_are_no_message() {
        assert_eq!(blank(message(), &signs(&["#"]), Comments::Dropped), b"subject\n         \nbody\n");
    }

    #[test]
    fn kept_comments_are_looked_at() {
        assert_eq!(blank(message(), &signs(&["#"]), Comments::Kept), b"subject\n# comment\nbody\n");
    }

    #[test]
    fn another_sign_makes_other_comments() {
        assert_eq!(blank(message(), &signs(&["//"]), Comments::Dropped), message());
        assert_eq!(blank(b"a\n// b\n".to_vec(), &signs(&["//"]), Comments::Dropped), b"a\n    \n");
    }

    #[test]
    fn where_the_sign_is_in_doubt_nothing_is_dropped() {
        assert_eq!(blank(b"a\n# b\n; c\n".to_vec(), &signs(&["#", ";"]), Comments::Dropped), b"a\n# b\n; c\n");
        assert_eq!(blank(b"a\n# b\n".to_vec(), &[], Comments::Dropped), b"a\n# b\n");
    }

    #[test]
    fn git_chooses_the_sign_when_told_to() {
        assert_eq!(auto_sign(b"#1 fixed\n\n; On branch main\n;\n"), Some(b";".to_vec()));
        assert_eq!(auto_sign(b"#1 fixed\n"), Some(b"#".to_vec()));
        assert_eq!(auto_sign(b"fixed\n"), None);
    }
}
