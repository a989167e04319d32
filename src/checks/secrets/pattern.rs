//! Patterns as the detector knows them: the built-in ones, as the build script made them from `patterns/*.toml`, and what those of a repository's own
//! become.

use std::sync::OnceLock;

use super::bounds;
use super::format::{self, Class, Kind, Proof};
use super::prefilter::{LONGEST, Prefilter};
use super::record::{FIELD, ITEM};
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
    /// One of them stands in every match, in lower case where case is ignored; as a list of its record.
    pub joined_literals: &'static str,
    /// Whether literals and regex match without regard to case.
    pub ignore_case: bool,
    /// How a literal's hit becomes a match.
    pub finder: Finder,
    /// For each of the first bytes of a match of the regex, the number of a class of bytes that can stand there; see `could_begin`. The regex of
    /// a repository's own pattern has none, and is compiled on the first hit of a literal.
    pub outline: &'static [u16],
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
    /// Reads what [`record`](super::record::record) has written, field by field.
    pub(super) fn of_record(record: &'static str) -> Self {
        let mut fields = record.split(FIELD);
        let mut text = || fields.next().unwrap_or_default();
        let rule =
            Rule { id: text(), family: text(), summary: text(), provider: text(), revoke: text(), rotate: text() };
        let kind = of(Kind::ALL, text());
        let confidence = match of(format::Confidence::ALL, text()) {
            format::Confidence::Possible => Confidence::Possible,
            format::Confidence::Likely => Confidence::Likely,
            format::Confidence::Certain => Confidence::Certain,
        };
        let (joined_literals, ignore_case) = (text(), is_set(text()));
        let (finder, regex, begins, value, words) = (text(), text(), text(), text(), text());
        let finder = match of(format::Finder::ALL, finder) {
            format::Finder::Regex if !value.is_empty() => Finder::Named { value, words: list(words, |word| word) },
            format::Finder::Regex => Finder::Regex {
                regex,
                place: if is_set(begins) { LiteralPlace::Start } else { LiteralPlace::Anywhere },
            },
            format::Finder::AssignedPassword => Finder::Assignment(Named::Password),
            format::Finder::AssignedSecret => Finder::Assignment(Named::Secret),
            format::Finder::PrivateKey => Finder::PrivateKey,
            format::Finder::UrlPassword => Finder::UrlPassword,
        };
        Self {
            rule,
            kind,
            confidence,
            joined_literals,
            ignore_case,
            finder,
            outline: list(text(), number),
            longest: number(text()),
            require: list(text(), |class| of(Class::ALL, class)),
            entropy: number(text()),
            boundary: is_set(text()),
            placeholders: is_set(text()),
            random: is_set(text()),
            near: list(text(), |word| word),
            paths: list(text(), |glob| glob),
            pair: Some(text()).filter(|pair| !pair.is_empty()),
            proof: Some(text()).filter(|proof| !proof.is_empty()).map(|proof| of(Proof::ALL, proof)),
            source: text(),
        }
    }

    /// How far around one of its literals something stands that decides what is found.
    #[must_use]
    pub fn reach(&self) -> usize {
        bounds::reach(self.longest, self.pair.is_some())
    }

    /// One of them stands in every match.
    pub fn literals(&self) -> impl Iterator<Item = &'static str> {
        self.joined_literals.split_terminator(ITEM)
    }

    /// Whether a match of the regex could begin at `at`, by its first bytes. It costs next to nothing, and the regex is compiled only
    /// where it says yes.
    #[must_use]
    pub fn could_begin(&self, text: &[u8], at: usize) -> bool {
        fits(self.outline, text, at)
    }

    /// The same, by those of the first bytes that the prefilter looks at. It says yes where the literal stands anywhere in a match.
    #[must_use]
    pub fn could_begin_with(&self, text: &[u8], literal: usize) -> bool {
        !matches!(self.finder, Finder::Regex { place: LiteralPlace::Start, .. })
            || fits(&self.outline[..self.outline.len().min(LONGEST)], text, literal)
    }

    /// All bytes of the classes of its outline, as 256 bits.
    #[must_use]
    pub fn alphabet(&self) -> [u8; 32] {
        let classes = self.outline.iter().copied().map(class);
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

/// A number of a record.
fn number<Number: std::str::FromStr + Default>(text: &str) -> Number {
    text.parse().unwrap_or_default()
}

/// One of all, by its number.
fn of<Item: Copy>(all: &[Item], text: &str) -> Item {
    all[number::<usize>(text)]
}

fn is_set(flag: &str) -> bool {
    flag == "1"
}

/// The items of a list of a record. They live as long as the program, as the pattern does.
fn list<Item>(text: &'static str, item: impl FnMut(&'static str) -> Item) -> &'static [Item] {
    text.split_terminator(ITEM).map(item).collect::<Vec<_>>().leak()
}

