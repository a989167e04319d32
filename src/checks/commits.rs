//! What commits must be like: `[commits]` of the policy.

use std::collections::BTreeMap;

use super::broken::{Broken, Bypass};
use super::conventional;
use super::text_pattern::TextPattern;
use crate::git::{Commit, Oid, Receiver, RepoPath};
use crate::rule::{Level, Rule};
use crate::scope::{Place, Push, now};

/// The trailer of a message that tells of what is annotated in its commit.
pub const TRAILER: &str = "Palisade-Annotated";

/// What is asked of commits; what is not set is not asked.
#[derive(Clone, Debug, Default)]
pub struct Commits {
    /// What is done about a commit that is not as it must be.
    pub level: Level,
    /// The same for one rule.
    pub levels: BTreeMap<&'static str, Level>,
    /// Found in the message.
    pub message: Option<TextPattern>,
    /// Not found in the message.
    pub forbid_message: Option<TextPattern>,
    /// The subject is one of Conventional Commits, of these types.
    pub conventional: Option<Vec<String>>,
    /// The most characters of the subject.
    pub max_subject: Option<usize>,
    /// The most characters of any other line of the message.
    pub max_line: Option<usize>,
    /// Found in the author's name.
    pub author_name: Option<TextPattern>,
    /// Found in the author's address.
    pub author_email: Option<TextPattern>,
    /// Found in the committer's name.
    pub committer_name: Option<TextPattern>,
    /// Found in the committer's address.
    pub committer_email: Option<TextPattern>,
    /// Who commits is who pushes, by name or address.
    pub committer_is_pusher: bool,
    /// No date lies ahead.
    pub forbid_future: bool,
    /// The author has signed off.
    pub signed_off_by: bool,
    /// The most commits of a push.
    pub max_commits: Option<u64>,
    /// Who may push other commits.
    pub bypass: Bypass,
}

const REWORD: &str = "`git commit --amend` for the last commit, `git rebase -i` and `reword` for earlier ones.";
const REAUTHOR: &str = "Set user.name and user.email, then `git commit --amend --reset-author`; for earlier commits within `git rebase -i`.";

const MESSAGE: Rule = Rule::of_policy("commit-message", "message that does not match", REWORD);
const FORBIDDEN_MESSAGE: Rule = Rule::of_policy("forbidden-message", "message that must not be", REWORD);
const CONVENTIONAL: Rule = Rule::of_policy("conventional-commit", "subject that is not conventional", REWORD);
const SUBJECT_LENGTH: Rule = Rule::of_policy("subject-length", "long subject", REWORD);
const LINE_LENGTH: Rule = Rule::of_policy("line-length", "long line in a message", REWORD);
const AUTHOR_NAME: Rule = Rule::of_policy("author-name", "author's name that does not match", REAUTHOR);
const AUTHOR_EMAIL: Rule = Rule::of_policy("author-email", "author's address that does not match", REAUTHOR);
const COMMITTER_NAME: Rule = Rule::of_policy("committer-name", "committer's name that does not match", REAUTHOR);
const COMMITTER_EMAIL: Rule = Rule::of_policy("committer-email", "committer's address that does not match", REAUTHOR);
const COMMITTER_IS_PUSHER: Rule = Rule::of_policy(
    "committer-is-pusher",
    "commit of somebody else",
    "Commit it yourself: `git commit --amend --no-edit`.",
);
const FUTURE_DATE: Rule = Rule::of_policy(
    "future-date",
    "date that lies ahead",
    "Set the clock, then `git commit --amend --date=now`; for earlier commits within `git rebase -i`.",
);
const SIGNED_OFF_BY: Rule = Rule::of_policy(
    "signed-off-by",
    "commit without its author's sign-off",
    "`git commit --amend --signoff`, or `git rebase --signoff BASE` for several.",
);
const MAX_COMMITS: Rule =
    Rule::of_policy("max-commits", "push of many commits", "Squash them, or push them in smaller parts.");

