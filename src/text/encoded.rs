//! Text that is written in another alphabet inside of a text: base64, hexadecimal, escapes, the cells of a notebook. It is found by its form, decoded, and looked at
//! again, up to [`DEPTH`] times.
//!
//! Where such a run begins and ends is told by the bytes next to it alone. So a run that an edit does not touch is the same run in both versions
//! of a file, and only those have to be decoded that the edit touches.

mod base;
mod escapes;
mod notebook;

use super::{Piece, Region, Regions};

/// How often what was decoded is decoded again.
pub const DEPTH: usize = 3;

/// A text that was decoded out of another one.
#[derive(Debug)]
pub struct Decoded<'a> {
    /// What it says.
    pub text: Vec<u8>,
    /// What of it does not stand like this in the text that it was decoded out of: all, or the places of the escapes.
    pub fresh: Regions,
    /// In which way it was written, as reports say it.
    pub way: &'static str,
    /// Where it stands in the text that it was decoded out of.
    run: Region,
    /// The escapes, in ascending order; none where no byte has a place of its own.
    escapes: Option<Vec<Escape>>,
    outer: Option<&'a Decoded<'a>>,
}

/// An escape, and what it stands for.
#[derive(Clone, Copy, Debug)]
struct Escape {
    source: Region,
    text: Region,
}

impl Decoded<'_> {
    /// The region of the outermost text that `region` was decoded out of; all of the run where no byte of it has a place of its own.
    #[must_use]
    pub fn region(&self, region: Region) -> Region {
        let here = match &self.escapes {
            None => self.run,
            Some(_) => Region::new(self.source(region.start, false), self.source(region.end, true)),
        };
        self.outer.map_or(here, |outer| outer.region(here))
    }

    /// In which ways it was written, the outermost first.
    #[must_use]
    pub fn ways(&self) -> Vec<&'static str> {
        let mut ways = self.outer.map(Decoded::ways).unwrap_or_default();
        if ways.last() != Some(&self.way) {
            ways.push(self.way);
        }
        ways
    }

    /// Whether it is the outermost texts's own bytes but for escapes, so that what is known of the file holds for it.
    #[must_use]
    pub fn is_same_file(&self) -> bool {
        self.escapes.is_some() && self.outer.is_none_or(Decoded::is_same_file)
    }

    fn source(&self, offset: usize, is_end: bool) -> usize {
        let escapes = self.escapes.as_deref().unwrap_or_default();
        let next = escapes.partition_point(|escape| escape.text.start <= offset.saturating_sub(is_end.into()));
        match next.checked_sub(1).map(|last| escapes[last]) {
            None => self.run.start + offset,
            // What an escape stands for has no places inside.
            Some(Escape { source, text }) if offset < text.end => {
                if is_end {
                    source.end
                } else {
                    source.start
                }
            }
            Some(Escape { source, text }) => source.end + (offset - text.end),
        }
    }
}

/// Which runs of a text are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that touch what is asked for.
    Touched,
    /// Those as well that were other runs, or none, before what is asked for came in: it tells where they begin or end. Who knows that there are no
    /// escapes in the text saves looking for them.
    Affected {
        /// Whether there may be some.
        escapes: bool,
    },
}

