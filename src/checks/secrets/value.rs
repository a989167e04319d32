//! Whether a value that a telling name is given is a secret, and how sure that is.

use super::filters::{self, has};
use super::format::Kind;
use super::names;
use super::pattern::{Named, Pattern};
use crate::git::RepoPath;
use crate::rule::Confidence;

/// The syntax around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// Between quotes: it is a value, but of what program?
    Quoted,
    /// In a place where only values stand: an `.env` file, an XML element, a flag of a command.
    Config,
    /// It may be code.
    Bare,
}

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

/// Tells it from the file's name.
pub(super) fn file_kind(path: Option<&RepoPath>) -> FileKind {
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
    ];
    const CODE: &[&str] = &[
        "py", "js", "jsx", "mjs", "cjs", "ts", "tsx", "go", "java", "rb", "rs", "c", "cc", "cpp", "cxx", "h", "hh",
        "hpp", "cs", "php", "swift", "kt", "kts", "scala", "groovy", "gradle", "pl", "pm", "lua", "ex", "exs", "erl",
        "hs", "clj", "dart", "m", "mm", "vb", "fs", "r", "jl", "nim", "zig", "vue", "svelte", "sol", "tf", "hcl",
        "ps1", "sql", "elm", "ml", "proto", "graphql",
    ];
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
        "arb",
    ];
    const LOCKS: &[&str] = &["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum", "composer.lock"];
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

/// Whether a secret that no provider gives its form stands where secrets are made up. A private key is one wherever it stands.
fn is_rehearsed(pattern: &Pattern, path: Option<&RepoPath>) -> bool {
    pattern.rule.provider == "generic" && pattern.kind != Kind::PrivateKey && is_rehearsal(path)
}

/// Whether a match is as likely made up, or code: in a made-up place, or a word where only the syntax around it speaks of a password.
pub(super) fn is_doubtful(pattern: &Pattern, secret: &[u8], path: Option<&RepoPath>) -> bool {
    let word = pattern.kind == Kind::ConnectionString && pattern.confidence == Confidence::Likely && is_wordy(secret);
    word || is_rehearsed(pattern, path)
}

/// Whether a value is the name of a secret and not one: `my_password`, `DB_PASSWORD`, `store-pass`.
pub(super) fn is_name(value: &[u8]) -> bool {
    let joined = value.iter().any(|byte| b"_-.".contains(byte));
    let word = value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte));
    let constant = value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    joined && word && (constant || is_wordy(value)) && names::classify(value).is_some()
}

/// Whether a file holds tests, fixtures, examples or documentation, by its path.
fn is_rehearsal(path: Option<&RepoPath>) -> bool {
    const PARTS: &[&str] = &[
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
        "example",
        "examples",
        "mock",
        "mocks",
        "__tests__",
        "__mocks__",
        "sample",
        "samples",
        "doc",
        "docs",
        "documentation",
        "e2e",
        "demo",
        "demos",
        "benchmarks",
    ];
    let Some(path) = path else { return false };
    let path = String::from_utf8_lossy(path.as_bytes()).to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    folders.split('/').any(|part| PARTS.contains(&part))
        || name
            .split(['.', '_', '-'])
            .any(|part| matches!(part, "test" | "tests" | "spec" | "example" | "sample" | "mock"))
        || matches!(name.rsplit('.').next(), Some("md" | "rst" | "adoc" | "txt"))
        || name.ends_with("test.java")
        || name.ends_with("tests.cs")
}

/// How sure it is that `value`, given to `name`, is a secret, and why; `None` where it is none.
pub(super) fn judge(
    value: &[u8],
    name: &[u8],
    named: Named,
    setting: Setting,
    kind: FileKind,
) -> Option<(Confidence, &'static str)> {
    if kind == FileKind::Generated
        || filters::is_stock_word(value)
        || repeats_name(value, name)
        || is_no_value(value)
        || is_name(value)
        || is_code(value, setting)
    {
        return None;
    }
    let (confidence, why) = match named {
        Named::Password => password(value, setting)?,
        Named::Secret => secret(value, setting)?,
    };
    Some((confidence, why))
}

/// How many of lower case, upper case, digits and symbols are in it.
fn classes(value: &[u8]) -> usize {
    let has = |is: fn(&u8) -> bool| usize::from(value.iter().any(is));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(|byte| !byte.is_ascii_alphanumeric())
}

