//! When a signature was there, by a transparency log: the proof that `gitsign` puts beside a signature of CMS, so that it can be verified
//! offline, when its certificate has long expired. The log (Rekor of Sigstore) has signed when it took an entry in, and the head of its tree, to
//! which the proof leads (RFC 9162, 2.1.3.2). The entry is not in the proof: it is made anew from the signature, so that it is of nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use sha2::{Digest, Sha256};
use x509_cert::der::Encode as _;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::numbers::{self, Hash};
use super::outcome::Fault;
use super::roots::broken;
use crate::text::hex;

/// More trees than any log has: the proof of one entry has a digest for each doubling of the tree.
const LONGEST_PATH: usize = 64;

/// What a log has to say: `dev.sigstore.rekor.v1.TransparencyLogEntry`. What is not asked here is passed over.
#[derive(Clone, PartialEq, prost::Message)]
struct Entry {
    #[prost(int64, tag = "1")]
    index: i64,
    #[prost(message, optional, tag = "2")]
    log: Option<Wrapped>,
    #[prost(int64, tag = "4")]
    time: i64,
    #[prost(message, optional, tag = "5")]
    promise: Option<Wrapped>,
    #[prost(message, optional, tag = "6")]
    proof: Option<Proof>,
}

/// Messages of one field: `LogId`, `InclusionPromise`, `Checkpoint`.
#[derive(Clone, PartialEq, prost::Message)]
struct Wrapped {
    #[prost(bytes = "vec", tag = "1")]
    bytes: Vec<u8>,
}

/// `InclusionProof`. Its index is that in one tree, where the one above counts all trees of the log.
#[derive(Clone, PartialEq, prost::Message)]
struct Proof {
    #[prost(int64, tag = "1")]
    index: i64,
    #[prost(bytes = "vec", tag = "2")]
    root: Vec<u8>,
    #[prost(int64, tag = "3")]
    size: i64,
    #[prost(bytes = "vec", repeated, tag = "4")]
    path: Vec<Vec<u8>>,
    #[prost(message, optional, tag = "5")]
    checkpoint: Option<Wrapped>,
}

/// A signature, as a log takes it in (`hashedrekord` 0.0.1).
pub(super) struct Logged<'a> {
    /// What is signed.
    pub message: &'a [u8],
    pub signature: &'a [u8],
    /// The certificate of the signer, in DER.
    pub certificate: &'a [u8],
}

impl Logged<'_> {
    /// The entry as the log keeps it: JSON in its canonical form (RFC 8785).
    fn body(&self) -> String {
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        let mut text = STANDARD.encode(self.certificate);
        while !text.is_empty() {
            let rest = text.split_off(text.len().min(64));
            pem += &text;
            pem.push('\n');
            text = rest;
        }
        pem += "-----END CERTIFICATE-----\n";
        let (digest, signature, pem) =
            (hex(&Sha256::digest(self.message)), STANDARD.encode(self.signature), STANDARD.encode(pem));
        format!(
            "{{\"apiVersion\":\"0.0.1\",\"kind\":\"hashedrekord\",\"spec\":{{\"data\":{{\"hash\":{{\"algorithm\":\"sha256\",\
             \"value\":\"{digest}\"}}}},\"signature\":{{\"content\":\"{signature}\",\"publicKey\":{{\"content\":\"{pem}\"}}}}}}}}"
        )
    }
}

/// When a log whose key is among `logs` took a signature in, in seconds since 1970 UTC; `proof` is what it gave for that.
pub(super) fn time(proof: &[u8], logged: &Logged<'_>, logs: &[SubjectPublicKeyInfoOwned]) -> Result<i64, Fault> {
    let entry = Entry::decode(proof).map_err(|_| broken("what a transparency log says of it cannot be read"))?;
    let Entry { index, log: Some(log), time, promise: Some(promise), proof: Some(proof) } = entry else {
        return Err(broken("what a transparency log says of it lacks the name of the log, its promise or its proof"));
    };
    let name = |key: &SubjectPublicKeyInfoOwned| key.to_der().map(|der| Sha256::digest(der).to_vec());
    let Some(key) = logs.iter().find(|key| name(key).is_ok_and(|name| name == log.bytes)) else {
        let log = hex(log.bytes.get(..8).unwrap_or(&log.bytes));
        return Err(broken(&format!("it is in a transparency log, {log}.., whose key is not among the roots here")));
    };
    let has_signed = |message: &[u8], signature: &[u8]| {
        numbers::verify(key, &key.algorithm, Some(Hash::Sha256), message, signature).is_ok()
    };
    let body = logged.body();
    let promised = format!(
        "{{\"body\":\"{}\",\"integratedTime\":{time},\"logID\":\"{}\",\"logIndex\":{index}}}",
        STANDARD.encode(&body),
        hex(&log.bytes)
    );
    if !has_signed(promised.as_bytes(), &promise.bytes) {
        return Err(broken("the transparency log has not promised what is said of it: this signature, at this time"));
    }
    if root(leaf(body.as_bytes()), proof.index, proof.size, &proof.path).as_ref() != Some(&proof.root) {
        return Err(broken("the proof of the transparency log does not lead from it to the head of its tree"));
    }
    let checkpoint = proof.checkpoint.unwrap_or_default().bytes;
    let head = Head { size: proof.size, root: &proof.root };
    if !head.is_signed(&checkpoint, &log.bytes, has_signed) {
        return Err(broken("the transparency log has not signed the head of the tree to which its proof leads"));
    }
    Ok(time)
}

