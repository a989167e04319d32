//! `[log]`: whether verdicts are written down, and where.

use std::path::{Component, PathBuf};

use super::error::Fault;
use super::values::{Entry, Result, flag, table, text, unknown};

/// What the policy says of the decision log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Whether verdicts are written down; a server does so where it is not said. Where it is said, a change whose verdict cannot be written does not
    /// get in.
    pub enabled: Option<bool>,
    /// The folder, relative to the repository's own folder.
    pub path: Option<PathBuf>,
}

impl Log {
    /// Whether the folder is somewhere else than in the repository's own one. Only whoever runs the machine may say that, not what is in a repository: the
    /// log writes there.
    #[must_use]
    pub fn leaves_the_repository(&self) -> bool {
        let is_inner = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        self.path.as_ref().is_some_and(|path| !path.components().all(is_inner))
    }
}

pub(super) fn read(section: Entry<'_, '_>) -> Result<Log> {
    let mut log = Log::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "enabled" => log.enabled = Some(flag(entry)?),
            "path" => {
                let path = text(entry)?;
                if path.value.is_empty() {
                    return Err((path.at, Fault::Missing { key: "path", table: "log" }));
                }
                log.path = Some(path.value.into());
            }
            _ => return Err(unknown(entry, "log")),
        }
    }
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, parsed};
    use super::*;

    fn parse(text: &str) -> std::result::Result<Log, String> {
        parsed(text).map(|policy| policy.log().clone())
    }

    #[test]
    fn both_keys_are_read_and_others_are_errors() {
        let log = parse("[log]\nenabled = true\npath = \"audit/log\"\n").unwrap();
        assert_eq!(log, Log { enabled: Some(true), path: Some("audit/log".into()) });
        assert_eq!(parse("").unwrap(), Log::default());
        assert_eq!(
            parse("[log]\nenable = true\n").unwrap_err(),
            "palisade.toml:2:1: unknown key `enable` in [log]; did you mean `enabled`?"
        );
        assert!(parse("[log]\nenabled = 1\n").unwrap_err().contains("it takes `true` or `false`"));
    }

    #[test]
    fn a_path_leaves_the_repository_by_its_root_or_by_dots() {
        let leaves = |path: &str| Log { path: Some(path.into()), ..Log::default() }.leaves_the_repository();
        assert!(!leaves("a/b") && !leaves("./a") && !Log::default().leaves_the_repository());
        assert!(leaves("/var/log") && leaves("../a") && leaves("a/../../b"));
    }

    #[test]
    fn a_policy_knows_where_it_comes_from() {
        let policy = parsed("[log]\n").unwrap();
        let origin = policy.origin().unwrap();
        assert_eq!(origin.name, "palisade.toml");
        assert!(origin.digest.len() == 64 && Policy::default().origin().is_none());
    }
}
