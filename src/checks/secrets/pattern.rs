//! Patterns as the detector knows them: the built-in ones, as the build script made them from `patterns/*.toml`, and what those of a repository's own
//! become.

use super::format::{Class, Kind, Proof};
use super::prefilter::{LONGEST, Prefilter};
use crate::rule::{Confidence, Rule};

/// A rule for secrets: what they look like, and what has to hold beyond that. `patterns/README.md` tells the fields.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a field of the pattern as typed")]
pub struct Pattern {
    /// The rule that a match breaks.
    pub rule: Rule,
    /// What kind of secret.
    pub kind: Kind,
    /// How sure a match is by itself.
    pub confidence: Confidence,
    /// One of them stands in every match, in lower case where case is ignored; a newline apart, because one string starts the program
    /// faster than a list of thousands does.
    pub joined_literals: &'static str,
    /// Whether literals and regex match without regard to case.
    pub ignore_case: bool,
    /// How a literal's hit becomes a match.
    pub finder: Finder,
    /// For each of the first bytes of a match of the regex, the number of a class of bytes that can stand there, 16 bits each;
    /// see `could_begin`.
    pub outline: &'static [u8],
    /// The most bytes that a match can have.
    pub longest: usize,
    /// Classes of which the secret has at least one character each.
    pub require: &'static [Class],
    /// Least entropy of the secret, in bits a character.
    pub entropy: f32,
    /// Whether the secret must not be a part of a longer word.
    pub boundary: bool,
    /// Whether placeholders are dropped.
    pub placeholders: bool,
    /// Whether the secret must look random, not made of words.
    pub random: bool,
    /// Words, in lower case, one of which must stand near.
    pub near: &'static [&'static str],
    /// Globs of the files that it speaks of; all files where there are none.
    pub paths: &'static [&'static str],
    /// What the id looks like that stands beside it, as a regex in which it is called `id`.
    pub pair: Option<&'static str>,
    /// A check that no regex can make.
    pub proof: Option<Proof>,
    /// Where the format is documented.
    pub source: &'static str,
}

/// How a literal's hit becomes a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finder {
    /// By a regex, compiled on the first hit.
    Regex {
        /// In the syntax of the `regex` crates, without Unicode classes.
        regex: &'static str,
        /// Where a match has its literal.
        place: LiteralPlace,
    },
    /// By the provider's name, which is its literal, and the form of the value that it is given.
    Named {
        /// The value's form, as a regex.
        value: &'static str,
        /// Words in lower case, one of which the name has beside the literal; none if it needs none.
        words: &'static [&'static str],
    },
    /// By the name that a value is assigned to.
    Assignment(Named),
    /// A block between BEGIN and END lines.
    PrivateKey,
    /// What stands between a user's name and a host in an address.
    UrlPassword,
}

/// Where a match has its literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiteralPlace {
    /// Every match begins with it.
    Start,
    /// Somewhere.
    Anywhere,
}

/// What the name speaks of that a value is assigned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A password: it may be a word.
    Password,
    /// A secret, a token or a key: it has to look random.
    Secret,
}

impl Pattern {
    /// One of them stands in every match.
    pub fn literals(&self) -> impl Iterator<Item = &'static str> {
        self.joined_literals.split('\n')
    }

    /// Whether a match of the regex could begin at `at`, by its first bytes. It costs next to nothing, and the regex is compiled only
    /// where it says yes.
    #[must_use]
    pub fn could_begin(&self, text: &[u8], at: usize) -> bool {
        fits(self.outline.as_chunks().0, text, at)
    }

    /// The same, by those of the first bytes that the prefilter looks at. It says yes where the literal stands anywhere in a match.
    #[must_use]
    pub fn could_begin_with(&self, text: &[u8], literal: usize) -> bool {
        let outline = self.outline.as_chunks().0;
        !matches!(self.finder, Finder::Regex { place: LiteralPlace::Start, .. })
            || fits(&outline[..outline.len().min(LONGEST)], text, literal)
    }

    /// All bytes of the classes of its outline, as 256 bits.
    #[must_use]
    pub fn alphabet(&self) -> [u8; 32] {
        let classes = self.outline.as_chunks().0.iter().copied().map(class);
        classes.fold([0; 32], |all, class| std::array::from_fn(|at| all[at] | class[at]))
    }

    /// How many bytes the literal has that stands at `at`, the longest if there are several; none if there is none.
    #[must_use]
    pub fn literal_at(&self, text: &[u8], at: usize) -> Option<usize> {
        let stands = |literal: &&str| {
            let there = text.get(at..at + literal.len());
            there.is_some_and(|there| {
                if self.ignore_case {
                    there.eq_ignore_ascii_case(literal.as_bytes())
                } else {
                    there == literal.as_bytes()
                }
            })
        };
        self.literals().filter(stands).map(str::len).max()
    }
}

/// The class of an outline that is written as its number.
fn class(number: [u8; 2]) -> &'static [u8; 32] {
    &CLASSES[usize::from(u16::from_le_bytes(number))]
}

/// Whether a byte is in a set of 256 bits.
pub(super) fn has(class: &[u8; 32], byte: u8) -> bool {
    class[usize::from(byte / 8)] >> (byte % 8) & 1 == 1
}

/// Whether what stands at `at` is of the classes of an outline.
fn fits(outline: &[[u8; 2]], text: &[u8], at: usize) -> bool {
    let Some(there) = text.get(at..at + outline.len()) else { return false };
    outline.iter().zip(there).all(|(number, byte)| has(class(*number), *byte))
}

/// Includes a file that the build script has made of the patterns.
macro_rules! built {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name))
    };
}

/// Sets of bytes, each as 256 bits, that the outlines of the patterns are made of.
static CLASSES: &[[u8; 32]] = built!("classes").as_chunks().0;

/// Which pattern each literal of the prefilter belongs to, as little-endian numbers.
static OWNERS: &[[u8; 2]] = built!("owners").as_chunks().0;

/// The numbers of the patterns that the literals of the prefilter belong to, in the order of the literals.
pub(super) fn owners() -> impl ExactSizeIterator<Item = usize> {
    OWNERS.iter().map(|owner| u16::from_le_bytes(*owner).into())
}

/// The number of the pattern that a literal of the prefilter belongs to.
pub(super) fn owner(literal: usize) -> usize {
    u16::from_le_bytes(OWNERS[literal]).into()
}

/// What issuers have published as examples, in lower case.
pub(super) fn published() -> impl Iterator<Item = &'static str> {
    include_str!(concat!(env!("OUT_DIR"), "/published")).lines()
}

/// All built-in patterns.
#[must_use]
pub fn patterns() -> &'static [Pattern] {
    static PATTERNS: &[Pattern] = include!(concat!(env!("OUT_DIR"), "/patterns.rs"));
    PATTERNS
}

/// The prefilter of their literals, in their order.
#[must_use]
pub(super) fn prefilter() -> Prefilter {
    let [reach] = *built!("reach");
    Prefilter {
        map: built!("map").as_slice().into(),
        buckets: built!("buckets").as_slice().into(),
        grams: built!("grams").as_slice().into(),
        text: built!("text").as_slice().into(),
        ends: built!("ends").as_slice().into(),
        reach,
    }
}