/// The class of an outline that has a number.
fn class(number: u16) -> &'static [u8; 32] {
    &CLASSES[usize::from(number)]
}

/// Whether a byte is in a set of 256 bits.
pub(super) fn has(class: &[u8; 32], byte: u8) -> bool {
    class[usize::from(byte / 8)] >> (byte % 8) & 1 == 1
}

/// Whether what stands at `at` is of the classes of an outline.
fn fits(outline: &[u16], text: &[u8], at: usize) -> bool {
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

/// The longest match of the pattern that each literal of the prefilter belongs to, as little-endian numbers.
static LONGEST_OF: &[[u8; 4]] = built!("longest").as_chunks().0;

/// How many literals the prefilter looks for.
pub(super) fn literals() -> usize {
    OWNERS.len()
}

/// The number of the pattern that a literal of the prefilter belongs to.
pub(super) fn owner(literal: usize) -> usize {
    u16::from_le_bytes(OWNERS[literal]).into()
}

/// The longest match of the pattern that a literal of the prefilter belongs to.
pub(super) fn longest(literal: usize) -> usize {
    u32::from_le_bytes(LONGEST_OF[literal]) as usize
}

/// What issuers have published as examples, in lower case.
pub(super) fn published() -> impl Iterator<Item = &'static str> {
    include_str!(concat!(env!("OUT_DIR"), "/published")).lines()
}

/// The records of the built-in patterns, one behind the other.
static RECORDS: &str = include_str!(concat!(env!("OUT_DIR"), "/records"));

/// Where each of them ends, as little-endian numbers.
const RECORD_ENDS: &[[u8; 4]] = built!("record-ends").as_chunks().0;

/// How many built-in patterns there are.
pub(super) const COUNT: usize = RECORD_ENDS.len();

/// The largest [`Pattern::reach`] of a built-in pattern.
pub(super) const REACH: usize = u32::from_le_bytes(*built!("pattern-reach")) as usize;

fn record(number: usize) -> &'static str {
    let end = |number: usize| u32::from_le_bytes(RECORD_ENDS[number]) as usize;
    &RECORDS[number.checked_sub(1).map_or(0, end)..end(number)]
}

/// A built-in pattern by its number. It is made of its record when it is first asked for, because a hook meets few of them: in a constant, each
/// text of all of them is an address that the loader has to write whenever the program starts.
pub(super) fn pattern(number: usize) -> &'static Pattern {
    static PATTERNS: [OnceLock<Box<Pattern>>; COUNT] = [const { OnceLock::new() }; COUNT];
    PATTERNS[number].get_or_init(|| Box::new(Pattern::of_record(record(number))))
}

/// All built-in patterns.
pub fn patterns() -> impl ExactSizeIterator<Item = &'static Pattern> {
    (0..COUNT).map(pattern)
}

/// All that is told of the built-in patterns, as one text: it is another one where they are others.
#[must_use]
pub fn pattern_records() -> &'static str {
    RECORDS
}

/// The ids of the rules of the built-in patterns, and of their families.
pub fn pattern_ids() -> impl Iterator<Item = [&'static str; 2]> {
    (0..COUNT).map(|number| {
        let mut fields = record(number).split(FIELD);
        std::array::from_fn(|_| fields.next().unwrap_or_default())
    })
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
