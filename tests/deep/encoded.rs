//! Text that is written in another alphabet is decoded and looked at again.

use super::COMMIT;
use crate::made_up::{AWS, GITHUB, aws_key, base64, file_with, github_token, private_key, utf16};
use crate::sandbox::Sandbox;

fn hexadecimal(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn escaped(text: &str, escape: impl Fn(u32) -> String) -> String {
    text.chars().map(|character| escape(character.into())).collect()
}

/// The text as lines of `width` characters behind `margin`.
fn wrapped(text: &str, width: usize, margin: &str) -> String {
    let lines: Vec<_> = (0..text.len()).step_by(width).map(|at| &text[at..text.len().min(at + width)]).collect();
    lines.join(&format!("\n{margin}"))
}

/// Each way to write a text, by a name.
fn ways(text: &str) -> Vec<(&'static str, String)> {
    vec![
        ("base64", base64(text.as_bytes())),
        ("base64 without padding", base64(text.as_bytes()).trim_end_matches('=').to_owned()),
        ("base64 for addresses", base64(text.as_bytes()).replace('+', "-").replace('/', "_")),
        ("base64 of UTF-16", base64(&utf16(text, false))),
        ("base64 twice", base64(base64(text.as_bytes()).as_bytes())),
        ("hexadecimal", hexadecimal(text)),
        ("hexadecimal of base64", hexadecimal(&base64(text.as_bytes()))),
        ("three times", base64(hexadecimal(&base64(text.as_bytes())).as_bytes())),
        ("Unicode escapes", escaped(text, |code| format!("\\u{code:04x}"))),
        ("C escapes", escaped(text, |code| format!("\\x{code:02X}"))),
        ("one escape", format!("{}\\u{:04x}{}", &text[..9], u32::from(text.as_bytes()[9]), &text[10..])),
        ("percent signs", escaped(text, |code| format!("%{code:02X}"))),
        ("entities", escaped(text, |code| format!("&#{code};"))),
        ("hexadecimal entities", escaped(text, |code| format!("&#x{code:x};"))),
        ("quoted-printable", format!("=3D{}=\r\n{}", &text[..12], &text[12..])),
    ]
}

#[test]
fn a_secret_is_found_however_it_is_written_at_its_place() {
    let sandbox = Sandbox::guarded();
    for (rule, secret) in [(AWS, aws_key(1)), (GITHUB, github_token(1))] {
        for (way, text) in ways(&secret) {
            let text = file_with(9, &[(3, &format!("value: \"{text}\""))]);
            sandbox.stage("values.txt", &text);
            let found = sandbox.scan_staged().json();
            let findings = found["findings"].as_array().expect("findings");
            assert_eq!(findings.len(), 1, "{way}: {found}");
            assert_eq!((&findings[0]["rule"], &findings[0]["line"]), (&rule.into(), &3.into()), "{way}");
            let number = |name: &str| usize::try_from(findings[0][name].as_u64().expect("a number")).expect("small");
            let part = &text[number("offset")..number("offset") + number("length")];
            let line = text.lines().nth(2).expect("the line");
            let says = findings[0]["message"].as_str().expect("a message");
            assert!(line.contains(part) || part.contains("=\r\n"), "{way}: {part}");
            assert!(part.len() >= secret.len() - 2 && says.contains("it is written in"), "{way}: {part}: {says}");
        }
    }
}

#[test]
fn what_is_written_four_times_over_is_not_found() {
    let text = hexadecimal(&hexadecimal(&hexadecimal(&hexadecimal(&aws_key(2)))));
    let sandbox = Sandbox::guarded();
    sandbox.stage("a", text);
    sandbox.accepts(COMMIT);
}

#[test]
fn a_secret_has_one_fingerprint_however_it_is_written() {
    let sandbox = Sandbox::guarded();
    let secret = github_token(3);
    let mut all = std::collections::BTreeSet::new();
    for (_, text) in ways(&secret).into_iter().chain([("as it is", secret.clone())]) {
        sandbox.stage("a.txt", format!("value: '{text}'\n"));
        let found = sandbox.scan_staged().json();
        all.insert(found["findings"][0]["fingerprint"].as_str().expect("a fingerprint").to_owned());
    }
    assert_eq!(all.len(), 1, "{all:?}");
}

#[test]
fn a_file_in_wrapped_base64_is_read_with_all_of_its_secrets() {
    let sandbox = Sandbox::guarded();
    let env = format!("HOST=db\nKEY={}\nTOKEN={}\n{}", aws_key(4), github_token(4), private_key(4));
    for (width, margin) in [(76, ""), (64, "    "), (60, "\t")] {
        let text = format!("data:\n{margin}{}\nnext: 1\n", wrapped(&base64(env.as_bytes()), width, margin));
        sandbox.stage("secret.yaml", text);
        let at = "secret.yaml:2";
        let run = sandbox.rejects(COMMIT, &[(AWS, at), (GITHUB, at), ("private-key-pem", at)]);
        assert!(!run.text().contains(&base64(env.as_bytes())[8..40]), "no line of it is shown: {run}");
    }
}

#[test]
fn what_was_encoded_there_before_is_no_news() {
    let sandbox = Sandbox::guarded();
    let old = format!("old: {}\n", base64(aws_key(5).as_bytes()));
    sandbox.stage("a", &old);
    sandbox.commit_unwatched("an old key");
    sandbox.stage("a", format!("{old}new: {}\n", base64(github_token(5).as_bytes())));
    let run = sandbox.rejects(COMMIT, &[(GITHUB, "a:2")]);
    assert!(!run.text().contains(AWS), "{run}");
}

#[test]
fn an_encoded_neighbour_is_not_shown() {
    let sandbox = Sandbox::guarded();
    let neighbour = base64(aws_key(6).as_bytes());
    sandbox.stage("a", format!("n: {neighbour} k: {}\n", github_token(6)));
    let run = sandbox.try_git(COMMIT);
    assert!(!run.success() && !run.text().contains(&neighbour), "{run}");
}

#[test]
fn pictures_fonts_certificates_and_digests_say_nothing() {
    let sandbox = Sandbox::guarded();
    let mut dice = crate::made_up::Dice::new(7);
    let mut noise = |len: usize| base64(&dice.bytes(len));
    let line = |_| format!("url(data:font/woff2;base64,{}) sha512-{}\n", noise(3000), noise(64));
    let text: Vec<String> = (0..200).map(line).collect();
    let certificate = format!("-----BEGIN CERTIFICATE-----\n{}\n", wrapped(&noise(900), 64, ""));
    sandbox.stage("a.css", text.concat() + &certificate);
    sandbox.accepts(COMMIT);
}

#[test]
fn an_audit_and_a_push_find_what_is_encoded() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("a", file_with(300, &[]));
    sandbox.commit_unwatched("before");
    sandbox.stage("a", file_with(300, &[(200, &format!("k: {}", base64(aws_key(8).as_bytes())))]));
    sandbox.commit_unwatched("an encoded key");
    sandbox.stage("a", file_with(300, &[]));
    sandbox.commit_unwatched("away again");
    sandbox.git(["repack", "-q", "-a", "-d", "-f"]);
    for way in [&["audit"][..], &["audit", "--every-blob"], &["scan", "--range", "HEAD~3..HEAD"]] {
        let run = sandbox.palisade(way.iter().copied().chain(["--format", "json"]));
        let findings = run.json()["findings"].clone();
        assert_eq!(findings.as_array().map(Vec::len), Some(1), "{way:?}: {findings}");
        assert_eq!((&findings[0]["rule"], &findings[0]["line"]), (&AWS.into(), &200.into()), "{way:?}");
    }
}

#[test]
fn a_large_new_file_is_looked_into_over_the_ends_of_its_pieces() {
    let sandbox = Sandbox::guarded();
    let hidden = base64(format!("{}\n{}\n", "x = 1\n".repeat(300_000), aws_key(9)).as_bytes());
    let filler: String =
        (0..9_000).map(|line| format!("a line {line} that only fills the file up to its size\n")).collect();
    sandbox.write("big.txt", format!("{filler}{hidden}\n{filler}"));
    sandbox.git(["add", "big.txt"]);
    sandbox.rejects(COMMIT, &[(AWS, "big.txt:9001")]);
}
