//! What the bytes and the keys say of a signature, before anybody asks what it is on and who should have made it.

use super::globs::Patterns;
use super::state::State;

/// What is known of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The key that made it, as its tools write it; none where it does not say.
    pub key: Option<String>,
    /// The primary key, where a subkey made it.
    pub primary: Option<String>,
    /// What holds, for each of those to whom the key belongs; or why nothing does.
    pub claims: Result<Vec<Claim>, Fault>,
}

/// Why a signature does not hold, whoever made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub state: State,
    pub why: String,
}

/// Whether a signature that says that it was made at `made` can have been made by `now`, as far as clocks may differ.
pub(super) fn not_from_the_future(made: i64, now: i64) -> Result<(), Fault> {
    if made <= now + super::SKEW {
        return Ok(());
    }
    let why = format!("it says that it is from {}, which is yet to come", super::day(made));
    Err(Fault { state: State::NotYetValid, why })
}

/// That a key belongs to somebody, and whether that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub state: State,
    /// A sentence where it is not simply good.
    pub why: String,
    pub owner: Owner,
}

/// To whom a key belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// It is not asked: any signature that holds will do.
    Anyone,
    /// A line of allowed signers, and the principals of the certificate where there is one.
    Principals { patterns: Patterns, certified: Option<Vec<String>> },
    /// The user ids of an OpenPGP certificate.
    Users(Vec<String>),
}

impl Owner {
    /// Whether somebody of this address is meant. Principals are compared as OpenSSH does; addresses of user ids without regard to
    /// the case of ASCII letters, as GnuPG does.
    pub(super) fn is(&self, email: &[u8]) -> bool {
        match self {
            Self::Anyone => true,
            Self::Principals { patterns, certified } => {
                let is_certified = |list: &Vec<String>| list.iter().any(|name| name.as_bytes() == email);
                patterns.matches(email) && certified.as_ref().is_none_or(is_certified)
            }
            Self::Users(users) => users.iter().any(|user| address(user).as_bytes().eq_ignore_ascii_case(email)),
        }
    }

    /// Whether a policy means it by this address: written out, for a pattern that fits everybody names nobody.
    pub(super) fn is_named(&self, name: &str) -> bool {
        match self {
            Self::Anyone => false,
            // An authority vouches for those only whom its line lets it vouch for.
            Self::Principals { patterns, certified: Some(names) } => {
                names.iter().any(|other| other == name) && patterns.matches(name.as_bytes())
            }
            Self::Principals { patterns, certified: None } => patterns.names(name),
            Self::Users(users) => users.iter().any(|user| user == name || address(user).eq_ignore_ascii_case(name)),
        }
    }

    /// Whether it is anybody at all: an authority may have vouched for nobody whom its line lets it vouch for.
    pub(super) fn is_somebody(&self) -> bool {
        match self {
            Self::Principals { patterns, certified: Some(names) } => {
                names.iter().any(|name| patterns.matches(name.as_bytes()))
            }
            Self::Anyone | Self::Principals { certified: None, .. } | Self::Users(_) => true,
        }
    }

    /// For people: of a pattern, which may fit many, the address that it was asked for.
    pub(super) fn name(&self, asked: Option<&[u8]>) -> String {
        let asked = asked.filter(|email| matches!(self, Self::Principals { .. }) && self.is(email));
        if let Some(email) = asked {
            return String::from_utf8_lossy(email).into_owned();
        }
        match self {
            Self::Anyone => "anyone".to_owned(),
            Self::Principals { certified: Some(names), .. } => names.join(","),
            Self::Principals { patterns, .. } => patterns.text.clone(),
            Self::Users(users) => users.first().cloned().unwrap_or_else(|| "nobody in particular".to_owned()),
        }
    }
}

/// The address of a user id: `Name (comment) <address>`, or all of it.
fn address(user: &str) -> &str {
    let inner = user.trim_end().strip_suffix('>').and_then(|user| user.rsplit_once('<'));
    inner.map_or(user.trim(), |(_, address)| address)
}

