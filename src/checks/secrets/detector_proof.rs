//! What the detector must hold for texts of any size: that pieces of a text are searched as the whole is, and in linear work.

use super::detector::{Detector, Match};
use super::pattern_proof::{typed, whole};
use crate::git::RepoPath;
use crate::text::{Fresh, Region};

/// What tells a match from another, in a text that begins `before` bytes into the whole.
fn told(found: &[Match], before: usize) -> Vec<(&'static str, Region, Region, &str)> {
    let moved = |region: Region| Region::new(region.start + before, region.end + before);
    found
        .iter()
        .map(|found| (found.pattern.rule.id, moved(found.secret), moved(found.span), found.reason.as_str()))
        .collect()
}

#[test]
fn a_piece_of_a_text_is_searched_as_the_whole_is_wherever_it_is_cut() {
    let detector = Detector::built_in(None);
    let examples: Vec<String> =
        typed().iter().flat_map(|(_, pattern)| &pattern.examples).map(|text| whole(text)).collect();
    for (between, path) in [("\n", None), (" ", Some("bundle.js")), ("\n", Some(".env")), (" ", Some("notes"))] {
        let path = path.map(RepoPath::new);
        let text = examples.join(between);
        let mut found = 0;
        for (number, start) in (0..text.len()).step_by(1009).enumerate() {
            let part = Region::new(start, (start + 1009).min(text.len()));
            let cut = part.start.saturating_sub(detector.reach())..(part.end + detector.reach()).min(text.len());
            let inside = Region::new(part.start - cut.start, part.end - cut.start);
            let of_whole = detector.found_in(text.as_bytes(), part, path.as_ref());
            let of_piece = detector.found_in(&text.as_bytes()[cut.clone()], inside, path.as_ref());
            assert_eq!(told(&of_piece, cut.start), told(&of_whole, 0), "part {number} of {path:?}");
            found += of_whole.len();
        }
        assert!(found > 500, "{found} of {} examples are found", examples.len());
    }
}

#[test]
fn a_table_of_two_columns_of_secrets_hides_none_behind_the_other() {
    let detector = Detector::built_in(None);
    let (one, other) = (["9f3a1c7e04", "b85d26f0a9c1"].concat(), ["4d80e6b2f7", "1a9c35de08b7"].concat());
    for head in ["api_token,other_token", "password,old_password"] {
        let text = format!("{head},user\n{one},{other},ann\n");
        let scan = detector.scan(text.as_bytes(), &Fresh::all(text.len()), Some(&RepoPath::new("users.csv")));
        let found: Vec<_> = scan.matches.iter().map(|found| &text[found.secret.range()]).collect();
        assert_eq!(found, [&one, &other], "{head}");
    }
}

#[test]
fn a_line_of_megabytes_that_is_full_of_names_is_searched_in_linear_work() {
    let detector = Detector::built_in(None);
    let key = ["AK", "IA", "Q7ZP2M4XK6WD3JTN"].concat();
    // Looking from each name to the beginning of its line would be work for minutes.
    let mut text = "x_token=y ".repeat(400_000);
    let start = text.len();
    text.push_str(&key);
    text.push_str(&" x_token=y".repeat(1000));
    for path in [None, Some("bundle.min.js"), Some("settings.env")] {
        let scan = detector.scan(text.as_bytes(), &Fresh::all(text.len()), path.map(RepoPath::new).as_ref());
        let found: Vec<_> = scan.matches.iter().map(|found| (found.pattern.rule.id, found.secret)).collect();
        assert_eq!(found, [("aws-access-key-id", Region::new(start, start + key.len()))], "{path:?}");
    }
}
