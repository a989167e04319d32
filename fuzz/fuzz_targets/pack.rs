//! A pack put together from arbitrary entries, with an index that knows them: the walk comes to every object once or says why not, what it calls copied
//! is what the base has, and neither a declared size nor a base that is its own makes it run away.
#![no_main]

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use palisade::git::pack::{Base, Object, Walker};
use palisade::git::{Kind, Oid, Repo};

/// A repository without anything, in memory where the system has that.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let base = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let folder = base.join(format!("palisade-fuzz-{}", std::process::id()));
    for part in ["objects/pack", "objects/info", "refs/heads"] {
        fs::create_dir_all(folder.join(part)).expect("a folder");
    }
    fs::write(folder.join("HEAD"), "ref: refs/heads/main\n").expect("HEAD");
    fs::write(folder.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        .expect("a configuration");
    folder
});

#[derive(Arbitrary, Debug)]
enum Entry<'a> {
    Whole {
        kind: u8,
        size: Option<u32>,
        bytes: &'a [u8],
    },
    /// A delta of an earlier entry, with its sizes right or not.
    Delta {
        back: u8,
        sizes: Option<(u32, u32)>,
        code: &'a [u8],
    },
    /// A delta of any entry, by its name.
    Named {
        of: u8,
        code: &'a [u8],
    },
    Raw(&'a [u8]),
}

fuzz_target!(|data: &[u8]| {
    if let Ok(entries) = Vec::<Entry<'_>>::arbitrary(&mut Unstructured::new(data)) {
        check(&entries[..entries.len().min(40)]);
    }
});

fn check(entries: &[Entry<'_>]) {
    let (pack, offsets) = write_pack(entries);
    let folder = FOLDER.join("objects/pack");
    let index = folder.join("pack-0.idx");
    fs::write(folder.join("pack-0.pack"), &pack).expect("a pack");
    fs::write(&index, write_index(&offsets)).expect("an index");
    let repo = Repo::discover(&FOLDER).expect("a repository");
    let Ok(pack) = repo.pack(&index) else { return };
    let mut walker = Walker::new(repo.objects());
    let mut seen: HashMap<Oid, usize> = HashMap::new();
    let circular = pack.circular();
    for root in pack.roots(&[Kind::Blob, Kind::Commit, Kind::Tree, Kind::Tag]) {
        let mut failed = Vec::new();
        let mut each = |object: Object<'_>, base: Option<Base<'_, Vec<u8>>>| {
            *seen.entry(object.oid).or_default() += 1;
            if let Some(base) = base {
                assert_eq!(base.len, base.state.len());
                for copied in base.copies {
                    let there = &base.state[copied.from..copied.from + copied.len];
                    assert_eq!(there, &object.bytes[copied.to..copied.to + copied.len], "not what was copied");
                }
            }
            object.bytes.to_vec()
        };
        walker.walk(&pack, root, None, &mut each, &mut |oid, _| failed.push(oid));
        for oid in failed {
            *seen.entry(oid).or_default() += 1;
        }
    }
    for oid in circular {
        *seen.entry(oid).or_default() += 1;
    }
    assert!(seen.values().all(|times| *times == 1), "an object was met twice");
    assert_eq!(seen.len() as u64, pack.count(), "an object was forgotten");
}

/// The pack, and where each entry begins.
fn write_pack(entries: &[Entry<'_>]) -> (Vec<u8>, Vec<u32>) {
    let count = u32::try_from(entries.len()).expect("few");
    let mut pack = [&b"PACK\0\0\0\x02"[..], &count.to_be_bytes()].concat();
    let mut offsets: Vec<u32> = Vec::new();
    let mut sizes: Vec<usize> = Vec::new();
    for entry in entries {
        let offset = u32::try_from(pack.len()).expect("small");
        let mut size = 0;
        match entry {
            Entry::Whole { kind, size: said, bytes } => {
                size = bytes.len();
                let kind = [1, 2, 3, 3, 3, 4, 0, 5][usize::from(*kind) % 8];
                head(&mut pack, kind, said.map_or(bytes.len() as u64, u64::from));
                zlib(&mut pack, bytes);
            }
            Entry::Delta { back, sizes: said, code } => {
                let base = offsets.len().checked_sub(1 + usize::from(*back) % offsets.len().max(1));
                let code = delta(said, base.map_or(0, |base| sizes[base]), code);
                head(&mut pack, 6, code.len() as u64);
                let distance = base.map_or(u32::from(*back), |base| offset - offsets[base]);
                distance_of(&mut pack, distance);
                zlib(&mut pack, &code);
            }
            Entry::Named { of, code } => {
                let code = delta(&None, 0, code);
                head(&mut pack, 7, code.len() as u64);
                pack.extend(name(usize::from(*of) % entries.len()));
                zlib(&mut pack, &code);
            }
            Entry::Raw(bytes) => pack.extend(*bytes),
        }
        offsets.push(offset);
        sizes.push(size);
    }
    pack.extend([0; 20]);
    (pack, offsets)
}

fn delta(said: &Option<(u32, u32)>, base: usize, code: &[u8]) -> Vec<u8> {
    let mut made = 0;
    let mut rest = code;
    // What the code makes, as long as it makes sense.
    while let Some((op, after)) = rest.split_first() {
        if op & 0x80 == 0 {
            made += usize::from(*op);
            rest = after.get(usize::from(*op)..).unwrap_or_default();
        } else {
            let bytes = (op & 0x7F).count_ones() as usize;
            let lens: Vec<usize> = (4..7).filter(|bit| op >> bit & 1 == 1).collect();
            let at = (op & 0x0F).count_ones() as usize;
            let len = lens.iter().enumerate().fold(0, |len, (nth, bit)| {
                len | usize::from(after.get(at + nth).copied().unwrap_or(0)) << (8 * (bit - 4))
            });
            made += if len == 0 { 0x1_0000 } else { len };
            rest = after.get(bytes..).unwrap_or_default();
        }
    }
    let (from, to) = said.map_or((base as u64, made as u64), |(from, to)| (from.into(), to.into()));
    let mut out = Vec::new();
    leb(&mut out, from);
    leb(&mut out, to);
    out.extend(code);
    out
}

fn head(out: &mut Vec<u8>, kind: u8, size: u64) {
    let first = kind << 4 | u8::try_from(size & 0x0F).expect("four bits");
    let rest = size >> 4;
    if rest == 0 {
        out.push(first);
    } else {
        out.push(first | 0x80);
        leb(out, rest);
    }
}

fn leb(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7F).expect("seven bits") | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).expect("seven bits"));
}

