//! What `gitsign` makes: certificates that are valid for ten minutes, and the proof of a transparency log that a signature was there then. The
//! authority, the log and its tree are made here, with OpenSSL.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo, SignerInfos};
use sha2::{Digest, Sha256};
use x509_cert::attr::Attribute;
use x509_cert::der::asn1::{ObjectIdentifier, SetOfVec};
use x509_cert::der::{Any, Decode as _, Encode as _, Tag};

use super::keys::Table;
use super::x509::{Authority, CA, P256};

/// When the certificates are valid: for ten minutes from here on, in seconds since 1970 UTC.
const BEGIN: i64 = 1_767_322_800;
const TIMES: [&str; 2] = ["20260102030000Z", "20260102031000Z"];
const YEARS: [&str; 2] = ["20250101000000Z", "20450101000000Z"];
const ISSUER: &str = "https://accounts.example.org";
/// Where the entry stands in its tree, and how many there are.
const INDEX: usize = 4;
const SIZE: usize = 7;

/// What a log says of a signature, and what is wrong with it.
#[derive(Clone, Copy)]
struct Told {
    time: i64,
    log: &'static str,
    twist: Twist,
}

#[derive(Clone, Copy, PartialEq)]
enum Twist {
    None,
    /// The time is another than the log has signed.
    Time,
    Path,
    /// The head of the tree is one that the log has not signed.
    Head,
    NoPromise,
    NoProof,
    Cut,
}

const TOLD: Told = Told { time: BEGIN + 300, log: "log", twist: Twist::None };

impl Authority {
    /// A certificate as Fulcio makes it; `extensions` are those beside what it is for.
    fn short_lived(&self, name: &str, extensions: &str) {
        let meant = "keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n";
        self.dated(name, "middle", TIMES, &format!("{meant}{extensions}"));
    }

    /// A certificate by `by`, or by itself, that is valid from one time to another.
    fn dated(&self, name: &str, by: &str, [from, until]: [&str; 2], extensions: &str) {
        let (key, request, out) =
            (self.file(&format!("{name}.key")), self.file("request"), self.file(&format!("{name}.pem")));
        let subject = format!("/CN={name}");
        let args = ["req", "-new", "-nodes", "-keyout", &key, "-out", &request, "-subj", &subject, "-newkey"];
        self.signing.run("openssl", &[&args, P256].concat(), b"");
        let (config, file, index) = (self.file("config"), self.file("extensions"), self.file("index"));
        let folder = self.file("");
        fs::write(&index, "").expect("a file");
        let lines = format!(
            "[ca]\ndefault_ca=a\n[a]\ndatabase={index}\nnew_certs_dir={folder}\nunique_subject=no\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n\
             [p]\ncommonName=optional\n"
        );
        fs::write(&config, lines).expect("a file");
        fs::write(&file, extensions).expect("a file");
        let is_own = by == name;
        let (by, by_key) = (self.file(&format!("{by}.pem")), self.file(&format!("{by}.key")));
        let args = [
            "ca",
            "-batch",
            "-notext",
            "-config",
            &config,
            "-keyfile",
            &by_key,
            "-in",
            &request,
            "-out",
            &out,
            "-startdate",
            from,
            "-enddate",
            until,
            "-extfile",
            &file,
        ];
        let signed_by = if is_own { vec!["-selfsign"] } else { vec!["-cert", &by] };
        self.signing.run("openssl", &[&args, signed_by.as_slice()].concat(), b"");
        fs::copy(by, self.file(&format!("{name}.others"))).expect("a file");
    }

    fn public(&self, log: &str, form: &str) -> Vec<u8> {
        let key = self.file(&format!("{log}.key"));
        self.signing.run("openssl", &["pkey", "-in", &key, "-pubout", "-outform", form], b"").stdout
    }

    fn sign(&self, log: &str, message: &[u8]) -> Vec<u8> {
        let key = self.file(&format!("{log}.key"));
        self.signing.run("openssl", &["dgst", "-sha256", "-sign", &key], message).stdout
    }

