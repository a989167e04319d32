//! Secrets that bring their own syntax: private keys in whatever they are wrapped, keys in JSON, and lines of files of passwords.

use std::ops::Range;

use crate::families::HEX;
use crate::made_up::{BASE62, Dice, base64};

const CRYPT: &str = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A text and where in it the secret stands.
type Written = (String, Range<usize>);

/// Secrets of one family, in the file that they stand in.
pub(crate) struct Whole {
    pub family: &'static str,
    pub path: &'static str,
    /// Which of the ways in which it is written, as the list of misses names it.
    pub way: &'static str,
    make: fn(&mut Dice) -> String,
}

impl Whole {
    /// Makes one. The secret stands between two `¤`, which are taken out.
    pub(crate) fn write(&self, dice: &mut Dice) -> Written {
        let text = (self.make)(dice);
        let mut parts = text.splitn(3, '¤');
        let (before, secret, after) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        (format!("{before}{secret}{after}"), before.len()..before.len() + secret.len())
    }
}

const fn whole(family: &'static str, path: &'static str, way: &'static str, make: fn(&mut Dice) -> String) -> Whole {
    Whole { family, path, way, make }
}

const PEM: &str = "private key, PEM";
const SSH: &str = "private key, OpenSSH";
const PUTTY: &str = "private key, PuTTY";
const JWK: &str = "private key, JWK";
const GCP: &str = "service account of Google Cloud";
const HASH: &str = "hash of a password, in a file of passwords";

