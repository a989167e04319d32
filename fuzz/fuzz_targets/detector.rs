//! Arbitrary bytes with arbitrary fresh regions through the check for secrets: nothing panics, findings lie inside of the
//! content and in order, nothing that is shown holds a secret, and what is fresh is found whatever else is.
#![no_main]

use std::num::NonZeroUsize;
use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use palisade::checks::Check;
use palisade::checks::secrets::{Detector, Secrets};
use palisade::git::RepoPath;
use palisade::scope::{Content, Place};
use palisade::text::{Fresh, Region, Regions};

/// Made once, as in the program: so that what one content leaves behind would be seen in the next.
static SECRETS: LazyLock<Secrets> = LazyLock::new(|| Secrets::new(Some(vec![7; 32]), NonZeroUsize::new(1)));
static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::built_in(NonZeroUsize::new(1)));

/// The shortest secret that cannot stand in a line by chance.
const TELLING: usize = 12;

fuzz_target!(|data: &[u8]| {
    if let Ok((bytes, fresh, place)) = input(&mut Unstructured::new(data)) {
        check(bytes, fresh, place);
    }
});

/// The examples of all patterns, as they are in the files that the patterns are made from.
static EXAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../patterns");
    let files =
        std::fs::read_dir(folder).expect("the patterns are beside").map(|entry| entry.expect("an entry").path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut examples = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).expect("a file of patterns");
        let patterns: toml::Table = text.parse().expect("TOML");
        for pattern in patterns["pattern"].as_array().expect("patterns") {
            for example in pattern["examples"].as_array().expect("examples") {
                examples.push(example.as_str().expect("text").replace('\u{A6}', ""));
            }
        }
    }
    examples.sort_unstable();
    examples
});

/// A content: bytes among which stand examples of patterns, so that the fuzzer need not guess a literal first.
fn input(data: &mut Unstructured<'_>) -> Result<(Vec<u8>, Fresh, Place)> {
    let path = *data.choose(&[
        "a",
        ".env",
        "config/app.yml",
        ".netrc",
        ".npmrc",
        "id_rsa",
        "src/main.rs",
        ".docker/config.json",
    ])?;
    let place = match data.int_in_range(0..=3)? {
        0 => Place::Stdin,
        1 => Place::PathName(RepoPath::new(path)),
        _ => Place::File(RepoPath::new(path)),
    };
    let mut bytes = Vec::new();
    for _ in 0..data.int_in_range(0..=6)? {
        let example = data.choose(&EXAMPLES)?.as_bytes();
        let cut = Region::new(data.choose_index(example.len() + 1)?, example.len());
        match data.int_in_range(0..=4)? {
            0 => bytes.extend(cut.of(example)),
            1 => bytes.extend(example.iter().flat_map(|byte| [*byte, 0])),
            2 => bytes.extend(example.iter().flat_map(|byte| [0, *byte])),
            _ => bytes.extend(example),
        }
        let between = data.arbitrary_len::<u8>()?.min(40);
        bytes.extend(data.bytes(between)?);
    }
    let mut versions = Vec::new();
    for _ in 0..data.int_in_range(0..=2)? {
        let mut regions = Vec::new();
        for _ in 0..data.int_in_range(0..=4)? {
            regions.push(Region::new(data.arbitrary_len::<u8>()? * 3, data.arbitrary_len::<u8>()? * 3));
        }
        versions.push(regions);
    }
    bytes.extend(data.bytes(data.len())?);
    let inside = |region: Region| Region::new(region.start.min(bytes.len()), region.end.min(bytes.len()));
    let versions = versions.into_iter().map(|regions| regions.into_iter().map(inside).collect::<Regions>()).collect();
    let fresh = Fresh::against(versions, bytes.len());
    Ok((bytes, fresh, place))
}

fn check(bytes: Vec<u8>, fresh: Fresh, place: Place) {
    let content = Content { place, blob: None, commit: None, bytes, fresh };
    let (mut findings, mut gaps) = (Vec::new(), Vec::new());
    SECRETS.check(&content, &mut findings, &mut gaps);
    let mut last = 0;
    for finding in &findings {
        let region = finding.location.region;
        assert!(region.start < region.end && region.end <= content.bytes.len(), "{region:?} lies outside");
        assert!(region.start >= last, "{region:?} is out of order");
        last = region.start;
        let (start, end) = (finding.location.start, finding.location.end);
        assert!(start.line >= 1 && start.column >= 1 && start <= end, "{start:?} to {end:?}");
        // UTF-16 is shown as what it says.
        let secret: Vec<u8> = region.of(&content.bytes).iter().copied().filter(|byte| *byte != 0).collect();
        if secret.len() < TELLING || !secret.iter().all(u8::is_ascii_graphic) {
            continue;
        }
        for shown in [&finding.preview, &finding.excerpt.text, &finding.reason] {
            let found = shown.as_bytes().windows(secret.len()).any(|window| window == secret);
            assert!(!found, "a secret is shown: {shown}");
        }
    }
    nothing_fresh_is_hidden(&content);
}

/// What is found when all is fresh, and touches what is fresh, is found as well when only that is.
fn nothing_fresh_is_hidden(content: &Content) {
    let text = &content.bytes;
    let all = DETECTOR.scan(text, &Fresh::all(text.len()), content.path());
    let some = DETECTOR.scan(text, &content.fresh, content.path());
    if all.overflow || some.overflow {
        return;
    }
    for wanted in all.matches.iter().filter(|found| content.fresh.touches(found.span)) {
        let found = some.matches.iter().any(|found| found.secret.overlaps(wanted.secret));
        assert!(
            found,
            "{} at {:?} is not found when only {:?} is fresh",
            wanted.pattern.rule.id, wanted.secret, content.fresh
        );
    }
}
