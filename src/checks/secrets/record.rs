//! A pattern as a text, in which the build script hands it to the program; the patterns of a repository's own take the same way. The build script includes
//! this file, too. `Pattern::of_record` reads what is written here.

use super::bounds::folded_literals;
use super::format::Pattern;

/// Stands between two fields.
pub(super) const FIELD: char = '\0';

/// Stands behind each item of a field that is a list.
pub(super) const ITEM: char = '\u{1}';

/// Writes a pattern; `begins` tells whether every match of its regex begins with one of its literals, and `outline` how, in numbers of classes. The error is a
/// sentence without the id.
pub(super) fn record(pattern: &Pattern, begins: bool, outline: &[u16]) -> Result<String, String> {
    let lower = |words: &[String]| words.iter().map(|word| word.to_ascii_lowercase()).collect::<Vec<_>>();
    let number = |number: usize| number.to_string();
    let flag = |flag: bool| number(flag.into());
    let words = if pattern.value.is_some() { lower(&pattern.words) } else { Vec::new() };
    let fields = [
        pattern.id.clone(),
        pattern.family.as_ref().unwrap_or(&pattern.id).clone(),
        pattern.summary.clone(),
        pattern.provider.clone(),
        pattern.revoke.clone(),
        pattern.rotate.clone(),
        number(pattern.kind as usize),
        number(pattern.confidence as usize),
        list(&folded_literals(pattern))?,
        flag(pattern.ignore_case),
        number(pattern.finder as usize),
        pattern.regex.clone().unwrap_or_default(),
        flag(begins),
        pattern.value.clone().unwrap_or_default(),
        list(&words)?,
        list(outline)?,
        number(pattern.longest),
        list(&pattern.require.iter().map(|class| number(*class as usize)).collect::<Vec<_>>())?,
        pattern.entropy.unwrap_or(0.0).to_string(),
        flag(pattern.boundary),
        flag(pattern.placeholders),
        flag(pattern.random),
        list(&lower(&pattern.near))?,
        list(&pattern.paths)?,
        pattern.pair.clone().unwrap_or_default(),
        pattern.proof.map(|proof| number(proof as usize)).unwrap_or_default(),
        pattern.source.clone(),
    ];
    match fields.iter().find(|field| field.contains(FIELD)) {
        Some(_) => {
            Err("a text has the character U+0000 in it; take it out, or write it as an escape of the regex".into())
        }
        None => Ok(fields.join(&FIELD.to_string())),
    }
}

fn list(items: &[impl ToString]) -> Result<String, String> {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    match items.iter().find(|item| item.contains(ITEM)) {
        Some(_) => Err("an item of a list has the character U+0001 in it; take it out".into()),
        None => Ok(items.into_iter().map(|item| item + &ITEM.to_string()).collect()),
    }
}
