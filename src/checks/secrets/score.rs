//! How sure it is that a value is a secret: a sum of named parts, each of which a report can tell.

use crate::rule::Confidence;

/// What speaks for a secret, or against it, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Above zero for, below against.
    pub points: i32,
    /// As the end of a sentence that shows nothing of the value.
    pub why: &'static str,
}

impl Part {
    pub(super) const fn new(points: i32, why: &'static str) -> Self {
        Self { points, why }
    }

    /// What says nothing.
    pub(super) const NONE: Self = Self::new(0, "");
}

/// The parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Score {
    /// What the name speaks of that the value is given, or the place where nothing but a secret stands.
    pub name: Part,
    /// The syntax around the value.
    pub syntax: Part,
    /// The value itself.
    pub value: Part,
    /// The file, and the line.
    pub place: Part,
}

/// From here on it is nearly always a secret; where the name hardly says of what, or the place speaks against it, one more is asked for.
const LIKELY: i32 = 5;
/// How much a name says at least that says so.
const TELLING: i32 = 2;
/// From here on it is worth a look.
const POSSIBLE: i32 = 4;

/// What is known of a secret that stands among tests: it is never more than possible.
pub(super) const REHEARSAL: Part = Part::new(-2, "it stands among tests, examples or documentation");
/// The same of what opens nothing but a host that nobody else reaches.
pub(super) const AT_HOME: Part = Part::new(-2, "nobody else reaches its host");

impl Score {
    fn parts(&self) -> [Part; 4] {
        [self.name, self.syntax, self.value, self.place]
    }

    /// How sure it is; `None` where it is no secret.
    pub(super) fn confidence(&self) -> Option<Confidence> {
        let points = self.parts().iter().map(|part| part.points).sum::<i32>();
        let doubtful = self.name.points < TELLING || self.place.points < 0;
        let likely = if doubtful { LIKELY + 1 } else { LIKELY };
        let opens_something = self.place != REHEARSAL && self.place != AT_HOME;
        match points {
            _ if points >= likely && opens_something => Some(Confidence::Likely),
            POSSIBLE.. => Some(Confidence::Possible),
            _ => None,
        }
    }

    /// The parts that say something, with their points.
    pub(super) fn reason(&self) -> String {
        let told: Vec<String> = self
            .parts()
            .iter()
            .filter(|part| !part.why.is_empty())
            .map(|part| format!("{} ({:+})", part.why, part.points))
            .collect();
        told.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_against_a_secret_is_taken_from_what_speaks_for_it() {
        let score = |place: i32| Score {
            name: Part::new(3, "its name speaks of a password"),
            syntax: Part::NONE,
            value: Part::new(4, "its value is random"),
            place: Part::new(place, "it stands among tests"),
        };
        assert_eq!(score(-1).confidence(), Some(Confidence::Likely));
        assert_eq!(score(-2).confidence(), Some(Confidence::Possible));
        assert_eq!(score(-3).confidence(), Some(Confidence::Possible));
        assert_eq!(score(-4).confidence(), None);
        assert_eq!(Score { place: REHEARSAL, ..score(0) }.confidence(), Some(Confidence::Possible));
        assert_eq!(Score { place: AT_HOME, ..score(0) }.confidence(), Some(Confidence::Possible));
        assert_eq!(
            score(-3).reason(),
            "its name speaks of a password (+3), its value is random (+4), it stands among tests (-3)"
        );
    }

    #[test]
    fn a_name_that_says_little_of_what_it_is_given_asks_for_more() {
        let score = |name: i32, value: i32| Score {
            name: Part::new(name, "its name speaks of a key"),
            syntax: Part::NONE,
            value: Part::new(value, "its value is random"),
            place: Part::NONE,
        };
        assert_eq!(score(2, 3).confidence(), Some(Confidence::Likely));
        assert_eq!(score(1, 4).confidence(), Some(Confidence::Possible));
        assert_eq!(score(1, 5).confidence(), Some(Confidence::Likely));
    }
}
