//! OpenPGP certificates (RFC 9580, 10.1; RFC 4880, 11.1), weighed once: which keys may sign, for whom, since when and until when, and
//! what was taken back. Whether a self-signature holds is asked of `pgp`; what follows from it is said here.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use pgp::composed::{Deserializable, SignedPublicKey, SignedPublicSubKey};
use pgp::packet::{PublicKey, PublicSubkey, RevocationCode, Signature, SignatureType, SubpacketData};
use pgp::ser::Serialize as _;
use pgp::types::{KeyDetails, PublicParams, Tag};

use super::outcome::{Fault, Window};
use super::public::Public;
use super::state::State;

/// A key that may have signed something.
pub(super) struct Key {
    pub public: Public,
    /// Its fingerprint, as GnuPG writes it.
    pub fingerprint: String,
    /// That of the primary key, where this is a subkey.
    pub primary: Option<String>,
    /// When it, and the primary key with it, may sign.
    pub window: Window,
    /// What was taken back: of it, and of the primary key.
    pub revocations: Vec<Revocation>,
    /// Why it may not sign at all.
    pub fault: Option<Fault>,
    /// The user ids of its certificate that hold, for all keys of it.
    pub users: Arc<Vec<String>>,
}

/// How a key was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Revocation {
    /// It is compromised, or nobody said why: nothing that it signed stands (RFC 9580, 5.2.3.31).
    Hard,
    /// Superseded or retired: what it signed before stands.
    Soft(i64),
}

/// All keys, found by fingerprint or by the shorter id that old signatures name.
#[derive(Default)]
pub(super) struct Keyring {
    keys: Vec<Key>,
    by_fingerprint: HashMap<String, usize>,
    by_id: HashMap<String, Vec<usize>>,
}

impl Keyring {
    /// From files by name; what cannot be read is told.
    pub(super) fn new(files: &[(String, Vec<u8>)]) -> (Self, Vec<String>) {
        let mut certificates: BTreeMap<String, SignedPublicKey> = BTreeMap::new();
        let mut faults = Vec::new();
        for (name, bytes) in files {
            match read(bytes) {
                Ok(found) if found.is_empty() => faults.push(format!("{name}: it holds no certificate")),
                Ok(found) => {
                    for certificate in found {
                        merge(&mut certificates, certificate);
                    }
                }
                Err(why) => faults.push(format!("{name}: {why}")),
            }
        }
        let mut ring = Self::default();
        for certificate in certificates.into_values() {
            for key in weigh(certificate) {
                ring.add(key);
            }
        }
        (ring, faults)
    }

    fn add(&mut self, key: Key) {
        let at = self.keys.len();
        self.by_id.entry(key.public.legacy_key_id().to_string()).or_default().push(at);
        self.by_fingerprint.insert(key.fingerprint.clone(), at);
        self.keys.push(key);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key of that fingerprint, in capital letters.
    pub(super) fn by_fingerprint(&self, fingerprint: &str) -> Option<&Key> {
        self.keys.get(*self.by_fingerprint.get(fingerprint)?)
    }

    /// The keys of that id; there can be more than one.
    pub(super) fn by_id(&self, id: &str) -> impl Iterator<Item = &Key> + use<'_> {
        self.by_id.get(id).into_iter().flatten().filter_map(|at| self.keys.get(*at))
    }
}

/// All certificates of a file, armoured or not. Armoured ones may stand one behind the other, as `cat` puts them.
fn read(bytes: &[u8]) -> Result<Vec<SignedPublicKey>, String> {
    const BEGIN: &[u8] = b"-----BEGIN PGP ";
    // The first bit of a packet is set (RFC 9580, 4.2), and that of armour is not.
    let is_armoured = bytes.first().is_some_and(u8::is_ascii);
    let next = memchr::memmem::find_iter(bytes, BEGIN).filter(|_| is_armoured).skip(1);
    let mut certificates = Vec::new();
    let mut start = 0;
    for end in next.chain([bytes.len()]) {
        let (keys, _) = SignedPublicKey::from_reader_many_buf(&bytes[start..end]).map_err(|error| error.to_string())?;
        for key in keys {
            certificates.push(key.map_err(|error| error.to_string())?);
        }
        start = end;
    }
    Ok(certificates)
}