/// The head of a tree.
struct Head<'a> {
    size: i64,
    root: &'a [u8],
}

impl Head<'_> {
    /// Whether a checkpoint is of this head, and signed: a note of its origin, its size and its root, and behind an empty line who has signed
    /// that, each by the first bytes of their key's digest and by the signature.
    fn is_signed(&self, checkpoint: &[u8], log: &[u8], has_signed: impl Fn(&[u8], &[u8]) -> bool) -> bool {
        let Some(end) = memchr::memmem::rfind(checkpoint, b"\n\n") else { return false };
        let (note, signers) = (&checkpoint[..=end], &checkpoint[end + 2..]);
        let mut lines = note.split(|byte| *byte == b'\n').skip(1);
        let (size, root) = (self.size.to_string(), STANDARD.encode(self.root));
        if lines.next() != Some(size.as_bytes()) || lines.next() != Some(root.as_bytes()) {
            return false;
        }
        let signers = signers.split(|byte| *byte == b'\n').filter(|line| line.starts_with("\u{2014} ".as_bytes()));
        let signatures = signers.filter_map(|line| STANDARD.decode(line.rsplit(|byte| *byte == b' ').next()?).ok());
        signatures.into_iter().any(|bytes| {
            bytes
                .split_first_chunk::<4>()
                .is_some_and(|(hint, signature)| log.starts_with(hint) && has_signed(note, signature))
        })
    }
}

/// The digest of an entry, and of two digests below one (RFC 9162, 2.1.1).
fn leaf(body: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update([0]).chain_update(body).finalize().to_vec()
}

fn node(left: &[u8], right: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().to_vec()
}

/// The root of a tree of so many entries, of which the one at `index` has this digest and those beside its way up have these (RFC 9162,
/// 2.1.3.2); none where there is no such way.
fn root(leaf: Vec<u8>, index: i64, size: i64, path: &[Vec<u8>]) -> Option<Vec<u8>> {
    let (mut at, mut last) = (u64::try_from(index).ok()?, u64::try_from(size).ok()?.checked_sub(1)?);
    if at > last || path.len() > LONGEST_PATH {
        return None;
    }
    let mut digest = leaf;
    for other in path {
        if last == 0 || other.len() != digest.len() {
            return None;
        }
        if at & 1 == 1 || at == last {
            digest = node(other, &digest);
            // Where a tree is not full, levels are skipped.
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            digest = node(&digest, other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    (last == 0).then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The root of a tree, and the way up from one of its leaves, as RFC 9162 defines both (2.1.1, 2.1.3.1).
    fn tree(leaves: &[Vec<u8>], index: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
        if let [only] = leaves {
            return (only.clone(), Vec::new());
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let (left_root, left_path) = tree(left, index.min(left.len() - 1));
        let (right_root, right_path) = tree(right, index.saturating_sub(left.len()));
        let root = node(&left_root, &right_root);
        let (mut path, other) = if index < left.len() { (left_path, right_root) } else { (right_path, left_root) };
        path.push(other);
        (root, path)
    }

    #[test]
    fn every_leaf_of_every_tree_leads_to_its_root_and_to_no_other() {
        for size in 1..40_usize {
            let leaves: Vec<_> = (0..size).map(|number| leaf(number.to_string().as_bytes())).collect();
            for (index, own) in leaves.iter().enumerate() {
                let (expected, path) = tree(&leaves, index);
                let of = |index: usize, size: usize, path: &[Vec<u8>]| {
                    root(own.clone(), i64::try_from(index).unwrap(), i64::try_from(size).unwrap(), path)
                };
                assert_eq!(of(index, size, &path), Some(expected.clone()), "{index} of {size}");
                assert_ne!(of(index + 1, size, &path), Some(expected.clone()), "{index} of {size}");
                assert_eq!(of(size, size, &path), None);
                let longer = [path.as_slice(), std::slice::from_ref(own)].concat();
                assert_eq!(of(index, size, &longer), None, "{index} of {size}");
                if !path.is_empty() {
                    assert_eq!(of(index, size, &path[1..]), None, "{index} of {size}");
                }
            }
        }
        assert_eq!(root(leaf(b""), -1, 1, &[]), None);
        assert_eq!(root(leaf(b""), 0, 0, &[]), None);
    }
}
