//! What is found and what is noise: made-up secrets of every family in every syntax, put into real files, and what only looks like one; then real
//! folders as they are. It prints how much is found, by family and by syntax, and the worst that is left.
//!
//! `FILES=/path/to/one:/path/to/another cargo bench --bench detection` takes clean work trees, both as files to put secrets into and to count noise in; without it some
//! lines of its own stand around each secret, and noise is not counted. Arguments: `misses` and `noises` print all of them, not the worst twenty, and `findings`
//! names each place in those folders where something is found.
//!
//! What is left, from the worst, and why. **Missed:** (1) a word in a sentence: `with the password winter`; only random characters and words with digits tell there;
//! (2) a UUID under a name that may be any key's, `current_key`; (3) words joined by dots, which are names of classes elsewhere; (4) a key of Azure that is too short
//! for one; (5) an Oracle address whose password has `$` or `=`; (6) passwords of three characters; (7) a word behind `-p` without quotes; (8) words of which one is
//! `test`, `example` or `password`; (9) keys of 12 to 15 characters where the name says only `key`; (10) random letters that happen to follow each other as in
//! words; (11) `new Thing("a", "b")` where `Thing` is nobody that is known; (12) an array of bytes without a name; (13) what stands more than some 600 bytes
//! into a list, a map or a column of CSV; (14) a file that holds a name and a password, and says so by its own name only (`auth.txt`); (15) sentences as passphrases; (16) a salt or a seed, which is annotated; (17) a secret in a file that programs have written (lock files, maps);
//! (18) what contains a placeholder's word by chance (`mykey..`); (19) passwords joined from two strings; (20) four or more of a kind in one file of tests.
//! **Noise:** private keys (36), key pairs (22 extended keys of one wallet) that tests were given; passwords of tests and manuals, `hunter42`, `s00pers3cret` (some 50);
//! example keys of manuals (`SECRET_KEY`, deterministic keys; some 40); cookies in tests; tests of providers' clients whose made-up keys have the right form (5 of the 6 rejected), and addresses under the name of signing keys (the sixth); user keys and
//! tokens against forgery in recorded traffic; the key of a project at `SonarQube`; a rule of validation that reads like a password (`minLength8AndDigit1`).
#![allow(missing_docs, reason = "a bench has no readers of its documentation")]
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a bench speaks on standard output, reads what it is told to, and prints shares"
)]

#[path = "../../tests/made_up.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod made_up;

mod families;
mod hosts;
mod negatives;
mod syntaxes;
mod tally;
mod whole;

use std::path::PathBuf;

use families::{FAMILIES, Family, HEX, Kind, PASSWORD_NAMES, TOKEN_NAMES, uuid};
use made_up::{BASE62, Dice, base64};
use palisade::checks::Check;
use palisade::checks::secrets::Secrets;
use palisade::git::RepoPath;
use palisade::rule::Confidence;
use palisade::scope::{Content, Place};
use palisade::text::Fresh;
use syntaxes::{SYNTAXES, Syntax};
use tally::{Judged, Tally};
use whole::WHOLES;

/// How many secrets of each family stand in each syntax.
const EACH: usize = 2;
/// How many of the worst are printed.
const WORST: usize = 20;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let asked = |word: &str| words.iter().any(|given| given == word);
    let worst = |word: &str| if asked(word) { usize::MAX } else { WORST };
    let folders: Vec<PathBuf> =
        std::env::var_os("FILES").map(|files| std::env::split_paths(&files).collect()).unwrap_or_default();
    let judge = Judge { secrets: Secrets::new(None, None) };
    let hosts = hosts::Hosts::read(&folders);
    println!("{} real files to put secrets into", hosts.len());
    for place in [Where::Own, Where::Tests, Where::Nowhere] {
        judge.recall(&hosts, place, if place == Where::Own { worst("misses") } else { 0 });
    }
    judge.negatives(&hosts, worst("noises"));
    for folder in &folders {
        judge.folder(folder, asked("findings"));
    }
}