/// A certificate in two files is one: what either of them takes back is taken back.
fn merge(certificates: &mut BTreeMap<String, SignedPublicKey>, new: SignedPublicKey) {
    let fingerprint = new.fingerprint().to_string();
    let Some(known) = certificates.get_mut(&fingerprint) else {
        certificates.insert(fingerprint, new);
        return;
    };
    known.details.revocation_signatures.extend(new.details.revocation_signatures);
    known.details.direct_signatures.extend(new.details.direct_signatures);
    for user in new.details.users {
        match known.details.users.iter_mut().find(|other| other.id.id() == user.id.id()) {
            Some(other) => other.signatures.extend(user.signatures),
            None => known.details.users.push(user),
        }
    }
    for subkey in new.public_subkeys {
        match known.public_subkeys.iter_mut().find(|other| other.key.fingerprint() == subkey.key.fingerprint()) {
            Some(other) => other.signatures.extend(subkey.signatures),
            None => known.public_subkeys.push(subkey),
        }
    }
}

/// Every key of a certificate, with what may be said of it.
fn weigh(certificate: SignedPublicKey) -> Vec<Key> {
    let SignedPublicKey { primary_key, details, public_subkeys } = certificate;
    let mut direct = details.direct_signatures;
    direct
        .retain(|signature| signature.typ() == Some(SignatureType::Key) && signature.verify_key(&primary_key).is_ok());
    let mut users = Vec::new();
    // What the owner says of the primary key: the newest word counts, wherever it stands.
    let mut words = direct;
    for user in details.users {
        let holds =
            |signature: &&Signature| signature.verify_certification(&primary_key, Tag::UserId, &user.id).is_ok();
        let own: Vec<_> = user.signatures.iter().filter(holds).collect();
        let is_revocation = |signature: &Signature| signature.typ() == Some(SignatureType::CertRevocation);
        let newest = |revoked: bool| own.iter().filter(|one| is_revocation(one) == revoked).max_by_key(|one| time(one));
        if let Some(word) = newest(false)
            && newest(true).is_none_or(|revocation| time(revocation) < time(word))
        {
            users.push(String::from_utf8_lossy(user.id.id()).into_owned());
            words.push((**word).clone());
        }
    }
    let word = words.into_iter().max_by_key(time);
    let mut revocations = details.revocation_signatures;
    revocations.retain(|signature| signature.verify_key(&primary_key).is_ok());
    let revocations: Vec<_> = revocations.iter().map(revocation).collect();
    let users = Arc::new(users);
    let window = word.as_ref().map_or_else(Window::default, |word| lifetime(&primary_key, word));
    let mut keys: Vec<_> = public_subkeys
        .into_iter()
        .map(|subkey| weigh_subkey(subkey, &primary_key, (window, &revocations, &users), word.is_some()))
        .collect();
    let fault = match &word {
        // What nobody can read has no word that holds either.
        _ if unread(primary_key.public_params()).is_some() => unread(primary_key.public_params()),
        None => Some(broken("its certificate has no user id and no word of its owner that holds")),
        Some(word) if !may_sign(word, true) => Some(broken("its owner has not meant it for signing")),
        Some(_) => weakness(primary_key.public_params()),
    };
    let fingerprint = name(&primary_key);
    let public = Public::primary(primary_key);
    keys.push(Key { public, fingerprint, primary: None, window, revocations, fault, users });
    keys
}

/// What the primary key hands down: its time, what was taken back, and its users.
type Inherited<'a> = (Window, &'a [Revocation], &'a Arc<Vec<String>>);

