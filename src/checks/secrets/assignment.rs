//! Secrets without a form of their own: a name that speaks of a secret, an assignment in any common syntax, and a value that is neither
//! a placeholder, nor a reference, nor a word of a program.

use std::cell::LazyCell;

use super::cursor::Cursor;
use super::detector::Candidate;
use super::further;
use super::names::{self, Spoken};
use super::pattern::Named;
use super::score::{Part, REHEARSAL, Score};
use super::surroundings::{self, FileKind, Surroundings};
use super::value::{self, Setting};
use crate::text::Region;

/// The most bytes of a name.
const LONGEST_NAME: usize = 64;

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

/// The values that are given to a name, which has to speak of what `named` says, in a file of one of `kinds`: secrets, or what speaks against them.
pub(super) fn find(
    text: &[u8],
    name: Region,
    longest: usize,
    named: Named,
    kinds: &[FileKind],
    rehearsal: bool,
) -> Vec<Result<Candidate, Refused>> {
    let limit = text.len().min(name.end + longest.saturating_sub(2 * LONGEST_NAME));
    // Most names are given nothing, which is told sooner than what they speak of.
    let spoken = LazyCell::new(|| {
        let spoken = names::classify(name.of(text)).or_else(|| names::of_key(name.of(text), || parent(text, name)));
        spoken.filter(|spoken| spoken.of == named)
    });
    let is_quoted = matches!(text.get(name.end), Some(b'"' | b'\''));
    let mut found = Vec::new();
    let mut before = None;
    for kind in kinds {
        let mut cursor = Cursor::new(&text[..limit], name.end);
        let value = cursor.value(name, *kind);
        let may_head = value.is_none() && further::may_head(text, name);
        let is_given = value.is_some() || (may_head && *kind != FileKind::Code);
        if is_given && before != Some(value) {
            let Some(spoken) = *spoken else { break };
            // What says no more than `key` is that of a table, or of a map, unless it is a variable.
            if spoken.part == names::NO_MORE_THAN_KEY && (is_quoted || *kind != FileKind::Code) {
                continue;
            }
            let around = Surroundings { kind: *kind, rehearsal };
            let (setting, regions) = values(text, limit, name, value);
            found.extend(regions.into_iter().map(|region| weighed(text, name, region, setting, spoken, around)));
            before = Some(value);
        }
        // Nothing else is read in a file of another kind.
        if !cursor.kind_counts() && !may_head {
            break;
        }
    }
    found
}

/// All values that a name is given with its `first` one, before `limit`.
fn values(text: &[u8], limit: usize, name: Region, first: Option<(Region, Setting)>) -> (Setting, Vec<Region>) {
    match first {
        Some((first, setting @ Setting::Quoted)) => (setting, further::in_braces(&text[..limit], name, first)),
        Some((first, setting)) => (setting, vec![first]),
        // What ends where the view does may be cut off.
        None => {
            let mut below = further::below(&text[..limit], name);
            below.retain(|value| value.end < limit || limit == text.len());
            (Setting::Config, below)
        }
    }
}

/// Weighs a value that is given to a name.
fn weighed(
    text: &[u8],
    name: Region,
    region: Region,
    setting: Setting,
    spoken: Spoken,
    around: Surroundings,
) -> Result<Candidate, Refused> {
    // What it stands among is asked only where the rest makes a secret.
    let mut weighed = value::weigh(region.of(text), name.of(text), spoken, setting, Part::NONE, around);
    if let Ok(score) = &mut weighed
        && score.confidence().is_some()
    {
        score.place = place(text, name.start, spoken.of, around);
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
            let name = Region::new(start, start + 3);
            find(text.as_bytes(), name, 800, Named::Secret, kind.alone(), false).iter().any(Result::is_ok)
        };
        assert!(is_found("key = 'VALUE'", FileKind::Code));
        assert!(is_found("const key = Buffer.from('VALUE', 'base64')", FileKind::Code));
        assert!(!is_found("row = {'key': 'VALUE'}", FileKind::Code));
        assert!(!is_found("key: VALUE", FileKind::Config));
        assert!(is_found("[encryption]\nkey = VALUE", FileKind::Config));
    }
}
