//! Reads the values of keys: each knows where it stands, so that what is wrong can be told with its place.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Fault, Found, nearest};
use super::schema;
use crate::checks::TextPattern;
use crate::rule::{Level, Rule};

const LEVELS: [(&str, Level); 3] =
    [("reject", Level::Reject), ("annotate", Level::Annotate), ("ignore", Level::Ignore)];

/// A value, and the offset at which it stands.
#[derive(Debug)]
pub(super) struct Value<T> {
    pub at: usize,
    pub value: T,
}

/// What was read, or what is wrong with it and at which offset.
pub(super) type Result<T> = std::result::Result<T, (usize, Fault)>;

/// A key and its value, as they stand in the file.
pub(super) type Entry<'a, 'i> = (&'a Spanned<std::borrow::Cow<'i, str>>, &'a Spanned<DeValue<'i>>);

pub(super) fn table<'a, 'i>(entry: Entry<'a, 'i>) -> Result<&'a DeTable<'i>> {
    entry.1.get_ref().as_table().ok_or_else(|| wrong_kind(entry, entry.1, "a table"))
}

/// The error for a key that its table does not have.
pub(super) fn unknown(entry: Entry<'_, '_>, table: &'static str) -> (usize, Fault) {
    unknown_of(entry, table, schema::names(table))
}

/// The same for a table of a form of its own, with the keys that it has.
pub(super) fn unknown_of(entry: Entry<'_, '_>, table: &'static str, known: Vec<&'static str>) -> (usize, Fault) {
    (entry.0.span().start, Fault::UnknownKey { key: entry.0.get_ref().as_ref().to_owned(), table, known })
}

/// A value of another kind than the key takes.
pub(super) fn wrong_kind(entry: Entry<'_, '_>, value: &Spanned<DeValue<'_>>, takes: &'static str) -> (usize, Fault) {
    let key = entry.0.get_ref().as_ref().to_owned();
    (value.span().start, Fault::WrongValue { key, found: kind(value), takes, nearest: None })
}

fn kind(value: &Spanned<DeValue<'_>>) -> Found {
    Found::Kind(match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    })
}

pub(super) fn level(entry: Entry<'_, '_>) -> Result<Level> {
    choice(entry, &LEVELS, "`reject`, `annotate` or `ignore`")
}

/// Levels by the ids of rules.
pub(super) fn levels(section: Entry<'_, '_>, rules: &[&'static Rule]) -> Result<BTreeMap<&'static str, Level>> {
    let known: Vec<_> = rules.iter().map(|rule| rule.id).collect();
    let mut levels = BTreeMap::new();
    for entry in table(section)? {
        let name = entry.0.get_ref().as_ref();
        let Some(id) = known.iter().find(|id| **id == name) else {
            return Err((entry.0.span().start, Fault::unknown_rule(name, &known)));
        };
        levels.insert(*id, level(entry)?);
    }
    Ok(levels)
}

pub(super) fn choice<T: Copy>(entry: Entry<'_, '_>, choices: &[(&'static str, T)], takes: &'static str) -> Result<T> {
    let Some(text) = entry.1.get_ref().as_str() else { return Err(wrong_kind(entry, entry.1, takes)) };
    choose(entry, &Value { at: entry.1.span().start, value: text.to_owned() }, choices, takes)
}

/// The choice that a word of the entry means.
pub(super) fn choose<T: Copy>(
    entry: Entry<'_, '_>,
    word: &Value<String>,
    choices: &[(&'static str, T)],
    takes: &'static str,
) -> Result<T> {
    if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word.value) {
        return Ok(*choice);
    }
    let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
    let (key, found) = (entry.0.get_ref().as_ref().to_owned(), Found::Text(word.value.clone()));
    Err((word.at, Fault::WrongValue { key, found, takes, nearest: nearest(&word.value, &names) }))
}

/// A list of strings, each with its place.
pub(super) fn strings(entry: Entry<'_, '_>) -> Result<Vec<Value<String>>> {
    const TAKES: &str = "a list of globs";
    let Some(list) = entry.1.get_ref().as_array() else { return Err(wrong_kind(entry, entry.1, TAKES)) };
    let string = |value: &Spanned<DeValue<'_>>| match value.get_ref().as_str() {
        Some(text) => Ok(Value { at: value.span().start, value: text.to_owned() }),
        None => Err(wrong_kind(entry, value, TAKES)),
    };
    list.iter().map(string).collect()
}

pub(super) fn text(entry: Entry<'_, '_>) -> Result<Value<String>> {
    match entry.1.get_ref().as_str() {
        Some(text) => Ok(Value { at: entry.1.span().start, value: text.to_owned() }),
        None => Err(wrong_kind(entry, entry.1, "a string")),
    }
}

/// A string, or a list of strings.
pub(super) fn one_or_more(entry: Entry<'_, '_>) -> Result<Vec<Value<String>>> {
    match entry.1.get_ref() {
        DeValue::String(_) => Ok(vec![text(entry)?]),
        _ => strings(entry),
    }
}

pub(super) fn words(entry: Entry<'_, '_>) -> Result<Vec<String>> {
    Ok(strings(entry)?.into_iter().map(|word| word.value).collect())
}

pub(super) fn pattern(entry: Entry<'_, '_>) -> Result<TextPattern> {
    let Value { at, value } = text(entry)?;
    TextPattern::new(&value).map_err(|why| (at, Fault::BadPattern { pattern: value, why }))
}

pub(super) fn flag(entry: Entry<'_, '_>) -> Result<bool> {
    match entry.1.get_ref() {
        DeValue::Boolean(flag) => Ok(*flag),
        _ => Err(wrong_kind(entry, entry.1, "`true` or `false`")),
    }
}

pub(super) fn count(entry: Entry<'_, '_>) -> Result<usize> {
    let number = number(entry, entry.1, "a number")?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX))
}

pub(super) fn number(entry: Entry<'_, '_>, value: &Spanned<DeValue<'_>>, takes: &'static str) -> Result<u64> {
    let number =
        value.get_ref().as_integer().and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok());
    number.ok_or_else(|| wrong_kind(entry, value, takes))
}
