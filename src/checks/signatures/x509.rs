//! X.509 signatures: CMS (RFC 5652), as `gpgsm` and `gitsign` make it, by a certificate that leads to a root of the repository. Whether the
//! numbers hold is asked of the libraries of keys; whose certificate it is, whether it might sign then, and when that was, is said here.

use cms::cert::CertificateChoices;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::attr::Attributes;
use x509_cert::der::asn1::{Ia5StringRef, ObjectIdentifier, OctetString, PrintableStringRef, Utf8StringRef};
use x509_cert::der::{Any, Decode as _, Encode as _};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage, SubjectAltName, SubjectKeyIdentifier};
use x509_cert::time::Time;

use super::outcome::{Claim, Fault, Outcome, Owner};
use super::roots::{Roots, broken, extension, seconds};
use super::signed::Signed;
use super::state::State;
use super::{armour, ber, numbers};

/// What is signed (RFC 5652, 4 and 5.1): data, and signed data.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// Attributes that are signed (RFC 5652, 11).
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
/// The address in the name of a subject (RFC 2985, 5.2.1).
const EMAIL: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1");
/// What a certificate may be for that signs commits: mail, code, anything (RFC 5280, 4.2.1.12).
const PURPOSES: [&str; 3] = ["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.3", "2.5.29.37.0"];

/// Seconds: a certificate that is valid for less is thrown away at once, as those of Fulcio are, and its key with it.
const SHORT_LIVED: i64 = 24 * 60 * 60;

/// A message that holds one signature of something else.
struct Message {
    signer: SignerInfo,
    certificates: Vec<Certificate>,
}

/// What a signature is worth when it is looked at `now`. It says itself when it was made.
pub(super) fn verify(signed: &Signed, now: i64, roots: &Roots) -> Outcome {
    let Message { signer, certificates } = match read(&signed.armour) {
        Ok(message) => message,
        Err(why) => return Outcome::fault(None, State::Malformed, why),
    };
    let all = roots.anchors().iter().chain(&certificates);
    let Some(own) = all.into_iter().find(|certificate| is_of(certificate, &signer.sid)) else {
        return Outcome::fault(
            None,
            State::UnknownKey,
            "neither it nor the repository has the certificate that signed it",
        );
    };
    let key = own.to_der().map(|der| fingerprint(&der)).ok();
    let claims = holds(&signer, own, &signed.payload).and_then(|made| weigh(own, &certificates, (made, now), roots));
    Outcome { key, primary: None, claims: claims.map(|claim| vec![claim]) }
}

fn fault<T>(state: State, why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { state, why: why.into() })
}

/// The SHA-256 of a certificate, as `openssl x509 -fingerprint -sha256` and `gpgsm --list-keys` write it, without colons.
fn fingerprint(der: &[u8]) -> String {
    Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// A message with one signature, and nothing in it that is signed by it and not by the commit.
fn read(armour: &[u8]) -> Result<Message, &'static str> {
    const ODD: &str = "it is not as CMS writes a signature";
    let der = ber::to_der(&armour::ssh(armour)?)?;
    let message = ContentInfo::from_der(&der).map_err(|_| ODD)?;
    if message.content_type != SIGNED_DATA {
        return Err(ODD);
    }
    let SignedData { version, digest_algorithms, encap_content_info, certificates, signer_infos, .. } =
        message.content.decode_as::<SignedData>().map_err(|_| ODD)?;
    if encap_content_info.econtent_type != DATA || encap_content_info.econtent.is_some() {
        return Err("it is not a signature of something else");
    }
    let mut signers = signer_infos.0.into_vec();
    let (Some(signer), true) = (signers.pop(), signers.is_empty()) else {
        return Err("it holds more than one signature");
    };
    // What nobody has signed must at least fit what somebody has.
    let expected = match signer.sid {
        SignerIdentifier::IssuerAndSerialNumber(_) => CmsVersion::V1,
        SignerIdentifier::SubjectKeyIdentifier(_) => CmsVersion::V3,
    };
    let is_named = digest_algorithms.iter().any(|digest| digest.oid == signer.digest_alg.oid);
    if version != expected || signer.version != expected || !is_named {
        return Err(ODD);
    }
    let certificates = certificates.map(|set| set.0.into_vec()).unwrap_or_default().into_iter();
    let certificates = certificates.filter_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate),
        CertificateChoices::Other(_) => None,
    });
    Ok(Message { signer, certificates: certificates.collect() })
}

