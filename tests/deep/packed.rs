//! What is packed is looked at as what it is, wherever it is packed, and nobody is harmed by it.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use crate::made_up::{AWS, Dice, GITHUB, aws_key, github_token};
use crate::sandbox::Sandbox;

/// A zip archive of deflated files, or stored ones.
fn zipped(files: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("a file");
        archive.write_all(bytes).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}

fn deflated(files: &[(&str, &[u8])]) -> Vec<u8> {
    zipped(files, zip::CompressionMethod::Deflated)
}

fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *bytes).expect("a file");
    }
    archive.into_inner().expect("an archive")
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).expect("bytes");
    out.finish().expect("a file")
}

fn bzipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    out.write_all(bytes).expect("bytes");
    out.finish().expect("a file")
}

fn xzipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(6)).expect("a writer");
    out.write_all(bytes).expect("bytes");
    out.finish().expect("a file")
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// The findings in a staged file, and the gaps: rule, path and line; what, and why.
fn found(name: &str, bytes: &[u8]) -> (Vec<(String, String, u64)>, Vec<String>) {
    let sandbox = Sandbox::guarded();
    sandbox.stage(name, bytes);
    let report = sandbox.scan_staged().json();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let findings = report["findings"].as_array().expect("findings").iter();
    let findings = findings
        .map(|finding| (text(&finding["rule"]), text(&finding["path"]), finding["line"].as_u64().expect("a line")));
    let gaps = report["coverage"]["gaps"].as_array().expect("gaps").iter();
    (findings.collect(), gaps.map(|gap| format!("{}: {}", text(&gap["what"]), text(&gap["why"]))).collect())
}

#[track_caller]
fn assert_found(name: &str, bytes: &[u8], rule: &str, path: &str, line: u64) {
    assert_eq!(found(name, bytes), (vec![(rule.to_owned(), path.to_owned(), line)], Vec::new()));
}

fn text() -> String {
    format!("one\ntwo\ntoken: {}\n{}", github_token(1), "and more\n".repeat(50))
}

#[test]
fn files_in_archives_are_found_by_their_content_not_by_their_name() {
    let text = text();
    let files: [(&str, &[u8]); 2] = [("a/readme.txt", b"nothing"), ("b/config.yml", text.as_bytes())];
    for name in ["lib.jar", "letter.docx", "no-ending", "picture.png"] {
        assert_found(name, &deflated(&files), GITHUB, &format!("{name}!b/config.yml"), 3);
    }
    assert_found("a.zip", &zipped(&files, zip::CompressionMethod::Stored), GITHUB, "a.zip!b/config.yml", 3);
    assert_found("a.tar", &tarred(&files), GITHUB, "a.tar!b/config.yml", 3);
    for packed in [gzipped, bzipped, xzipped, zstandard] {
        assert_found("a.packed", &packed(&tarred(&files)), GITHUB, "a.packed!b/config.yml", 3);
        assert_found("a.txt.packed", &packed(text.as_bytes()), GITHUB, "a.txt.packed", 3);
    }
}

#[test]
fn archives_in_archives_are_opened_three_deep_and_the_fourth_is_named() {
    let text = text();
    let one = deflated(&[("config.yml", text.as_bytes())]);
    let two = gzipped(&tarred(&[("one.zip", &one)]));
    let three = deflated(&[("two.tar.gz", &two)]);
    assert_found("three.zip", &three, GITHUB, "three.zip!two.tar.gz!one.zip!config.yml", 3);
    let (findings, gaps) = found("four.zip", &deflated(&[("three.zip", &three)]));
    assert!(findings.is_empty(), "{findings:?}");
    assert!(
        gaps.len() == 1 && gaps[0].starts_with("four.zip!three.zip!two.tar.gz!one.zip: it is packed more"),
        "{gaps:?}"
    );
}

