//! `palisade rules test`: patterns are held to their examples, and a text is shown to all patterns.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context;

use crate::checks::secrets::{Cost, Detector, Explained, Pattern, check_own, patterns};
use crate::git::RepoPath;
use crate::scope::named;
use crate::text::Positions;

/// The most bytes of a text that is shown to all patterns.
const LARGEST: u64 = 1 << 20;

/// What holds, or what all patterns say of a text, as lines.
pub(super) fn run(file: Option<&Path>, profile: bool, own: &'static [Pattern]) -> anyhow::Result<String> {
    let Some(file) = file else {
        // They were held to their examples when the policy was read.
        return Ok(format!(
            "{} patterns of this repository's own: each finds its examples, and nothing in its counter-examples\n\
             {} are built in; `cargo test` of Palisade holds those to their examples\n",
            own.len(),
            patterns().len()
        ));
    };
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes).context("standard input")?;
    } else {
        let open = fs::File::open(file).with_context(|| format!("{}: it cannot be read", named(file)))?;
        open.take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .with_context(|| format!("{}: it cannot be read", named(file)))?;
    }
    anyhow::ensure!(
        bytes.len() as u64 <= LARGEST,
        "{}: it is larger than 1 MiB; take the part that matters",
        named(file)
    );
    let is_patterns = file.extension().is_some_and(|extension| extension == "toml")
        && bytes.split(|byte| *byte == b'\n').any(|line| line.trim_ascii() == b"[[pattern]]");
    if is_patterns {
        let name = named(file).to_string();
        let checked = check_own(&[(name.clone(), bytes)]).map_err(anyhow::Error::msg)?;
        return Ok(format!(
            "{name}: {checked} patterns: each finds its examples, which nothing else claims, and nothing in its counter-examples\n"
        ));
    }
    let path = (file != Path::new("-")).then(|| RepoPath::new(file.as_os_str().as_encoded_bytes()));
    let detector = Detector::with(own, None);
    if profile {
        return Ok(costs(&detector.profile(&bytes, path.as_ref())));
    }
    Ok(told(&detector.explain(&bytes, path.as_ref()), &bytes))
}

/// A table of what the rules cost.
fn costs(costs: &[Cost]) -> String {
    let mut told = format!("{:>12} {:>8} {:>6}  rule\n", "microseconds", "literals", "found");
    for cost in costs {
        // Writing to a String cannot fail.
        let _ = writeln!(told, "{:>12} {:>8} {:>6}  {}", cost.time.as_micros(), cost.hits, cost.found, cost.rule);
    }
    told
}

fn told(explained: &Explained, text: &[u8]) -> String {
    let mut lines = Vec::new();
    let mut positions = Positions::new(text);
    for found in &explained.claimed {
        let at = positions.of(found.secret.start);
        let (rule, confidence) = (found.pattern.rule.id, found.confidence.as_str());
        lines.push(((at.line, at.column), format!("claimed by {rule} ({confidence}): {}", found.reason)));
    }
    let mut positions = Positions::new(text);
    for dropped in &explained.dropped {
        let at = positions.of(dropped.region.start);
        lines.push(((at.line, at.column), format!("dropped by {}: {}", dropped.rule, dropped.why)));
    }
    if lines.is_empty() {
        return "no pattern has a literal that stands in it\n".to_owned();
    }
    lines.sort();
    let mut told = String::new();
    for ((line, column), what) in lines {
        // Writing to a String cannot fail.
        let _ = writeln!(told, "{line}:{column}: {what}");
    }
    told
}
