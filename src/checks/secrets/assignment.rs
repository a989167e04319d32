//! Secrets without a form of their own: a name that speaks of a secret, an assignment in any common syntax, and a value that is neither
//! a placeholder, nor a reference, nor a word of a program.

use super::cursor::Cursor;
use super::detector::Candidate;
use super::further;
use super::names;
use super::pattern::Named;
use super::score::{Part, REHEARSAL, Score};
use super::surroundings::{self, FileKind, Surroundings};
use super::value::{self, Setting};
use crate::text::Region;

/// The most bytes of a name.
const LONGEST_NAME: usize = 64;

/// What a name is given.
pub(super) enum Assigned {
    /// Nothing, in whatever kind of file it stands.
    Nothing,
    /// Nothing in a file of this kind, or it does not speak of what is looked for.
    NothingHere,
    /// A value.
    Value {
        /// Up to where the text need not be looked at again for a name.
        seen: usize,
        /// The secret, or what speaks against it; several of a list or a column.
        candidates: Vec<Result<Candidate, Refused>>,
    },
}

/// A value that is no secret, as the workbench tells it.
pub(super) struct Refused {
    /// Where it stands.
    pub region: Region,
    why: Result<Score, &'static str>,
}

impl Refused {
    /// Why, as a sentence.
    pub(super) fn why(&self) -> String {
        match &self.why {
            Ok(score) => format!("what speaks for it is too little: {}", score.reason()),
            Err(why) => (*why).to_owned(),
        }
    }
}

/// Looks at what follows a name, which has to speak of what `named` says.
pub(super) fn find(text: &[u8], name: Region, longest: usize, named: Named, around: Surroundings) -> Assigned {
    let limit = text.len().min(name.end + longest.saturating_sub(2 * LONGEST_NAME));
    let mut cursor = Cursor::new(&text[..limit], name.end);
    // Most names are given nothing, which is told sooner than what they speak of.
    let found = cursor.value(name, around.kind);
    let may_head = found.is_none() && further::may_head(text, name);
    if found.is_none() && !(may_head && around.kind != FileKind::Code) {
        return if cursor.kind_counts() || may_head { Assigned::NothingHere } else { Assigned::Nothing };
    }
    let spoken = names::classify(name.of(text)).or_else(|| names::of_key(name.of(text), || parent(text, name)));
    // What says no more than `key` is that of a table, or of a map, unless it is a variable.
    let says_enough = |spoken: &names::Spoken| {
        spoken.part != names::NO_MORE_THAN_KEY
            || around.kind == FileKind::Code && !matches!(text.get(name.end), Some(b'"' | b'\''))
    };
    let Some(spoken) = spoken.filter(|spoken| spoken.of == named && says_enough(spoken)) else {
        return Assigned::NothingHere;
    };
    let (setting, regions) = match found {
        Some((first, setting @ Setting::Quoted)) => (setting, further::in_braces(&text[..limit], name, first)),
        Some((first, setting)) => (setting, vec![first]),
        // What ends where the view does may be cut off.
        None => {
            let mut below = further::below(&text[..limit], name);
            below.retain(|value| value.end < limit || limit == text.len());
            (Setting::Config, below)
        }
    };
    let weigh = |region: Region| {
        // What it stands among is asked only where the rest makes a secret.
        let mut weighed = value::weigh(region.of(text), name.of(text), spoken, setting, Part::NONE, around);
        if let Ok(score) = &mut weighed
            && score.confidence().is_some()
        {
            score.place = place(text, name.start, named, around);
        }
        match weighed {
            Ok(score) if let Some(confidence) = score.confidence() => Ok(Candidate {
                secret: region,
                span: Region::new(name.start, region.end),
                confidence: Some(confidence),
                reason: Some(score.reason()),
            }),
            why => Err(Refused { region, why }),
        }
    };
    let candidates: Vec<_> = regions.into_iter().map(weigh).collect();
    // A value that is none may hold a name itself.
    let seen = candidates.iter().flatten().map(|candidate| candidate.secret.end).max();
    Assigned::Value { seen: seen.unwrap_or(name.end), candidates }
}

