//! `[commits]`: what commits must be like.

use toml::de::DeValue;

use super::values::{Entry, Result, count, flag, level, levels, number, pattern, table, unknown, words, wrong_kind};
use crate::checks::commits::{self, Commits};

/// `[commits]`.
pub(super) fn read(section: Entry<'_, '_>) -> Result<Commits> {
    let mut all = Commits::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "level" => all.level = level(entry)?,
            "rules" => all.levels = levels(entry, &commits::rules())?,
            "message" => all.message = Some(pattern(entry)?),
            "forbid-message" => all.forbid_message = Some(pattern(entry)?),
            "conventional" => all.conventional = conventional(entry)?,
            "max-subject" => all.max_subject = Some(count(entry)?),
            "max-line" => all.max_line = Some(count(entry)?),
            "author-name" => all.author_name = Some(pattern(entry)?),
            "author-email" => all.author_email = Some(pattern(entry)?),
            "committer-name" => all.committer_name = Some(pattern(entry)?),
            "committer-email" => all.committer_email = Some(pattern(entry)?),
            "committer-is-pusher" => all.committer_is_pusher = flag(entry)?,
            "forbid-future" => all.forbid_future = flag(entry)?,
            "signed-off-by" => all.signed_off_by = flag(entry)?,
            "max-commits" => all.max_commits = Some(number(entry, entry.1, "a number")?),
            "bypass" => all.bypass.always = words(entry)?,
            "bypass-with-reason" => all.bypass.with_reason = words(entry)?,
            _ => return Err(unknown(entry, "commits")),
        }
    }
    Ok(all)
}

/// `conventional = true`, or the types.
fn conventional(entry: Entry<'_, '_>) -> Result<Option<Vec<String>>> {
    match entry.1.get_ref() {
        DeValue::Boolean(true) => Ok(Some(commits::default_types())),
        DeValue::Boolean(false) => Ok(None),
        DeValue::Array(_) => words(entry).map(Some),
        _ => Err(wrong_kind(entry, entry.1, "`true`, or a list of types")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parsed;

    #[test]
    fn every_key_is_read() {
        let text = r#"
[commits]
level = "annotate"
message = "a"
forbid-message = "b"
conventional = ["feat"]
max-subject = 72
max-line = 0x48
author-name = "a"
author-email = "a"
committer-name = "a"
committer-email = "a"
committer-is-pusher = true
forbid-future = true
signed-off-by = true
max-commits = 3
bypass = ["a"]
bypass-with-reason = ["b"]
rules.max-commits = "ignore"
"#;
        let policy = parsed(text).unwrap();
        assert_eq!((policy.commits().max_line, policy.commits().levels.len()), (Some(72), 1));
    }

    #[test]
    fn faults_name_what_would_fit() {
        for (text, expected) in [
            (
                "[commits]\nmax-subjct = 1\n",
                "palisade.toml:2:1: unknown key `max-subjct` in [commits]; did you mean `max-subject`?",
            ),
            ("[commits]\nmax-subject = -1\n", "palisade.toml:2:15: `max-subject` is an integer; it takes a number"),
            ("[commits]\nmessage = '(a'\n", "palisade.toml:2:11: bad pattern `(a`: unclosed group"),
            (
                "[commits.rules]\nfile-size = \"reject\"\n",
                "palisade.toml:2:1: unknown rule `file-size`; `palisade rules list` names them all",
            ),
        ] {
            assert_eq!(parsed(text).expect_err("a broken policy"), expected);
        }
    }
}
