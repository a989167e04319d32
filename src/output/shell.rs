//! Words for a shell: what is printed here can be pasted.

use super::is_hidden;
use crate::git::RepoPath;
use crate::secret::REDACTED;

/// A path as one argument of a POSIX shell. Bytes that would not survive a terminal are written as `$'\NNN'`, which bash, zsh
/// and ksh read.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(is_hidden) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => {
            let escaped = bytes.iter().map(|byte| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
                b' '..=b'~' => char::from(*byte).to_string(),
                _ => format!("\\{byte:03o}"),
            });
            format!("$'{}'", escaped.collect::<String>())
        }
    }
}

/// A path as git's pathspec that means this one file, wherever below the root the reader stands.
pub(super) fn pathspec(path: &RepoPath, below_root: bool) -> String {
    let bytes = path.as_bytes();
    // The stars that stand for a secret in the name are good as a pattern; the name itself must not be shown.
    let is_redacted = bytes.windows(REDACTED.len()).any(|window| window == REDACTED.as_bytes());
    let is_literal =
        is_redacted || !bytes.starts_with(b":") && !bytes.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'));
    let magic: &[u8] = match (below_root, is_literal) {
        (false, true) => b"",
        (false, false) => b":(literal)",
        (true, true) => b":/",
        (true, false) => b":(top,literal)",
    };
    quoted(&[magic, bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_or_a_space_does_not_end_the_word() {
        assert_eq!(quoted(b"a b's"), r"'a b'\''s'");
        assert_eq!(quoted("ä".as_bytes()), "'ä'");
    }

    #[test]
    fn what_a_terminal_would_not_show_is_escaped() {
        assert_eq!(quoted(b"a\nb"), r"$'a\012b'");
        assert_eq!(quoted(b"\xFF'\\"), r"$'\377\'\\'");
        assert_eq!(quoted("a\u{202E}b".as_bytes()), r"$'a\342\200\256b'");
    }

    #[test]
    fn a_pathspec_means_one_file() {
        let spec = |path: &str, below| pathspec(&RepoPath::new(path), below);
        assert_eq!(spec("a/b", false), "'a/b'");
        assert_eq!(spec("a/b", true), "':/a/b'");
        assert_eq!(spec("a[1]", false), "':(literal)a[1]'");
        assert_eq!(spec(":x", true), "':(top,literal):x'");
        assert_eq!(spec("a/********.txt", false), "'a/********.txt'");
    }
}
