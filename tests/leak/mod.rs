//! A secret never leaves: secrets of many kinds in many places, every format and every way to ask, and not one piece of one
//! in anything that the program says. `RUST_BACKTRACE` is on in every sandbox.

mod decisions;
mod errors;
mod formats;
mod log;

use std::path::Path;

use crate::made_up::{private_key, utf16};
use crate::sandbox::{PALISADE, Run, Sandbox, formats};

/// So many bytes of a secret are a piece of it.
const PIECE: usize = 12;

/// What must not be seen.
struct Watch(Vec<Vec<u8>>);

impl Watch {
    /// For secrets with the length of what of them everybody knows.
    fn for_all<'a>(secrets: impl IntoIterator<Item = (&'a str, usize)>) -> Self {
        let mut pieces = Vec::new();
        for (secret, public) in secrets {
            let secret = &secret[public..];
            assert!(secret.len() >= PIECE, "too short to be told from chance");
            for piece in secret.as_bytes().windows(PIECE) {
                pieces.push(piece.to_vec());
            }
            for big_endian in [false, true] {
                pieces.extend(utf16(secret, big_endian).windows(2 * PIECE).map(<[u8]>::to_vec));
            }
        }
        Self(pieces)
    }

    /// For the lines of the body of a private key.
    fn for_key(seed: u64) -> Self {
        let key = private_key(seed);
        Self::for_all(
            key.lines().filter(|line| !line.starts_with("-----") && line.len() >= PIECE).map(|line| (line, 0)),
        )
    }

    fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    #[track_caller]
    fn looks_at(&self, what: &dyn std::fmt::Display, output: &[u8]) {
        for piece in &self.0 {
            let found = memchr::memmem::find(output, piece);
            assert!(found.is_none(), "a piece of a secret is at byte {found:?} of what was said: {what}");
        }
        let text = String::from_utf8_lossy(output);
        assert!(!text.contains("panicked") && !text.contains("stack backtrace"), "it panicked: {what}");
    }

    /// Looks at what a run said.
    #[track_caller]
    fn saw(&self, run: &Run) {
        self.looks_at(run, &run.stdout);
        self.looks_at(run, &run.stderr);
    }
}

/// Every way in which a report can be asked for: all formats at once, each into a file of its own; and for people, in colour, quiet, and into a file.
/// A format on standard output is the same text.
fn ways() -> Vec<Vec<String>> {
    let all =
        formats().iter().flat_map(|format| ["--format".to_owned(), format!("{format}={REPORT}.{format}")]).collect();
    let mut ways = vec![all];
    for more in [&[][..], &["--color", "always"], &["--quiet"], &["--jobs", "1"], &["--output", REPORT]] {
        ways.push(more.iter().map(|flag| (*flag).to_owned()).collect());
    }
    ways
}

const REPORT: &str = "../report";

/// Runs the program with `args` in every way, and looks at all that it says and writes. It has to end with `code`.
#[track_caller]
fn asked_in_every_way(sandbox: &Sandbox, watch: &Watch, args: &[&str], input: &[u8], code: i32) {
    for way in ways() {
        let all: Vec<&str> = args.iter().copied().chain(way.iter().map(String::as_str)).collect();
        let run = sandbox.run(PALISADE, &all, input);
        assert_eq!(run.code, Some(code), "{run}");
        watch.saw(&run);
        let files = way.iter().filter_map(|flag| flag.find(REPORT).map(|at| &flag[at..]));
        for file in files {
            let report = sandbox.root().join(file);
            watch.looks_at(&run, &read(&report));
            std::fs::remove_file(report).expect("the report");
        }
    }
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
