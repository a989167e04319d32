//! SSH signatures (PROTOCOL.sshsig) against allowed signers. Whether the numbers hold is asked of `ssh-key`; whose key it is, when it
//! may sign, and who vouches for it, is said here.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest, Sha256};
use signature::Verifier as _;
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, PublicKey, Signature, SshSig};

use super::allowed_signers::Entry;
use super::armour;
use super::certificate::{self, Certificate};
use super::numbers::{self, Hash, Rsa};
use super::outcome::{Claim, Fault, Outcome, Owner, Window};
use super::revoked::Revoked;
use super::signed::Signed;
use super::state::State;
use super::wire::Wire;

/// What git signs as (gpg-interface.c); a signature of anything else was made for another purpose.
const NAMESPACE: &str = "git";

/// Options of certificates that say nothing of signatures, or that OpenSSH itself passes over there.
const CRITICAL: &[&str] = &["force-command", "source-address", "verify-required"];

/// Who may sign, found by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Signers {
    entries: HashMap<Vec<u8>, Vec<Entry>>,
    /// Those of them that are RSA, prepared.
    rsa: HashMap<Vec<u8>, Rsa>,
    revoked: Revoked,
}

impl Signers {
    /// From the lines of the files.
    pub(super) fn new(list: Vec<Entry>, revoked: Revoked) -> Self {
        let mut entries: HashMap<Vec<u8>, Vec<Entry>> = HashMap::new();
        for entry in list {
            entries.entry(entry.key.clone()).or_default().push(entry);
        }
        let rsa = entries.keys().filter_map(|key| Some((key.clone(), numbers_of(key)?))).collect();
        Self { entries, rsa, revoked }
    }

    /// Whether nobody is allowed anything.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a key has signed a message; none where one of them cannot be read.
    fn holds(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
        if kind(key) == Some(RSA) {
            let mut wire = Wire(signature);
            let hash = match wire.string()? {
                b"rsa-sha2-256" => Hash::Sha256,
                b"rsa-sha2-512" => Hash::Sha512,
                _ => return None,
            };
            let number = wire.string().filter(|_| wire.is_done())?;
            let digest = hash.digest(message);
            let holds = |rsa: &Rsa| rsa.holds(hash, &digest, number);
            return self.rsa.get(key).map(holds).or_else(|| numbers_of(key).as_ref().map(holds));
        }
        let key = PublicKey::from_bytes(key).map(KeyData::from).ok()?;
        Some(key.verify(message, &Signature::try_from(signature).ok()?).is_ok())
    }

    fn lines(&self, key: &[u8], is_authority: bool) -> impl Iterator<Item = &Entry> {
        self.entries.get(key).into_iter().flatten().filter(move |entry| entry.is_authority == is_authority)
    }
}

/// A signature, read.
struct Envelope<'a> {
    key: &'a [u8],
    namespace: &'a str,
    hash: HashAlg,
    signature: &'a [u8],
}

/// What a signature is worth that was `made` then, when it is looked at `now`. With `any`, a key that nobody knows will do.
pub(super) fn verify(signed: &Signed, made: i64, now: i64, signers: &Signers, any: bool) -> Outcome {
    let malformed = |why: &str| Outcome::fault(None, State::Malformed, why);
    let bytes = match armour::ssh(&signed.armour) {
        Ok(bytes) => bytes,
        Err(why) => return malformed(why),
    };
    let Some(envelope) = read(&bytes) else { return malformed("it is not as SSH writes a signature") };
    let certificate = certificate::read(envelope.key);
    if certificate.is_none() && certificate::is_certificate(envelope.key) {
        return malformed("its certificate is not as SSH writes one");
    }
    let key = certificate.as_ref().map_or(envelope.key, |certificate| &certificate.key);
    let claims = match &certificate {
        Some(certificate) => certified(certificate, made, now, signers),
        None => listed(key, made, now, signers, any),
    };
    let claims = claims.and_then(|claims| holds(&envelope, key, &signed.payload, signers).map(|()| claims));
    Outcome { key: Some(fingerprint(key)), primary: None, claims }
}

/// `SHA256:...`, as `ssh-keygen -l` writes it.
fn fingerprint(key: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(key)))
}

fn fault<T>(state: State, why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { state, why: why.into() })
}

fn read(bytes: &[u8]) -> Option<Envelope<'_>> {
    let mut wire = Wire(bytes.strip_prefix(b"SSHSIG")?);
    if wire.u32()? != 1 {
        return None;
    }
    let (key, namespace) = (wire.string()?, wire.text()?);
    // Reserved; it is not signed with, so that nothing may stand there.
    let reserved = wire.string()?;
    let hash = match wire.string()? {
        b"sha256" => HashAlg::Sha256,
        b"sha512" => HashAlg::Sha512,
        _ => return None,
    };
    let signature = wire.string()?;
    (wire.is_done() && reserved.is_empty()).then_some(Envelope { key, namespace, hash, signature })
}

