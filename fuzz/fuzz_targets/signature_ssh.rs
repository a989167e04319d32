//! Arbitrary bytes as an SSH signature, with its key or certificate: as they are, and as the parts of one (PROTOCOL.sshsig), so that the fuzzer
//! need not guess how long each is.

#![no_main]

mod signature;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

const KINDS: [&str; 12] = [
    "ssh-ed25519",
    "ssh-rsa",
    "rsa-sha2-256",
    "rsa-sha2-512",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-dss",
    "ssh-ed25519-cert-v01@openssh.com",
    "rsa-sha2-512-cert-v01@openssh.com",
    "sk-ssh-ed25519-cert-v01@openssh.com",
];

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Parts { key: Part<'a>, numbers: Part<'a>, is_sha256: bool, rest: &'a [u8] },
    Bytes(&'a [u8]),
}

/// A key, a certificate or the numbers of a signature: a kind, fields that say how long they are, and bytes that do not.
#[derive(Arbitrary, Debug)]
struct Part<'a> {
    kind: u8,
    fields: Vec<&'a [u8]>,
    rest: &'a [u8],
}

impl Part<'_> {
    fn bytes(&self) -> Vec<u8> {
        let kind = KINDS[usize::from(self.kind) % KINDS.len()];
        let fields = self.fields.iter().flat_map(|field| string(field));
        string(kind.as_bytes()).into_iter().chain(fields).chain(self.rest.iter().copied()).collect()
    }
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).expect("short").to_be_bytes(), bytes].concat()
}

fuzz_target!(|input: Input<'_>| {
    let bytes = match input {
        Input::Bytes(bytes) => bytes.to_vec(),
        Input::Parts { key, numbers, is_sha256, rest } => {
            let hash: &[u8] = if is_sha256 { b"sha256" } else { b"sha512" };
            let parts = [&key.bytes()[..], b"git", b"", hash, &numbers.bytes()].map(string).concat();
            [b"SSHSIG\0\0\0\x01", &parts[..], rest].concat()
        }
    };
    signature::look_at_signature("SSH SIGNATURE", "", &bytes);
});
