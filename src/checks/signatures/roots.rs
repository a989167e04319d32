//! X.509 certificates that are trusted, and the way from a signer's own to one of them (RFC 5280, 6.1): who has signed it, when each of them
//! is valid, what it is for, and what was taken back since.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_cert::Certificate;
use x509_cert::crl::{CertificateList, RevokedCert};
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::{Decode, Encode as _};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::Time;

use super::numbers;
use super::outcome::{Fault, Window};
use super::state::State;

/// More certificates one after the other nobody needs.
const LONGEST: usize = 8;

/// Extensions that may be critical, because they are heeded here or narrow nothing that is asked: key usage, alternative names, basic
/// constraints, policies, extended key usage.
const UNDERSTOOD: [&str; 5] = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.32", "2.5.29.37"];
/// What narrows the names that an authority may certify. It is not heeded here, so such an authority is none.
const NAME_CONSTRAINTS: &str = "2.5.29.30";
/// Why a certificate was taken back (RFC 5280, 5.3.1).
const REASON: &str = "2.5.29.21";
const SUPERSEDED: [u8; 3] = [3, 4, 5];
const GIVEN_BACK: u8 = 8;

/// What is trusted.
#[derive(Default)]
pub(super) struct Roots {
    anchors: Vec<Certificate>,
    lists: Vec<CertificateList>,
    /// Keys of transparency logs.
    pub logs: Vec<SubjectPublicKeyInfoOwned>,
}

/// The way to a certificate that is trusted: the signer's own comes first.
pub(super) struct Chain<'a>(Vec<&'a Certificate>);

impl Roots {
    /// From files by name, each with certificates and lists of revoked ones, in DER or PEM, or with keys of transparency logs, in PEM; what
    /// cannot be read is told.
    ///
    /// # Errors
    /// Where a list of revoked certificates cannot be understood: one that is revoked must not be missed.
    pub(super) fn new(files: &[(String, Vec<u8>)]) -> Result<(Self, Vec<String>), String> {
        let (mut roots, mut faults) = (Self::default(), Vec::new());
        for (name, bytes) in files {
            for (label, der) in parts(bytes) {
                match label {
                    "X509 CRL" => {
                        let list = list(&der).map_err(|why| format!("{name}: {why}"))?;
                        roots.lists.push(list);
                    }
                    "PUBLIC KEY" => match SubjectPublicKeyInfoOwned::from_der(&der) {
                        Ok(key) => roots.logs.push(key),
                        Err(_) => faults.push(format!("{name}: it holds a key that cannot be read")),
                    },
                    _ => match Certificate::from_der(&der) {
                        Ok(certificate) => roots.anchors.push(certificate),
                        Err(_) => faults.push(format!("{name}: it holds something that is no certificate")),
                    },
                }
            }
        }
        Ok((roots, faults))
    }

    /// Whether nothing is trusted.
    pub(super) fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// All certificates that are trusted.
    pub(super) fn anchors(&self) -> &[Certificate] {
        &self.anchors
    }

