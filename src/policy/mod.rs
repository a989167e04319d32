//! `palisade.toml`, as meant: which rules, which level, where.

mod annotate;
mod baseline;
mod commits;
mod error;
mod exceptions;
mod files;
mod globs;
mod log;
mod measure;
mod owners;
mod patterns;
mod refs;
pub mod schema;
mod server;
mod side;
mod signatures;
mod typed;
mod values;

use std::collections::BTreeMap;
use std::path::Path;

use globset::{Candidate, GlobSet};
use sha2::{Digest, Sha256};

pub use annotate::{Annotate, Mark};
pub use baseline::{Baseline, Extent};
pub use error::{Fault, Found, PolicyError, nearest};
pub use exceptions::{
    Decision, Exception, Exceptions, FOLDER, Grounds, Record, Settings as ExceptionSettings, Until, days, today,
};
pub use log::Log;
pub use measure::size;
pub use server::{OnIncomplete, Server};
pub use side::{Named, Side};

use crate::checks::commits::Commits;
use crate::checks::files::Files;
use crate::checks::owners::Owners;
use crate::checks::refs::Refs;
use crate::checks::secrets::Pattern;
use crate::checks::signatures::Settings;
use crate::git::{Oid, RepoPath};
use crate::rule::{Confidence, Level, Rule};
use crate::scope::named;
use crate::text::hex;
use globs::globs;
use typed::Typed;

/// The name of the policy at the root of a work tree.
pub const FILE_NAME: &str = "palisade.toml";

/// What is in force.
#[derive(Clone, Debug)]
pub struct Policy {
    level: Level,
    confidences: BTreeMap<Confidence, Level>,
    rules: BTreeMap<String, Level>,
    ignored: GlobSet,
    scan: Scan,
    refs: Refs,
    commits: Commits,
    files: Files,
    owners: Owners,
    server: Server,
    signatures: Option<Settings>,
    exceptions: ExceptionSettings,
    annotate: Annotate,
    log: Log,
    patterns: &'static [Pattern],
    origin: Option<Origin>,
}

/// Where a policy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, or the file in a commit, cleaned for a terminal.
    pub name: String,
    /// The SHA-256 of its text, in hexadecimal digits.
    pub digest: String,
}

/// What of a changed file is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scan {
    /// What the change brought in.
    #[default]
    Added,
    /// All of it.
    File,
}

impl Default for Policy {
    /// What is in force without a file.
    fn default() -> Self {
        Self {
            level: Level::Reject,
            confidences: BTreeMap::new(),
            rules: BTreeMap::new(),
            ignored: GlobSet::empty(),
            scan: Scan::default(),
            refs: Refs::default(),
            commits: Commits::default(),
            files: Files::default(),
            owners: Owners::default(),
            server: Server::default(),
            signatures: None,
            exceptions: ExceptionSettings::default(),
            annotate: Annotate::default(),
            log: Log::default(),
            patterns: &[],
            origin: None,
        }
    }
}

impl Policy {
    /// Reads a policy file; its own patterns lie where it lies. `rules` names all rules that there are; it is asked only when the policy speaks of one.
    pub fn load(file: &Path, rules: impl FnOnce() -> Vec<&'static str>) -> Result<Self, PolicyError> {
        let text = std::fs::read_to_string(file).map_err(|error| PolicyError::unread(file, error))?;
        let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::parse_of(&Side::WorkTree(folder.to_owned()), file, &text, rules)
    }

    /// Understands the text of a policy that has no patterns of its own; `file` is what errors call it.
    pub fn parse(file: &Path, text: &str, rules: impl FnOnce() -> Vec<&'static str>) -> Result<Self, PolicyError> {
        Self::parse_of(&Side::Nothing, file, text, rules)
    }

    /// Understands the text of a policy whose own patterns lie on `side`; `file` is what errors call it.
    pub fn parse_of(
        side: &Side<'_>,
        file: &Path,
        text: &str,
        rules: impl FnOnce() -> Vec<&'static str>,
    ) -> Result<Self, PolicyError> {
        let typed = typed::read(text).map_err(|(at, fault)| PolicyError::at(file, text, at, fault))?;
        let mut policy =
            Self::mean(typed, side, rules).map_err(|(at, fault)| PolicyError::at(file, text, at, fault))?;
        let digest = hex(&Sha256::digest(text));
        policy.origin = Some(Origin { name: named(file).to_string(), digest });
        Ok(policy)
    }

