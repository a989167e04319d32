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
use super::outcome::{Claim, Fault, Outcome, Owner, Window};
use super::revoked::Revoked;
use super::signed::Signed;
use super::state::State;
use super::wire::Wire;

/// What git signs as (gpg-interface.c); a signature of anything else was made for another purpose.
const NAMESPACE: &str = "git";

/// Options of certificates that say nothing of signatures, or that OpenSSH itself passes over there.
const CRITICAL: &[&str] = &["force-command", "source-address", "verify-required"];

/// Bits of RSA keys: fewer can be broken, and more the library does not read.
const FEWEST_BITS: usize = 2048;
const MOST_BITS: usize = 4096;

/// Who may sign, found by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Signers {
    entries: HashMap<Vec<u8>, Vec<Entry>>,
    revoked: Revoked,
}

impl Signers {
    /// From the lines of the files.
    pub(super) fn new(list: Vec<Entry>, revoked: Revoked) -> Self {
        let mut entries: HashMap<Vec<u8>, Vec<Entry>> = HashMap::new();
        for entry in list {
            entries.entry(entry.key.clone()).or_default().push(entry);
        }
        Self { entries, revoked }
    }

    /// Whether nobody is allowed anything.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
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
    let claims = claims.and_then(|claims| holds(&envelope, key, &signed.payload).map(|()| claims));
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
    let signature = Signature::try_from(certificate.signature);
    let authority = PublicKey::from_bytes(authority).map(KeyData::from);
    let is_signed = matches!((&authority, &signature), (Ok(key), Ok(signature)) if key.verify(certificate.signed, signature).is_ok());
    if !is_signed {
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
fn holds(envelope: &Envelope<'_>, key: &[u8], payload: &[u8]) -> Result<(), Fault> {
    if envelope.namespace != NAMESPACE {
        return fault(State::Tampered, "the signature was made for another purpose than git");
    }
    strong(key)?;
    if Wire(envelope.signature).string() == Some(b"ssh-rsa") {
        return fault(State::Weak, "it is made with SHA-1");
    }
    let (Ok(key), Ok(signature)) = (PublicKey::from_bytes(key), Signature::try_from(envelope.signature)) else {
        return fault(State::Malformed, "it holds no key or signature that can be read");
    };
    let signature = SshSig::new(key.key_data().clone(), NAMESPACE, envelope.hash, signature);
    match signature.and_then(|signature| key.verify(NAMESPACE, payload, &signature)) {
        Ok(()) => Ok(()),
        Err(_) => fault(State::Tampered, "the key has not signed these bytes: they, or the signature, were changed"),
    }
}

/// Whether nobody can sign in place of the key, as far as its kind and length tell.
fn strong(key: &[u8]) -> Result<(), Fault> {
    let mut wire = Wire(key);
    match wire.string() {
        Some(b"ssh-dss") => fault(State::Weak, "it is made with a DSA key"),
        Some(b"ssh-rsa") => {
            let modulus = wire.string().and_then(|_| wire.string()).unwrap_or_default();
            let bytes = modulus.iter().position(|byte| *byte != 0).and_then(|at| modulus.get(at..)).unwrap_or_default();
            let bits = bytes.len() * 8 - bytes.first().map_or(0, |byte| byte.leading_zeros() as usize);
            match bits {
                ..FEWEST_BITS => fault(
                    State::Weak,
                    format!("its RSA key has {bits} bits, and fewer than {FEWEST_BITS} can be broken"),
                ),
                FEWEST_BITS..=MOST_BITS => Ok(()),
                _ => fault(
                    State::Unverified,
                    format!("its RSA key has {bits} bits, and more than {MOST_BITS} are not read"),
                ),
            }
        }
        _ => Ok(()),
    }
}
