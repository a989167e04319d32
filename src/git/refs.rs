//! Refs by name, and how a push changes them.

use std::fmt;

use super::{GitError, Oid, RepoPath};

/// The full name of a ref, `refs/heads/main`: bytes, not UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefName(Vec<u8>);

/// Where git keeps notes (git-notes).
const NOTES: &[u8] = b"refs/notes/";

impl RefName {
    /// Takes the bytes as git stores them.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes as git stores them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name behind `refs/heads/`; none where it is no branch.
    #[must_use]
    pub fn branch(&self) -> Option<&[u8]> {
        self.0.strip_prefix(b"refs/heads/")
    }

    /// Whether git keeps notes under it, whose commits it makes itself.
    #[must_use]
    pub fn is_notes(&self) -> bool {
        self.0.starts_with(NOTES)
    }

    /// The name behind `refs/tags/`; none where it is no tag.
    #[must_use]
    pub fn tag(&self) -> Option<&[u8]> {
        self.0.strip_prefix(b"refs/tags/")
    }
}

impl fmt::Display for RefName {
    /// Cleaned for a terminal, as [`RepoPath`] is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", RepoPath::new(self.0.as_slice()))
    }
}

impl fmt::Debug for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// What a push does to one ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// Which.
    pub name: RefName,
    /// What it names as it was; none where it is created.
    pub old: Option<Oid>,
    /// What it shall name; none where it is deleted.
    pub new: Option<Oid>,
}

impl RefUpdate {
    /// What git gives to `pre-receive` and `post-receive` on standard input: `OLD NEW REF` a line (githooks).
    ///
    /// # Errors
    /// [`GitError::NotARefUpdate`] for a line of another form. A last line without a newline is whole.
    pub fn read_all(input: &[u8]) -> Result<Vec<Self>, GitError> {
        lines(input)
            .map(|line| {
                let mut words = line.splitn(3, |byte| *byte == b' ');
                match (words.next(), words.next(), words.next()) {
                    (Some(old), Some(new), Some(name)) => Self::of(name, old, new).ok_or_else(|| not_one(line)),
                    _ => Err(not_one(line)),
                }
            })
            .collect()
    }

    /// What git gives to `pre-push`: `LOCAL-REF LOCAL-OID REMOTE-REF REMOTE-OID` a line. The first is whatever the user typed
    /// and can have spaces, so the line is read from its end.
    ///
    /// # Errors
    /// [`GitError::NotARefUpdate`] for a line of another form.
    pub fn read_all_outgoing(input: &[u8]) -> Result<Vec<Self>, GitError> {
        lines(input)
            .map(|line| {
                let mut words = line.rsplitn(4, |byte| *byte == b' ');
                match (words.next(), words.next(), words.next()) {
                    (Some(old), Some(name), Some(new)) => Self::of(name, old, new).ok_or_else(|| not_one(line)),
                    _ => Err(not_one(line)),
                }
            })
            .collect()
    }

    /// As git tells it to hooks, with a newline behind it: `OLD NEW REF`.
    #[must_use]
    pub fn to_line(&self) -> Vec<u8> {
        let digits = self.new.or(self.old).map_or(40, |oid| oid.as_bytes().len() * 2);
        let word = |oid: Option<Oid>| oid.map_or_else(|| "0".repeat(digits), |oid| oid.to_string());
        [format!("{} {} ", word(self.old), word(self.new)).as_bytes(), self.name.as_bytes(), b"\n"].concat()
    }

    /// From its three words; a name of zeros stands for nothing.
    #[must_use]
    pub fn of(name: &[u8], old: &[u8], new: &[u8]) -> Option<Self> {
        let object = |hex: &[u8]| {
            let oid = Oid::from_hex(hex).ok()?;
            Some(hex.iter().any(|digit| *digit != b'0').then_some(oid))
        };
        let name = (!name.is_empty()).then(|| RefName::new(name))?;
        Some(Self { name, old: object(old)?, new: object(new)? })
    }
}

fn lines(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    input.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

fn not_one(line: &[u8]) -> GitError {
    GitError::NotARefUpdate(RepoPath::new(&line[..line.len().min(200)]).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digit: char) -> String {
        String::from(digit).repeat(40)
    }

    #[test]
    fn updates_are_read_with_whatever_bytes_a_name_has() {
        let input = format!("{} {} refs/heads/a b\n{} {} refs/tags/", hex('0'), hex('a'), hex('b'), hex('0'));
        let updates = RefUpdate::read_all(&[input.as_bytes(), b"\xFF"].concat()).unwrap();
        assert_eq!(updates[0].name.to_string(), "refs/heads/a b");
        assert_eq!((updates[0].old, updates[0].new), (None, Some(Oid::from_hex(hex('a')).unwrap())));
        assert_eq!(updates[1].name.to_string(), "refs/tags/\\xFF");
        assert_eq!((updates[1].old, updates[1].new), (Some(Oid::from_hex(hex('b')).unwrap()), None));
        let lines: Vec<u8> = updates.iter().flat_map(RefUpdate::to_line).collect();
        assert_eq!(RefUpdate::read_all(&lines).unwrap(), updates);
    }

    #[test]
    fn what_is_pushed_is_read_whatever_the_user_typed() {
        let input = format!("HEAD@{{1 day ago}} {} refs/heads/x {}\n", hex('a'), hex('0'));
        let updates = RefUpdate::read_all_outgoing(input.as_bytes()).unwrap();
        assert_eq!(updates[0].name.to_string(), "refs/heads/x");
        assert_eq!((updates[0].old, updates[0].new), (None, Some(Oid::from_hex(hex('a')).unwrap())));
    }

    #[test]
    fn other_lines_are_errors() {
        for line in ["x", "a b c", &format!("{} {}", hex('a'), hex('b')), &format!("{} {} ", hex('a'), hex('b'))] {
            assert!(RefUpdate::read_all(line.as_bytes()).is_err(), "{line}");
        }
        assert_eq!(RefUpdate::read_all(b"").unwrap(), []);
    }
}