    fn mean(typed: Typed, side: &Side<'_>, rules: impl FnOnce() -> Vec<&'static str>) -> Result<Self, (usize, Fault)> {
        let mut policy = Self::default();
        if let Some(level) = typed.level {
            policy.level = level;
        }
        policy.scan = typed.scan.unwrap_or_default();
        policy.confidences = typed.confidence;
        (policy.refs, policy.commits, policy.files) = (typed.refs, typed.commits, typed.files);
        policy.owners = typed.owners;
        policy.server = typed.server;
        policy.signatures = typed.signatures;
        (policy.exceptions, policy.annotate) = (typed.exceptions, typed.annotate);
        policy.log = typed.log;
        policy.ignored = globs(typed.ignore_paths)?;
        policy.patterns = patterns::load(&typed.patterns, side)?;
        if !typed.rules.is_empty() || !typed.named.is_empty() {
            let mut known = rules();
            known.extend(policy.patterns.iter().map(|pattern| pattern.rule.id));
            if let Some(rule) = typed.named.iter().find(|rule| !known.contains(&rule.value.as_str())) {
                return Err((rule.at, Fault::unknown_rule(&rule.value, &known)));
            }
            for (rule, level) in typed.rules {
                if !known.contains(&rule.value.as_str()) {
                    return Err((rule.at, Fault::unknown_rule(&rule.value, &known)));
                }
                policy.rules.insert(rule.value, level);
            }
        }
        Ok(policy)
    }

    /// What the policy does with a finding of `rule`: what it says of the rule, else what it says of findings so sure, else
    /// what it says of all. What is only possible keeps nothing out unless the policy asks for it. A rule that was renamed, or split into several,
    /// is still known by its old name.
    #[must_use]
    pub fn level(&self, rule: &Rule, confidence: Confidence) -> Level {
        let of_rule = self.rules.get(rule.id).or_else(|| self.rules.get(rule.family));
        if let Some(level) = of_rule.or_else(|| self.confidences.get(&confidence)) {
            return *level;
        }
        match confidence {
            Confidence::Certain | Confidence::Likely => self.level,
            Confidence::Possible => self.level.min(Level::Annotate),
        }
    }

    /// Whether a path is left out.
    #[must_use]
    pub fn ignores(&self, path: &RepoPath) -> bool {
        !self.ignored.is_empty() && self.ignored.is_match_candidate(&Candidate::from_bytes(path.as_bytes()))
    }

    /// Patterns of the repository's own.
    #[must_use]
    pub fn patterns(&self) -> &'static [Pattern] {
        self.patterns
    }

    /// What must be signed, and by whom; none where the policy does not speak of it.
    #[must_use]
    pub fn signatures(&self) -> Option<&Settings> {
        self.signatures.as_ref()
    }

    /// The same for whoever asks for nothing but signatures, and may name the commit that says who may sign.
    #[must_use]
    pub fn for_signatures(self, trust: Option<Oid>) -> Self {
        let mut settings = self.signatures.unwrap_or_default();
        settings.trust = trust.or(settings.trust);
        Self { signatures: Some(settings), ..self }
    }

    /// What an exception must have.
    #[must_use]
    pub fn exceptions(&self) -> &ExceptionSettings {
        &self.exceptions
    }

    /// How what is annotated leaves its mark.
    #[must_use]
    pub fn annotate(&self) -> Annotate {
        self.annotate
    }

    /// What pushes may do to refs.
    #[must_use]
    pub fn refs(&self) -> &Refs {
        &self.refs
    }

    /// What commits must be like.
    #[must_use]
    pub fn commits(&self) -> &Commits {
        &self.commits
    }

    /// What files must be like.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// What needs the word of its owner.
    #[must_use]
    pub fn owners(&self) -> &Owners {
        &self.owners
    }

    /// Whether verdicts are written down, and where.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Where it comes from; none where nobody has written one.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// What a server does when it cannot look at all.
    #[must_use]
    pub fn server(&self) -> Server {
        self.server
    }

    /// What of a changed file is looked at.
    #[must_use]
    pub fn scan(&self) -> Scan {
        self.scan
    }
}