fn weigh_subkey(subkey: SignedPublicSubKey, primary: &PublicKey, from: Inherited<'_>, has_word: bool) -> Key {
    let SignedPublicSubKey { key, mut signatures } = subkey;
    let (primary_window, inherited, users) = from;
    signatures.retain(|signature| signature.verify_subkey_binding(primary, &key).is_ok());
    let is_revocation = |signature: &&Signature| signature.typ() == Some(SignatureType::SubkeyRevocation);
    let binding =
        signatures.iter().filter(|signature| !is_revocation(signature)).max_by_key(|signature| time(signature));
    let fault = match binding {
        _ if unread(key.public_params()).is_some() => unread(key.public_params()),
        _ if unread(primary.public_params()).is_some() => unread(primary.public_params()),
        _ if !has_word => Some(broken("its certificate has no user id and no word of its owner that holds")),
        None => Some(broken("the primary key does not vouch for it")),
        Some(binding) if !may_sign(binding, false) => Some(broken("its owner has not meant it for signing")),
        // Without its own word, anybody could claim the key of another (RFC 9580, 10.1.5).
        Some(binding) if !is_claimed(binding, &key, primary) => {
            Some(broken("it does not say itself that it belongs to the primary key"))
        }
        Some(_) => weakness(key.public_params()),
    };
    let own = signatures.iter().filter(is_revocation).map(revocation);
    let revocations = inherited.iter().copied().chain(own).collect();
    let window = binding.map_or_else(Window::default, |binding| lifetime(&key, binding)).and(primary_window);
    let fingerprint = name(&key);
    let (public, primary) = (Public::subkey(key), Some(name(primary)));
    Key { public, fingerprint, primary, window, revocations, fault, users: Arc::clone(users) }
}

/// Whether a subkey says itself that it belongs to the primary key.
fn is_claimed(binding: &Signature, key: &PublicSubkey, primary: &PublicKey) -> bool {
    binding.embedded_signature().is_some_and(|signature| signature.verify_primary_key_binding(key, primary).is_ok())
}

fn broken(why: &str) -> Fault {
    Fault { state: State::BrokenChain, why: why.to_owned() }
}

/// Whether a self-signature means the key for signing data. A primary key may where nothing is said.
fn may_sign(word: &Signature, is_primary: bool) -> bool {
    let mut said = word.config().into_iter().flat_map(pgp::packet::SignatureConfig::hashed_subpackets);
    let is_said = said.any(|subpacket| matches!(subpacket.data, SubpacketData::KeyFlags(_)));
    if is_said { word.key_flags().sign() } else { is_primary }
}

/// Whether nobody here can read the key.
fn unread(params: &PublicParams) -> Option<Fault> {
    let is_unread = match params {
        PublicParams::Unknown { .. } => true,
        PublicParams::ECDSA(curve) => !curve.is_supported(),
        _ => false,
    };
    let why = "nobody here knows the algorithm or the curve of the key";
    is_unread.then(|| Fault { state: State::Unverified, why: why.to_owned() })
}

/// Whether others could sign in place of the key, as far as its kind and length tell.
fn weakness(params: &PublicParams) -> Option<Fault> {
    let weak = |why: String| Some(Fault { state: State::Weak, why });
    match params {
        PublicParams::DSA(_) => weak("it is made with a DSA key".to_owned()),
        PublicParams::Elgamal(_) => weak("it is made with an Elgamal key".to_owned()),
        PublicParams::RSA(_) => {
            // The first number is the modulus, and begins with its length in bits.
            let bytes = params.to_bytes().unwrap_or_default();
            let bits = bytes.first_chunk::<2>().map_or(0, |bits| u16::from_be_bytes(*bits));
            if bits < 2048 {
                weak(format!("its RSA key has {bits} bits, and fewer than 2048 can be broken"))
            } else {
                None
            }
        }
        _ => None,
    }
}

/// When a key may sign, as a self-signature says.
fn lifetime(key: &impl KeyDetails, word: &Signature) -> Window {
    let created = i64::from(key.created_at().as_secs());
    let span = word.key_expiration_time().map_or(0, |span| i64::from(span.as_secs()));
    // None is for ever, and the second in which it expires is no longer within.
    Window { after: Some(created), until: (span > 0).then(|| created + span - 1) }
}

fn revocation(signature: &Signature) -> Revocation {
    match signature.revocation_reason_code() {
        Some(RevocationCode::KeySuperseded | RevocationCode::KeyRetired) => Revocation::Soft(time(signature)),
        _ => Revocation::Hard,
    }
}

/// When a signature was made; one that does not say so is older than all others.
pub(super) fn time(signature: &Signature) -> i64 {
    signature.created().map_or(i64::MIN, |time| i64::from(time.as_secs()))
}

/// A fingerprint as GnuPG writes it.
pub(super) fn name(key: &impl KeyDetails) -> String {
    key.fingerprint().to_string().to_ascii_uppercase()
}