    /// The way from a certificate to one that is trusted, over `others`.
    pub(super) fn chain<'a>(&'a self, own: &'a Certificate, others: &'a [Certificate]) -> Result<Chain<'a>, Fault> {
        understood(own)?;
        let mut chain = vec![own];
        loop {
            let last = chain[chain.len() - 1];
            if self.anchors.contains(last) {
                return Ok(Chain(chain));
            }
            let issuer = self.issuer(last, others)?;
            if chain.contains(&issuer) || chain.len() == LONGEST {
                let (state, what) =
                    if chain.len() == 1 { (State::UnknownKey, "it") } else { (State::BrokenChain, "its chain") };
                let why = format!("{what} ends at {}, which is no root here", issuer.tbs_certificate.subject);
                return Err(Fault { state, why });
            }
            understood(issuer)?;
            may_certify(issuer, chain.len() - 1)?;
            chain.push(issuer);
        }
    }

    /// Who has signed a certificate.
    fn issuer<'a>(&'a self, of: &Certificate, others: &'a [Certificate]) -> Result<&'a Certificate, Fault> {
        let name = &of.tbs_certificate.issuer;
        let bytes = of.tbs_certificate.to_der().map_err(|_| broken("its certificate cannot be read"))?;
        let named = self.anchors.iter().chain(others).filter(|other| other.tbs_certificate.subject == *name);
        for issuer in named {
            let key = &issuer.tbs_certificate.subject_public_key_info;
            match numbers::verify(key, &of.signature_algorithm, None, &bytes, of.signature.raw_bytes()) {
                Ok(()) => return Ok(issuer),
                Err(fault) if fault.state == State::Tampered => {}
                Err(fault) => return Err(Fault { why: format!("a certificate of its chain: {}", fault.why), ..fault }),
            }
        }
        Err(broken(&format!("its certificate is by {name}, which is no authority here")))
    }

    /// What was taken back of a chain: the first reason, and since when where it is one that leaves the past alone.
    pub(super) fn revocation(&self, chain: &Chain<'_>) -> Result<Option<i64>, Fault> {
        let mut retired: Option<i64> = None;
        for pair in chain.0.windows(2) {
            let [own, issuer] = pair else { continue };
            let of_issuer = |list: &&CertificateList| list.tbs_cert_list.issuer == issuer.tbs_certificate.subject;
            for list in self.lists.iter().filter(of_issuer) {
                let bytes = list
                    .tbs_cert_list
                    .to_der()
                    .map_err(|_| broken("its list of revoked certificates cannot be read"))?;
                let key = &issuer.tbs_certificate.subject_public_key_info;
                if numbers::verify(key, &list.signature_algorithm, None, &bytes, list.signature.raw_bytes()).is_err() {
                    return Err(broken("the list of revoked certificates of its authority is not signed by it"));
                }
                let revoked = list.tbs_cert_list.revoked_certificates.iter().flatten();
                for entry in revoked.filter(|entry| entry.serial_number == own.tbs_certificate.serial_number) {
                    match reason(entry) {
                        Some(GIVEN_BACK) => {}
                        Some(reason) if SUPERSEDED.contains(&reason) => {
                            let since = seconds(entry.revocation_date);
                            retired = Some(retired.map_or(since, |other| other.min(since)));
                        }
                        _ => {
                            let why = "its authority has revoked its certificate".to_owned();
                            return Err(Fault { state: State::Revoked, why });
                        }
                    }
                }
            }
        }
        Ok(retired)
    }
}

impl Chain<'_> {
    /// Whether a certificate has the number of one in the chain, and is another.
    pub(super) fn contradicts(&self, other: &Certificate) -> bool {
        let number = |of: &Certificate| (of.tbs_certificate.issuer.clone(), of.tbs_certificate.serial_number.clone());
        self.0.iter().any(|known| *known != other && number(known) == number(other))
    }

    /// When all of it is valid.
    pub(super) fn window(&self) -> Window {
        Self::window_of(&self.0)
    }

    /// When those are valid that vouch for the signer's own.
    pub(super) fn window_of_authorities(&self) -> Window {
        Self::window_of(&self.0[1..])
    }

    fn window_of(certificates: &[&Certificate]) -> Window {
        let all = certificates.iter().map(|certificate| &certificate.tbs_certificate.validity);
        all.fold(Window::default(), |window, validity| {
            window.and(Window { after: Some(seconds(validity.not_before)), until: Some(seconds(validity.not_after)) })
        })
    }
}

/// An extension that stands there at most once; whether it is well-formed.
pub(super) fn extension<'a, T: Decode<'a> + AssociatedOid>(certificate: &'a Certificate) -> Result<Option<T>, Fault> {
    let extensions = certificate.tbs_certificate.extensions.iter().flatten();
    let mut found = extensions.filter(|extension| extension.extn_id == T::OID);
    let value = found.next().map(|extension| T::from_der(extension.extn_value.as_bytes())).transpose();
    match (value, found.next()) {
        (Ok(value), None) => Ok(value),
        _ => Err(broken("an extension of a certificate in its chain is malformed")),
    }
}

