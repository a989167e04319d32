//! Every key that a policy may have, with what it takes and what holds without it: for people who ask what is in force, and for editors.
//!
//! It is the one list of them: errors name what is in it, and a test holds that the readers of the sections know each.

use serde_json::{Map, Value, json};

/// A key of the policy.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The table that it stands in; `refs` is a list of tables.
    pub table: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What holds without it, as TOML; none where nothing is asked then.
    pub default: Option<&'static str>,
    /// What it means, in one line.
    pub meaning: &'static str,
}

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// `reject`, `annotate` or `ignore`.
    Level,
    /// One of some words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A string.
    Text,
    /// A string, or a list of strings.
    Texts,
    /// A list of strings.
    List,
    /// A number.
    Number,
    /// A number with a unit, as a string, or one without.
    Measure,
    /// A table whose values are levels.
    Levels,
    /// A table of a form of its own.
    Table,
    /// `true`, or a list of strings.
    FlagOrList,
    /// A list of strings, or a table of such lists.
    ListOrTable,
    /// A list of strings, or of tables of a form of their own.
    ListOrTables,
}

const fn key(
    table: &'static str,
    name: &'static str,
    takes: Takes,
    default: Option<&'static str>,
    meaning: &'static str,
) -> Key {
    Key { table, name, takes, default, meaning }
}

const REJECT: Option<&str> = Some("\"reject\"");
const OFF: Option<&str> = Some("false");
const NOBODY: Option<&str> = Some("[]");

