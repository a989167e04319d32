//! Every way in which somebody could have tampered with a log, and where it is found.

use std::fs;

use palisade::evidence::Hash;
use ssh_key::PublicKey;

use super::{Ground, ssh_key};

/// Twelve lines, sealed up to the eighth.
fn sealed() -> (Ground, Vec<PublicKey>) {
    let ground = Ground::with(8);
    let (private, public) = ssh_key(&ground, "key", "");
    ground.log.seal(&private, 1).expect("a seal");
    ground.grow(4);
    let key = PublicKey::from_openssh(fs::read_to_string(public).expect("a key").trim()).expect("a key");
    (ground, vec![key])
}

/// The line made anew, as one that follows `before`, and its hash.
fn forged(line: &str, before: &str) -> String {
    let mut record: serde_json::Value = serde_json::from_str(line).expect("a record");
    record["prev"] = Hash::of(before.as_bytes()).to_string().into();
    record.to_string()
}

fn head(ground: &Ground, seq: usize, line: &str) {
    let text = format!("{seq:020} {}\n", Hash::of(line.as_bytes()));
    fs::write(ground.log.dir().join("head"), text).expect("a head");
}

#[test]
fn what_was_written_verifies() {
    let (ground, keys) = sealed();
    let proof = ground.log.verify(&keys, None).expect("a log");
    assert!(proof.faults.is_empty() && proof.notes.is_empty(), "{:?} {:?}", proof.faults, proof.notes);
    assert_eq!((proof.lines, proof.sealed, proof.seals), (12, 8, 1));
    assert_eq!(proof.end.map(|end| end.seq), Some(12));
    assert!(Ground::new().faults().is_empty(), "no log is no broken log");
}

#[test]
fn one_byte_changed_is_found_at_its_line() {
    for changed in 1..=12 {
        let (ground, _) = sealed();
        let mut lines = ground.lines();
        lines[changed - 1] = lines[changed - 1].replace("one.git", "onE.git");
        ground.write(&lines);
        let faults = ground.faults();
        let at = format!("0000000001.jsonl:{changed}: line {changed} was changed");
        assert!(faults[0].starts_with(&at), "line {changed}: {faults:?}");
    }
}

#[test]
fn a_changed_hash_of_the_line_before_is_found_at_its_line() {
    for changed in 2..=12 {
        let (ground, _) = sealed();
        let mut lines = ground.lines();
        let prev = Hash::of(lines[changed - 2].as_bytes()).to_string();
        lines[changed - 1] = lines[changed - 1].replace(&prev, &Hash::NONE.to_string());
        ground.write(&lines);
        let faults = ground.faults();
        assert!(faults[0].starts_with(&format!("0000000001.jsonl:{changed}: ")), "line {changed}: {faults:?}");
    }
}

#[test]
fn a_byte_that_makes_a_line_unreadable_is_found_at_its_line() {
    let (ground, _) = sealed();
    let mut lines = ground.lines();
    lines[4] = lines[4].replacen('{', "[", 1);
    ground.write(&lines);
    assert_eq!(ground.faults(), ["0000000001.jsonl:5: this is no record: the line was changed"]);
}

#[test]
fn a_line_removed_is_found_where_it_was() {
    let (ground, _) = sealed();
    let mut lines = ground.lines();
    lines.remove(4);
    ground.write(&lines);
    assert_eq!(ground.faults(), ["0000000001.jsonl:5: line 5 is not here: taken out before line 6"]);
    lines.drain(2..6);
    ground.write(&lines);
    assert_eq!(ground.faults()[0], "0000000001.jsonl:3: lines 3 to 7 are not here: taken out before line 8");
    lines.remove(0);
    ground.write(&lines);
    assert!(
        ground.faults().iter().any(|fault| fault.starts_with("0000000001.jsonl:1: lines 1 to 1 are not here")),
        "{:?}",
        ground.faults()
    );
}

#[test]
fn two_swapped_are_found() {
    let (ground, _) = sealed();
    let mut lines = ground.lines();
    lines.swap(4, 5);
    ground.write(&lines);
    let faults = ground.faults();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("0000000001.jsonl:5: line 6 stands where line 5 should"), "{faults:?}");
    assert!(faults[1].starts_with("0000000001.jsonl:6: line 5 stands where line 7 should"), "{faults:?}");
}

#[test]
fn a_line_put_in_twice_is_found() {
    let (ground, _) = sealed();
    let mut lines = ground.lines();
    lines.insert(5, lines[4].clone());
    ground.write(&lines);
    let faults = ground.faults();
    assert!(
        faults.len() == 1 && faults[0].starts_with("0000000001.jsonl:6: line 5 stands where line 6 should"),
        "{faults:?}"
    );
}

