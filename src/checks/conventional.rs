//! Conventional Commits 1.0.0 (<https://www.conventionalcommits.org/en/v1.0.0/>): `type(scope)!: description`.

use crate::git::RepoPath;

/// The types that the specification names (`feat`, `fix`) and those that it takes from the Angular convention.
pub(super) const TYPES: [&str; 11] =
    ["build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"];

/// Whether a subject keeps to the convention. Types are told apart without regard to case, as the specification says. What git writes by itself is let be:
/// the subject of a revert, and what `--fixup` and `--squash` put before one.
///
/// # Errors
/// What is wrong, in a sentence.
pub(super) fn check_subject(subject: &[u8], types: &[String]) -> Result<(), String> {
    let mut rest = subject;
    while let Some(inner) =
        ["fixup! ", "squash! ", "amend! "].iter().find_map(|word| rest.strip_prefix(word.as_bytes()))
    {
        rest = inner;
    }
    if rest.starts_with(b"Revert \"") || rest.starts_with(b"Reapply \"") {
        return Ok(());
    }
    let form = || "it is not of the form `type(scope)!: description`".to_owned();
    let colon = rest.windows(2).position(|pair| pair == b": ").ok_or_else(form)?;
    let (before, description) = (&rest[..colon], &rest[colon + 2..]);
    let before = before.strip_suffix(b"!").unwrap_or(before);
    let (kind, scope) = match memchr::memchr(b'(', before) {
        Some(open) => (&before[..open], before[open + 1..].strip_suffix(b")").map(Some).ok_or_else(form)?),
        None => (before, None),
    };
    if kind.is_empty() || kind.iter().any(u8::is_ascii_whitespace) {
        return Err(form());
    }
    if scope.is_some_and(|scope| scope.trim_ascii().is_empty()) {
        return Err("the scope between its brackets is empty".to_owned());
    }
    if description.trim_ascii().is_empty() {
        return Err("it describes nothing behind its type".to_owned());
    }
    if !types.iter().any(|known| kind.eq_ignore_ascii_case(known.as_bytes())) {
        return Err(format!("`{}` is none of its types: {}", RepoPath::new(kind), types.join(", ")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(subject: &str) -> Result<(), String> {
        check_subject(subject.as_bytes(), &TYPES.map(str::to_owned))
    }

    #[test]
    fn headers_of_the_specification_are_conventional() {
        for subject in [
            "feat: allow provided config object to extend other configs",
            "feat!: send an email to the customer when a product is shipped",
            "feat(api)!: send an email to the customer when a product is shipped",
            "docs: correct spelling of CHANGELOG",
            "FIX(parser): a: b",
            "Revert \"feat: x\"",
            "fixup! feat: x",
            "squash! fixup! fix(x): y",
        ] {
            assert_eq!(read(subject), Ok(()), "{subject}");
        }
    }

    #[test]
    fn other_headers_are_not() {
        for subject in [
            "",
            "feat",
            "feat:x",
            "feat:",
            "feat: ",
            "feat(): x",
            "feat( ): x",
            "feat(x: y",
            "feat (x): y",
            ": x",
            "(x): y",
            "feature: x",
            "Add a thing",
            "fixup! Add a thing",
            "feat!!: x",
        ] {
            assert!(read(subject).is_err(), "{subject}");
        }
    }
}
