//! OpenSSH's lists of patterns (`ssh_config(5)`, PATTERNS): `*` for any characters, `?` for one, `!` before what must not match.

/// Patterns with commas between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patterns {
    /// As they are written, for people.
    pub text: String,
    list: Vec<Pattern>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    is_negated: bool,
    glob: Vec<u8>,
}

impl Patterns {
    /// Reads a list.
    pub(super) fn new(list: &str) -> Self {
        let pattern = |text: &str| match text.strip_prefix('!') {
            Some(rest) => Pattern { is_negated: true, glob: rest.as_bytes().to_vec() },
            None => Pattern { is_negated: false, glob: text.as_bytes().to_vec() },
        };
        let patterns = list.split(',').filter(|text| !text.is_empty()).map(pattern).collect();
        Self { text: list.to_owned(), list: patterns }
    }

    /// Whether some pattern is exactly this text, without a star in it.
    pub(super) fn names(&self, text: &str) -> bool {
        let is_plain = !text.contains(['*', '?']);
        is_plain && self.list.iter().any(|pattern| !pattern.is_negated && pattern.glob == text.as_bytes())
    }

    /// Whether some pattern matches and no negated one does.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        let is_met = |negated: bool| {
            self.list.iter().any(|pattern| pattern.is_negated == negated && matches(&pattern.glob, text))
        };
        !is_met(true) && is_met(false)
    }
}

/// Whether `glob` matches all of `text`: the last star takes one more whenever what is behind it does not fit.
fn matches(glob: &[u8], text: &[u8]) -> bool {
    let (mut at, mut star) = (0, None);
    let mut next = 0;
    while let Some(byte) = text.get(next) {
        match glob.get(at) {
            Some(b'*') => {
                star = Some((at, next));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                at += 1;
                next += 1;
            }
            _ => {
                let Some((before, taken)) = star else { return false };
                star = Some((before, taken + 1));
                at = before + 1;
                next = taken + 1;
            }
        }
    }
    glob.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_those_of_openssh() {
        let is = |list: &str, text: &str| Patterns::new(list).matches(text.as_bytes());
        assert!(is("a@b", "a@b") && !is("a@b", "A@b") && !is("a@b", "a@bc"));
        assert!(is("*@example.org", "a@example.org") && is("*", "") && is("*a*b", "xaybzb") && !is("*a*b", "xaybz"));
        assert!(is("?@b", "a@b") && !is("?@b", "@b"));
        assert!(is("*@b,!c@b", "a@b") && !is("*@b,!c@b", "c@b") && !is("!c@b", "a@b") && !is("!c@b,*@b", "c@b"));
        assert!(!is("", "a") && !is("", ""));
    }

    #[test]
    fn many_stars_cost_no_more_than_the_square() {
        assert!(!Patterns::new(&"*a".repeat(500)).matches("a".repeat(400).as_bytes()));
    }
}
