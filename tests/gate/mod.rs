//! What cannot be judged does not get in: every kind of bad input ends with 2 or 3 and a clear message, never with a panic,
//! and never with 0.

mod commands;
mod objects;
mod permissions;
mod policies;
mod repositories;

use crate::sandbox::Run;

/// Nothing was judged: exit code 2, nothing on standard output, and one line that names each of `what`.
#[track_caller]
fn is_an_error(run: &Run, what: &[&str]) {
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stdout.is_empty(), "an error is no data: {run}");
    let text = String::from_utf8_lossy(&run.stderr);
    assert_eq!(text.lines().count(), 1, "one line is enough: {run}");
    assert!(text.starts_with("palisade: "), "who is speaking? {run}");
    tells(run, what);
}

/// Something could not be looked at: exit code 3, and the report names each of `what`.
#[track_caller]
fn is_incomplete(run: &Run, what: &[&str]) {
    assert_eq!(run.code, Some(3), "{run}");
    tells(run, what);
}

/// Nothing was accepted, and each of `what` is named, whichever of the two it is.
#[track_caller]
fn is_not_judged(run: &Run, what: &[&str]) {
    assert!(matches!(run.code, Some(2 | 3)), "{run}");
    tells(run, what);
}

#[track_caller]
fn tells(run: &Run, what: &[&str]) {
    let text = run.text();
    for word in what {
        assert!(text.contains(word), "{word:?} is not named: {run}");
    }
    for sign in ["panicked", "backtrace", "a fault in Palisade", "unwrap()", "src/"] {
        assert!(!text.contains(sign), "{sign:?} is for programmers: {run}");
    }
    assert!(text.lines().count() <= 10, "too many words: {run}");
}