fn distance_of(out: &mut Vec<u8>, mut distance: u32) {
    let mut bytes = vec![u8::try_from(distance & 0x7F).expect("seven bits")];
    while distance >= 0x80 {
        distance = (distance >> 7) - 1;
        bytes.push(u8::try_from(distance & 0x7F).expect("seven bits") | 0x80);
    }
    out.extend(bytes.iter().rev());
}

/// A zlib stream that compresses nothing.
fn zlib(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend([0x78, 0x01]);
    let bytes = &bytes[..bytes.len().min(0xFFFF)];
    let len = u16::try_from(bytes.len()).expect("short");
    out.push(1);
    out.extend(len.to_le_bytes());
    out.extend((!len).to_le_bytes());
    out.extend(bytes);
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    out.extend((b << 16 | a).to_be_bytes());
}

/// The name of an entry.
fn name(number: usize) -> [u8; 20] {
    let mut name = [0x11; 20];
    name[1] = u8::try_from(number).expect("few");
    name
}

/// An index of version 2.
fn write_index(offsets: &[u32]) -> Vec<u8> {
    let mut index = b"\xFFtOc\0\0\0\x02".to_vec();
    let count = u32::try_from(offsets.len()).expect("few");
    for first in 0..=u8::MAX {
        index.extend(if first >= 0x11 { count } else { 0 }.to_be_bytes());
    }
    (0..offsets.len()).for_each(|number| index.extend(name(number)));
    index.extend(vec![0; 4 * offsets.len()]);
    offsets.iter().for_each(|offset| index.extend(offset.to_be_bytes()));
    index.extend([0; 40]);
    index
}