/// Every rule, once.
const RULES: [&Rule; 13] = [
    &MESSAGE,
    &FORBIDDEN_MESSAGE,
    &CONVENTIONAL,
    &SUBJECT_LENGTH,
    &LINE_LENGTH,
    &AUTHOR_NAME,
    &AUTHOR_EMAIL,
    &COMMITTER_NAME,
    &COMMITTER_EMAIL,
    &COMMITTER_IS_PUSHER,
    &FUTURE_DATE,
    &SIGNED_OFF_BY,
    &MAX_COMMITS,
];

/// How far clocks may differ, in seconds.
const LEEWAY: i64 = 300;

/// All rules that can be broken here.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    RULES.to_vec()
}

impl Commits {
    /// Whether anything is asked of each commit.
    #[must_use]
    pub fn asks_of_commits(&self) -> bool {
        let patterns = [
            &self.message,
            &self.forbid_message,
            &self.author_name,
            &self.author_email,
            &self.committer_name,
            &self.committer_email,
        ];
        patterns.iter().any(|pattern| pattern.is_some())
            || self.conventional.is_some()
            || self.max_subject.or(self.max_line).is_some()
            || self.committer_is_pusher
            || self.forbid_future
            || self.signed_off_by
    }

    /// Judges one commit. `push` is none where nobody pushes.
    #[must_use]
    pub fn check(&self, oid: Oid, commit: &Commit, push: Option<&Push>) -> Vec<Broken> {
        let mut found = Found { commits: self, commit: Some(oid), broken: Vec::new() };
        let message = Message::of(&commit.message);
        found.message(&message, commit.parents.len() > 1, Person::of(&commit.author).name.ends_with(b"[bot]"));
        found.people(commit);
        found.dates(commit);
        if self.signed_off_by && commit.parents.len() < 2 {
            found.sign_off(&message, commit);
        }
        if let Some(push) = push.filter(|_| self.committer_is_pusher) {
            match (&push.pusher, &push.receiver) {
                (Some(pusher), _) => found.pusher(commit, pusher),
                // In a clone it is not known yet under which name the server knows who pushes.
                // And of a push that was let in nobody remembers.
                (None, Receiver::Remote(_) | Receiver::Before) => {}
                (None, Receiver::Itself | Receiver::Updated) => {
                    found.add(&COMMITTER_IS_PUSHER, Place::Commit, 1, "the server does not say who pushes".to_owned());
                }
            }
        }
        found.finish(push)
    }

    /// Judges the message of a commit that is being made.
    #[must_use]
    pub fn check_message(&self, message: &[u8]) -> Vec<Broken> {
        let mut found = Found { commits: self, commit: None, broken: Vec::new() };
        found.message(&Message::of(message), false, false);
        found.finish(None)
    }

    /// Judges how many commits a push brings.
    #[must_use]
    pub fn check_number(&self, number: u64, push: &Push) -> Vec<Broken> {
        let mut found = Found { commits: self, commit: None, broken: Vec::new() };
        if let Some(most) = self.max_commits.filter(|most| number > *most)
            && let Some(update) = push.updates.iter().find(|update| update.new.is_some())
        {
            let place = Place::Ref(update.name.clone());
            found.add(&MAX_COMMITS, place, 1, format!("it brings {number} commits, and {most} are the most"));
        }
        found.finish(Some(push))
    }
}

/// What is found in one commit.
struct Found<'a> {
    commits: &'a Commits,
    commit: Option<Oid>,
    broken: Vec<Broken>,
}