#[test]
fn a_cut_tail_is_found_by_the_head_and_by_a_seal() {
    let (ground, _) = sealed();
    let mut lines = ground.lines();
    lines.truncate(10);
    ground.write(&lines);
    assert_eq!(
        ground.faults(),
        ["0000000001.jsonl:10: the log ends here, at line 10, and had 12: lines were cut off its end"]
    );
    // Whoever cuts it and writes the head anew is found as far as the seal goes.
    head(&ground, 10, &lines[9]);
    assert!(ground.faults().is_empty(), "behind the seal nobody can tell");
    lines.truncate(6);
    ground.write(&lines);
    head(&ground, 6, &lines[5]);
    assert_eq!(
        ground.faults(),
        ["seals.jsonl:1: it vouches for line 8, which is not here: lines were cut off or taken out"]
    );
    // And whatever is written behind a cut says what was there before.
    let (ground, _) = sealed();
    let mut lines = ground.lines();
    lines.truncate(10);
    ground.write(&lines);
    ground.grow(2);
    let faults = ground.faults();
    assert!(
        faults.len() == 1
            && faults[0]
                .starts_with("0000000001.jsonl:11: when this line was written, the log had ended elsewhere (line 12 "),
        "{faults:?}"
    );
}

#[test]
fn a_forged_line_with_a_right_hash_has_no_seal() {
    let (ground, keys) = sealed();
    let mut lines = ground.lines();
    let mut more = lines[11].replace("\"seq\":12", "\"seq\":13");
    more = forged(&more, &lines[11]);
    lines.push(more);
    ground.write(&lines);
    // By hand the head is forgotten; then that is what a killed process leaves, and it is told.
    let proof = ground.log.verify(&keys, None).expect("a log");
    assert!(
        proof.faults.is_empty() && proof.notes[0].contains("line 13 was written and head was not"),
        "{:?}",
        proof.notes
    );
    head(&ground, 13, &lines[12]);
    let proof = ground.log.verify(&keys, None).expect("a log");
    assert!(proof.faults.is_empty(), "{:?}", proof.faults);
    assert_eq!((proof.sealed, proof.end.map(|end| end.seq)), (8, Some(13)), "lines 9 to 13 are vouched for by nobody");
    // Two of them, and the head forgotten, are more than a killed process leaves.
    head(&ground, 11, &lines[10]);
    assert_eq!(ground.faults(), ["0000000001.jsonl:13: lines 12 to 13 were not written by Palisade: head knows of 11"]);
}

#[test]
fn a_forged_line_with_right_hashes_behind_it_is_found_by_the_seal() {
    let (ground, keys) = sealed();
    let mut lines = ground.lines();
    lines[4] = lines[4].replace("one.git", "two.git");
    for at in 5..12 {
        lines[at] = forged(&lines[at], &lines[at - 1]);
    }
    ground.write(&lines);
    head(&ground, 12, &lines[11]);
    let proof = ground.log.verify(&keys, None).expect("a log");
    let faults: Vec<_> = proof.faults.iter().map(ToString::to_string).collect();
    assert!(
        faults.contains(
            &"seals.jsonl:1: it vouches for another line 8: something from line 1 to line 8 was made anew".to_owned()
        ),
        "{faults:?}"
    );
    // A second seal narrows it.
    let (ground, _) = sealed();
    ground.log.seal(&ground.dir.path().join("key"), 2).expect("a seal");
    let mut lines = ground.lines();
    lines[9] = lines[9].replace("one.git", "two.git");
    for at in 10..12 {
        lines[at] = forged(&lines[at], &lines[at - 1]);
    }
    ground.write(&lines);
    head(&ground, 12, &lines[11]);
    assert_eq!(
        ground.faults(),
        ["seals.jsonl:2: it vouches for another line 12: something from line 9 to line 12 was made anew"]
    );
}