impl Outcome {
    /// A signature that does not hold.
    pub(super) fn fault(key: Option<String>, state: State, why: impl Into<String>) -> Self {
        Self { key, primary: None, claims: Err(Fault { state, why: why.into() }) }
    }
}

/// A time in which a key may sign, in seconds since 1970 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    /// The first second.
    pub after: Option<i64>,
    /// The last second.
    pub until: Option<i64>,
}

impl Window {
    /// The time that lies in both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            after: self.after.into_iter().chain(other.after).max(),
            until: self.until.into_iter().chain(other.until).min(),
        }
    }

    /// What a signature of the time `made` is worth `now`, and why, where its key may have been retired as well; `retirement` says who did that.
    pub(super) fn weigh(self, retired: Option<i64>, retirement: &str, made: i64, now: i64) -> (State, String) {
        let state = self.state(made, now);
        match retired {
            Some(since) if made >= since => (
                State::Retired,
                format!("{retirement} on {}, and this is from {}", super::day(since), super::day(made)),
            ),
            Some(since) if state.stands() => (State::RetiredSince, format!("{retirement} on {}", super::day(since))),
            _ => (state, self.why(state, made)),
        }
    }

    /// What a signature of the time `made` is worth `now`.
    pub(super) fn state(self, made: i64, now: i64) -> State {
        match (self.after, self.until) {
            (Some(after), _) if made < after => State::NotYetValid,
            (_, Some(until)) if made > until => State::Expired,
            (_, Some(until)) if now > until => State::ExpiredSince,
            _ => State::Good,
        }
    }

    /// Why, in a sentence; empty where it is good.
    pub(super) fn why(self, state: State, made: i64) -> String {
        let after = || self.after.map_or_else(String::new, super::day);
        let until = || self.until.map_or_else(String::new, super::day);
        match state {
            State::NotYetValid => {
                format!("the key is valid from {} on, and this is from {}", after(), super::day(made))
            }
            State::Expired => format!("the key was valid until {}, and this is from {}", until(), super::day(made)),
            State::ExpiredSince => format!("the key was valid until {}", until()),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_tells_then_from_now() {
        let window = Window { after: Some(10), until: Some(20) };
        let states = [(9, 15), (10, 15), (20, 20), (20, 21), (21, 30)].map(|(made, now)| window.state(made, now));
        let expected = [State::NotYetValid, State::Good, State::Good, State::ExpiredSince, State::Expired];
        assert_eq!(states, expected);
        assert_eq!(Window::default().state(0, i64::MAX), State::Good);
        let both = window.and(Window { after: Some(5), until: Some(15) });
        assert_eq!(both, Window { after: Some(10), until: Some(15) });
        assert_eq!(both.and(Window::default()), both);
    }

    #[test]
    fn an_address_belongs_to_its_owner_only() {
        let users = Owner::Users(vec!["A (work) <A@Example.org>".to_owned(), "b@example.org".to_owned()]);
        assert!(users.is(b"a@example.org") && users.is(b"b@example.org") && !users.is(b"c@example.org"));
        assert!(!users.is(b"A (work) <A@Example.org>"));
        let patterns = Patterns::new("*@example.org");
        let line = Owner::Principals { patterns: patterns.clone(), certified: None };
        assert!(line.is(b"a@example.org") && !line.is(b"a@example.com"));
        let certified =
            Owner::Principals { patterns, certified: Some(vec!["a@example.org".to_owned(), "x".to_owned()]) };
        assert!(certified.is(b"a@example.org") && !certified.is(b"b@example.org") && !certified.is(b"x"));
        // A reserved ref is not opened by a name that the authority may not give.
        assert!(certified.is_named("a@example.org") && !certified.is_named("x") && certified.is_somebody());
        let other =
            Owner::Principals { patterns: Patterns::new("*@example.org"), certified: Some(vec!["x".to_owned()]) };
        assert!(!other.is_named("x") && !other.is_somebody());
    }
}