/// All keys, by table, in the order in which people read them.
pub const KEYS: &[Key] = &[
    key("secrets", "level", Takes::Level, REJECT, "what is done with a secret"),
    key("secrets", "scan", Takes::Word(&["added", "file"]), Some("\"added\""), "what of a changed file is looked at"),
    key("secrets", "ignore-paths", Takes::List, NOBODY, "globs of paths that are left out"),
    key(
        "secrets",
        "confidence",
        Takes::Levels,
        Some("{}"),
        "what is done by how sure a finding is; what is only possible is annotated",
    ),
    key("secrets", "rules", Takes::Levels, Some("{}"), "what is done by rule, which is stronger"),
    key("refs", "match", Takes::Texts, None, "the refs that the block speaks of; HEAD is the default branch"),
    key("refs", "forbid", Takes::List, NOBODY, "what must not be done to them"),
    key("refs", "name", Takes::Text, None, "a pattern for the names of new ones"),
    key("refs", "level", Takes::Level, REJECT, "what is done where the block is broken"),
    key("refs", "bypass", Takes::List, NOBODY, "pushers who may all the same"),
    key("refs", "bypass-with-reason", Takes::List, NOBODY, "pushers who may when they give a reason"),
    key("commits", "level", Takes::Level, REJECT, "what is done about a commit that is not as it must be"),
    key("commits", "rules", Takes::Levels, Some("{}"), "the same by rule"),
    key("commits", "message", Takes::Text, None, "a pattern that messages match"),
    key("commits", "forbid-message", Takes::Text, None, "a pattern that messages do not match"),
    key("commits", "conventional", Takes::FlagOrList, OFF, "Conventional Commits, of the usual or of these types"),
    key("commits", "max-subject", Takes::Number, None, "the most characters of a subject"),
    key("commits", "max-line", Takes::Number, None, "the most characters of another line of a message"),
    key("commits", "author-name", Takes::Text, None, "a pattern for the author's name"),
    key("commits", "author-email", Takes::Text, None, "a pattern for the author's address"),
    key("commits", "committer-name", Takes::Text, None, "a pattern for the committer's name"),
    key("commits", "committer-email", Takes::Text, None, "a pattern for the committer's address"),
    key("commits", "committer-is-pusher", Takes::Flag, OFF, "nobody pushes what others committed"),
    key("commits", "forbid-future", Takes::Flag, OFF, "no date lies ahead"),
    key("commits", "signed-off-by", Takes::Flag, OFF, "authors sign off"),
    key("commits", "max-commits", Takes::Number, None, "the most commits of a push"),
    key("commits", "bypass", Takes::List, NOBODY, "pushers who may all the same"),
    key("commits", "bypass-with-reason", Takes::List, NOBODY, "pushers who may when they give a reason"),
    key("files", "level", Takes::Level, REJECT, "what is done about a file that is not as it must be"),
    key("files", "rules", Takes::Levels, Some("{}"), "the same by rule"),
    key("files", "forbid", Takes::ListOrTables, NOBODY, "paths that must not be added, or changed in some way"),
    key("files", "watch", Takes::List, NOBODY, "paths whose changes are told"),
    key("files", "max-size", Takes::Measure, None, "the most bytes of a file"),
    key("files", "max-path", Takes::Number, None, "the most characters of a path"),
    key("files", "max-name", Takes::Number, None, "the most characters of a name in a path"),
    key("files", "lfs-above", Takes::Measure, None, "larger files belong to Git LFS"),
    key("files", "lfs", Takes::List, NOBODY, "globs of files that belong to Git LFS, however small"),
    key("files", "forbid-collisions", Takes::Flag, OFF, "no two names that some file systems take for one"),
    key("files", "forbid-windows-names", Takes::Flag, OFF, "no name that Windows cannot have"),
    key("files", "forbid-outside-symlinks", Takes::Flag, OFF, "no symlink that leads out of the tree"),
    key("files", "submodule-urls", Takes::List, None, "how the addresses of submodules begin"),
    key("files", "bypass", Takes::List, NOBODY, "pushers who may all the same"),
    key("files", "bypass-with-reason", Takes::List, NOBODY, "pushers who may when they give a reason"),
    key("owners", "refs", Takes::Texts, NOBODY, "refs on which a change needs the word of its owner"),
    key("owners", "level", Takes::Level, REJECT, "what is done about one without"),
    key(
        "owners",
        "dialect",
        Takes::Word(&["github", "gitlab"]),
        None,
        "whose syntax CODEOWNERS has; told from the file",
    ),
    key("owners", "file", Takes::Text, None, "where it lies; found where forges look for it"),
    key("owners", "people", Takes::Table, Some("{}"), "who is meant by the names in it"),
    key("owners", "bypass", Takes::List, NOBODY, "pushers who may all the same"),
    key("owners", "bypass-with-reason", Takes::List, NOBODY, "pushers who may when they give a reason"),
    key("signatures", "level", Takes::Level, REJECT, "what is done about a signature that does not stand"),
    key("signatures", "rules", Takes::Levels, Some("{}"), "the same by rule"),
    key(
        "signatures",
        "require",
        Takes::Word(&["trusted", "any-valid"]),
        Some("\"trusted\""),
        "which signatures will do",
    ),
    key(
        "signatures",
        "identity",
        Takes::Word(&["committer", "author", "both"]),
        Some("\"committer\""),
        "whose address must belong to the key",
    ),
    key(
        "signatures",
        "allowed-signers",
        Takes::Text,
        Some("\".palisade/allowed_signers\""),
        "where the SSH keys stand that may sign",
    ),
    key(
        "signatures",
        "revoked-keys",
        Takes::Text,
        Some("\".palisade/revoked_keys\""),
        "where the SSH keys stand that are compromised",
    ),
    key("signatures", "keyring", Takes::Text, Some("\".palisade/keys\""), "where the OpenPGP certificates lie"),
    key(
        "signatures",
        "roots",
        Takes::Text,
        Some("\".palisade/roots\""),
        "where the certificates of X.509 authorities and the keys of transparency logs lie",
    ),
    key("signatures", "issuers", Takes::List, NOBODY, "who may have told an authority whose certificate it is"),
    key("signatures", "since", Takes::Text, None, "this commit, and all that it leads to, need no signature"),
    key("signatures", "follow-history", Takes::Flag, OFF, "each commit is judged by the key list of its parent"),
    key("signatures", "trust", Takes::Text, None, "the commit whose word counts"),
    key("signatures", "forges", Takes::List, NOBODY, "keys that sign merges of accepted commits for anybody"),
    key("signatures", "bots", Takes::List, NOBODY, "keys that commit for anybody"),
    key("signatures", "push-certificate", Takes::Flag, OFF, "whoever pushes signs the push"),
    key("signatures", "refs", Takes::Table, Some("{}"), "refs that only these may sign for"),
    key("signatures", "paths", Takes::Table, Some("{}"), "paths that only these may change"),
    key(
        "exceptions",
        "require",
        Takes::List,
        Some("[\"reason\"]"),
        "what an exception must have: reason, until, approver",
    ),
    key("exceptions", "max-days", Takes::Number, None, "the most days that an exception lasts"),
    key(
        "exceptions",
        "approvers",
        Takes::ListOrTable,
        None,
        "who may decide, of all rules or by rule; everybody without it",
    ),
    key(
        "exceptions",
        "inline-markers",
        Takes::Flag,
        Some("true"),
        "markers in a file count on a server, and of a range of commits",
    ),
    key(
        "annotate",
        "as",
        Takes::Word(&["note", "trailer", "none"]),
        Some("\"note\""),
        "the mark that a commit gets of what is annotated",
    ),
    key("annotate", "share", Takes::Flag, OFF, "notes are pushed and fetched with everything else"),
    key(
        "patterns",
        "paths",
        Takes::List,
        NOBODY,
        "files of patterns of the repository's own: FOLDER/NAME, where NAME may be a glob",
    ),
    key("server", "deadline", Takes::Measure, None, "how long a push may be looked at"),
    key(
        "server",
        "on-incomplete",
        Takes::Word(&["reject", "accept"]),
        REJECT,
        "what is done with a push of which something could not be looked at",
    ),
    key("log", "enabled", Takes::Flag, None, "whether verdicts are written down; without a word a server does"),
    key("log", "path", Takes::Text, None, "the folder of the log, in the repository's own folder"),
];