impl Found<'_> {
    fn add(&mut self, rule: &'static Rule, place: Place, line: usize, reason: String) {
        let level = self.commits.levels.get(rule.id).copied().unwrap_or(self.commits.level);
        self.broken.push(Broken { rule, level, place, line, commit: self.commit, reason, bypassed: false });
    }

    fn finish(mut self, push: Option<&Push>) -> Vec<Broken> {
        if let Some(push) = push {
            self.commits.bypass.apply(push, &mut self.broken);
        }
        self.broken
    }

    fn message(&mut self, message: &Message<'_>, is_merge: bool, is_bot: bool) {
        let Commits { message: wanted, forbid_message, conventional, max_subject, max_line, .. } = self.commits;
        if let Some(pattern) = wanted.as_ref().filter(|pattern| !pattern.is_in(message.all)) {
            self.add(&MESSAGE, Place::Message, 1, format!("it does not match {pattern}"));
        }
        if let Some(pattern) = forbid_message.as_ref().filter(|pattern| pattern.is_in(message.all)) {
            self.add(&FORBIDDEN_MESSAGE, Place::Message, 1, format!("it matches {pattern}"));
        }
        // Git writes the subjects of merges.
        if let Some(types) = conventional.as_ref().filter(|_| !is_merge)
            && let Err(why) = conventional::check_subject(message.subject, types)
        {
            self.add(&CONVENTIONAL, Place::Message, 1, why);
        } else if conventional.is_some() && message.second_line_is_text() {
            self.add(&CONVENTIONAL, Place::Message, 2, "a blank line stands between subject and body".to_owned());
        }
        let length = |line: &[u8]| String::from_utf8_lossy(line).chars().count();
        let subject = length(message.subject);
        if let Some(most) = max_subject.filter(|most| subject > *most) {
            self.add(
                &SUBJECT_LENGTH,
                Place::Message,
                1,
                format!("it has {subject} characters, and {most} are the most"),
            );
        }
        // What bots and hooks write, nobody wraps; nor can an address be wrapped.
        let is_wrapped = |line: &[u8]| !is_bot && line.contains(&b' ') && !line.starts_with(TRAILER.as_bytes());
        let lines = message.lines().enumerate().skip(1).filter(|(_, line)| is_wrapped(line));
        if let Some(most) = max_line
            && let Some((number, line)) =
                lines.map(|(number, line)| (number, length(line))).find(|(_, line)| line > most)
        {
            self.add(
                &LINE_LENGTH,
                Place::Message,
                number + 1,
                format!("it has {line} characters, and {most} are the most"),
            );
        }
    }

    fn people(&mut self, commit: &Commit) {
        let all = self.commits;
        let (author, committer) = (Person::of(&commit.author), Person::of(&commit.committer));
        for (pattern, rule, text) in [
            (&all.author_name, &AUTHOR_NAME, author.name),
            (&all.author_email, &AUTHOR_EMAIL, author.email),
            (&all.committer_name, &COMMITTER_NAME, committer.name),
            (&all.committer_email, &COMMITTER_EMAIL, committer.email),
        ] {
            if let Some(pattern) = pattern.as_ref().filter(|pattern| !pattern.is_in(text)) {
                self.add(rule, Place::Commit, 1, format!("`{}` does not match {pattern}", RepoPath::new(text)));
            }
        }
    }

    fn dates(&mut self, commit: &Commit) {
        if !self.commits.forbid_future {
            return;
        }
        let latest = now().saturating_add(LEEWAY);
        for (whose, line) in [("author", &commit.author), ("committer", &commit.committer)] {
            let Some(ahead) = Person::of(line).time.filter(|time| *time > latest) else { continue };
            let seconds = ahead.saturating_sub(latest - LEEWAY);
            self.add(&FUTURE_DATE, Place::Commit, 1, format!("the {whose}'s date lies {} ahead", span(seconds)));
            return;
        }
    }

    /// The author signs off, not only somebody who helped: a sign-off of the author's stands among the trailers.
    fn sign_off(&mut self, message: &Message<'_>, commit: &Commit) {
        let author = Person::of(&commit.author);
        let signed: Vec<_> = message.trailers("signed-off-by").map(Person::of).collect();
        if signed.iter().any(|person| person.email.eq_ignore_ascii_case(author.email)) {
            return;
        }
        let (name, email) = (RepoPath::new(author.name), RepoPath::new(author.email));
        let reason = if signed.is_empty() {
            format!("`Signed-off-by: {name} <{email}>` is not there")
        } else {
            format!("it is signed off by others, and not by its author <{email}>")
        };
        self.add(&SIGNED_OFF_BY, Place::Commit, 1, reason);
    }

    fn pusher(&mut self, commit: &Commit, pusher: &str) {
        let committer = Person::of(&commit.committer);
        let is_pusher = committer.name == pusher.as_bytes()
            || committer.email.eq_ignore_ascii_case(pusher.as_bytes())
            // `alice` pushes what `alice@example.org` committed.
            || committer.email.split(|byte| *byte == b'@').next() == Some(pusher.as_bytes());
        if !is_pusher {
            let (name, email) = (RepoPath::new(committer.name), RepoPath::new(committer.email));
            let reason = format!("{name} <{email}> committed it, and {pusher} pushes it");
            self.add(&COMMITTER_IS_PUSHER, Place::Commit, 1, reason);
        }
    }
}

