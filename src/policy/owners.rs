//! `[owners]`: which refs need the word of who owns what changes, and who that is.

use super::error::Fault;
use super::refs::matched_refs;
use super::values::{Entry, Result, choice, level, one_or_more, table, text, unknown, words};
use crate::checks::owners::{Dialect, Owners};
use crate::git::RepoPath;

const DIALECTS: [(&str, Dialect); 2] = [("github", Dialect::GitHub), ("gitlab", Dialect::GitLab)];

/// Reads the section.
pub(super) fn read(section: Entry<'_, '_>) -> Result<Owners> {
    let mut owners = Owners::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "refs" => (owners.default_branch, owners.refs) = matched_refs(one_or_more(entry)?)?,
            "file" => owners.file = Some(RepoPath::new(text(entry)?.value.trim_start_matches('/'))),
            "dialect" => owners.dialect = Some(choice(entry, &DIALECTS, "`github` or `gitlab`")?),
            "level" => owners.level = level(entry)?,
            "people" => {
                for entry in table(entry)? {
                    let name = entry.0.get_ref().as_ref();
                    if !name.starts_with('@') {
                        let why = Fault::NoHandle { name: name.to_owned() };
                        return Err((entry.0.span().start, why));
                    }
                    owners.people.insert(name.to_lowercase(), words(entry)?);
                }
            }
            "bypass" => owners.bypass.always = words(entry)?,
            "bypass-with-reason" => owners.bypass.with_reason = words(entry)?,
            _ => return Err(unknown(entry, "owners")),
        }
    }
    Ok(owners)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Policy;
    use super::*;
    use crate::rule::Level;

    fn parse(text: &str) -> std::result::Result<Owners, String> {
        let policy = Policy::parse(Path::new("p"), &format!("[owners]\n{text}"), Vec::new);
        policy.map(|policy| policy.owners().clone()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_means_something() {
        let owners = parse(
            "refs = [\"HEAD\", \"refs/heads/release/**\"]\nfile = \"/OWNERS\"\ndialect = \"gitlab\"\nlevel = \"annotate\"\n\
             bypass = [\"a\"]\nbypass-with-reason = [\"b\"]\n[owners.people]\n\"@Org/Team\" = [\"@a\", \"b@example.org\"]\n",
        )
        .unwrap();
        assert!(owners.default_branch && owners.refs.is_match("refs/heads/release/1/2"));
        assert_eq!((owners.file, owners.dialect), (Some(RepoPath::new("OWNERS")), Some(Dialect::GitLab)));
        assert_eq!(owners.level, Level::Annotate);
        assert_eq!(owners.people["@org/team"], ["@a", "b@example.org"]);
        assert_eq!((owners.bypass.always.len(), owners.bypass.with_reason.len()), (1, 1));
    }

    #[test]
    fn a_wrong_key_or_value_is_told() {
        for (text, told) in [
            ("ref = \"HEAD\"", "p:2:1: unknown key `ref` in [owners]; did you mean `refs`?"),
            (
                "dialect = \"githb\"",
                "p:2:11: `dialect` is `githb`; it takes `github` or `gitlab`; did you mean `github`?",
            ),
            (
                "people.alice = []",
                "p:2:8: `alice` is no name of a code owner; it begins with `@`, as in CODEOWNERS: \"@alice\"",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err(), told);
        }
        assert!(parse("refs = \"main\"").unwrap_err().contains("no full name of a ref"));
    }
}
