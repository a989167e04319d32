//! What is looked at in delta order is what is looked at blob by blob, on generated repositories.

use std::sync::LazyLock;

use palisade::audit::{MEMORY, Means, Way, spans};
use palisade::checks::secrets::Secrets;
use palisade::git::Repo;
use proptest::prelude::*;

use crate::made_up::{Dice, aws_key, base64, github_token, password, private_key};
use crate::sandbox::Sandbox;

/// What is looked for; its patterns are compiled once for all cases.
static SECRETS: LazyLock<Secrets> = LazyLock::new(|| Secrets::new(Some(vec![7; 32]), None));
/// The witness.
const EVERY_BLOB: Means = Means { way: Way::EveryBlob, memory: MEMORY, keeps_state: false, signatures: false };

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
    /// Is a secret only when it is decoded.
    Encoded(u64),
    /// Goes on on the next line.
    Wrapped(u64),
    Escaped(u64),
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
        2 => (0..3_u64).prop_map(Line::Encoded),
        2 => (0..2_u64).prop_map(Line::Wrapped),
        2 => (0..2_u64).prop_map(Line::Escaped),
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
            Self::Encoded(seed) => format!("key: {}\n", base64(aws_key(*seed).as_bytes())),
            Self::Wrapped(seed) => {
                let text = base64(format!("says little: {}, and so on", github_token(*seed)).as_bytes());
                format!("{}\n{}\n", &text[..40], &text[40..])
            }
            Self::Escaped(seed) => {
                let token = github_token(*seed);
                format!("\\u0022{}\\u{:04x}{}\\u0022\n", &token[..9], token.as_bytes()[9], &token[10..])
            }
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

/// What a commit does.
#[derive(Clone, Debug)]
enum Step {
    /// Edits the file.
    Edit(Vec<Edit>),
    /// Gives it another name.
    Move,
    /// Leaves a copy of it behind.
    Copy,
    /// Merges a branch that edited the copy, with an edit of its own in the merge.
    Merge(Edit, Edit),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => proptest::collection::vec(edit(), 1..5).prop_map(Step::Edit),
        1 => Just(Step::Move),
        1 => Just(Step::Copy),
        2 => (edit(), edit()).prop_map(|(theirs, merge)| Step::Merge(theirs, merge)),
    ]
}

/// Where the objects lie in the end.
#[derive(Clone, Copy, Debug)]
enum Store {
    /// In one pack of long chains.
    Packed,
    /// In two packs, the second of which was pushed: it came without the bases that are in the first.
    Completed,
    /// In a pack, and what came later in files of their own.
    HalfLoose,
    /// In files of their own.
    Loose,
    /// In another repository, which this one names, but for what came later.
    Alternates,
}

fn store() -> impl Strategy<Value = Store> {
    prop_oneof![
        3 => Just(Store::Packed),
        1 => Just(Store::Completed),
        1 => Just(Store::HalfLoose),
        1 => Just(Store::Loose),
        1 => Just(Store::Alternates),
    ]
}

/// A file that is edited, and what `git fast-import` has to be told: one process for many commits.
struct History {
    name: String,
    content: Vec<u8>,
    /// What the newest commit is called, for those that come after it.
    tip: String,
    stream: Vec<u8>,
    commits: usize,
}

impl History {
    fn begin(is_big: bool) -> Self {
        let lines = (0..if is_big { 6_000 } else { 60 })
            .map(|seed| if seed % 6 == 0 { Line::Near(seed) } else { Line::Plain(seed) }.text());
        let content: Vec<u8> = lines.flat_map(String::into_bytes).collect();
        let mut history = Self { name: "file".to_owned(), content, tip: String::new(), stream: Vec::new(), commits: 0 };
        history.tip = history.commit("main", &[], &[("file", history.content.clone())], None);
        history
    }

    /// Writes down a commit on `branch`, with the first of `parents` for what it begins from, and gives its name.
    fn commit(&mut self, branch: &str, parents: &[&str], files: &[(&str, Vec<u8>)], gone: Option<&str>) -> String {
        self.commits += 1;
        let number = self.commits;
        self.tell(&format!("commit refs/heads/{branch}\nmark :{number}\n"));
        self.tell("committer C O Mitter <committer@example.org> 1767322000 +0000\ndata 9\na version\n");
        for (word, parent) in ["from", "merge"].iter().zip(parents) {
            self.tell(&format!("{word} {parent}\n"));
        }
        if let Some(name) = gone {
            self.tell(&format!("D {name}\n"));
        }
        for (name, content) in files {
            self.tell(&format!("M 100644 inline {name}\ndata {}\n", content.len()));
            self.stream.extend(content);
            self.tell("\n");
        }
        format!(":{number}")
    }