/// A time span in the largest unit that is not zero.
fn span(seconds: i64) -> String {
    let (number, unit) = match seconds {
        0..3_600 => (seconds / 60, "minutes"),
        3_600..172_800 => (seconds / 3_600, "hours"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{number} {unit}")
}

/// Who and when, as a header or a trailer says it: `A U Thor <author@example.org> 1700000000 +0000`.
pub(super) struct Person<'a> {
    name: &'a [u8],
    pub(super) email: &'a [u8],
    time: Option<i64>,
}

impl<'a> Person<'a> {
    pub(super) fn of(line: &'a [u8]) -> Self {
        let open = memchr::memchr(b'<', line).unwrap_or(line.len());
        let close = memchr::memrchr(b'>', line).filter(|close| *close > open).unwrap_or(line.len());
        let email = line.get(open + 1..close).unwrap_or_default();
        let rest = std::str::from_utf8(line.get(close + 1..).unwrap_or_default()).unwrap_or_default();
        let time = rest.split_ascii_whitespace().next().and_then(|time| time.parse().ok());
        Self { name: line[..open].trim_ascii(), email: email.trim_ascii(), time }
    }
}

/// A message, as git reads it: leading blank lines are none.
pub(super) struct Message<'a> {
    all: &'a [u8],
    subject: &'a [u8],
}

impl<'a> Message<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        let subject = message.split(|byte| *byte == b'\n').next().unwrap_or_default();
        Self { all: message, subject: subject.trim_ascii_end() }
    }

    fn lines(&self) -> impl Iterator<Item = &'a [u8]> {
        self.all.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end)
    }

    fn second_line_is_text(&self) -> bool {
        self.lines().nth(1).is_some_and(|line| !line.is_empty())
    }

    /// The values of a trailer in the last paragraph (git-interpret-trailers), by its name in lower case.
    pub(super) fn trailers(&self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        let lines: Vec<_> = self.lines().collect();
        let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
        let start = lines[..end].iter().rposition(|line| line.is_empty()).map_or(end, |blank| blank + 1);
        let paragraph = lines[start..end].to_vec();
        paragraph.into_iter().filter_map(move |line| {
            let (key, value) = line.split_at_checked(memchr::memchr(b':', line)?)?;
            key.eq_ignore_ascii_case(name.as_bytes()).then(|| value[1..].trim_ascii())
        })
    }
}

/// The types that policies get who ask for conventional commits and name none.
#[must_use]
pub fn default_types() -> Vec<String> {
    conventional::TYPES.map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_read_from_any_line() {
        let person = Person::of(b"A U Thor <author@example.org> 1700000000 +0000");
        assert_eq!((person.name, person.email), (&b"A U Thor"[..], &b"author@example.org"[..]));
        assert_eq!(person.time, Some(1_700_000_000));
        for line in ["", "<", ">", "><", "a <b", "a b>", "<> x", "a <b> 99999999999999999999"] {
            assert_eq!(Person::of(line.as_bytes()).time, None, "{line}");
        }
    }

    #[test]
    fn trailers_stand_in_the_last_paragraph() {
        let values = |message: &str| {
            let all = Message::of(message.as_bytes());
            all.trailers("signed-off-by").map(|value| String::from_utf8_lossy(value).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            values("a\n\nb\n\nSigned-off-by: X <x@y>\nCo-authored-by: Z\nsigned-OFF-by: W\n\n"),
            ["X <x@y>", "W"]
        );
        assert!(values("a\n\nSigned-off-by: X\n\nb\n").is_empty());
        assert!(values("Signed-off-by: the subject").is_empty());
        assert!(values("").is_empty());
    }
}
