//! Names and links that mean something else on other machines.

use unicode_normalization::UnicodeNormalization as _;

use crate::git::RepoPath;

/// A name as file systems compare it that heed neither case nor how Unicode writes a character.
pub(super) fn folded(name: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(name) {
        Ok(name) => name.nfd().collect::<String>().to_lowercase().nfc().collect::<String>().into_bytes(),
        Err(_) => name.to_ascii_lowercase(),
    }
}

/// Why Windows cannot have a file of this name (Microsoft, "Naming Files, Paths, and Namespaces"); none where it can.
pub(super) fn why_not_on_windows(name: &[u8]) -> Option<String> {
    const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];
    let shown = || RepoPath::new(name).to_string();
    if let Some(byte) = name.iter().find(|byte| **byte < 32 || b"<>:\"|?*\\".contains(byte)) {
        return Some(format!("`{}` has `{}` in it", shown(), byte.escape_ascii()));
    }
    if name.ends_with(b".") || name.ends_with(b" ") {
        return Some(format!("`{}` ends with a full stop or a blank", shown()));
    }
    let stem = String::from_utf8_lossy(name.split(|byte| *byte == b'.').next().unwrap_or_default());
    let stem = stem.trim_end().to_ascii_uppercase();
    let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let is_port = numbered.is_some_and(|number| {
        let mut characters = number.chars();
        matches!(characters.next(), Some('0'..='9' | '¹' | '²' | '³')) && characters.next().is_none()
    });
    (DEVICES.contains(&stem.as_str()) || is_port).then(|| format!("`{}` is a device", shown()))
}

/// Whether a symlink at `path` leads out of the tree, or into what is git's own.
pub(super) fn leaves(path: &[u8], target: &[u8]) -> bool {
    if target.starts_with(b"/") || target.get(1) == Some(&b':') || target.starts_with(b"\\") {
        return true;
    }
    let mut at: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    at.pop();
    for part in target.split(|byte| matches!(byte, b'/' | b'\\')) {
        match part {
            b"" | b"." => {}
            b".." => {
                if at.pop().is_none() {
                    return true;
                }
            }
            _ => at.push(part),
        }
    }
    at.iter().any(|part| part.eq_ignore_ascii_case(b".git"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_windows_cannot_have() {
        for name in ["con", "NUL.txt", "Com1", "lpt9.a.b", "COM¹", "a.", "a ", "a:b", "a?b", "a\tb", "aux .c"] {
            assert!(why_not_on_windows(name.as_bytes()).is_some(), "{name}");
        }
        for name in ["console", "com", "COM10", "com1x", "nul_", "a.con", ".aux", "lpt"] {
            assert!(why_not_on_windows(name.as_bytes()).is_none(), "{name}");
        }
    }

    #[test]
    fn symlinks_stay_in_the_tree_or_not() {
        for (path, target) in [
            ("a", "/etc/passwd"),
            ("a", ".."),
            ("a/b", "../../x"),
            ("a/b", "c/../../../x"),
            ("a", "C:\\x"),
            ("a", ".git/config"),
            ("a/b", "../.GIT/hooks"),
        ] {
            assert!(leaves(path.as_bytes(), target.as_bytes()), "{path} -> {target}");
        }
        for (path, target) in
            [("a", "b"), ("a/b", "../x"), ("a/b/c", "../../x/./y"), ("a", "b/../c"), ("a", ".gitignore")]
        {
            assert!(!leaves(path.as_bytes(), target.as_bytes()), "{path} -> {target}");
        }
    }

    #[test]
    fn names_are_folded_as_file_systems_do() {
        assert_eq!(folded("README".as_bytes()), folded("ReadMe".as_bytes()));
        assert_eq!(folded("\u{e4}".as_bytes()), folded("A\u{308}".as_bytes()));
        assert_ne!(folded(b"a"), folded("\u{e4}".as_bytes()));
        assert_ne!(folded(b"\xFF"), folded(b"\xFE"));
    }
}
