//! `[exceptions]`: what an exception must have, and who may decide on what.

use std::collections::BTreeMap;

use jiff::civil::Date;
use toml::de::DeValue;

use super::super::values::{Entry, Result, Value, choose, count, flag, strings, table, unknown, words, wrong_kind};
use super::record::{Exception, Until};
use crate::rule::Rule;

const FIELDS: [(&str, Field); 3] = [("reason", Field::Reason), ("until", Field::Until), ("approver", Field::Approver)];
/// The rules that nothing else is said of.
const OTHERS: &str = "*";

/// What an exception must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Reason,
    Until,
    Approver,
}

/// What is in force for exceptions.
#[derive(Clone, Debug)]
pub struct Settings {
    require: Vec<Field>,
    max_days: Option<usize>,
    /// Who may decide, by rule; everybody where it is empty.
    approvers: BTreeMap<String, Vec<String>>,
    /// Whether markers beside a finding count on a server.
    pub inline_markers: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { require: vec![Field::Reason], max_days: None, approvers: BTreeMap::new(), inline_markers: true }
    }
}

/// Reads the section; the rules that it speaks of are added to `named`.
pub(in super::super) fn read(section: Entry<'_, '_>, named: &mut Vec<Value<String>>) -> Result<Settings> {
    let mut settings = Settings::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "require" => {
                let words = strings(entry)?;
                let field = |word| choose(entry, word, &FIELDS, "a list of `reason`, `until` and `approver`");
                settings.require = words.iter().map(field).collect::<Result<_>>()?;
            }
            "max-days" => settings.max_days = Some(count(entry)?),
            "approvers" => settings.approvers = approvers(entry, named)?,
            "inline-markers" => settings.inline_markers = flag(entry)?,
            _ => return Err(unknown(entry, "exceptions")),
        }
    }
    Ok(settings)
}

/// A list, or one a rule.
fn approvers(entry: Entry<'_, '_>, named: &mut Vec<Value<String>>) -> Result<BTreeMap<String, Vec<String>>> {
    match entry.1.get_ref() {
        DeValue::Array(_) => Ok([(OTHERS.to_owned(), words(entry)?)].into()),
        DeValue::Table(rules) => {
            let mut approvers = BTreeMap::new();
            for entry in rules {
                let rule = entry.0.get_ref().as_ref().to_owned();
                approvers.insert(rule.clone(), words(entry)?);
                if rule != OTHERS {
                    named.push(Value { at: entry.0.span().start, value: rule });
                }
            }
            Ok(approvers)
        }
        _ => Err(wrong_kind(entry, entry.1, "a list of names or keys, or a table of such lists by rule")),
    }
}

impl Settings {
    /// Who may decide on a rule; none where everybody may.
    #[must_use]
    pub fn approvers(&self, rule: &Rule) -> Option<&[String]> {
        if self.approvers.is_empty() {
            return None;
        }
        let of = |name: &str| self.approvers.get(name);
        Some(of(rule.id).or_else(|| of(rule.family)).or_else(|| of(OTHERS)).map_or(&[], Vec::as_slice))
    }

    /// Whether an exception counts on a day, as far as it says itself.
    ///
    /// # Errors
    /// Why not, in words that follow "it".
    pub fn hold(&self, exception: &Exception, today: Date) -> std::result::Result<(), String> {
        let has = |field: &Option<String>| field.as_ref().is_some_and(|text| !text.trim().is_empty());
        for field in &self.require {
            let (is_there, name) = match field {
                Field::Reason => (has(&exception.record.reason), "reason"),
                Field::Until => (has(&exception.record.until), "last day (`until`)"),
                Field::Approver => (has(&exception.record.approver), "approver"),
            };
            if !is_there {
                return Err(format!("has no {name}, which the policy requires"));
            }
        }
        match (exception.until(), self.max_days) {
            (Until::Malformed, _) => Err("says no day that there is in `until`, so it has expired".to_owned()),
            (Until::Day(day), _) if day < today => Err(format!("expired on {day}")),
            (Until::Never, Some(most)) => Err(format!("has no last day, and the policy allows {most} days at most")),
            (Until::Day(day), Some(most)) if days(today, day) > most => {
                Err(format!("lasts until {day}, which is more than the {most} days that the policy allows"))
            }
            (Until::Never | Until::Day(_), _) => Ok(()),
        }
    }

    /// Whether whoever decided may decide on this rule.
    ///
    /// # Errors
    /// Why not, in words that follow "it".
    pub fn may(&self, exception: &Exception, rule: &Rule) -> std::result::Result<(), String> {
        let Some(approvers) = self.approvers(rule) else { return Ok(()) };
        match &exception.record.approver {
            Some(approver) if approvers.contains(approver) => Ok(()),
            Some(approver) => Err(format!("names {approver} as its approver, who may not decide on {}", rule.id)),
            None => Err(format!("names no approver, and only some may decide on {}", rule.id)),
        }
    }
}

/// How many days lie between two.
#[must_use]
pub fn days(from: Date, to: Date) -> usize {
    from.until(to).map_or(0, |span| usize::try_from(span.get_days()).unwrap_or(0))
}