/// Seconds since 1970 UTC.
pub(super) fn seconds(time: Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

pub(super) fn broken(why: &str) -> Fault {
    Fault { state: State::BrokenChain, why: why.to_owned() }
}

/// Whether nothing in a certificate demands more than is heeded here.
fn understood(certificate: &Certificate) -> Result<(), Fault> {
    let extensions = certificate.tbs_certificate.extensions.iter().flatten();
    match demand(extensions).find(|name| !UNDERSTOOD.contains(&name.as_str())) {
        Some(name) => Err(broken(&format!("a certificate of its chain demands {name}, which nobody here understands"))),
        None => Ok(()),
    }
}

/// What must be heeded.
fn demand<'a>(extensions: impl Iterator<Item = &'a Extension>) -> impl Iterator<Item = String> {
    extensions
        .map(|one| (one.critical, one.extn_id.to_string()))
        .filter(|(is, name)| *is || name == NAME_CONSTRAINTS)
        .map(|(_, name)| name)
}

/// Whether a certificate may sign others, with so many between it and the signer's own.
fn may_certify(certificate: &Certificate, between: usize) -> Result<(), Fault> {
    let constraints = extension::<BasicConstraints>(certificate)?;
    let usage = extension::<KeyUsage>(certificate)?;
    let is_authority = constraints.as_ref().is_some_and(|constraints| constraints.ca);
    let may_sign = usage.is_none_or(|usage| usage.key_cert_sign());
    let most = constraints.and_then(|constraints| constraints.path_len_constraint);
    let name = &certificate.tbs_certificate.subject;
    match most {
        _ if !is_authority || !may_sign => {
            Err(broken(&format!("{name} has signed a certificate of its chain, and is no authority")))
        }
        Some(most) if usize::from(most) < between => Err(broken(&format!("{name} may not certify so long a chain"))),
        _ => Ok(()),
    }
}

fn reason(entry: &RevokedCert) -> Option<u8> {
    let mut extensions = entry.crl_entry_extensions.iter().flatten();
    let found = extensions.find(|extension| extension.extn_id.to_string() == REASON)?;
    match found.extn_value.as_bytes() {
        [0x0A, 1, reason] => Some(*reason),
        _ => None,
    }
}

fn list(der: &[u8]) -> Result<CertificateList, String> {
    let list =
        CertificateList::from_der(der).map_err(|_| "it holds a list of revoked certificates that cannot be read")?;
    let of_entries = list.tbs_cert_list.revoked_certificates.iter().flatten();
    let of_entries = of_entries.flat_map(|entry| entry.crl_entry_extensions.iter().flatten());
    let demanded =
        demand(list.tbs_cert_list.crl_extensions.iter().flatten().chain(of_entries)).find(|name| name != REASON);
    match demanded {
        Some(name) => Err(format!("its list of revoked certificates demands {name}, which nobody here understands")),
        None => Ok(list),
    }
}

/// The parts of a file by their labels: of PEM (RFC 7468) each, else all of it.
fn parts(bytes: &[u8]) -> Vec<(&str, Vec<u8>)> {
    let Ok(text) = std::str::from_utf8(bytes) else { return vec![whole(bytes)] };
    if !text.contains("-----BEGIN ") {
        return vec![whole(bytes)];
    }
    let mut found = Vec::new();
    for part in text.split("-----BEGIN ").skip(1) {
        let body = part.split_once("-----").and_then(|(label, rest)| Some((label, rest.split_once("-----END ")?.0)));
        let (label, body) = body.unwrap_or(("", ""));
        let body: String = body.split_ascii_whitespace().collect();
        found.push((label, STANDARD.decode(body).unwrap_or_default()));
    }
    found
}

fn whole(bytes: &[u8]) -> (&'static str, Vec<u8>) {
    let label = if CertificateList::from_der(bytes).is_ok() { "X509 CRL" } else { "CERTIFICATE" };
    (label, bytes.to_vec())
}