/// What the lines say of a key that stands there itself.
fn listed(key: &[u8], made: i64, now: i64, signers: &Signers, any: bool) -> Result<Vec<Claim>, Fault> {
    if signers.revoked.has(key) {
        return fault(State::Revoked, "the key is on the list of revoked keys");
    }
    let mut claims: Vec<_> = signers.lines(key, false).map(|entry| claim(entry, None, made, now)).collect();
    if claims.is_empty() && any {
        claims.push(Claim { state: State::Good, why: String::new(), owner: Owner::Anyone });
    }
    if claims.is_empty() {
        return fault(State::UnknownKey, format!("no line of the allowed signers has the key {}", fingerprint(key)));
    }
    Ok(claims)
}

/// What the lines say of a key that an authority vouches for.
fn certified(certificate: &Certificate<'_>, made: i64, now: i64, signers: &Signers) -> Result<Vec<Claim>, Fault> {
    let Certificate { authority, principals, .. } = certificate;
    if let Some(why) = signers.revoked.why(certificate) {
        return fault(State::Revoked, why);
    }
    let entries: Vec<_> = signers.lines(authority, true).collect();
    if entries.is_empty() {
        let by = fingerprint(authority);
        return fault(State::BrokenChain, format!("its certificate is by {by}, which is no authority here"));
    }
    strong(authority)?;
    if signers.holds(authority, certificate.signed, certificate.signature) != Some(true) {
        return fault(State::BrokenChain, "the authority has not signed its certificate");
    }
    if !certificate.is_user || principals.is_empty() {
        return fault(State::BrokenChain, "its certificate is not that of a user whom it names");
    }
    if let Some(option) = certificate.critical.iter().find(|option| !CRITICAL.contains(&option.as_str())) {
        return fault(State::BrokenChain, format!("its certificate demands `{option}`, which nobody here understands"));
    }
    Ok(entries.into_iter().map(|entry| claim(entry, Some(certificate), made, now)).collect())
}

fn claim(entry: &Entry, certificate: Option<&Certificate<'_>>, made: i64, now: i64) -> Claim {
    let certified = certificate.map(|certificate| certificate.principals.clone());
    let owner = Owner::Principals { patterns: entry.principals.clone(), certified };
    if entry.namespaces.as_ref().is_some_and(|namespaces| !namespaces.matches(NAMESPACE.as_bytes())) {
        let why = "its line of the allowed signers is for other namespaces than `git`".to_owned();
        return Claim { state: State::NotAllowed, why, owner };
    }
    let window = entry.window.and(certificate.map_or_else(Window::default, |certificate| certificate.window));
    let state = window.state(made, now);
    Claim { state, why: window.why(state, made), owner }
}

/// Whether the key has signed these bytes for git.
fn holds(envelope: &Envelope<'_>, key: &[u8], payload: &[u8], signers: &Signers) -> Result<(), Fault> {
    if envelope.namespace != NAMESPACE {
        return fault(State::Tampered, "the signature was made for another purpose than git");
    }
    strong(key)?;
    if Wire(envelope.signature).string() == Some(RSA) {
        return fault(State::Weak, "it is made with SHA-1");
    }
    let message = SshSig::signed_data(NAMESPACE, envelope.hash, payload).ok();
    match message.and_then(|message| signers.holds(key, &message, envelope.signature)) {
        Some(true) => Ok(()),
        Some(false) => {
            fault(State::Tampered, "the key has not signed these bytes: they, or the signature, were changed")
        }
        None => fault(State::Malformed, "it holds no key or signature that can be read"),
    }
}

/// What an RSA key is called; as the name of a signature it is one over SHA-1.
const RSA: &[u8] = b"ssh-rsa";

fn kind(key: &[u8]) -> Option<&[u8]> {
    Wire(key).string()
}

/// The numbers of an RSA key: the exponent comes first (RFC 4253, 6.6).
fn numbers_of(key: &[u8]) -> Option<Rsa> {
    let mut wire = Wire(key);
    let _ = wire.string().filter(|kind| *kind == RSA)?;
    let (exponent, modulus) = (wire.string()?, wire.string()?);
    if wire.is_done() { Rsa::new(modulus, exponent) } else { None }
}

/// Whether nobody can sign in place of the key, as far as its kind and length tell.
fn strong(key: &[u8]) -> Result<(), Fault> {
    let mut wire = Wire(key);
    match wire.string() {
        Some(b"ssh-dss") => fault(State::Weak, "it is made with a DSA key"),
        Some(RSA) => numbers::strong(wire.string().and_then(|_| wire.string()).unwrap_or_default()),
        _ => Ok(()),
    }
}