    fn tell(&mut self, words: &str) {
        self.stream.extend(words.bytes());
    }

    fn take(&mut self, step: &Step) {
        let before = self.name.clone();
        let mut parents = vec![self.tip.clone()];
        let mut copy = None;
        match step {
            Step::Edit(edits) => edits.iter().for_each(|edit| apply(&mut self.content, edit)),
            Step::Move => self.name = format!("folder{}/file{}", self.commits % 3, self.commits),
            Step::Copy => copy = Some(self.content.clone()),
            Step::Merge(theirs, merge) => {
                let mut other = self.content.clone();
                apply(&mut other, theirs);
                let side = format!("side{}", self.commits);
                parents.push(self.commit(&side, &[&self.tip.clone()], &[("copy", other.clone())], None));
                copy = Some(other);
                apply(&mut self.content, merge);
            }
        }
        let name = self.name.clone();
        let mut files = vec![(name.as_str(), self.content.clone())];
        files.extend(copy.map(|copy| ("copy", copy)));
        let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
        let gone = (before != name).then_some(before.as_str());
        self.tip = self.commit("main", &parents, &files, gone);
    }

    /// Puts what was written down into a repository.
    fn import(&mut self, sandbox: &Sandbox) {
        let stream = std::mem::take(&mut self.stream);
        let run = sandbox.run("git", ["fast-import", "--quiet", "--force"], &stream);
        assert!(run.success(), "{run}");
        // Marks are forgotten with the process.
        "refs/heads/main^0".clone_into(&mut self.tip);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_ways_find_the_same_in_every_blob(
        steps in proptest::collection::vec(step(), 3..12),
        store in store(),
        is_big in prop::bool::weighted(0.1),
    ) {
        let mut sandbox = Sandbox::init(&["--bare"]);
        let mut history = History::begin(is_big);
        let (early, late) = steps.split_at(steps.len() / 2);
        for step in early {
            history.take(step);
        }
        if !matches!(store, Store::Packed | Store::Loose) {
            history.import(&sandbox);
        }
        match store {
            Store::Completed => {
                sandbox.git(["repack", "-q", "-a", "-d"]);
                sandbox.git(["clone", "-q", "--bare", ".", "../other.git"]);
            }
            Store::HalfLoose => drop(sandbox.git(["repack", "-q", "-a", "-d"])),
            Store::Alternates => {
                sandbox.git(["clone", "-q", "--bare", "--shared", ".", "../clone"]);
                sandbox = sandbox.at("../clone");
            }
            Store::Packed | Store::Loose => {}
        }
        for step in late {
            history.take(step);
        }
        history.import(&sandbox);
        match store {
            Store::Packed => drop(sandbox.git(["repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50"])),
            Store::Completed => {
                // What is sent leaves out the bases that the other side has, which puts them back.
                sandbox.git(["-C", "../other.git", "config", "receive.unpackLimit", "1"]);
                sandbox.git(["push", "-q", "../other.git", "main"]);
                sandbox = sandbox.at("../other.git");
            }
            Store::HalfLoose | Store::Loose | Store::Alternates => {}
        }
        let repo = Repo::discover(sandbox.root()).expect("a repository");
        let fresh = spans(&repo, &SECRETS, None, Means::default());
        prop_assert_eq!(&fresh, &spans(&repo, &SECRETS, None, EVERY_BLOB));
        let without_room = Means { memory: 0, ..Means::default() };
        prop_assert_eq!(&fresh, &spans(&repo, &SECRETS, None, without_room));
    }
}

/// `REPO=/one:/another cargo test --release both_ways_find_the_same_in_a_real -- --ignored --nocapture`
#[test]
#[ignore = "it takes minutes, and a history of which nothing is known here"]
fn both_ways_find_the_same_in_a_real_history() {
    let named = std::env::var_os("REPO").expect("REPO names a repository, or some with a colon between them");
    for path in std::env::split_paths(&named) {
        let repo = Repo::discover(&path).expect("a repository");
        let fresh = spans(&repo, &SECRETS, None, Means::default());
        let all = spans(&repo, &SECRETS, None, EVERY_BLOB);
        assert!(fresh == all, "{}: {} and {} spans differ", path.display(), fresh.len(), all.len());
        let blobs: std::collections::BTreeSet<_> = all.keys().map(|(blob, ..)| blob).collect();
        eprintln!("{}: {} spans in {} blobs are the same", path.display(), all.len(), blobs.len());
    }
}