fn password(value: &[u8], setting: Setting) -> Option<(Confidence, &'static str)> {
    if value.len() < 4 || value.len() > 128 {
        return None;
    }
    let wordy = is_wordy(value);
    let mixed = classes(value) >= 3 || (classes(value) == 2 && value.iter().any(u8::is_ascii_digit));
    if value.len() >= 8 && mixed && !wordy {
        return Some((Confidence::Likely, "its value is mixed like one"));
    }
    let speaks_of_itself = names::classify(value).is_some();
    match setting {
        Setting::Config | Setting::Quoted
            if !(speaks_of_itself || wordy && value.iter().any(|byte| b"_.-:/ ".contains(byte))) =>
        {
            Some((Confidence::Possible, "its value could be one, though a weak one"))
        }
        _ => None,
    }
}

fn secret(value: &[u8], setting: Setting) -> Option<(Confidence, &'static str)> {
    if value.len() < 12 || value.len() > 512 || !value.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    if is_uuid(value) {
        return Some((Confidence::Possible, "its value is a UUID, which some providers give out as keys"));
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let symbols = value.len() - digits - letters;
    if digits == 0 && classes(value) < 3 || letters == 0 || is_wordy(value) || symbols * 3 > value.len() {
        return None;
    }
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    let floor = match value.len() {
        _ if hex => 2.6,
        0..16 => 3.2,
        16..20 => 3.2,
        20..32 => 3.5,
        _ => 3.8,
    };
    if filters::entropy(value) < floor || (hex && value.len() < 16) {
        return None;
    }
    if value.len() < 16
        || setting == Setting::Bare
            && !value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-+/=.~".contains(byte))
    {
        return Some((Confidence::Possible, "its value is short but looks random"));
    }
    Some((Confidence::Likely, "its value looks random"))
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value
            .iter()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Whether the value is the name again, but for case and separators, or a part of it.
fn repeats_name(value: &[u8], name: &[u8]) -> bool {
    let plain = |text: &[u8]| {
        text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect::<Vec<_>>()
    };
    let (value, name) = (plain(value), plain(name));
    value.is_empty()
        || name.ends_with(&value)
        || (value.len() <= 2 * name.len() && value.ends_with(&name) && value.iter().all(u8::is_ascii_alphabetic))
}

/// Addresses, paths, hashes of passwords, dates and format strings: they stand where secrets stand and are none.
fn is_no_value(value: &[u8]) -> bool {
    const BEGINNINGS: &[&[u8]] = &[
        b"http://",
        b"https://",
        b"/",
        b"./",
        b"../",
        b"~/",
        b"file:",
        b"vault:",
        b"secret:",
        b"arn:",
        b"ref:",
        b"env:",
        b"op://",
        b"ssm:",
        b"$2a$",
        b"$2b$",
        b"$2y$",
        b"$1$",
        b"$5$",
        b"$6$",
        b"$y$",
        b"$7$",
        b"{SSHA}",
        b"{SHA}",
        b"{crypt}",
        b"pbkdf2",
        b"$argon2",
        b"$pbkdf2",
        b"sha256:",
        b"sha512-",
        b"sha256-",
        b"sha1-",
        b"md5:",
        b"enc:",
        b"ENC[",
        b"!vault",
        b"!secret",
        b"data:",
        b"urn:",
        b"ssh-rsa",
        b"ssh-ed25519",
        b"-----BEGIN",
        b"&",
        b"*",
        b"projects/",
        b"kms:",
        b"AQICAH",
        b"pk.eyJ",
        b"pk_live_",
        b"pk_test_",
        b"pub-c-",
        b"sub-c-",
        b"whpk_",
    ];
    const ENDINGS: &[&[u8]] = &[
        b".pem",
        b".key",
        b".json",
        b".txt",
        b".yml",
        b".yaml",
        b".crt",
        b".p12",
        b".jks",
        b".html",
        b".php",
        b".js",
        b".py",
        b".env",
        b".secret",
        b".token",
        b".xml",
        b".properties",
        b"()",
    ];
    let lower = value.to_ascii_lowercase();
    let windows_path = matches!(value, [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    BEGINNINGS.iter().any(|start| value.starts_with(start)) && !looks_like_base64_with_slash(value)
        || ENDINGS.iter().any(|end| lower.ends_with(end))
        || windows_path
        || has(value, b"://")
        || value.iter().all(|byte| byte.is_ascii_digit() || b".:-/ T".contains(byte))
            && value.len() != 8
            && value.iter().any(|byte| !byte.is_ascii_digit())
        || has(value, b"%s")
        || has(value, b"{}")
        || has(value, b"{0}")
}

/// A random value may begin with a slash; a path has a second one soon, and words.
fn looks_like_base64_with_slash(value: &[u8]) -> bool {
    matches!(value, [b'/', rest @ ..] if value.len() >= 40 && !is_wordy(rest))
}

/// Prose, markup, expressions: what programs have between quotes and behind equals signs.
fn is_code(value: &[u8], setting: Setting) -> bool {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
    let has = |part: &[u8]| has(value, part);
    let markup = value.array_windows().any(|pair| {
        matches!(pair, b"</" | b"/>" | b"->" | b"::" | b"=>" | b"&&" | b"||" | b"\\n" | b"\\s" | b"\\w" | b"\\d")
    }) || has(b"();")
        || has(b" + ");
    let brace = matches!(value, [b'{' | b'(' | b'[', ..] | [b'^', .., b'$']);
    let member = setting == Setting::Bare
        && (value.contains(&b'.') && is_wordy(value) || value.iter().any(|byte| b"()[]{}*".contains(byte)));
    let call = setting != Setting::Quoted && (has(b"(") && has(b")"));
    let looked_up =
        setting != Setting::Quoted && (has(b"[\"") || has(b"['") || has(b"os.environ") || has(b"process.env"));
    looked_up || words > 2 || (words == 2 && is_wordy(value)) || markup || brace || member || call
}

/// For each letter those that follow it in words: the 275 commonest pairs, 95.5 % of all in the identifiers and comments of Python's
/// standard library.
const FOLLOWERS: [&[u8]; 26] = [
    b"bcdgiklmnprstuvwxy",
    b"aeilorsu",
    b"acehiklorstuy",
    b"adegiloprsuy",
    b"abcdefgilmnopqrstuvwxy",
    b"aefiloru",
    b"aeghilnorsu",
    b"aeimorst",
    b"abcdefglmnoprstvxz",
    b"",
    b"eis",
    b"adefilostuy",
    b"abeimopsu",
    b"acdefgiklnopstuv",
    b"abcdfgiklmnoprstuvw",
    b"acdehiloprstuy",
    b"u",
    b"acdegiklmnoprstuvy",
    b"acehiklmnopstuy",
    b"acdefhilmoprstuwy",
    b"abcegilmnprst",
    b"aei",
    b"aehiors",
    b"ceipt",
    b"enpst",
    b"e",
];

/// Whether a value is made of words: mostly letters, and three of four neighbours are pairs that words have. Of random base62 of 20
/// characters one in fifty is taken for words, of 32 one in five hundred.
pub(super) fn is_wordy(value: &[u8]) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let separators = value.iter().filter(|byte| b"_-./: ".contains(byte)).count();
    if value.is_empty() || (letters + separators) * 10 < value.len() * 7 {
        return false;
    }
    let follows =
        |a: &u8, b: &u8| FOLLOWERS[usize::from(a.to_ascii_lowercase() - b'a')].contains(&b.to_ascii_lowercase());
    let pairs = value.array_windows::<2>().filter(|pair| pair.iter().all(u8::is_ascii_alphabetic));
    let (all, common) = pairs.fold((0, 0), |(all, common), [a, b]| (all + 1, common + usize::from(follows(a, b))));
    all > 0 && common * 4 >= all * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_looked_up_elsewhere_is_none_in_a_file_of_settings_too() {
        let path = RepoPath::new("config/app.yml");
        for value in ["os.environ[\"DB_PASSWORD\"]", "ENV['DB_PASSWORD']", "process.env.DB_PASSWORD"] {
            let kind = file_kind(Some(&path));
            let judged = judge(value.as_bytes(), b"password", Named::Password, Setting::Config, kind);
            assert_eq!(judged, None, "{value}");
        }
    }

    #[test]
    fn words_are_told_from_random_characters() {
        for value in [
            "mySecretTokenName",
            "application_secret_key",
            "hunter",
            "correct-horse-battery",
            "provideInjectKey",
            "x-amz-security-token",
        ] {
            assert!(is_wordy(value.as_bytes()), "{value}");
        }
        for value in ["Zk3v9QpL1xW8", "c2VjcmV0LWtleS0x", "xQzJkVwPfGhBnMtR", "9f86d081884c7d65"] {
            assert!(!is_wordy(value.as_bytes()), "{value}");
        }
    }
}