#[test]
fn a_replaced_file_is_found() {
    let (ground, _) = sealed();
    let other = Ground::new();
    for _ in 0..12 {
        other.log.append(super::record("other.git")).expect("a line");
    }
    fs::copy(other.segment(), ground.segment()).expect("a copy");
    let faults = ground.faults();
    assert!(faults.iter().any(|fault| fault.starts_with("0000000001.jsonl:12: line 12 was changed")), "{faults:?}");
    fs::copy(other.log.dir().join("head"), ground.log.dir().join("head")).expect("a copy");
    let faults = ground.faults();
    assert_eq!(faults, ["seals.jsonl:1: it vouches for another line 8: something from line 1 to line 8 was made anew"]);
    // All of it, seals and all: only a seal that was kept elsewhere, or the key, tells.
    let (ground, keys) = sealed();
    let kept = ground.dir.path().join("kept");
    fs::copy(ground.log.dir().join("seals.jsonl"), &kept).expect("a copy");
    fs::remove_dir_all(ground.log.dir()).expect("gone");
    for _ in 0..12 {
        ground.log.append(super::record("other.git")).expect("a line");
    }
    assert!(ground.faults().is_empty());
    assert_eq!(
        ground.log.verify(&keys, None).expect("a log").faults[0].to_string(),
        "seals.jsonl: no seal by this key holds"
    );
    let proof = ground.log.verify(&keys, Some(&kept)).expect("a log");
    assert!(proof.faults[0].what.starts_with("it vouches for another line 8"), "{:?}", proof.faults);
}

#[test]
fn a_seal_by_another_key_or_altered_does_not_count() {
    let (ground, keys) = sealed();
    let (other, _) = ssh_key(&ground, "other", "");
    ground.log.seal(&other, 2).expect("a seal");
    let faults = |ground: &Ground| -> Vec<String> {
        ground.log.verify(&keys, None).expect("a log").faults.iter().map(ToString::to_string).collect()
    };
    assert_eq!(faults(&ground), ["seals.jsonl:2: this seal does not count: it was made with another key"]);
    let file = ground.log.dir().join("seals.jsonl");
    let text = fs::read_to_string(&file).expect("seals");
    let first = text.lines().next().expect("a seal").replace("\"time\":1", "\"time\":3");
    fs::write(&file, format!("{first}\nnonsense\n")).expect("seals");
    assert_eq!(
        faults(&ground),
        [
            "seals.jsonl:1: this seal does not count: its signature does not hold",
            "seals.jsonl:2: line 2 is no seal",
            "seals.jsonl: no seal by this key holds",
        ]
    );
}

#[test]
fn what_cannot_be_sealed_says_why() {
    let ground = Ground::with(3);
    let (private, public) = ssh_key(&ground, "locked", "a passphrase");
    let said = |file: &std::path::Path| ground.log.seal(file, 1).expect_err("no seal").to_string();
    assert!(said(&private).contains("this key has a passphrase"), "{}", said(&private));
    assert!(said(&public).contains("this is the public key"), "{}", said(&public));
    assert!(said(&ground.segment()).contains("this is no private key of OpenSSH; make one for the log"));
    assert!(said(&ground.dir.path().join("none")).contains("No such file"));
    let (private, _) = ssh_key(&ground, "key", "");
    let mut lines = ground.lines();
    lines.remove(1);
    ground.write(&lines);
    assert!(
        said(&private).starts_with("the log is broken (0000000001.jsonl:2: line 2 is not here"),
        "{}",
        said(&private)
    );
    let empty = Ground::new();
    assert!(empty.log.seal(&private, 1).expect_err("no seal").to_string().contains("has no line yet"));
}

#[test]
fn a_line_cut_anywhere_is_taken_away_by_the_next_one_which_tells_of_it() {
    let whole = Ground::with(2);
    let text = fs::read(whole.segment()).expect("a segment");
    let begin = memchr::memchr(b'\n', &text).expect("two lines") + 1;
    for cut in [begin + 1, begin + 30, text.len() - 1] {
        let ground = Ground::with(1);
        fs::write(ground.segment(), &text[..cut]).expect("a segment");
        let proof = ground.log.verify(&[], None).expect("a log");
        assert!(
            proof.faults.is_empty() && proof.lines == 1 && proof.notes[0].contains("never written to its end"),
            "{cut}: {:?}",
            proof.faults
        );
        let appended = ground.log.append(super::record("one.git")).expect("a line");
        assert_eq!(appended.seq, 2);
        let record = ground.log.records().expect("records").pop().expect("a record").0;
        assert_eq!(record.torn, (cut - begin) as u64);
        assert!(ground.faults().is_empty(), "{cut}: {:?}", ground.faults());
    }
    // The very first line.
    let ground = Ground::with(1);
    fs::write(ground.segment(), "{\"seq\":").expect("a segment");
    fs::remove_file(ground.log.dir().join("head")).expect("a head");
    ground.grow(1);
    assert!(ground.faults().is_empty(), "{:?}", ground.faults());
}

#[test]
fn nothing_is_written_behind_what_is_no_record() {
    let ground = Ground::with(2);
    ground.write(&["nonsense".to_owned()]);
    let error = ground.log.append(super::record("one.git")).expect_err("no line");
    assert!(error.to_string().contains("the last line is no record"), "{error}");
}
