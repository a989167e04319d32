//! What is looked at in delta order is what is looked at blob by blob, on generated repositories.

use palisade::audit::{Way, spans};
use palisade::checks::secrets::Secrets;
use palisade::git::Repo;
use proptest::prelude::*;

use super::commit;
use crate::made_up::{Dice, aws_key, github_token, password, private_key};
use crate::sandbox::Sandbox;

/// What an edit does to a file.
#[derive(Clone, Debug)]
enum Edit {
    /// Puts a line there.
    Insert(usize, Line),
    /// Takes lines out.
    Delete(usize, usize),
    /// Copies lines to another place.
    Copy(usize, usize, usize),
    /// Splits a line in two, or joins two.
    Seam(usize),
    /// Replaces a few bytes.
    Bytes(usize, usize),
}

#[derive(Clone, Debug)]
enum Line {
    Plain(u64),
    Key(u64),
    Token(u64),
    Password(u64),
    /// Is a secret only where a name stands near.
    Near(u64),
    /// Such a name.
    Name,
    Block(u64),
    Nul,
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        6 => (0..40_u64).prop_map(Line::Plain),
        1 => (0..3_u64).prop_map(Line::Key),
        1 => (0..3_u64).prop_map(Line::Token),
        2 => (0..3_u64).prop_map(Line::Password),
        3 => (0..2_u64).prop_map(Line::Near),
        3 => Just(Line::Name),
        1 => (0..2_u64).prop_map(Line::Block),
        1 => Just(Line::Nul),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (0..200_usize, line()).prop_map(|(at, line)| Edit::Insert(at, line)),
        2 => (0..200_usize, 1..20_usize).prop_map(|(at, count)| Edit::Delete(at, count)),
        1 => (0..200_usize, 1..30_usize, 0..200_usize).prop_map(|(from, count, to)| Edit::Copy(from, count, to)),
        1 => (0..6000_usize).prop_map(Edit::Seam),
        2 => (0..6000_usize, 1..12_usize).prop_map(|(at, count)| Edit::Bytes(at, count)),
    ]
}

impl Line {
    fn text(&self) -> String {
        match self {
            Self::Plain(seed) => format!("{}\n", Dice::new(*seed).text("abcdefgh ijklmnop =:\"'", 60)),
            Self::Key(seed) => format!("key = {}\n", aws_key(*seed)),
            Self::Token(seed) => format!("curl -H 'Authorization: token {}'\n", github_token(*seed)),
            Self::Password(seed) => format!("db_password = \"{}\"\n", password(*seed)),
            Self::Near(seed) => format!("id: ac{}{}\n", "t_", Dice::new(*seed).text("0123456789abcdef", 24)),
            Self::Name => "# smooch\n".to_owned(),
            Self::Block(seed) => private_key(*seed),
            Self::Nul => "\0\n".to_owned(),
        }
    }
}

fn apply(content: &mut Vec<u8>, edit: &Edit) {
    let starts = |content: &[u8]| -> Vec<usize> {
        std::iter::once(0)
            .chain(content.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1))
            .collect()
    };
    let lines = starts(content);
    let line = |number: usize| lines[number % lines.len()];
    match edit {
        Edit::Insert(at, text) => {
            let at = line(*at);
            content.splice(at..at, text.text().into_bytes());
        }
        Edit::Delete(at, count) => {
            let (a, b) = (line(*at), line(*at + count));
            content.drain(a.min(b)..a.max(b));
        }
        Edit::Copy(from, count, to) => {
            let (a, b) = (line(*from), line(*from + count));
            let part = content[a.min(b)..a.max(b)].to_vec();
            let at = line(*to);
            content.splice(at..at, part);
        }
        Edit::Seam(at) => {
            let at = at % (content.len() + 1);
            if content.get(at) == Some(&b'\n') {
                content.remove(at);
            } else {
                content.insert(at, b'\n');
            }
        }
        Edit::Bytes(at, count) => {
            let at = at % (content.len() + 1);
            let end = content.len().min(at + count);
            content[at..end].fill(b'~');
        }
    }
}

/// So many cases by default; `PALISADE_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PALISADE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_ways_find_the_same_in_every_blob(
        versions in proptest::collection::vec(proptest::collection::vec(edit(), 1..5), 3..12),
        split in any::<bool>(),
    ) {
        let sandbox = Sandbox::init(&[]);
        let mut content = Vec::new();
        for seed in 0..60 {
            let line = if seed % 6 == 0 { Line::Near(seed) } else { Line::Plain(seed) };
            content.extend(line.text().into_bytes());
        }
        for (number, edits) in versions.iter().enumerate() {
            for edit in edits {
                apply(&mut content, edit);
            }
            sandbox.stage("file", &content);
            commit(&sandbox, "a version");
            // Two packs, the second of which may be made from what is in the first.
            if split && number == versions.len() / 2 {
                sandbox.git(["repack", "-q", "-a", "-d"]);
            }
        }
        let flags: &[&str] = if split { &["-d"] } else { &["-a", "-d", "-f", "--depth=50", "--window=50"] };
        sandbox.git([&["repack", "-q"], flags].concat());
        let repo = Repo::discover(sandbox.root()).expect("a repository");
        let secrets = Secrets::new(Some(vec![7; 32]), None);
        let fresh = spans(&repo, &secrets, None, Way::Fresh);
        prop_assert_eq!(&fresh, &spans(&repo, &secrets, None, Way::EveryBlob));
    }
}
