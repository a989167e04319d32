//! `[files]`: what files must be like.

use toml::Spanned;
use toml::de::DeValue;

use super::error::Fault;
use super::globs::globs;
use super::measure;
use super::values::{
    Entry, Result, Value, choose, count, flag, level, levels, number, strings, table, text, unknown, unknown_of, words,
    wrong_kind,
};
use crate::checks::files::{self, ACTIONS, Action, Files, Forbidden};
use crate::rule::Level;

const FORBIDDEN: &[&str] = &["path", "on", "level"];

/// `[files]`.
pub(super) fn read(section: Entry<'_, '_>) -> Result<Files> {
    let mut all = Files::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "level" => all.level = level(entry)?,
            "rules" => all.levels = levels(entry, &files::rules())?,
            "forbid" => all.forbid = forbidden(entry)?,
            "watch" => all.watch = globs(strings(entry)?)?,
            "max-size" => all.max_size = Some(size(entry)?),
            "max-path" => all.max_path = Some(count(entry)?),
            "max-name" => all.max_name = Some(count(entry)?),
            "lfs-above" => all.lfs_above = Some(size(entry)?),
            "lfs" => all.lfs = globs(strings(entry)?)?,
            "forbid-collisions" => all.forbid_collisions = flag(entry)?,
            "forbid-windows-names" => all.forbid_windows_names = flag(entry)?,
            "forbid-outside-symlinks" => all.forbid_outside_symlinks = flag(entry)?,
            "submodule-urls" => all.submodule_urls = Some(words(entry)?),
            "bypass" => all.bypass.always = words(entry)?,
            "bypass-with-reason" => all.bypass.with_reason = words(entry)?,
            _ => return Err(unknown(entry, "files")),
        }
    }
    Ok(all)
}

/// `forbid`: globs, which speak of what is added, or tables that say more.
fn forbidden(entry: Entry<'_, '_>) -> Result<Vec<Forbidden>> {
    const TAKES: &str = "a list of globs, or of tables as { path = \"*.pem\", on = [\"add\"] }";
    let list = entry.1.get_ref().as_array().ok_or_else(|| wrong_kind(entry, entry.1, TAKES))?;
    let one = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::String(path) => {
            let path = Value { at: value.span().start, value: path.as_ref().to_owned() };
            one_forbidden(path, vec![Action::Add], None)
        }
        DeValue::Table(_) => forbidden_table((entry.0, value)),
        _ => Err(wrong_kind(entry, value, TAKES)),
    };
    list.iter().map(one).collect()
}

fn forbidden_table(section: Entry<'_, '_>) -> Result<Forbidden> {
    let (mut path, mut on, mut its_level) = (None, vec![Action::Add], None);
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "path" => path = Some(text(entry)?),
            "on" => {
                let actions = strings(entry)?;
                let takes = "`add`, `modify` or `delete`";
                on = actions.iter().map(|word| choose(entry, word, &ACTIONS, takes)).collect::<Result<_>>()?;
            }
            "level" => its_level = Some(level(entry)?),
            _ => return Err(unknown_of(entry, "files.forbid", FORBIDDEN.to_vec())),
        }
    }
    let missing = || (section.1.span().start, Fault::Missing { key: "path", table: "files.forbid" });
    one_forbidden(path.ok_or_else(missing)?, on, its_level)
}

fn one_forbidden(path: Value<String>, on: Vec<Action>, level: Option<Level>) -> Result<Forbidden> {
    let pattern = path.value.clone();
    Ok(Forbidden { pattern, matches: globs(vec![path])?, on, level })
}

/// Bytes: a number, or a text with a unit.
fn size(entry: Entry<'_, '_>) -> Result<u64> {
    const TAKES: &str = "a number of bytes, or a size as \"5MiB\"";
    let Some(text) = entry.1.get_ref().as_str() else { return number(entry, entry.1, TAKES) };
    measure::size(text).ok_or_else(|| wrong_kind(entry, entry.1, TAKES))
}

#[cfg(test)]
mod tests {
    use super::super::parsed;
    use super::*;

    #[test]
    fn every_key_is_read() {
        let text = r#"
[files]
level = "annotate"
forbid = ["*.pem", { path = "db/", on = ["modify", "delete"], level = "reject" }]
watch = [".gitattributes"]
max-size = "5MiB"
max-path = 200
max-name = 100
lfs-above = 1000
lfs = ["*.psd"]
forbid-collisions = true
forbid-windows-names = true
forbid-outside-symlinks = true
submodule-urls = ["https://example.org/"]
bypass = ["a"]
bypass-with-reason = ["b"]
rules.file-size = "reject"
"#;
        let policy = parsed(text).unwrap();
        assert_eq!((policy.files().max_size, policy.files().lfs_above), (Some(5 << 20), Some(1000)));
        assert_eq!(policy.files().forbid[1].on, [Action::Modify, Action::Delete]);
    }

    #[test]
    fn faults_name_what_would_fit() {
        for (text, expected) in [
            (
                "[files]\nmax-size = \"5 miles\"\n",
                "palisade.toml:2:12: `max-size` is a string; it takes a number of bytes, or a size as \"5MiB\"",
            ),
            ("[files]\nforbid = [{ on = [\"add\"] }]\n", "palisade.toml:2:11: `path` is missing in [files.forbid]"),
            (
                "[files]\nforbid = [{ path = \"a\", on = [\"ad\"] }]\n",
                "palisade.toml:2:31: `on` is `ad`; it takes `add`, `modify` or `delete`; did you mean `add`?",
            ),
        ] {
            assert_eq!(parsed(text).expect_err("a broken policy"), expected);
        }
    }
}
