//! The shell scripts that git runs: what is in them, and whether a hook that lies there is one of them.

use std::path::Path;

/// What a hook that was there before is renamed to: its name and this.
pub(super) const EARLIER: &str = ".before-palisade";

/// A hook of Palisade's.
pub(super) struct Shim {
    /// What git calls it.
    pub name: &'static str,
    template: &'static str,
}

/// All of them: first those of a repository in which people commit.
pub(super) static SHIMS: [Shim; 9] = [
    Shim { name: "pre-commit", template: include_str!("../../hooks/pre-commit") },
    Shim { name: "pre-merge-commit", template: include_str!("../../hooks/pre-merge-commit") },
    Shim { name: "commit-msg", template: include_str!("../../hooks/commit-msg") },
    Shim { name: "post-commit", template: include_str!("../../hooks/post-commit") },
    Shim { name: "pre-push", template: include_str!("../../hooks/pre-push") },
    Shim { name: "pre-receive", template: include_str!("../../hooks/pre-receive") },
    Shim { name: "update", template: include_str!("../../hooks/update") },
    Shim { name: "post-receive", template: include_str!("../../hooks/post-receive") },
    Shim { name: "reference-transaction", template: include_str!("../../hooks/reference-transaction") },
];

/// Those that a repository gets in which people commit.
pub(super) const IN_A_CLONE: &[&str] = &["pre-commit", "pre-merge-commit", "commit-msg", "post-commit"];
/// Those that a repository gets to which people push.
pub(super) const ON_A_SERVER: &[&str] = &["pre-receive"];

/// The line of every shim that says which program it runs.
const PROGRAM: &str = "\npalisade=palisade\n";
/// By its second line a shim is known, whichever release wrote it.
const MARK: &[u8] = b"#!/bin/sh\n# Palisade's hook: ";

impl Shim {
    /// The script that runs this executable.
    pub(super) fn script(&self, executable: &Path) -> Vec<u8> {
        let (before, after) = self.template.split_once(PROGRAM).unwrap_or((self.template, ""));
        let line = [b"\npalisade=", quoted(executable.as_os_str().as_encoded_bytes()).as_slice(), b"\n"].concat();
        [before.as_bytes(), &line, after.as_bytes()].concat()
    }
}

/// Whether a hook is one of Palisade's.
pub(super) fn is_ours(script: &[u8]) -> bool {
    script.starts_with(MARK)
}

/// The program that a script of ours runs, where its path holds no quote.
pub(super) fn program(script: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(script).ok()?;
    let word = text.lines().find_map(|line| line.strip_prefix("palisade="))?;
    Some(word.strip_prefix('\'').and_then(|word| word.strip_suffix('\'')).unwrap_or(word).to_owned())
}

/// One word for any POSIX shell, in the bytes that it has.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut word = vec![b'\''];
    for byte in bytes {
        match byte {
            b'\'' => word.extend_from_slice(br"'\''"),
            _ => word.push(*byte),
        }
    }
    word.push(b'\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shim_runs_its_own_hook_with_the_executable() {
        for shim in &SHIMS {
            assert_eq!(shim.template.matches(PROGRAM).count(), 1, "{}", shim.name);
            assert!(
                shim.template.ends_with(&format!("exec \"$palisade\" hook {} \"$@\"\n", shim.name)),
                "{}",
                shim.name
            );
            let script = shim.script(Path::new("/opt/it's here/palisade"));
            assert!(is_ours(&script));
            let script = String::from_utf8(script).unwrap();
            assert!(script.contains("\npalisade='/opt/it'\\''s here/palisade'\n"), "{script}");
        }
    }

    #[test]
    fn another_hook_is_not_ours() {
        assert!(!is_ours(b"#!/bin/sh\nexec palisade hook pre-commit\n"));
    }
}