/// A policy as tests of its tables read it; no rule is known.
#[cfg(test)]
fn parsed(text: &str) -> Result<Policy, String> {
    Policy::parse(Path::new("palisade.toml"), text, Vec::new).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Policy, String> {
        Policy::parse(Path::new("palisade.toml"), text, || vec!["aws-access-key-id", "generic-password"])
            .map_err(|error| error.to_string())
    }

    fn rule(id: &'static str) -> Rule {
        Rule { id, family: id, summary: "", provider: "", revoke: "", rotate: "" }
    }

    #[test]
    fn a_rule_that_was_renamed_is_known_by_its_old_name_and_better_by_its_own() {
        let renamed = Rule { id: "aws-access-key-id", family: "generic-password", ..rule("x") };
        let level = |text: &str| parse(text).unwrap().level(&renamed, Confidence::Certain);
        let old = "[secrets.rules]\ngeneric-password = \"annotate\"\n";
        assert_eq!(level(old), Level::Annotate);
        assert_eq!(level(&format!("{old}aws-access-key-id = \"ignore\"\n")), Level::Ignore);
    }

    fn error(text: &str) -> String {
        parse(text).expect_err("a broken policy")
    }

    #[test]
    fn without_a_word_what_is_sure_is_rejected_and_what_is_possible_annotated() {
        let policy = parse("").unwrap();
        assert_eq!(policy.level(&rule("x"), Confidence::Certain), Level::Reject);
        assert_eq!(policy.level(&rule("x"), Confidence::Likely), Level::Reject);
        assert_eq!(policy.level(&rule("x"), Confidence::Possible), Level::Annotate);
        assert_eq!(policy.scan(), Scan::Added);
        assert!(!policy.ignores(&RepoPath::new("a")));
    }

    #[test]
    fn a_rule_is_stronger_than_a_confidence_and_that_than_the_level() {
        let policy = parse(
            "[secrets]\nlevel = \"ignore\"\nscan = \"file\"\n[secrets.rules]\naws-access-key-id = \"annotate\"\n\
             [secrets.confidence]\ncertain = \"reject\"\npossible = \"reject\"\n",
        )
        .unwrap();
        assert_eq!(policy.level(&rule("aws-access-key-id"), Confidence::Certain), Level::Annotate);
        assert_eq!(policy.level(&rule("generic-password"), Confidence::Certain), Level::Reject);
        assert_eq!(policy.level(&rule("generic-password"), Confidence::Likely), Level::Ignore);
        assert_eq!(policy.level(&rule("generic-password"), Confidence::Possible), Level::Reject);
        assert_eq!(policy.scan(), Scan::File);
    }

    #[test]
    fn paths_are_matched_as_bytes() {
        let policy =
            parse("[secrets]\nignore-paths = [\"third_party/**\", \"*.snap\", \"docs/\", \"/top.txt\"]").unwrap();
        let ignores = |path: &[u8]| policy.ignores(&RepoPath::new(path));
        assert!(ignores(b"third_party/a/b.c"));
        assert!(ignores(b"third_party/\xFF"));
        assert!(ignores(b"a/b/c.snap") && ignores(b"c.snap"));
        assert!(ignores(b"docs/a/b") && ignores(b"x/docs/a"));
        assert!(ignores(b"top.txt") && !ignores(b"a/top.txt"));
        assert!(!ignores(b"src/third_party.rs") && !ignores(b"c.snap/x") && !ignores(b"docs"));
    }

    #[test]
    fn an_unknown_key_names_the_nearest_one() {
        assert_eq!(
            error("[secrets]\nlevle = \"reject\"\n"),
            "palisade.toml:2:1: unknown key `levle` in [secrets]; did you mean `level`?"
        );
        assert_eq!(error("[secret]\n"), "palisade.toml:1:2: unknown key `secret`; did you mean `secrets`?");
        assert_eq!(
            error("[entirely-other]\nlevel = \"reject\"\n"),
            "palisade.toml:1:2: unknown key `entirely-other`; known: `secrets`, `refs`, `commits`, `files`, `owners`, `signatures`, `exceptions`, `annotate`, `patterns`, `server`, `log`"
        );
        assert_eq!(
            error("secrets.confidence.likly = \"reject\"\n"),
            "palisade.toml:1:20: unknown key `likly` in [secrets.confidence]; did you mean `likely`?"
        );
    }

    #[test]
    fn an_unknown_rule_names_the_nearest_one() {
        assert_eq!(
            error("[secrets.rules]\naws-acess-key-id = \"ignore\"\n"),
            "palisade.toml:2:1: unknown rule `aws-acess-key-id`; did you mean `aws-access-key-id`?"
        );
        assert_eq!(
            error("[secrets.rules]\nqqqqqqqq = \"ignore\"\n"),
            "palisade.toml:2:1: unknown rule `qqqqqqqq`; `palisade rules list` names them all"
        );
    }

    #[test]
    fn a_wrong_value_says_what_fits() {
        assert_eq!(
            error("[secrets]\nlevel = \"rejct\"\n"),
            "palisade.toml:2:9: `level` is `rejct`; it takes `reject`, `annotate` or `ignore`; did you mean `reject`?"
        );
        assert_eq!(
            error("[secrets]\nscan = 3\n"),
            "palisade.toml:2:8: `scan` is an integer; it takes `added` or `file`"
        );
        assert_eq!(
            error("[secrets]\nignore-paths = \"a\"\n"),
            "palisade.toml:2:16: `ignore-paths` is a string; it takes a list of globs"
        );
        assert_eq!(error("secrets = 1\n"), "palisade.toml:1:11: `secrets` is an integer; it takes a table");
    }

    #[test]
    fn a_bad_glob_and_bad_toml_are_told_with_their_place() {
        let text = error("[secrets]\nignore-paths = [\"ok\", \"a[\"]\n");
        assert!(text.starts_with("palisade.toml:2:23: bad glob `a[`: unclosed character class"), "{text}");
        let text = error("[secrets]\nlevel = = \"x\"\n");
        assert!(text.starts_with("palisade.toml:2:9: not TOML: "), "{text}");
    }

    #[test]
    fn an_error_shows_nothing_that_could_be_a_secret() {
        let token = ["ghp", "_", "q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6j7K8"].concat();
        for text in [
            format!("[secrets]\nlevel = \"{token}\"\n"),
            format!("[secrets]\nlevel = {token}\n"),
            format!("{token}\n"),
            format!("{token} = 1\n"),
            format!("[secrets.rules]\n{token} = \"reject\"\n"),
        ] {
            let text = error(&text);
            assert!(!text.contains(&token), "{text}");
        }
    }
}