/// Under which path a made-up file is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Where {
    /// That of its syntax.
    Own,
    /// The same in a folder of tests.
    Tests,
    /// Under none, as on standard input.
    Nowhere,
}

struct Judge {
    secrets: Secrets,
}

impl Judge {
    /// How sure it is of each secret that it finds in a text: where it stands and how sure.
    fn look(&self, path: Option<&str>, bytes: Vec<u8>) -> Vec<(std::ops::Range<usize>, Confidence, &'static str)> {
        let fresh = Fresh::all(bytes.len());
        let place = path.map_or(Place::Stdin, |path| Place::File(RepoPath::new(path)));
        let content = Content { place, blob: None, commit: None, bytes, fresh };
        let mut findings = Vec::new();
        self.secrets.check(&content, &mut findings, &mut Vec::new());
        findings.iter().map(|finding| (finding.location.region.range(), finding.confidence, finding.rule.id)).collect()
    }

    fn recall(&self, hosts: &hosts::Hosts, place: Where, worst: usize) {
        let mut dice = Dice::new(6);
        let mut tally = Tally::default();
        for syntax in SYNTAXES {
            for family in FAMILIES.iter().filter(|family| syntax.only.is_none_or(|only| only == family.kind)) {
                for _ in 0..EACH {
                    let written = write(syntax, family, &mut dice);
                    let judged = self.judged(hosts, (place, syntax.path), &written, &mut dice);
                    let text = written.0;
                    tally.add("family", family.name, judged);
                    tally.add("syntax", syntax.group, judged);
                    let template = syntax.template.escape_debug();
                    tally.case(&format!("{} | {} | {template}", family.name, syntax.path), judged, &text);
                }
            }
        }
        for whole in WHOLES {
            for _ in 0..2 * EACH {
                let written = whole.write(&mut dice);
                let judged = self.judged(hosts, (place, whole.path), &written, &mut dice);
                tally.add("family", whole.family, judged);
                tally.case(&format!("{} | {} | {}", whole.family, whole.path, whole.way), judged, &written.0);
            }
        }
        println!("\nFound, each secret in its syntax, path: {place:?}");
        tally.print(worst);
    }

    /// What becomes of a secret in a text that stands in a file.
    fn judged(
        &self,
        hosts: &hosts::Hosts,
        (place, path): (Where, &str),
        (text, value): &(String, std::ops::Range<usize>),
        dice: &mut Dice,
    ) -> Judged {
        let (before, after) = hosts.around(path, dice);
        let touched = before.len() + value.start..before.len() + value.end;
        let path = match place {
            Where::Own => Some(path.to_owned()),
            Where::Tests => Some(format!("tests/{path}")),
            Where::Nowhere => None,
        };
        let found = self.look(path.as_deref(), format!("{before}{text}\n{after}").into_bytes());
        let overlaps = |range: &std::ops::Range<usize>| range.start < touched.end && touched.start < range.end;
        Judged::of(found.iter().filter(|(range, ..)| overlaps(range)).map(|(_, confidence, _)| *confidence).max())
    }

    fn negatives(&self, hosts: &hosts::Hosts, worst: usize) {
        let mut dice = Dice::new(7);
        let mut tally = Tally::default();
        for negative in negatives::NEGATIVES {
            for text in negative.texts {
                let text = fill(text, &mut dice);
                let (before, after) = hosts.around(negative.path, &mut dice);
                let range = before.len()..before.len() + text.len();
                let found = self.look(Some(negative.path), format!("{before}{text}\n{after}").into_bytes());
                let here = found.iter().filter(|(at, ..)| at.start < range.end && range.start < at.end);
                let worst = here.clone().map(|(_, confidence, _)| *confidence).max();
                tally.add("kind", negative.kind, Judged::of(worst));
                if let Some((.., rule)) = here.clone().next() {
                    tally.case(&format!("{rule} | {}", negative.path), Judged::of(worst), &text);
                }
            }
        }
        println!("\nTaken for a secret, and is none");
        tally.print_noise(worst);
    }

