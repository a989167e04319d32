//! Where a value stands: in what kind of file, and whether that is a place where secrets are made up.

use crate::git::RepoPath;
use crate::text::{Region, line_around};

/// What kind of file a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// It sets values: `.env`, INI, YAML, properties.
    Config,
    /// A program: what has no quotes is code.
    Code,
    /// Made by a program and full of hashes: lock files, minified code, pictures.
    Generated,
    /// Anything else, or unknown.
    Other,
}

impl FileKind {
    /// All kinds in which a value can be found.
    pub(super) const ANY: &'static [Self] = &[Self::Config, Self::Code, Self::Other];

    /// The list of this kind alone.
    pub(super) fn alone(self) -> &'static [Self] {
        match self {
            Self::Config => &[Self::Config],
            Self::Code => &[Self::Code],
            Self::Generated => &[Self::Generated],
            Self::Other => &[Self::Other],
        }
    }
}

/// Endings of files of settings.
const CONFIG: &[&str] = &[
    "env",
    "ini",
    "cfg",
    "conf",
    "cnf",
    "properties",
    "yml",
    "yaml",
    "toml",
    "tfvars",
    "config",
    "envrc",
    "netrc",
    "settings",
    "credentials",
    "npmrc",
    "pypirc",
    "dockerfile",
    "secrets",
    "list",
    "plist",
    "reg",
    "sh",
    "bash",
    "zsh",
    "bat",
    "cmd",
    "s3cfg",
    "pgpass",
    "htpasswd",
    "service",
    "rc",
    "fish",
    "ksh",
];
/// Endings of programs.
const CODE: &[&str] = &[
    "py", "js", "jsx", "mjs", "cjs", "ts", "tsx", "go", "java", "rb", "rs", "c", "cc", "cpp", "cxx", "h", "hh", "hpp",
    "cs", "php", "swift", "kt", "kts", "scala", "groovy", "gradle", "pl", "pm", "lua", "ex", "exs", "erl", "hs", "clj",
    "dart", "m", "mm", "vb", "fs", "r", "jl", "nim", "zig", "vue", "svelte", "sol", "tf", "hcl", "ps1", "sql", "elm",
    "ml", "proto", "graphql", "ino", "psm1", "erb", "jsp", "cshtml", "phtml", "pas", "d", "el", "lisp", "scm",
];
/// Endings of what programs write.
const GENERATED: &[&str] = &[
    "lock",
    "map",
    "svg",
    "sum",
    "min.js",
    "min.css",
    "snap",
    "ipynb.json",
    "pbxproj",
    "wasm",
    "po",
    "pot",
    "xlf",
    "xliff",
    "arb",
    "resx",
    "lock.hcl",
    "bundle.js",
    "svgz",
    "cast",
];
/// Names of what package managers write.
const LOCKS: &[&str] = &["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum", "composer.lock"];

/// Tells it from the file's name.
pub(super) fn file_kind(path: Option<&RepoPath>) -> FileKind {
    let Some(path) = path else { return FileKind::Other };
    let path = String::from_utf8_lossy(path.as_bytes()).to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let extension = name.rsplit('.').next().unwrap_or(name);
    if LOCKS.contains(&name)
        || GENERATED.iter().any(|end| name.strip_suffix(end).is_some_and(|stem| stem.ends_with('.')))
    {
        FileKind::Generated
    } else if CONFIG.contains(&extension) || name.starts_with(".env") || name.starts_with("dockerfile") {
        FileKind::Config
    } else if CODE.contains(&extension) {
        FileKind::Code
    } else {
        FileKind::Other
    }
}

/// Folders of tests, examples and documentation, and of translations.
const PARTS: &[&str] = &[
    "t",
    "test",
    "tests",
    "testing",
    "spec",
    "specs",
    "fixture",
    "fixtures",
    "testdata",
    "test-data",
    "test_data",
    "testfixtures",
    "example",
    "examples",
    "mock",
    "mocks",
    "stubs",
    "__tests__",
    "__mocks__",
    "__fixtures__",
    "sample",
    "samples",
    "doc",
    "docs",
    "documentation",
    "guides",
    "tutorial",
    "tutorials",
    "e2e",
    "demo",
    "demos",
    "benchmarks",
    "cypress",
    "playground",
    "unittests",
    "unit-tests",
    "testsuite",
    "testsuites",
    "locale",
    "locales",
    "i18n",
    "l10n",
    "lang",
    "langs",
    "translations",
];
/// Words of a name that say that it is a test or an example.
const WORDS: &[&str] = &[
    "test", "tests", "spec", "example", "examples", "sample", "mock", "mocks", "testing", "fixture", "fixtures",
    "testdata",
];