pub(crate) const WHOLES: &[Whole] = &[
    whole(PEM, "config/server.key", "PKCS 8", |dice| marked(&pem("", &der(dice, 1200)))),
    whole(PEM, "deploy/rsa.pem", "PKCS 1", |dice| marked(&pem("RSA ", &der(dice, 1190)))),
    whole(PEM, "deploy/ec.pem", "SEC 1", |dice| marked(&pem("EC ", &der(dice, 118)))),
    whole(PEM, "deploy/dsa.pem", "DSA", |dice| marked(&pem("DSA ", &der(dice, 440)))),
    whole(PEM, "deploy/locked.pem", "PKCS 8, encrypted", |dice| marked(&pem("ENCRYPTED ", &der(dice, 1300)))),
    whole(PEM, "deploy/old.pem", "PKCS 1, encrypted", |dice| {
        let headers =
            format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{}\n\n", dice.text("0123456789ABCDEF", 32));
        marked(&pem("RSA ", &dice.bytes(1200)).replacen('\n', &format!("\n{headers}"), 1))
    }),
    whole(PEM, "src/keys.go", "a raw string", |dice| format!("const key = `{}`", marked(&pem("EC ", &der(dice, 118))))),
    whole(PEM, "src/keys.py", "a string of three quotes", |dice| {
        format!("KEY = \"\"\"{}\"\"\"", marked(&pem("RSA ", &der(dice, 1190))))
    }),
    whole(PEM, "src/Keys.java", "strings that are joined", |dice| {
        let lines: Vec<String> =
            pem("", &der(dice, 1200)).lines().map(|line| format!("        \"{line}\\n\"")).collect();
        format!("    String key =\n{};", marked(&lines.join(" +\n")))
    }),
    whole(PEM, "config/values.yaml", "a block of YAML", |dice| {
        let key = pem("", &der(dice, 1200)).replace('\n', "\n    ");
        format!("tls:\n  key: |\n    {}", marked(&key))
    }),
    whole(PEM, ".env", "one line with escapes", |dice| {
        format!("TLS_KEY=\"{}\"", marked(&pem("", &der(dice, 1200)).replace('\n', "\\n")))
    }),
    whole(PEM, "deploy/secret.yaml", "base64 of a Kubernetes Secret", |dice| {
        let key = base64(pem("", &der(dice, 1200)).as_bytes());
        format!("kind: Secret\ndata:\n  tls.key: {}", marked(&key))
    }),
    whole(PEM, "deploy/key.txt", "without its END line", |dice| {
        let key = pem("RSA ", &der(dice, 1190));
        marked(key.split("\n-----END").next().unwrap_or_default())
    }),
    whole(SSH, "keys/id_ed25519", "a file", |dice| marked(&openssh(dice, 240))),
    whole(SSH, "keys/id_rsa", "a file", |dice| marked(&openssh(dice, 1700))),
    whole(SSH, "playbooks/vars.yml", "a block of YAML", |dice| {
        format!("deploy_key: |\n  {}", marked(&openssh(dice, 240).replace('\n', "\n  ")))
    }),
    whole(SSH, "config/deploy.json", "a string of JSON", |dice| {
        format!("{{\"deployKey\": \"{}\"}}", marked(&openssh(dice, 240).replace('\n', "\\n")))
    }),
    whole(PUTTY, "keys/deploy.ppk", "version 2", |dice| putty(dice, 2)),
    whole(PUTTY, "keys/deploy3.ppk", "version 3", |dice| putty(dice, 3)),
    whole(JWK, "config/jwk.json", "RSA", |dice| {
        let [n, d, p, q] = [256, 256, 128, 128].map(|length| url(dice, length));
        format!(r#"{{"kty":"RSA","kid":"a1","n":"{n}","e":"AQAB","d":"{}","p":"{p}","q":"{q}"}}"#, marked(&d))
    }),
    whole(JWK, "config/ec.json", "EC", |dice| {
        let [x, y, d] = [32, 32, 32].map(|length| url(dice, length));
        format!(r#"{{"kty": "EC", "crv": "P-256", "x": "{x}", "y": "{y}", "d": "{}"}}"#, marked(&d))
    }),
    whole(JWK, "config/okp.json", "OKP", |dice| {
        let [x, d] = [32, 32].map(|length| url(dice, length));
        format!("{{\n  \"kty\": \"OKP\",\n  \"crv\": \"Ed25519\",\n  \"x\": \"{x}\",\n  \"d\": \"{}\"\n}}", marked(&d))
    }),
    whole(JWK, "src/keys.ts", "an object of a program", |dice| {
        let [x, y, d] = [32, 32, 32].map(|length| url(dice, length));
        format!("const key = {{ kty: 'EC', crv: 'P-256', x: '{x}', y: '{y}', d: '{}' }};", marked(&d))
    }),
    whole(JWK, "config/jwks.json", "a shared key", |dice| {
        format!(r#"{{"keys": [{{"kty": "oct", "kid": "s", "alg": "HS256", "k": "{}"}}]}}"#, marked(&url(dice, 48)))
    }),
    whole(GCP, "config/service-account.json", "its file", |dice| service_account(dice, "\n  ")),
    whole(GCP, ".env", "one line of settings", |dice| format!("GOOGLE_CREDENTIALS='{}'", service_account(dice, " "))),
    whole(HASH, "etc/shadow", "SHA-512", |dice| {
        format!(
            "deploy:{}:19500:0:99999:7:::",
            marked(&format!("$6${}${}", dice.text(CRYPT, 16), dice.text(CRYPT, 86)))
        )
    }),
    whole(HASH, "image/etc/shadow", "yescrypt", |dice| {
        format!(
            "root:{}:19500:0:99999:7:::",
            marked(&format!("$y$j9T${}${}", dice.text(CRYPT, 22), dice.text(CRYPT, 43)))
        )
    }),
    whole(HASH, "web/.htpasswd", "MD5 of Apache", |dice| {
        format!("admin:{}", marked(&format!("$apr1${}${}", dice.text(CRYPT, 8), dice.text(CRYPT, 22))))
    }),
    whole(HASH, "web/admin.htpasswd", "bcrypt", |dice| {
        format!("ops:{}", marked(&format!("$2y$10${}", dice.text(CRYPT, 53))))
    }),
    whole(HASH, "nginx/htpasswd", "SHA-1", |dice| {
        format!("ci:{}", marked(&format!("{{SHA}}{}", base64(&dice.bytes(20)))))
    }),
];

fn marked(secret: &str) -> String {
    format!("¤{secret}¤")
}

/// What begins as the DER of a key does.
fn der(dice: &mut Dice, length: usize) -> Vec<u8> {
    [vec![0x30, 0x82, 4, 0xA2, 2, 1, 0], dice.bytes(length)].concat()
}

fn pem(kind: &str, bytes: &[u8]) -> String {
    let body = base64(bytes);
    let lines: Vec<String> =
        body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let edge = |edge: &str| format!("-----{edge} {kind}PRIVATE KEY-----");
    format!("{}\n{}\n{}", edge("BEGIN"), lines.join("\n"), edge("END"))
}

fn openssh(dice: &mut Dice, length: usize) -> String {
    pem("OPENSSH ", &[b"openssh-key-v1\0".to_vec(), dice.bytes(length)].concat())
}

fn putty(dice: &mut Dice, version: u32) -> String {
    let mut lines = |count: usize| (0..count).map(|_| dice.text(BASE62, 64)).collect::<Vec<_>>().join("\n");
    let (public, private) = (lines(4), lines(8));
    format!(
        "PuTTY-User-Key-File-{version}: ssh-rsa\nEncryption: none\nComment: deploy\nPublic-Lines: 4\n{public}\n\
         Private-Lines: 8\n{}\nPrivate-MAC: {}",
        marked(&private),
        dice.text(HEX, if version == 2 { 40 } else { 64 })
    )
}

/// Base64 of random bytes as addresses and tokens have it.
fn url(dice: &mut Dice, length: usize) -> String {
    base64(&dice.bytes(length)).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

fn service_account(dice: &mut Dice, gap: &str) -> String {
    let id = dice.text(HEX, 40);
    let key = pem("", &der(dice, 1200)).replace('\n', "\\n");
    format!(
        "{{{gap}\"type\": \"service_account\",{gap}\"project_id\": \"acme-prod\",{gap}\"private_key_id\": \"{id}\",\
         {gap}\"private_key\": \"{}\\n\",{gap}\"client_email\": \"ci@acme-prod.iam.gserviceaccount.com\"{}}}",
        marked(&key),
        gap.trim_end_matches("  ")
    )
}