    /// A commit that `name` signs, with what a log says of it.
    fn logged(&self, subject: &'static str, name: &str, told: Told) -> String {
        let oid = self.commit(subject, name, "", |_| {});
        self.signing.rewrite(&oid, |raw| with_proof(&raw, |signer| self.entry(signer, name, told)))
    }

    /// `TransparencyLogEntry` of a signature.
    fn entry(&self, signer: &SignerInfo, name: &str, told: Told) -> Vec<u8> {
        let message = signer.signed_attrs.as_ref().expect("attributes").to_der().expect("DER");
        let body = format!(
            "{{\"apiVersion\":\"0.0.1\",\"kind\":\"hashedrekord\",\"spec\":{{\"data\":{{\"hash\":{{\"algorithm\":\"sha256\",\
             \"value\":\"{}\"}}}},\"signature\":{{\"content\":\"{}\",\"publicKey\":{{\"content\":\"{}\"}}}}}}}}",
            hex(&Sha256::digest(message)),
            STANDARD.encode(signer.signature.as_bytes()),
            STANDARD.encode(self.read(&format!("{name}.pem"))),
        );
        let log = Sha256::digest(self.public(told.log, "DER")).to_vec();
        let time = told.time;
        let promised = format!(
            "{{\"body\":\"{}\",\"integratedTime\":{time},\"logID\":\"{}\",\"logIndex\":1000}}",
            STANDARD.encode(&body),
            hex(&log)
        );
        let promise = self.sign(told.log, promised.as_bytes());
        let leaves: Vec<_> = (0..SIZE)
            .map(|at| if at == INDEX { leaf(body.as_bytes()) } else { leaf(at.to_string().as_bytes()) })
            .collect();
        let (root, mut path) = tree(&leaves, INDEX);
        let note = format!("log.example.org - 1\n{SIZE}\n{}\nTimestamp: 1\n", STANDARD.encode(&root));
        let headed = if told.twist == Twist::Head { "another\n7\nAAAA\n" } else { &note };
        let signature = STANDARD.encode([&log[..4], &self.sign(told.log, headed.as_bytes())].concat());
        let checkpoint = format!("{note}\n\u{2014} log.example.org {signature}\n");
        if told.twist == Twist::Path {
            path[0][0] ^= 1;
        }
        let mut proof = [number(1, INDEX), bytes(2, &root), number(3, SIZE)].concat();
        for digest in &path {
            proof.extend(bytes(4, digest));
        }
        proof.extend(bytes(5, &bytes(1, checkpoint.as_bytes())));
        let said = if told.twist == Twist::Time { time - 60 } else { time };
        let mut entry = [
            number(1, 1000),
            bytes(2, &bytes(1, &log)),
            bytes(3, &[bytes(1, b"hashedrekord"), bytes(2, b"0.0.1")].concat()),
            number(4, usize::try_from(said).expect("a time")),
        ]
        .concat();
        if told.twist != Twist::NoPromise {
            entry.extend(bytes(5, &bytes(1, &promise)));
        }
        if told.twist != Twist::NoProof {
            entry.extend(bytes(6, &proof));
        }
        if told.twist == Twist::Cut {
            entry.truncate(entry.len() - 3);
        }
        entry
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The lowest seven bits.
fn low(number: usize) -> u8 {
    u8::try_from(number & 0x7F).expect("seven bits")
}

/// Fields of protobuf.
fn varint(mut number: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while number > 0x7F {
        out.push(low(number) | 0x80);
        number >>= 7;
    }
    out.push(low(number));
    out
}

fn number(tag: usize, number: usize) -> Vec<u8> {
    [varint(tag << 3), varint(number)].concat()
}

fn bytes(tag: usize, content: &[u8]) -> Vec<u8> {
    [varint(tag << 3 | 2), varint(content.len()), content.to_vec()].concat()
}

fn leaf(body: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update([0]).chain_update(body).finalize().to_vec()
}

/// The root of a tree, and the way up from one of its leaves (RFC 9162, 2.1.1 and 2.1.3.1).
fn tree(leaves: &[Vec<u8>], index: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
    if let [only] = leaves {
        return (only.clone(), Vec::new());
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (left_root, left_path) = tree(left, index.min(left.len() - 1));
    let (right_root, right_path) = tree(right, index.saturating_sub(left.len()));
    let root = Sha256::new().chain_update([1]).chain_update(&left_root).chain_update(&right_root).finalize().to_vec();
    let (mut path, other) = if index < left.len() { (left_path, right_root) } else { (right_path, left_root) };
    path.push(other);
    (root, path)
}

/// A commit with another attribute beside its signature, which nobody signs.
fn with_proof(raw: &[u8], entry: impl FnOnce(&SignerInfo) -> Vec<u8>) -> Vec<u8> {
    let text = std::str::from_utf8(raw).expect("UTF-8");
    let (before, rest) = text.split_once("-----BEGIN SIGNED MESSAGE-----\n").expect("a signature");
    let (armour, after) = rest.split_once(" -----END SIGNED MESSAGE-----").expect("its end");
    let der = STANDARD.decode(armour.split_whitespace().collect::<String>()).expect("base64");
    let mut message = ContentInfo::from_der(&der).expect("CMS");
    let mut data = message.content.decode_as::<SignedData>().expect("signed data");
    let mut signer = data.signer_infos.0.get(0).expect("a signer").clone();
    let value = Any::new(Tag::OctetString, entry(&signer)).expect("a value");
    let attribute = Attribute {
        oid: ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.3.1"),
        values: SetOfVec::try_from(vec![value]).expect("a set"),
    };
    signer.unsigned_attrs = Some(SetOfVec::try_from(vec![attribute]).expect("a set"));
    data.signer_infos = SignerInfos(SetOfVec::try_from(vec![signer]).expect("a set"));
    message.content = Any::encode_from(&data).expect("DER");
    let text = STANDARD.encode(message.to_der().expect("DER"));
    let lines: Vec<_> =
        text.as_bytes().chunks(64).map(|line| format!(" {}\n", String::from_utf8_lossy(line))).collect();
    format!("{before}-----BEGIN SIGNED MESSAGE-----\n{} -----END SIGNED MESSAGE-----{after}", lines.concat())
        .into_bytes()
}

/// What a certificate says of who has told whose it is.
fn identity(mail: &str, issuer: &str) -> String {
    let bytes: Vec<_> = issuer.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "subjectAltName=critical,email:{mail}\n1.3.6.1.4.1.57264.1.1=DER:{}\n1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:{issuer}\n",
        bytes.join(":")
    )
}

#[test]
fn a_certificate_of_ten_minutes_counts_where_a_log_proves_that_it_was_used_in_them() {
    let authority = Authority::new();
    let signing = &authority.signing;
    authority.dated("root", "root", YEARS, CA);
    let middle = format!("{}extendedKeyUsage=codeSigning\n", CA.replace("CA:true", "CA:true,pathlen:0"));
    authority.dated("middle", "root", YEARS, &middle);
    authority.trust("root");
    signing.run("gpgsm", &["--batch", "--quiet", "--import", &authority.file("middle.pem")], b"");
    for log in ["log", "stranger"] {
        authority.certify(log, None, P256, "", "9000");
    }
    authority.short_lived("a", &identity("a@example.org", ISSUER));
    authority.short_lived("other", &identity("other@example.org", ISSUER));
    authority.short_lived("elsewhere", &identity("a@example.org", "https://elsewhere.example.org"));
    let two = identity("a@example.org", ISSUER).replacen(":68:", ":69:", 1).replacen("DER:68", "DER:69", 1);
    authority.short_lived("two", &two);
    authority.short_lived("plain", "subjectAltName=critical,email:a@example.org\n");
    let roots = [authority.read("middle.pem"), authority.read("root.pem")].concat();
    let policy = format!("[signatures]\nissuers = [\"{ISSUER}\"]\n");
    let files: &[(&str, &[u8])] = &[
        ("palisade.toml", policy.as_bytes()),
        (".palisade/roots/fulcio.pem", &roots),
        (".palisade/roots/rekor.pub", &authority.public("log", "PEM")),
    ];
    let base = signing.accept(files);
    let twisted = |twist| Told { twist, ..TOLD };
    let mut table = Table::new(signing);
    // gpgsm knows of no log: to it every such certificate has expired.
    let cases = [
        ("proved", "a", TOLD, "good"),
        ("proved, of nobody's word", "plain", TOLD, "good"),
        ("in its first second", "a", Told { time: BEGIN, ..TOLD }, "good"),
        ("in its last second", "a", Told { time: BEGIN + 600, ..TOLD }, "good"),
        ("taken in too late", "a", Told { time: BEGIN + 601, ..TOLD }, "expired"),
        ("taken in too early", "a", Told { time: BEGIN - 1, ..TOLD }, "not-yet-valid"),
        ("another time", "a", twisted(Twist::Time), "broken-chain"),
        ("another way up", "a", twisted(Twist::Path), "broken-chain"),
        ("another head", "a", twisted(Twist::Head), "broken-chain"),
        ("no promise", "a", twisted(Twist::NoPromise), "broken-chain"),
        ("no proof", "a", twisted(Twist::NoProof), "broken-chain"),
        ("cut off", "a", twisted(Twist::Cut), "broken-chain"),
        ("another log", "a", Told { log: "stranger", ..TOLD }, "broken-chain"),
        ("another person", "other", TOLD, "wrong-identity"),
        ("another issuer", "elsewhere", TOLD, "not-allowed"),
        ("two issuers", "two", TOLD, "broken-chain"),
    ];
    let mut made = Vec::new();
    for (subject, name, told, state) in cases {
        let oid = authority.logged(subject, name, told);
        table.row(subject, &oid, state, "Y");
        made.push(oid);
    }
    let unlogged = authority.commit("without a log", "a", "", |_| {});
    table.row("without a log", &unlogged, "unverified", "Y");
    // The proof of one signature is none of another.
    let stolen = signing.raw("commit", &made[0]);
    let moved = signing.rewrite(&unlogged, |raw| {
        with_proof(&raw, |_| {
            let mut entry = Vec::new();
            with_proof(&stolen, |signer| {
                entry = authority.entry(signer, "a", TOLD);
                Vec::new()
            });
            entry
        })
    });
    table.row("the proof of another signature", &moved, "broken-chain", "Y");
    table.row("changed", &signing.rewrite(&made[0], |raw| [raw.as_slice(), b"more\n"].concat()), "tampered", "B");
    table.hold(&["--all", "--trust", &base]);
    let told = signing.verify(&["--all", "--trust", &base]);
    assert!(told.why(&unlogged).contains("valid for 10 minutes only, and it carries no proof of a transparency log"));
    assert!(told.why(&made[4]).contains("the transparency log took it in 1 s after that"), "{}", told.why(&made[4]));
    assert!(told.why(&made[14]).contains("\"https://elsewhere.example.org\" has told whose it is"));
    // Without the key of the log nothing is proved, and without issuers nobody's word counts.
    signing.sandbox.git(["rm", "-q", ".palisade/roots/rekor.pub"]);
    let base = signing.accept(&[]);
    let told = signing.verify(&["--all", "--trust", &base]);
    assert_eq!(told.state(&made[0]), "unverified");
    assert!(told.why(&made[0]).contains("the roots here hold no key of a transparency log"));
    let base = signing.accept(&[files[2], ("palisade.toml", b"[signatures]\n")]);
    let told = signing.verify(&["--all", "--trust", &base]);
    assert_eq!((told.state(&made[0]), told.state(&made[1])), ("not-allowed", "good"));
}