/// Whether a file holds tests, fixtures, examples or documentation, or the words of a translation, by its path.
pub(super) fn is_rehearsal(path: Option<&RepoPath>) -> bool {
    let Some(path) = path else { return false };
    let whole = String::from_utf8_lossy(path.telling());
    let path = whole.to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let is_word = |part: &str| WORDS.contains(&part);
    let stem = whole.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
    folders.split('/').any(|part| PARTS.contains(&part) || part.split(['-', '_', '.']).any(is_word))
        || name.split(['.', '_', '-']).any(is_word)
        || matches!(name.rsplit('.').next(), Some("md" | "mdx" | "rst" | "adoc" | "asciidoc"))
        || ["Test", "Tests", "Spec", "Specs", "IT", "TestCase"]
            .iter()
            .any(|end| stem.len() > end.len() && stem.ends_with(end))
}

/// How late a file may be looked at where time is short, by its path: settings and keys come first, and last what stands among tests and what programs
/// have made.
#[must_use]
pub fn urgency(path: &RepoPath) -> u8 {
    const KEYS: &[&[u8]] = &[
        b".pem",
        b".key",
        b".p12",
        b".pfx",
        b".jks",
        b".ppk",
        b".kdbx",
        b"id_rsa",
        b"id_dsa",
        b"id_ecdsa",
        b"id_ed25519",
    ];
    let name = path.as_bytes().to_ascii_lowercase();
    let is_key = KEYS.iter().any(|end| name.ends_with(end));
    match (is_rehearsal(Some(path)), file_kind(Some(path))) {
        (false, _) if is_key => 0,
        (false, FileKind::Config) => 0,
        (false, FileKind::Code | FileKind::Other) => 1,
        (true, FileKind::Config | FileKind::Code | FileKind::Other) => 2,
        (_, FileKind::Generated) => 3,
    }
}

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings {
    /// As which kind of file the text is read.
    pub kind: FileKind,
    /// Whether it holds tests, examples or documentation.
    pub rehearsal: bool,
}

/// Whether what stands at `at` is commented out, or a part of a line of prose that documents a program.
pub(super) fn is_comment(text: &[u8], at: usize) -> bool {
    const SIGNS: &[&[u8]] = &[b"# ", b"//", b"/*", b"*", b"--", b";", b"<!--", b"##", b"#!"];
    let line = line_around(text, Region::new(at, at));
    let line = text[line.start..at].trim_ascii_start();
    SIGNS.iter().any(|sign| line.starts_with(sign)) || line == b"#" || memchr::memmem::find(line, b" // ").is_some()
}

/// Whether a line is one that a program has written, as far as it is looked at.
pub(super) fn is_endless(text: &[u8], at: usize) -> bool {
    line_around(text, Region::new(at, at)).len() > 1500
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_where_secrets_are_made_up_are_told_by_their_paths() {
        for path in [
            "t/lib.sh",
            "src/test/java/A.java",
            "pkg/a_test.go",
            "README.md",
            "src/UserServiceTest.java",
            "app/LoginSpec.scala",
            "config/.env.example",
            "my-app-tests/x.py",
            "locale/de.properties",
        ] {
            assert!(is_rehearsal(Some(&RepoPath::new(path))), "{path}");
        }
        for path in [
            "src/main.rs",
            "latest/app.py",
            "contest.py",
            "config/prod.yml",
            "notes.txt",
            "src/Unit.java",
            "attest/a.go",
        ] {
            assert!(!is_rehearsal(Some(&RepoPath::new(path))), "{path}");
        }
        assert!(!is_rehearsal(None));
    }

    #[test]
    fn a_comment_is_told_by_how_its_line_begins() {
        let at = |text: &str| is_comment(text.as_bytes(), text.find("pw").expect("it is there"));
        assert!(at("a\n  # pw = x"));
        assert!(at("a();\n // pw = x"));
        assert!(at(" * pw: x"));
        assert!(!at("#define pw \"x\""));
        assert!(!at("a # b\npw = x"));
    }
}