/// Whether a certificate is the one that a signature names.
fn is_of(certificate: &Certificate, name: &SignerIdentifier) -> bool {
    match name {
        SignerIdentifier::IssuerAndSerialNumber(name) => {
            certificate.tbs_certificate.issuer == name.issuer
                && certificate.tbs_certificate.serial_number == name.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(name) => {
            matches!(extension::<SubjectKeyIdentifier>(certificate), Ok(Some(other)) if other == *name)
        }
    }
}

/// Whether a certificate has signed these bytes, and when it says that it did.
fn holds(signer: &SignerInfo, own: &Certificate, payload: &[u8]) -> Result<i64, Fault> {
    let malformed = |why: &str| Fault { state: State::Malformed, why: why.to_owned() };
    let hash = numbers::hash(signer.digest_alg.oid)?;
    let Some(attributes) = &signer.signed_attrs else { return Err(malformed("it does not say when it was made")) };
    let content = one(attributes, CONTENT_TYPE).and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
    let digest = one(attributes, MESSAGE_DIGEST).and_then(|value| value.decode_as::<OctetString>().ok());
    let made = one(attributes, SIGNING_TIME).and_then(|value| Time::from_der(&value.to_der().ok()?).ok());
    let (Some(DATA), Some(digest)) = (content, digest) else { return Err(malformed("it does not say what it is of")) };
    let made = made.ok_or_else(|| malformed("it does not say when it was made"))?;
    // What is signed are the attributes, written as a set (RFC 5652, 5.4).
    let message = attributes.to_der().map_err(|_| malformed("its attributes cannot be read"))?;
    let key = &own.tbs_certificate.subject_public_key_info;
    numbers::verify(key, &signer.signature_algorithm, Some(hash), &message, signer.signature.as_bytes())?;
    if digest.as_bytes() != hash.digest(payload) {
        return fault(State::Tampered, "the key has not signed these bytes: they, or the signature, were changed");
    }
    Ok(seconds(made))
}

/// The one value of an attribute that stands there once.
fn one(attributes: &Attributes, name: ObjectIdentifier) -> Option<&Any> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid == name);
    let (attribute, None) = (found.next()?, found.next()) else { return None };
    (attribute.values.len() == 1).then(|| attribute.values.get(0))?
}

/// What a certificate is worth whose signature holds.
fn weigh(own: &Certificate, others: &[Certificate], (made, now): (i64, i64), roots: &Roots) -> Result<Claim, Fault> {
    let chain = roots.chain(own, others)?;
    // Whoever reads the other one would judge otherwise.
    if others.iter().any(|certificate| chain.contradicts(certificate)) {
        return Err(broken("it brings a certificate of its chain in two versions"));
    }
    let usage = extension::<KeyUsage>(own)?;
    let purposes = extension::<ExtendedKeyUsage>(own)?;
    let is_for = |purpose: &ObjectIdentifier| PURPOSES.contains(&purpose.to_string().as_str());
    let may_sign = usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation());
    if !may_sign || purposes.is_some_and(|purposes| !purposes.0.iter().any(is_for)) {
        return Err(broken("its certificate is not meant for signing"));
    }
    if made > now + super::SKEW {
        return fault(
            State::NotYetValid,
            format!("it says that it is from {}, which is yet to come", super::day(made)),
        );
    }
    // Whoever keeps such a key can sign for ever and say that it was then.
    let validity = &own.tbs_certificate.validity;
    let span = seconds(validity.not_after) - seconds(validity.not_before);
    if span < SHORT_LIVED {
        let why = format!(
            "its certificate was valid for {} minutes only, and nothing that is read here shows that it was made then",
            span / 60
        );
        return fault(State::Unverified, why);
    }
    let retired = roots.revocation(&chain)?;
    let window = chain.window();
    let state = window.state(made, now);
    let (state, why) = match retired {
        Some(since) if made >= since => (
            State::Retired,
            format!("its authority retired it on {}, and this is from {}", super::day(since), super::day(made)),
        ),
        Some(since) if state.stands() => {
            (State::RetiredSince, format!("its authority retired it on {}", super::day(since)))
        }
        _ => (state, window.why(state, made)),
    };
    Ok(Claim { state, why, owner: Owner::Users(addresses(own)?) })
}

/// Whom a certificate names by address: in its alternative names, and in the name of its subject.
fn addresses(certificate: &Certificate) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    for name in extension::<SubjectAltName>(certificate)?.into_iter().flat_map(|names| names.0) {
        match name {
            GeneralName::Rfc822Name(address) => found.push(address.to_string()),
            GeneralName::UniformResourceIdentifier(address) => found.push(address.to_string()),
            _ => {}
        }
    }
    let parts = certificate.tbs_certificate.subject.0.iter().flat_map(|part| part.0.iter());
    for part in parts.filter(|part| part.oid == EMAIL) {
        found.extend(text(&part.value));
    }
    // Only what can be read in one way names somebody.
    found.retain(|address| !address.contains(['<', '>', '\0', '\n']));
    found.dedup();
    Ok(found)
}

fn text(value: &Any) -> Option<String> {
    let as_ia5 = value.decode_as::<Ia5StringRef<'_>>().map(|text| text.to_string());
    let as_utf8 = || value.decode_as::<Utf8StringRef<'_>>().map(|text| text.to_string());
    let as_printable = || value.decode_as::<PrintableStringRef<'_>>().map(|text| text.to_string());
    as_ia5.or_else(|_| as_utf8()).or_else(|_| as_printable()).ok()
}