/// Decodes every run of `text` that touches one of `within`, and what is found in it again; `each` is given every decoded text until it
/// says no. False if it did.
pub fn decode(text: &[u8], within: &Regions, which: Which, each: &mut dyn FnMut(&Decoded<'_>) -> bool) -> bool {
    decode_in(text, within, which, None, 1, each)
}

/// Whether an escape touches one of `within`. A version of a text has none if that one has none that it was made from, and this says that none touches what is
/// not copied.
#[must_use]
pub fn has_escapes(text: &[u8], within: &Regions) -> bool {
    escapes::any(text, within)
}

/// Whether what is encoded at the ends of a piece's part may go on where the piece ends.
#[must_use]
pub fn is_cut(piece: &Piece) -> bool {
    let Piece { bytes, part } = piece;
    if notebook::is_part(bytes) {
        return true;
    }
    let is_cut = |run: Region| (run.start == 0 && part.start > 0) || (run.end == bytes.len() && part.end < bytes.len());
    [part.start, part.end].into_iter().any(|at| {
        let end = Region::new(at.saturating_sub(1), at + 1);
        base::Runs::new(bytes, end, 0).any(is_cut)
            || escapes::runs(bytes, &Regions::new(vec![end])).into_iter().any(is_cut)
    })
}

fn decode_in(
    text: &[u8],
    within: &Regions,
    which: Which,
    outer: Option<&Decoded<'_>>,
    depth: usize,
    each: &mut dyn FnMut(&Decoded<'_>) -> bool,
) -> bool {
    let mut look = |decoded: Decoded<'_>| {
        each(&decoded)
            && (depth == DEPTH
                || decode_in(&decoded.text, &decoded.fresh, Which::Touched, Some(&decoded), depth + 1, each))
    };
    let whole = Region::new(0, text.len());
    if let (None, true) = (outer, within.touches(whole))
        && let Some((decoded, joints)) = notebook::decode(text)
    {
        let fresh = joints.iter().map(|joint| joint.text).collect();
        if !look(Decoded { text: decoded, fresh, way: notebook::WAY, run: whole, escapes: Some(joints), outer }) {
            return false;
        }
    }
    let mut behind = 0;
    for zone in within.iter() {
        let Some(zone) = searched(text, zone, which) else { continue };
        for run in base::Runs::new(text, zone, behind) {
            behind = run.end;
            if which == Which::Touched && !within.touches(run) {
                continue;
            }
            for (way, decoded) in base::decode(run.of(text)) {
                let fresh = Regions::all(decoded.len());
                if !look(Decoded { text: decoded, fresh, way, run, escapes: None, outer }) {
                    return false;
                }
            }
        }
    }
    let runs = match which {
        Which::Affected { escapes: false } => Vec::new(),
        Which::Affected { escapes: true } | Which::Touched => escapes::runs(text, within),
    };
    runs.into_iter().all(|run| {
        let (decoded, escapes) = escapes::decode(text, run);
        let fresh = escapes.iter().map(|escape| escape.text).collect();
        look(Decoded { text: decoded, fresh, way: escapes::WAY, run, escapes: Some(escapes), outer })
    })
}

/// Where runs of base64 are searched for because of a zone; none where none can be.
fn searched(text: &[u8], zone: Region, which: Which) -> Option<Region> {
    match which {
        Which::Touched => Some(zone),
        Which::Affected { .. } => {
            let zone = base::neighbours(text, zone);
            // A run has a long word in all of its lines but the last, so there is one next to whatever tells where it ends. Nearly always there is none.
            base::first_line(text, zone).map(|first| Region::new(first, zone.end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each decoded text, with what it was decoded out of.
    fn decoded(text: &str) -> Vec<(String, String, Vec<&'static str>)> {
        let mut all = Vec::new();
        decode(text.as_bytes(), &Regions::all(text.len()), Which::Touched, &mut |decoded| {
            let region = decoded.region(Region::new(0, decoded.text.len()));
            let source = String::from_utf8_lossy(region.of(text.as_bytes())).into_owned();
            all.push((String::from_utf8_lossy(&decoded.text).into_owned(), source, decoded.ways()));
            true
        });
        all
    }

    #[track_caller]
    fn assert_says(text: &str, says: &str, source: &str, ways: &[&str]) {
        let all = decoded(text);
        assert!(
            all.iter().any(|(text, from, how)| text.contains(says) && from == source && how == ways),
            "{text:?}: {all:?}"
        );
    }

    #[test]
    fn base64_is_decoded_with_and_without_padding_in_both_alphabets_and_over_lines() {
        let run = "dGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcz8/";
        assert_says(&format!("x = \"{run}\""), "the quick brown fox jumps??", run, &["base64"]);
        assert_says(&format!("x={}", run.replace('/', "_")), "fox jumps??", &run.replace('/', "_"), &["base64"]);
        assert_says("x: dGhlIHF1aWNrIGJyb3duIGZveA==\n", "brown fox", "dGhlIHF1aWNrIGJyb3duIGZveA==", &["base64"]);
        assert_says("x: dGhlIHF1aWNrIGJyb3duIGZveA\n", "brown fox", "dGhlIHF1aWNrIGJyb3duIGZveA", &["base64"]);
        let wrapped = "dGhlIHF1aWNrIGJyb3duIGZv\n  eCBqdW1wcyBvdmVyIHRoZSBs\n  YXp5IGRvZw==";
        assert_says(
            &format!("x: |\n  {wrapped}\ny: z\n"),
            "the quick brown fox jumps over the lazy dog",
            wrapped,
            &["base64"],
        );
    }

    #[test]
    fn base64_that_goes_on_from_a_word_is_decoded() {
        let text = "path/to/dGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcw";
        assert!(decoded(text).iter().any(|(text, ..)| text.contains("quick brown fox jumps")));
    }

    #[test]
    fn hexadecimal_digits_are_decoded() {
        let run = "74686520717569636b2062726f776e20666f78";
        assert_says(&format!("x = {run};"), "the quick brown fox", run, &["hexadecimal"]);
    }

    #[test]
    fn escapes_are_decoded_each_at_its_place() {
        let text = r"a = \u0022the \x71uick\u0022 b%20c &quot;d&#61;e&#x3d;f";
        let all = decoded(text);
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!(all[0].0, "a = \"the quick\" b c \"d=e=f");
        let mut regions = Vec::new();
        decode(text.as_bytes(), &Regions::all(text.len()), Which::Touched, &mut |decoded| {
            for word in ["the", "quick", "\"", "d=e"] {
                let at = memchr::memmem::find(&decoded.text, word.as_bytes()).expect("it is there");
                let region = decoded.region(Region::new(at, at + word.len()));
                regions.push(String::from_utf8_lossy(region.of(text.as_bytes())).into_owned());
            }
            true
        });
        assert_eq!(regions, ["the", r"\x71uick", r"\u0022", "d&#61;e"]);
    }

    #[test]
    fn quoted_printable_lines_are_joined() {
        let text = "token=3Dabcdefgh=\r\nijkl and=20more";
        assert_says(text, "token=abcdefghijkl and more", text, &["escapes"]);
    }

    #[test]
    fn what_is_encoded_three_times_is_decoded_and_four_times_is_not() {
        let encode = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        let three = encode(&encode(&encode("the quick brown fox")));
        assert!(decoded(&three).iter().any(|(text, from, _)| text == "the quick brown fox" && *from == three));
        assert!(!decoded(&encode(&three)).iter().any(|(text, ..)| text == "the quick brown fox"));
    }

    #[test]
    fn what_is_no_text_is_not_decoded() {
        let noise = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        assert!(decoded(noise).is_empty());
        assert!(decoded("da39a3ee5e6b4b0d3255bfef95601890afd80709 getElementsByTagNameAndNamespaceURI").is_empty());
        assert!(decoded("100% of %s and a \\n b & c &nbsp; d").is_empty());
    }

    #[test]
    fn runs_that_touch_a_zone_are_the_same_as_those_of_the_whole() {
        let text = "one\n  dGhlIHF1aWNrIGJyb3duIGZv\n  eCBqdW1wcyBvdmVyIHRoZSBs\n  YXp5IGRvZw==\n\
                    two 74686520717569636b2062726f776e20666f78 and %20 so \\u0041 on\n";
        let long = format!("{text}{}{text}", "plain words ".repeat(200));
        let runs = |within: &Regions| {
            let mut all = Vec::new();
            decode(long.as_bytes(), within, Which::Touched, &mut |decoded| {
                if decoded.outer.is_none() {
                    all.push((decoded.run, decoded.text.clone()));
                }
                true
            });
            all.sort();
            all
        };
        let whole = runs(&Regions::all(long.len()));
        assert!(whole.len() >= 6, "{whole:?}");
        for at in 0..long.len() {
            for zone in [Region::new(at, at + 1), Region::new(at, at)] {
                let within = Regions::new(vec![zone]);
                let touched: Vec<_> = whole.iter().filter(|(run, _)| within.touches(*run)).cloned().collect();
                assert_eq!(runs(&within), touched, "{zone:?}");
            }
        }
    }
}
