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

use super::outcome::{Claim, Fault, Outcome, Owner, Window, not_from_the_future};
use super::roots::{Chain, Roots, broken, extension, seconds};
use super::signed::Signed;
use super::state::State;
use super::{armour, ber, numbers, rekor};

/// What is signed (RFC 5652, 4 and 5.1): data, and signed data.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// Attributes that are signed (RFC 5652, 11).
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
/// What a transparency log says of the signature (the table of names of Rekor); nobody has signed the attribute itself.
const LOG_ENTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.3.1");
/// Who has told Fulcio whose certificate it is (its table of names): first as plain bytes, since then as a string of ASN.1.
const ISSUER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1.1");
const ISSUER_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1.8");
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

/// What a signature is worth when it is looked at `now`. It says itself when it was made; where its certificate is thrown away at once, a
/// transparency log says it. `issuers` may have told an authority whose certificate it is, where that is written into one.
pub(super) fn verify(signed: &Signed, now: i64, roots: &Roots, issuers: &[String]) -> Outcome {
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
    let claims = holds(&signer, own, &signed.payload)
        .and_then(|made| weigh((&signer, own, &certificates), (made, now), roots, issuers));
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

/// A signature, the certificate of who made it, and those that came with it.
type Parts<'a> = (&'a SignerInfo, &'a Certificate, &'a [Certificate]);

/// What a certificate is worth whose signature holds.
fn weigh(
    (signer, own, others): Parts<'_>,
    (said, now): (i64, i64),
    roots: &Roots,
    issuers: &[String],
) -> Result<Claim, Fault> {
    let chain = roots.chain(own, others)?;
    // Whoever reads the other one would judge otherwise.
    if others.iter().any(|certificate| chain.contradicts(certificate)) {
        return Err(broken("it brings a certificate of its chain in two versions"));
    }
    may_sign(own, issuers)?;
    let (made, window) = when(signer, own, &chain, (said, roots))?;
    not_from_the_future(made, now)?;
    let retired = roots.revocation(&chain)?;
    let (state, why) = window.weigh(retired, "its authority retired it", made, now);
    Ok(Claim { state, why, owner: Owner::Users(addresses(own)?) })
}

/// Whether a certificate is meant for signing, and made on the word of somebody who counts.
fn may_sign(own: &Certificate, issuers: &[String]) -> Result<(), Fault> {
    let usage = extension::<KeyUsage>(own)?;
    let purposes = extension::<ExtendedKeyUsage>(own)?;
    let is_for = |purpose: &ObjectIdentifier| PURPOSES.contains(&purpose.to_string().as_str());
    let may_sign = usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation());
    if !may_sign || purposes.is_some_and(|purposes| !purposes.0.iter().any(is_for)) {
        return Err(broken("its certificate is not meant for signing"));
    }
    if let Some(issuer) = issuer(own)?
        && !issuers.contains(&issuer)
    {
        let why = format!(
            "its certificate says that {issuer:?} has told whose it is, and `issuers` of [signatures] does not name that"
        );
        return fault(State::NotAllowed, why);
    }
    Ok(())
}

/// When a signature was made, and in which time it had to be. It says that itself, but whoever keeps a key whose certificate is thrown away at once
/// can sign for ever and say that it was then: of those a log has to say it.
fn when(
    signer: &SignerInfo,
    own: &Certificate,
    chain: &Chain<'_>,
    (said, roots): (i64, &Roots),
) -> Result<(i64, Window), Fault> {
    let validity = &own.tbs_certificate.validity;
    let (from, until) = (seconds(validity.not_before), seconds(validity.not_after));
    if until - from >= SHORT_LIVED {
        return Ok((said, chain.window()));
    }
    let minutes = (until - from) / 60;
    let made = logged(signer, own, roots, minutes)?;
    let state = Window { after: Some(from), until: Some(until) }.state(made, made);
    if !state.stands() {
        let (seconds, when) = if made < from { (from - made, "before") } else { (made - until, "after") };
        let why = format!(
            "its certificate was valid for {minutes} minutes, and the transparency log took it in {seconds} s {when} that"
        );
        return fault(state, why);
    }
    Ok((made, chain.window_of_authorities()))
}

/// When a transparency log took in a signature by a certificate that was valid for so many minutes.
fn logged(signer: &SignerInfo, own: &Certificate, roots: &Roots, minutes: i64) -> Result<i64, Fault> {
    let unproved = |what: &str| Fault {
        state: State::Unverified,
        why: format!("its certificate was valid for {minutes} minutes only, and {what}"),
    };
    let entries = signer.unsigned_attrs.as_ref();
    let Some(entries) = entries.filter(|all| all.iter().any(|attribute| attribute.oid == LOG_ENTRY)) else {
        return Err(unproved(
            "it carries no proof of a transparency log that it was made then; `git config gitsign.rekorMode offline` puts one \
             into signatures to come",
        ));
    };
    if roots.logs.is_empty() {
        return Err(unproved(
            "the roots here hold no key of a transparency log that could show that it was made then; it is added to them as a \
             file that begins `-----BEGIN PUBLIC KEY-----`",
        ));
    }
    let odd = || broken("what a transparency log says of it cannot be read");
    let entry = one(entries, LOG_ENTRY).and_then(|value| value.decode_as::<OctetString>().ok()).ok_or_else(odd)?;
    let message = signer.signed_attrs.as_ref().and_then(|attributes| attributes.to_der().ok()).ok_or_else(odd)?;
    let certificate = own.to_der().map_err(|_| odd())?;
    let logged = rekor::Logged { message: &message, signature: signer.signature.as_bytes(), certificate: &certificate };
    rekor::time(entry.as_bytes(), &logged, &roots.logs)
}

/// Who has told the authority whose certificate it is, where that is written into it.
fn issuer(own: &Certificate) -> Result<Option<String>, Fault> {
    let odd = || broken("its certificate does not say in one way who has told whose it is");
    let extensions = own.tbs_certificate.extensions.iter().flatten();
    let mut said = extensions.filter_map(|extension| {
        let bytes = extension.extn_value.as_bytes();
        match extension.extn_id {
            ISSUER => Some(String::from_utf8(bytes.to_vec()).ok()),
            ISSUER_V2 => Some(Utf8StringRef::from_der(bytes).ok().map(|text| text.to_string())),
            _ => None,
        }
    });
    let Some(first) = said.next() else { return Ok(None) };
    let first = first.ok_or_else(odd)?;
    if said.all(|other| other.as_ref() == Some(&first)) { Ok(Some(first)) } else { Err(odd()) }
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