/// The name of what a name stands in: the array before an index, the section of an INI or TOML file, the key that a block of YAML or JSON stands under.
/// None where nothing near tells.
fn parent(text: &[u8], name: Region) -> Option<&[u8]> {
    /// How far before a name that is looked for.
    const NEAR: usize = 600;
    let is_sign = |byte: &u8| !is_name(*byte);
    let begin = name.start.saturating_sub(NEAR);
    let mut before = &text[begin..name.start];
    if let Some(array) = before.strip_suffix(b"['").or_else(|| before.strip_suffix(b"[\"")) {
        return array.rsplit(is_sign).next().filter(|array| !array.is_empty());
    }
    let indent = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let cut = memchr::memrchr(b'\n', before)?;
    let mine = indent(&text[begin + cut + 1..]);
    while let Some(end) = memchr::memrchr(b'\n', before) {
        before = &before[..end];
        let line = &before[memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1)..];
        let told = line.trim_ascii();
        if let [b'[', section @ .., b']'] = told {
            return Some(section);
        }
        if indent(line) < mine && !told.is_empty() {
            let end = told.iter().rposition(|byte| !b" \t{[:=(\"'".contains(byte)).map_or(0, |last| last + 1);
            return told[..end].rsplit(is_sign).next().filter(|name| !name.is_empty());
        }
    }
    None
}

/// What the file and the line say.
fn place(text: &[u8], at: usize, named: Named, around: Surroundings) -> Part {
    if around.rehearsal {
        REHEARSAL
    } else if around.kind == FileKind::Code && surroundings::is_comment(text, at) {
        // Comments show what passwords look like more often than they hold one; a key in a comment was in use.
        Part::new(if named == Named::Password { -3 } else { -2 }, "it stands in a comment")
    } else if around.kind == FileKind::Code && surroundings::is_endless(text, at) {
        Part::new(-3, "it stands in a line that a program has written")
    } else {
        Part::NONE
    }
}

/// The bytes of names, asked for every byte around every hit.
const NAME: [bool; 256] = {
    let mut name = [false; 256];
    let mut byte = 0_u8;
    loop {
        name[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$') || byte >= 0x80;
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    name
};

fn is_name(byte: u8) -> bool {
    NAME[usize::from(byte)]
}

/// The whole name that the literal at `hit` is a part of.
pub(super) fn name_around(text: &[u8], hit: usize) -> Region {
    const API: &[u8] = b"api";
    const KEY: &[u8] = b" key";
    let before = text[hit.saturating_sub(LONGEST_NAME)..hit].iter().rev().take_while(|byte| is_name(**byte)).count();
    let name_from = |at: usize| text[at..].iter().take(LONGEST_NAME).take_while(|byte| is_name(**byte)).count();
    let start = hit - before;
    let mut end = hit + name_from(hit);
    // "API key" has a space.
    let next_word = text.get(end..end + KEY.len());
    if next_word.is_some_and(|word| word.eq_ignore_ascii_case(KEY)) && text[hit..end].eq_ignore_ascii_case(API) {
        end += 1;
        end += name_from(end);
    }
    // A dash or a dot at its end is no part of a name; an arrow may follow.
    while end > hit && matches!(text[end - 1], b'-' | b'.') {
        end -= 1;
    }
    Region::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_no_more_than_key_is_one_where_it_is_a_variable() {
        let is_found = |text: &str, kind: FileKind| {
            let text = text.replace("VALUE", &["q7qVStOT5o3D1FZA", "uoVy2lBOnPbYhQn5"].concat());
            let start = text.find("key").expect("it is there");
            let around = Surroundings { kind, rehearsal: false };
            let found = find(text.as_bytes(), Region::new(start, start + 3), 800, Named::Secret, around);
            matches!(found, Assigned::Value { candidates, .. } if candidates.iter().any(Result::is_ok))
        };
        assert!(is_found("key = 'VALUE'", FileKind::Code));
        assert!(is_found("const key = Buffer.from('VALUE', 'base64')", FileKind::Code));
        assert!(!is_found("row = {'key': 'VALUE'}", FileKind::Code));
        assert!(!is_found("key: VALUE", FileKind::Config));
        assert!(is_found("[encryption]\nkey = VALUE", FileKind::Config));
    }
}