/// The tables, in their order.
#[must_use]
pub fn tables() -> Vec<&'static str> {
    let mut tables: Vec<_> = KEYS.iter().map(|key| key.table).collect();
    tables.dedup();
    tables
}

/// The names of a table's keys.
pub(super) fn names(table: &str) -> Vec<&'static str> {
    KEYS.iter().filter(|key| key.table == table).map(|key| key.name).collect()
}

/// The policy as a JSON Schema (2020-12), for editors that know TOML by it.
#[must_use]
pub fn json_schema() -> Value {
    let mut properties = Map::new();
    for table in tables() {
        let keys = KEYS.iter().filter(|key| key.table == table);
        let keys: Map<String, Value> = keys.map(|key| (key.name.to_owned(), key.schema())).collect();
        let object = json!({ "type": "object", "additionalProperties": false, "properties": keys });
        let is_list = table == "refs";
        let schema = if is_list { json!({ "type": "array", "items": object }) } else { object };
        properties.insert(table.to_owned(), schema);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "palisade.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

impl Key {
    fn schema(&self) -> Value {
        let texts = json!({ "type": "array", "items": { "type": "string" } });
        let level = json!({ "enum": ["reject", "annotate", "ignore"] });
        let mut schema = match self.takes {
            Takes::Level => level,
            Takes::Word(words) => json!({ "enum": words }),
            Takes::Flag => json!({ "type": "boolean" }),
            Takes::Text => json!({ "type": "string" }),
            Takes::Texts => json!({ "anyOf": [{ "type": "string" }, texts] }),
            Takes::List => texts,
            Takes::Number => json!({ "type": "integer", "minimum": 0 }),
            Takes::Measure => json!({ "type": ["integer", "string"] }),
            Takes::Levels => json!({ "type": "object", "additionalProperties": level }),
            Takes::Table => json!({ "type": "object" }),
            Takes::FlagOrList => json!({ "anyOf": [{ "type": "boolean" }, texts] }),
            Takes::ListOrTable => {
                json!({ "anyOf": [texts, { "type": "object", "additionalProperties": texts }] })
            }
            Takes::ListOrTables => json!({ "type": "array", "items": { "type": ["string", "object"] } }),
        };
        if let Some(members) = schema.as_object_mut() {
            members.insert("description".to_owned(), json!(self.meaning));
        }
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fault, Policy, PolicyError};
    use super::*;
    use std::path::Path;

    fn parse(text: &str) -> Result<Policy, PolicyError> {
        Policy::parse(Path::new("p"), text, Vec::new)
    }

    #[test]
    fn every_key_is_known_to_the_reader_of_its_table() {
        for key in KEYS {
            let header = if key.table == "refs" { "[[refs]]".to_owned() } else { format!("[{}]", key.table) };
            // No key takes a date.
            let told = parse(&format!("{header}\n{} = 2024-01-01\n", key.name)).expect_err("a date");
            let is_known = matches!(told, PolicyError::Faulty { fault: Fault::WrongValue { .. }, .. });
            assert!(is_known, "{key:?}: {told}");
        }
    }

    #[test]
    fn what_is_said_to_hold_without_a_key_does() {
        for key in KEYS {
            let Some(default) = key.default else { continue };
            let header =
                if key.table == "refs" { "[[refs]]\nmatch = \"HEAD\"".to_owned() } else { format!("[{}]", key.table) };
            // Two texts are two origins.
            let meant = |text: &str| match parse(text) {
                Ok(policy) => Ok(format!("{:?}", Policy { origin: None, ..policy })),
                Err(error) => Err(error.to_string()),
            };
            let (with, without) = (meant(&format!("{header}\n{} = {default}\n", key.name)), meant(&header));
            assert_eq!(with, without, "{key:?}");
            assert!(with.is_ok(), "{with:?}");
        }
    }
}
