//! Whether the numbers of a signature hold: RSA (PKCS #1 v1.5) of every kind, and ECDSA over P-256 and P-384 as X.509 has it, with SHA-2.

use std::borrow::Cow;

use rsa::sha2::{Digest, Sha256, Sha384, Sha512};
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey};
use signature::hazmat::PrehashVerifier as _;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode as _, Reader as _, SliceReader};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::outcome::Fault;
use super::state::State;

/// Bits of RSA keys: fewer can be broken, and more the library does not read.
const FEWEST_BITS: usize = 2048;
const MOST_BITS: usize = PublicKey::MAX_SIZE;

/// A digest that cannot be forged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// Kinds of keys.
const RSA: &str = "1.2.840.113549.1.1.1";
const CURVE: &str = "1.2.840.10045.2.1";

/// Digests, and signatures that name their digest; none where it can be forged (RFC 5754; RFC 3279).
const HASHES: [(&str, Option<Hash>); 15] = [
    ("2.16.840.1.101.3.4.2.1", Some(Hash::Sha256)),
    ("2.16.840.1.101.3.4.2.2", Some(Hash::Sha384)),
    ("2.16.840.1.101.3.4.2.3", Some(Hash::Sha512)),
    ("1.2.840.113549.1.1.11", Some(Hash::Sha256)),
    ("1.2.840.113549.1.1.12", Some(Hash::Sha384)),
    ("1.2.840.113549.1.1.13", Some(Hash::Sha512)),
    ("1.2.840.10045.4.3.2", Some(Hash::Sha256)),
    ("1.2.840.10045.4.3.3", Some(Hash::Sha384)),
    ("1.2.840.10045.4.3.4", Some(Hash::Sha512)),
    ("1.3.14.3.2.26", None),
    ("1.2.840.113549.2.5", None),
    ("1.2.840.113549.1.1.4", None),
    ("1.2.840.113549.1.1.5", None),
    ("1.2.840.10045.4.1", None),
    ("1.2.840.10040.4.3", None),
];

fn fault<T>(state: State, why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { state, why: why.into() })
}

/// The digest that an algorithm names.
pub(super) fn hash(oid: ObjectIdentifier) -> Result<Hash, Fault> {
    let name = oid.to_string();
    match HASHES.iter().find(|(other, _)| *other == name) {
        Some((_, Some(hash))) => Ok(*hash),
        Some((_, None)) => fault(State::Weak, "it is made over a digest that can be forged: MD5 or SHA-1"),
        None => fault(State::Unverified, format!("nobody here verifies the algorithm {name}")),
    }
}

impl Hash {
    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    fn scheme(self) -> Pkcs1v15Sign {
        match self {
            Self::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            Self::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            Self::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        }
    }
}

/// An RSA key, prepared for many signatures.
#[derive(Clone, Debug)]
pub(super) struct Rsa(PublicKey);

impl Rsa {
    /// From its two numbers, the most significant byte first; none where they are no key that is read here.
    pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let number = |bytes| Some(BoxedUint::from_be_slice_vartime(bytes)).filter(|_| bytes.len() <= MOST_BITS / 8 + 1);
        PublicKey::new(number(modulus)?, number(exponent)?).ok().map(Self)
    }

    /// Whether it has signed what has this digest. A number without its leading zeros is as good, as OpenPGP and SSH may write it.
    pub(super) fn holds(&self, hash: Hash, digest: &[u8], signature: &[u8]) -> bool {
        let missing = self.0.size().saturating_sub(signature.len());
        let whole =
            if missing == 0 { Cow::Borrowed(signature) } else { Cow::Owned([&vec![0; missing], signature].concat()) };
        self.0.verify(hash.scheme(), digest, &whole).is_ok()
    }
}

/// Whether nobody can sign in place of an RSA key, as far as the length of its modulus tells.
pub(super) fn strong(modulus: &[u8]) -> Result<(), Fault> {
    let bytes = modulus.iter().position(|byte| *byte != 0).and_then(|at| modulus.get(at..)).unwrap_or_default();
    let bits = bytes.len() * 8 - bytes.first().map_or(0, |byte| byte.leading_zeros() as usize);
    match bits {
        ..FEWEST_BITS => {
            fault(State::Weak, format!("its RSA key has {bits} bits, and fewer than {FEWEST_BITS} can be broken"))
        }
        FEWEST_BITS..=MOST_BITS => Ok(()),
        _ => fault(State::Unverified, format!("its RSA key has {bits} bits, and more than {MOST_BITS} are not read")),
    }
}

/// Whether a key has signed a message. Where the algorithm names only the kind of key, `digest` is what it was made over.
pub(super) fn verify(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<Hash>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Fault> {
    let name = algorithm.oid.to_string();
    let hash = match digest.filter(|_| name == RSA || name == CURVE) {
        Some(hash) => hash,
        None => hash(algorithm.oid)?,
    };
    let digest = hash.digest(message);
    let bytes = key.subject_public_key.raw_bytes();
    let holds = match key.algorithm.oid.to_string().as_str() {
        RSA => {
            let Ok((modulus, exponent)) = pkcs1(bytes) else {
                return fault(State::Malformed, "its certificate holds no key that can be read");
            };
            strong(modulus)?;
            Rsa::new(modulus, exponent).is_some_and(|key| key.holds(hash, &digest, signature))
        }
        CURVE => on_curve(key, &digest, signature)?,
        other => return fault(State::Unverified, format!("nobody here verifies a key of the kind {other}")),
    };
    if holds {
        Ok(())
    } else {
        fault(State::Tampered, "the key has not signed these bytes: they, or the signature, were changed")
    }
}

/// The two numbers of an RSA key (RFC 8017, A.1.1).
fn pkcs1(der: &[u8]) -> x509_cert::der::Result<(&[u8], &[u8])> {
    let mut reader = SliceReader::new(der)?;
    let numbers = reader.sequence(|reader| Ok((UintRef::decode(reader)?, UintRef::decode(reader)?)))?;
    reader.finish((numbers.0.as_bytes(), numbers.1.as_bytes()))
}

fn on_curve(key: &SubjectPublicKeyInfoOwned, digest: &[u8], signature: &[u8]) -> Result<bool, Fault> {
    let curve = key.algorithm.parameters.as_ref().and_then(|name| name.decode_as::<ObjectIdentifier>().ok());
    let bytes = key.subject_public_key.raw_bytes();
    match curve.map(|name| name.to_string()).as_deref() {
        Some("1.2.840.10045.3.1.7") => {
            let parts =
                (p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes), p256::ecdsa::Signature::from_der(signature));
            Ok(matches!(parts, (Ok(key), Ok(signature)) if key.verify_prehash(digest, &signature).is_ok()))
        }
        Some("1.3.132.0.34") => {
            let parts =
                (p384::ecdsa::VerifyingKey::from_sec1_bytes(bytes), p384::ecdsa::Signature::from_der(signature));
            Ok(matches!(parts, (Ok(key), Ok(signature)) if key.verify_prehash(digest, &signature).is_ok()))
        }
        other => {
            fault(State::Unverified, format!("nobody here verifies the curve {}", other.unwrap_or("without a name")))
        }
    }
}
