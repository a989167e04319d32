//! `[[refs]]`: what pushes may do to which refs.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::error::Fault;
use super::values::{
    Entry, Result, Value, choose, level, one_or_more, pattern, strings, table, unknown, words, wrong_kind,
};
use crate::checks::Bypass;
use crate::checks::refs::{Block, DEEDS, Refs};
use crate::rule::Level;

/// What stands for the default branch in `match`.
const DEFAULT_BRANCH: &str = "HEAD";

/// `[[refs]]`: the blocks, in their order.
pub(super) fn read(section: Entry<'_, '_>) -> Result<Refs> {
    const TAKES: &str = "blocks: write [[refs]]";
    let list = section.1.get_ref().as_array().ok_or_else(|| wrong_kind(section, section.1, TAKES))?;
    let block = |value| block((section.0, value));
    Ok(Refs(list.iter().map(block).collect::<Result<_>>()?))
}

fn block(section: Entry<'_, '_>) -> Result<Block> {
    let mut matches = None;
    let mut block = Block {
        matches: GlobSet::empty(),
        default_branch: false,
        forbid: Vec::new(),
        name: None,
        level: Level::default(),
        bypass: Bypass::default(),
    };
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "match" => matches = Some(one_or_more(entry)?),
            "forbid" => {
                let deeds = DEEDS.map(|(name, deed, _)| (name, deed));
                for word in strings(entry)? {
                    let takes = "what `palisade rules list` calls the rules for refs";
                    block.forbid.push(choose(entry, &word, &deeds, takes)?);
                }
            }
            "name" => block.name = Some(pattern(entry)?),
            "level" => block.level = level(entry)?,
            "bypass" => block.bypass.always = words(entry)?,
            "bypass-with-reason" => block.bypass.with_reason = words(entry)?,
            _ => return Err(unknown(entry, "refs")),
        }
    }
    let Some(patterns) = matches else {
        let fault = Fault::Missing { key: "match", table: "refs" };
        return Err((section.1.span().start, fault));
    };
    (block.default_branch, block.matches) = matched_refs(patterns)?;
    Ok(block)
}

/// Patterns of full names: `*` stays between two slashes, `**` does not; and whether the default branch is among them.
pub(super) fn matched_refs(patterns: Vec<Value<String>>) -> Result<(bool, GlobSet)> {
    let is_default = |pattern: &Value<String>| pattern.value == DEFAULT_BRANCH;
    let default_branch = patterns.iter().any(is_default);
    let mut set = GlobSetBuilder::new();
    for pattern in patterns.into_iter().filter(|pattern| !is_default(pattern)) {
        if !pattern.value.starts_with("refs/") {
            return Err((pattern.at, Fault::NoRefPattern { pattern: pattern.value }));
        }
        let glob = GlobBuilder::new(&pattern.value).literal_separator(true).build();
        let bad = |why: &globset::Error| Fault::BadGlob { glob: pattern.value.clone(), why: why.kind().to_string() };
        set.add(glob.map_err(|why| (pattern.at, bad(&why)))?);
    }
    let set = set.build().map_err(|why| (0, Fault::BadGlob { glob: "*".to_owned(), why: why.kind().to_string() }))?;
    Ok((default_branch, set))
}

#[cfg(test)]
mod tests {
    use super::super::parsed;
    use super::*;

    #[test]
    fn every_key_is_read() {
        let text = r#"
[[refs]]
match = ["HEAD", "refs/heads/release/**"]
forbid = ["create", "update", "delete", "force-push", "merge-commit", "nonlinear-history", "direct-commit", "fixup-commit", "lightweight-tag"]
name = '^refs/heads/'
level = "annotate"
bypass = ["a"]
bypass-with-reason = ["b"]
"#;
        let policy = parsed(text).unwrap();
        let block = &policy.refs().0[0];
        assert!(block.default_branch && block.matches.is_match("refs/heads/release/1/2"));
        assert_eq!((block.forbid.len(), block.level), (DEEDS.len(), Level::Annotate));
    }

    #[test]
    fn faults_name_what_would_fit() {
        for (text, expected) in [
            ("[[refs]]\nforbid = []\n", "palisade.toml:1:1: `match` is missing in [refs]"),
            (
                "[[refs]]\nmatch = \"main\"\n",
                "palisade.toml:2:9: `main` is no full name of a ref; it begins with `refs/`, as `refs/heads/main`, or is `HEAD` for the default branch",
            ),
            (
                "[[refs]]\nmatch = \"HEAD\"\nforbid = [\"force-psh\"]\n",
                "palisade.toml:3:11: `forbid` is `force-psh`; it takes what `palisade rules list` calls the rules for refs; did you mean `force-push`?",
            ),
            ("[refs]\n", "palisade.toml:1:1: `refs` is a table; it takes blocks: write [[refs]]"),
        ] {
            assert_eq!(parsed(text).expect_err("a broken policy"), expected);
        }
    }
}
