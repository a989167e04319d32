//! What a value says of itself: whether it can be a secret, and how much it is like one.

mod looks;
mod other;
mod shape;

use super::names;
use super::pattern::{Named, Pattern};
use super::score::{Part, Score};
use super::surroundings::{FileKind, Surroundings};
use looks::chosen;
pub(super) use looks::{password, secret};
use other::{is_code, is_no_value, repeats_name};
use shape::is_binary;
pub(super) use shape::{inner, is_hash, is_name, is_uuid};

/// The syntax around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// Between quotes: it is a value, but of what program?
    Quoted,
    /// In a place where only values stand: an `.env` file, an XML element, a flag of a command.
    Config,
    /// It may be code, or prose.
    Bare,
}

impl Setting {
    fn part(self) -> Part {
        match self {
            Self::Quoted => Part::new(1, "it stands between quotes"),
            Self::Config => Part::new(1, "it stands where a value stands"),
            Self::Bare => Part::NONE,
        }
    }
}

/// Where a name or a command leaves no doubt that what stands there is a password.
pub(super) const IN_ITS_PLACE: Part = Part::new(4, "it stands where a password stands");

/// Whether what a pattern finds is weighed as a password: it is one that somebody chose, whoever asks for it.
pub(super) fn is_weighed(pattern: &Pattern) -> bool {
    matches!(pattern.rule.provider, "generic" | "PostgreSQL")
}

/// Weighs `value`, which is given to `name`; where it cannot be a secret, why.
pub(super) fn weigh(
    value: &[u8],
    name: &[u8],
    spoken: names::Spoken,
    setting: Setting,
    place: Part,
    around: Surroundings,
) -> Result<Score, &'static str> {
    if around.kind == FileKind::Generated {
        return Err("a program has written the file");
    }
    if repeats_name(value, name) {
        return Err("its value is its name once more");
    }
    if is_no_value(value) {
        return Err("its value is an address, a path, a digest, a date or a reference");
    }
    if spoken.of == Named::Secret && setting == Setting::Quoted && is_binary(value) {
        let value = Part::new(3, "its value is bytes in escapes");
        return Ok(Score { name: spoken.part, syntax: setting.part(), value, place });
    }
    if is_code(value, setting) {
        return Err("its value is code, markup or a sentence");
    }
    // What is base64 of a text is what that text is.
    let inner = inner(value);
    let looks = match (spoken.of, &inner) {
        (Named::Password, None) => password(value),
        (Named::Password, Some(inner)) => password(inner),
        // Any name may be given a UUID; only one that speaks of a secret makes a key of it.
        (Named::Secret, None) if is_uuid(value) && spoken.part.points < 2 => None,
        (Named::Secret, None) => secret(value).or_else(|| chosen(value, name)),
        // What a token begins with tells of the token.
        (Named::Secret, Some(inner)) if inner.starts_with(b"{") => None,
        (Named::Secret, Some(inner)) => secret(inner).or_else(|| password(inner)),
    };
    let looks = looks.ok_or(match spoken.of {
        Named::Password => "its value stands in for a password, or is no possible one",
        Named::Secret => "its value stands in for a secret, or is not random enough for one",
    })?;
    // Where a name speaks of a key and of nothing else, a UUID is one.
    let looks = if is_uuid(value) && spoken.part.points >= 3 {
        Part::new(2, "its value is a UUID, which some providers give out as keys")
    } else {
        looks
    };
    Ok(Score { name: spoken.part, syntax: setting.part(), value: looks, place })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_looked_up_elsewhere_is_none_in_a_file_of_settings_too() {
        let around = Surroundings { kind: FileKind::Config, rehearsal: false };
        let spoken = names::classify(b"password").expect("it speaks of one");
        for value in ["os.environ[\"DB_PASSWORD\"]", "ENV['DB_PASSWORD']", "process.env.DB_PASSWORD"] {
            let score = weigh(value.as_bytes(), b"password", spoken, Setting::Config, Part::NONE, around);
            assert!(score.is_err(), "{value}");
        }
    }

    #[test]
    fn the_name_of_an_object_is_no_secret_as_a_text_of_c_either() {
        let around = Surroundings { kind: FileKind::Code, rehearsal: false };
        let spoken = names::classify(b"SERVER_AUTH").expect("it speaks of one");
        for value in [r"1.3.6.1.5.5.7.3.1\x00", "1.3.6.1.5.5.7.3.1"] {
            let score = weigh(value.as_bytes(), b"SERVER_AUTH", spoken, Setting::Quoted, Part::NONE, around);
            assert!(score.ok().and_then(|score| score.confidence()).is_none(), "{value}");
        }
    }

    #[test]
    fn base64_of_a_text_is_judged_as_the_text() {
        let spoken = names::classify(b"APP_SECRET").expect("it speaks of one");
        let around = Surroundings { kind: FileKind::Config, rehearsal: false };
        let hex = ["OTkzYmQwMDg3MTBhZDY0", "NTI4NTRkNTYxNDJkNTlmYWI="].concat();
        let score = weigh(hex.as_bytes(), b"APP_SECRET", spoken, Setting::Config, Part::NONE, around);
        assert_eq!(score.ok().and_then(|score| score.confidence()), Some(crate::rule::Confidence::Likely));
    }
}
