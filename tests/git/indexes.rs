//! Indexes that are split, sparse, damaged, or anything at all.

use palisade::git::GitError;
use palisade::git::index::{IndexError, read_all};
use proptest::prelude::*;

use super::fixture::Fixture;

#[test]
fn a_split_index_is_read_the_general_way() {
    let fixture = Fixture::new();
    for name in ["a", "dir/b", "dir/c", "z"] {
        fixture.add(name, name);
    }
    fixture.commit("first");
    fixture.git(&["update-index", "--split-index"]);
    fixture.add("dir/b", "changed");
    fixture.add("new", "new");
    let bytes = std::fs::read(fixture.dir.join(".git/index")).unwrap();
    assert!(matches!(read_all(&bytes, 20), Err(IndexError::Needs(_))));
    assert_eq!(fixture.staged_paths(), ["dir/b", "new"]);
    assert_eq!(fixture.repo().tracked().unwrap().len(), 5);
}

#[test]
fn a_sparse_index_tells_of_closed_folders_too() {
    let fixture = Fixture::new();
    for name in ["a", "closed/b", "closed/sub/c", "open/d", "other/e"] {
        fixture.add(name, name);
    }
    fixture.commit("first");
    fixture.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "open"]);
    let sparse = || String::from_utf8(fixture.git(&["ls-files", "--sparse"])).unwrap();
    assert!(sparse().contains("closed/\n"), "{}", sparse());
    assert_eq!(fixture.staged(), []);
    fixture.add("open/d", "changed");
    assert_eq!(fixture.staged_paths(), ["open/d"]);
    // A closed folder that is another tree than in HEAD.
    fixture.commit("second");
    fixture.git(&["checkout", "--quiet", "--detach"]);
    fixture.git(&["sparse-checkout", "disable"]);
    fixture.add("closed/sub/new", "new");
    fixture.commit("third");
    fixture.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "open"]);
    fixture.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
    assert!(sparse().contains("closed/\n"), "{}", sparse());
    assert_eq!(fixture.staged_paths(), ["closed/sub/new"]);
    let tracked: Vec<_> = fixture.repo().tracked().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(tracked, ["a", "open/d"], "what is closed is not in the work tree");
}

#[test]
fn an_index_without_checksum_is_read() {
    let fixture = Fixture::new();
    fixture.git(&["config", "index.skipHash", "true"]);
    fixture.add("a", "one");
    assert_eq!(fixture.staged_paths(), ["a"]);
}

#[test]
fn a_damaged_index_is_an_error_that_names_it() {
    let fixture = Fixture::new();
    fixture.add("a", "one");
    fixture.commit("first");
    for damage in [&b""[..], b"DIRC", b"no index at all", b"DIRC\0\0\0\x09\0\0\0\0", b"DIRC\0\0\0\x02\xFF\xFF\xFF\xFF"]
    {
        std::fs::write(fixture.dir.join(".git/index"), damage).unwrap();
        let error = fixture.repo().staged(&[]).unwrap_err();
        assert!(matches!(error, GitError::Index { .. }), "{error:?}");
        assert!(error.to_string().contains(".git/index"), "{error}");
    }
}

#[test]
fn a_required_extension_that_is_not_known_is_refused() {
    let fixture = Fixture::new();
    fixture.add("a", "one");
    let index = fixture.dir.join(".git/index");
    let mut bytes = std::fs::read(&index).unwrap();
    let end = bytes.len() - 20;
    bytes.splice(end..end, *b"what\0\0\0\0");
    std::fs::write(&index, &bytes).unwrap();
    assert!(fixture.repo().staged(&[]).is_err());
    bytes[end..end + 4].copy_from_slice(b"WHAT");
    std::fs::write(&index, &bytes).unwrap();
    assert_eq!(fixture.repo().staged(&[]).unwrap().len(), 1);
}

#[test]
fn a_cache_of_trees_that_counts_wrong_hides_nothing() {
    let fixture = Fixture::new();
    for name in ["a", "dir/b", "other/c"] {
        fixture.add(name, name);
    }
    fixture.commit("first");
    fixture.add("other/new", "new");
    let index = fixture.dir.join(".git/index");
    let mut bytes = std::fs::read(&index).unwrap();
    // `dir` claims all that comes behind it.
    let at = bytes.windows(7).position(|window| window == b"dir\x001 0").unwrap();
    bytes[at + 4] = b'3';
    std::fs::write(&index, &bytes).unwrap();
    assert_eq!(fixture.staged_paths(), ["other/new"]);
}

/// Indexes of all versions, with announced files, conflicts, and a cache of trees.
fn seeds() -> Vec<(Vec<u8>, usize)> {
    let mut seeds = Vec::new();
    for (format, hash) in [("sha1", 20), ("sha256", 32)] {
        let fixture = Fixture::with(&[&format!("--object-format={format}")]);
        for name in ["a", "dir/a", "dir/ab", "dir/sub/abc", "dir2/x", "z"] {
            fixture.add(name, name);
        }
        fixture.commit("first");
        fixture.write("later", "");
        for version in ["2", "3", "4"] {
            fixture.git(&["update-index", "--index-version", version]);
            if version == "3" {
                fixture.git(&["add", "--intent-to-add", "later"]);
            }
            seeds.push((std::fs::read(fixture.dir.join(".git/index")).unwrap(), hash));
        }
    }
    seeds
}

#[test]
fn any_bytes_give_an_index_or_an_error() {
    let seeds = seeds();
    for (seed, hash) in &seeds {
        assert!(read_all(seed, *hash).unwrap().len() >= 6);
    }
    let change = (any::<prop::sample::Index>(), any::<u8>());
    let strategy = (
        any::<prop::sample::Index>(),
        proptest::collection::vec(change, 0..8),
        proptest::option::of(any::<prop::sample::Index>()),
        any::<bool>(),
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 4096,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&strategy, |(which, changes, cut, other_hash)| {
            let (mut bytes, hash) = which.get(&seeds).clone();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            // The checksum is not asked for, or hardly anything would be read.
            let _ = read_all(&bytes, if other_hash { 52 - hash } else { hash });
            Ok(())
        })
        .unwrap();
}

proptest! {
    #[test]
    fn bytes_that_only_begin_like_an_index_do_not_panic(
        version in 1_u8..6, count in 0_u8..8, rest in proptest::collection::vec(any::<u8>(), 0..600)
    ) {
        let mut bytes = vec![b'D', b'I', b'R', b'C', 0, 0, 0, version, 0, 0, 0, count];
        bytes.extend(rest);
        let _ = read_all(&bytes, 20);
        let _ = read_all(&bytes, 32);
    }
}