    /// The noise in a folder that is clean.
    fn folder(&self, folder: &std::path::Path, named: bool) {
        let (mut bytes, mut rejected, mut annotated) = (0, 0, 0);
        for (path, content) in hosts::files(folder) {
            bytes += content.len();
            let lines = Lines::of(&content);
            for (range, confidence, rule) in self.look(Some(&path), content) {
                if named {
                    println!("  {} {rule} {path}:{}", confidence.as_str(), lines.number(range.start));
                }
                if confidence == Confidence::Possible { annotated += 1 } else { rejected += 1 }
            }
        }
        let megabytes = bytes as f64 / 1e6;
        println!(
            "{:60} {megabytes:8.1} MB: {rejected:4} rejected ({:.2} a MB), {annotated:4} annotated ({:.2} a MB)",
            folder.display(),
            f64::from(rejected) / megabytes,
            f64::from(annotated) / megabytes
        );
    }
}

/// Where the lines of a text end.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &[u8]) -> Self {
        Self(text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The number of the line that `at` stands on.
    fn number(&self, at: usize) -> usize {
        self.0.partition_point(|end| *end < at) + 1
    }
}

/// Writes a secret down; gives the text and where in it the secret stands.
fn write(syntax: &Syntax, family: &Family, dice: &mut Dice) -> (String, std::ops::Range<usize>) {
    let names = if family.kind == Kind::Password { PASSWORD_NAMES } else { TOKEN_NAMES };
    let name = dice.pick(names);
    let user = dice.pick(&["deploy", "svc-app", "jenkins", "backup", "reporting"]);
    let host = dice.pick(&["db01.corp.net", "10.20.4.17", "git.acme.io", "cache.prod.acme.io"]);
    let value = (family.make)(dice);
    let mut text = String::new();
    let mut range = 0..0;
    let mut parts = syntax.template.split('¤');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (code, rest) = part.split_at(1);
        let start = text.len();
        let is_value = matches!(code, "v" | "e" | "b" | "p");
        text.push_str(&match code {
            "n" => (*name).to_owned(),
            "N" => name.to_uppercase(),
            "c" => humps(name, false),
            "P" => humps(name, true),
            "k" => name.replace('_', "-"),
            "v" => value.clone(),
            "e" => percent(&value),
            "b" => base64(value.as_bytes()),
            "p" => base64(format!("{user}:{value}").as_bytes()),
            "u" => (*user).to_owned(),
            _ => (*host).to_owned(),
        });
        if is_value {
            range = start..text.len();
        }
        text.push_str(rest);
    }
    (text, range)
}

/// `db_password` as `dbPassword`, or where `is_type` as `DbPassword`.
fn humps(name: &str, is_type: bool) -> String {
    let mut up = is_type;
    let mut out = String::new();
    for character in name.chars() {
        match character {
            '_' => up = true,
            other if up => {
                out.extend(other.to_uppercase());
                up = false;
            }
            other => out.push(other),
        }
    }
    out
}

/// A text as an address has it.
fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// Fills the holes of a text that is no secret. What is published as an example is broken by `¦`, so that no file holds it as it is.
fn fill(text: &str, dice: &mut Dice) -> String {
    let mut filled = String::new();
    let mut parts = text.split('¤');
    filled.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (code, rest) = part.split_at(1);
        filled.push_str(&match code {
            "1" => dice.text(HEX, 32),
            "2" => dice.text(HEX, 40),
            "3" => dice.text(HEX, 64),
            "4" => base64(&dice.bytes(32)),
            "5" => base64(&dice.bytes(64)),
            "6" => base64(&dice.bytes(600)),
            "7" => uuid(dice),
            _ => dice.text(BASE62, 24),
        });
        filled.push_str(rest);
    }
    filled.replace('¦', "")
}
