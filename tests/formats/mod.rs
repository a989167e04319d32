//! Every format over one report that has everything in it: what it says, to the letter, and whether the tools that read it would take it.

mod everything;
mod github;
mod schemas;
mod several;

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use palisade::judge::Report;
use palisade::output::{Format, View};

/// In a format, made at a time that does not change.
fn shown(format: Format, report: &Report) -> String {
    let view = View { started: 1_790_000_000, ended: 1_790_000_003, ..View::default() };
    let mut out = Vec::new();
    format.write(report, view, &mut out).expect("a report");
    String::from_utf8(out).expect("UTF-8")
}

fn name(format: Format) -> String {
    format.to_possible_value().expect("it is shown").get_name().to_owned()
}

/// The page's style and script are texts of their own, and its policy has their hashes.
fn without_assets(page: &str) -> String {
    let mut text = page.to_owned();
    for (begin, end) in [("<style>", "</style>"), ("<script>", "</script>"), ("content=\"default-src", "\">")] {
        let (before, rest) = text.split_once(begin).expect("it is there");
        let (_, after) = rest.split_once(end).expect("its end");
        text = format!("{before}{begin}{end}{after}");
    }
    text
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/expected")
}

/// `PALISADE_BLESS=1 cargo test formats::` writes them anew, to be read before they are committed.
#[test]
fn every_format_says_what_it_said_before() {
    let mut wrong = Vec::new();
    for format in Format::value_variants() {
        for (kind, report) in [("everything", everything::report()), ("nothing", everything::nothing())] {
            let mut text = shown(*format, &report);
            if *format == Format::Html {
                text = without_assets(&text);
            }
            let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
            let file = folder().join(format!("{kind}.{}", name(*format)));
            if std::env::var_os("PALISADE_BLESS").is_some() {
                fs::create_dir_all(folder()).expect("a folder");
                fs::write(&file, &text).expect("a snapshot");
            }
            if fs::read_to_string(&file).unwrap_or_default() != text {
                wrong.push(format!("{}\n{text}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "not as it was: {}", wrong.join("\n\n"));
}

#[test]
fn no_format_is_forgotten_and_none_stays_behind() {
    let mut there: Vec<_> = fs::read_dir(folder())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    let mut wanted: Vec<_> = Format::value_variants()
        .iter()
        .flat_map(|format| ["everything", "nothing"].map(|kind| format!("{kind}.{}", name(*format))))
        .collect();
    wanted.sort();
    assert_eq!(there, wanted);
}