#[test]
fn a_bomb_is_stopped_and_named() {
    let zeros = vec![0; 64 << 20];
    let (findings, gaps) = found("bomb.gz", &gzipped(&zeros));
    assert!(findings.is_empty() && gaps.len() == 1, "{findings:?} {gaps:?}");
    assert!(gaps[0].starts_with("bomb.gz: it unpacks to far more than its size"), "{gaps:?}");
    let files: Vec<_> = (0..40).map(|_| zeros[..2 << 20].to_vec()).collect();
    let names: Vec<_> = (0..40).map(|number| format!("{number}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(String::as_str).zip(files.iter().map(Vec::as_slice)).collect();
    let (_, gaps) = found("bomb.zip", &deflated(&files));
    assert!(gaps.iter().any(|gap| gap.starts_with("bomb.zip") && gap.contains("far more than its size")), "{gaps:?}");
    let sandbox = Sandbox::guarded();
    sandbox.stage("bomb.gz", gzipped(&zeros));
    assert_eq!(sandbox.palisade(["scan", "--staged"]).code, Some(3), "what was not looked at is not let in");
}

#[test]
fn what_is_encrypted_is_named() {
    let mut archive = deflated(&[("plain.txt", text().as_bytes()), ("sealed.txt", b"who knows")]);
    // The flag that a file is encrypted, in its own header and in the list (APPNOTE.TXT, 4.3.7 and 4.3.12).
    for (sign, flags) in [(&b"PK\x03\x04"[..], 6), (b"PK\x01\x02", 8)] {
        let second = archive.windows(4).enumerate().filter(|(_, four)| *four == sign).map(|(at, _)| at).nth(1);
        archive[second.expect("two files") + flags] |= 1;
    }
    let (findings, gaps) = found("a.zip", &archive);
    assert_eq!(findings, [(GITHUB.to_owned(), "a.zip!plain.txt".to_owned(), 3)]);
    assert!(gaps.len() == 1 && gaps[0].starts_with("a.zip!sealed.txt: it is encrypted"), "{gaps:?}");
}

#[test]
fn an_archive_that_is_cut_off_is_looked_at_up_to_there() {
    let text = text();
    let noise = Dice::new(3).bytes(5000);
    let files: [(&str, &[u8]); 2] = [("config.yml", text.as_bytes()), ("noise", &noise)];
    for (name, whole) in [
        ("a.zip", deflated(&files)),
        ("a.tar", tarred(&files)),
        ("a.tar.gz", gzipped(&tarred(&files))),
        ("a.tar.xz", xzipped(&tarred(&files))),
    ] {
        let (findings, gaps) = found(name, &whole[..whole.len() * 3 / 4]);
        if name != "a.tar.xz" {
            assert_eq!(findings, [(GITHUB.to_owned(), format!("{name}!config.yml"), 3)], "{name}: {gaps:?}");
        }
        // A broken sample keeps nobody from committing.
        assert!(gaps.is_empty(), "{name}: {gaps:?}");
    }
}

#[test]
fn what_only_begins_as_an_archive_is_no_archive() {
    let noise = Dice::new(4).bytes(300);
    let starts: [&[u8]; 7] = [
        b"PK\x03\x04",
        b"\x1F\x8B\x08",
        b"\xFD7zXZ\0",
        b"\x28\xB5\x2F\xFD",
        b"BZh91AY&SY",
        b"SQLite format 3\0",
        b"\xCA\xFE\xBA\xBE\0\0\0\x34",
    ];
    for start in starts {
        let (findings, gaps) = found("a", &[start, &noise].concat());
        assert!(findings.is_empty() && gaps.is_empty(), "{start:?}: {findings:?} {gaps:?}");
    }
}

#[test]
fn a_secret_in_the_name_of_a_packed_file_is_not_shown() {
    let sandbox = Sandbox::guarded();
    let token = github_token(5);
    sandbox.stage("a.zip", deflated(&[(&format!("{token}.txt"), text().as_bytes())]));
    for format in crate::sandbox::formats() {
        let run = sandbox.palisade(["scan", "--staged", "--format", &format]);
        assert!(!run.text().contains(&token), "{run}");
    }
}

#[test]
fn an_audit_finds_what_was_packed_once() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("lib.jar", deflated(&[("app.properties", text().as_bytes())]));
    sandbox.commit_unwatched("a library");
    sandbox.git(["rm", "-q", "lib.jar"]);
    sandbox.commit_unwatched("away again");
    sandbox.git(["repack", "-q", "-a", "-d", "-f"]);
    for way in [&["audit"][..], &["audit", "--every-blob"], &["scan", "--range", "HEAD~2..HEAD"]] {
        let run = sandbox.palisade(way.iter().copied().chain(["--format", "json"]));
        let findings = run.json()["findings"].clone();
        assert_eq!(findings.as_array().map(Vec::len), Some(1), "{way:?}: {findings}");
        assert_eq!(findings[0]["path"], "lib.jar!app.properties", "{way:?}");
    }
}

#[test]
fn a_notebook_is_read_line_by_line() {
    let key = aws_key(6);
    let lines = [
        "{\n \"cells\": [{\"cell_type\": \"code\", \"source\": [\n",
        "  \"import os\\n\",\n",
        &format!("  \"k = \\\"{}\\\" + \\\\\\n\",\n", &key[..9]),
        &format!("  \"os.environ[\\\"KEY\\\"] = '\\u{:04x}{}'\\n\"\n ]}}],\n", u32::from(key.as_bytes()[0]), &key[1..]),
        " \"nbformat\": 4\n}\n",
    ];
    assert_found("a.ipynb", lines.concat().as_bytes(), AWS, "a.ipynb", 5);
}

/// Number `value` as a database of `SQLite` has it.
fn varint(value: usize) -> Vec<u8> {
    let low = u8::try_from(value & 0x7F).expect("seven bits");
    if value < 0x80 {
        return vec![low];
    }
    vec![u8::try_from(value >> 7).expect("fourteen bits") | 0x80, low]
}

#[test]
fn rows_of_a_database_are_read_over_the_ends_of_their_pages() {
    const PAGE: usize = 512;
    let key = aws_key(7);
    // A row of a number and two texts, of which the second one goes on in another page, in the middle of the key.
    let local = (PAGE - 12) * 32 / 255 - 23;
    let text = |before: usize| format!("{}{key} {}", "x ".repeat(before), "y".repeat(497));
    let record = |second: &str| {
        let types = [varint(1), varint(13 + 2 * 5), varint(13 + 2 * second.len())].concat();
        [varint(types.len() + 1), types, vec![9], b"token".to_vec(), second.as_bytes().to_vec()].concat()
    };
    let payload = record(&text(16));
    let overflow = |payload: &[u8]| local + (payload.len() - local) % (PAGE - 4);
    let here = if overflow(&payload) <= PAGE - 35 { overflow(&payload) } else { local };
    let mut first = vec![0; PAGE];
    first[..16].copy_from_slice(b"SQLite format 3\0");
    first[16..18].copy_from_slice(&512_u16.to_be_bytes());
    let cell = [varint(payload.len()), varint(1), payload[..here].to_vec(), 2_u32.to_be_bytes().to_vec()].concat();
    let at = PAGE - cell.len();
    first[100] = 0x0D;
    first[104] = 1;
    first[108..110].copy_from_slice(&u16::try_from(at).expect("small").to_be_bytes());
    first[at..].copy_from_slice(&cell);
    let mut pages = first;
    let mut rest = &payload[here..];
    let mut number = 2_u32;
    while !rest.is_empty() {
        let (part, more) = rest.split_at(rest.len().min(PAGE - 4));
        number += 1;
        let mut page = if more.is_empty() { 0 } else { number }.to_be_bytes().to_vec();
        page.extend(part);
        page.resize(PAGE, 0);
        pages.extend(page);
        rest = more;
    }
    assert_found("app.db", &pages, AWS, "app.db!rows", 1);
    // A chain of pages that leads back into itself ends.
    pages[PAGE..PAGE + 4].copy_from_slice(&2_u32.to_be_bytes());
    let (_, gaps) = found("app.db", &pages);
    assert!(gaps.is_empty(), "{gaps:?}");
}

#[test]
fn constants_of_compiled_python_and_java_stand_apart() {
    let key = aws_key(8);
    let mut python = vec![0xA7, 0x0D, 0x0D, 0x0A, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0xE3];
    // A string of 65 bytes has an `A` before it.
    let long = format!("{key} {}", "x".repeat(65 - key.len() - 1));
    python.extend([0xDA, 65]);
    python.extend(long.as_bytes());
    assert_found("a.pyc", &python, AWS, "a.pyc!constants", 1);
    let mut java = vec![0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 0x34, 0, 9, 7, 0, 2, 1, 0, 65];
    java.extend(long.as_bytes());
    java.extend([3, 0, 0, 0, 1, 0]);
    assert_found("A.class", &java, AWS, "A.class!constants", 1);
}

#[test]
fn what_is_damaged_at_random_harms_nobody() {
    let text = text();
    let whole = deflated(&[("a", text.as_bytes()), ("b", &gzipped(text.as_bytes())), ("c", &tarred(&[("d", b"e")]))]);
    let sandbox = Sandbox::guarded();
    let mut dice = Dice::new(9);
    for number in 0..60 {
        let mut bytes = whole.clone();
        for _ in 0..4 {
            let at = dice.below(bytes.len());
            bytes[at] = dice.bytes(1)[0];
        }
        bytes.truncate(bytes.len() - dice.below(2) * dice.below(200));
        sandbox.write(format!("files/{number}"), bytes);
    }
    let run = sandbox.palisade(["scan", "files", "--quiet"]);
    assert!(run.code == Some(1) && !run.text().contains("fault"), "{run}");
}
