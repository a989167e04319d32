//! Whether somebody may sign a commit or a tag: its identity, its refs, and what kind of commit it is.

use super::outcome::{Claim, Fault, Outcome, Owner};
use super::settings::{Identity, Require, Settings};
use super::signed::{self, Kind, Person, Reading, Signed};
use super::state::State;
use super::trust::Trust;
use super::{Signatures, openpgp, ssh, x509};
use crate::git::{self, Oid};
use crate::scope::Arrival;

/// What was found of one object. Texts are as they stand there.
pub(super) struct Judged {
    pub arrival: Arrival,
    pub state: State,
    /// Why it is not simply good, in a sentence.
    pub why: String,
    pub key: Option<String>,
    /// The primary key, where a subkey made it.
    primary: Option<String>,
    /// To whom the key belongs.
    pub signer: Option<String>,
    pub format: Option<&'static str>,
    /// Whether a forge has signed it.
    pub by_forge: bool,
    pub is_commit: bool,
    /// Whose word its signature is, where it stands and some are asked for theirs.
    pub voice: Option<Voice>,
    /// The name of a tag.
    pub tag: Option<Vec<u8>>,
    pub parents: Vec<Oid>,
    pub subject: Vec<u8>,
    pub author: Vec<u8>,
    /// When it says that it was made.
    pub time: Option<i64>,
}

/// Somebody who has signed, as a policy may name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Voice {
    /// The primary key, and the one that signed.
    pub keys: Vec<String>,
    pub owner: Owner,
}

impl Voice {
    /// What tells one from another: subkeys are one with their primary key.
    pub(super) fn key(&self) -> Option<&String> {
        self.keys.first()
    }

    /// Whether a policy means it by a name: an address, or a fingerprint.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key == name) || self.owner.is_named(name)
    }
}

/// Who an object says that it is by.
struct People {
    author: Option<Person>,
    /// Who made it last, whose time counts: the committer, or the tagger.
    maker: Option<Person>,
}

/// Judges one object.
pub(super) fn judge(check: &Signatures<'_>, arrival: &Arrival, kind: git::Kind, raw: &[u8], trust: &Trust) -> Judged {
    let is_commit = kind == git::Kind::Commit;
    let people = if is_commit {
        People { author: signed::person(raw, "author"), maker: signed::person(raw, "committer") }
    } else {
        People { author: None, maker: signed::person(raw, "tagger") }
    };
    let reading = match kind {
        git::Kind::Commit => signed::commit(raw, arrival.oid.as_bytes().len()),
        git::Kind::Tag => signed::tag(raw),
        git::Kind::Blob | git::Kind::Tree => Reading::Malformed("it is neither a commit nor a tag"),
    };
    let shown = if is_commit { people.author.as_ref() } else { people.maker.as_ref() };
    let mut judged = Judged {
        is_commit,
        tag: (!is_commit).then(|| signed::header(raw, "tag").unwrap_or_default().to_vec()),
        parents: if is_commit { parents(raw) } else { Vec::new() },
        subject: signed::subject(raw).to_vec(),
        author: shown.map(|person| person.name.clone()).unwrap_or_default(),
        time: people.maker.as_ref().and_then(|maker| maker.time),
        ..Judged::new(arrival.clone())
    };
    match reading {
        Reading::Unsigned => {}
        Reading::Malformed(why) => judged.set(State::Malformed, why),
        Reading::Signed(signed) => {
            judged.format = Some(signed.kind.as_str());
            judged.weigh(check, &signed, &people, trust);
        }
    }
    judged
}

/// Judges what signs a push. It names nobody by an address, so whose the key is is not asked, but only whether it is known.
pub(super) fn sign_of_push(check: &Signatures<'_>, arrival: &Arrival, reading: Reading, trust: &Trust) -> Judged {
    let mut judged = Judged::new(arrival.clone());
    // A finding of it is told by the ref.
    judged.tag = Some(Vec::new());
    match reading {
        Reading::Unsigned => {}
        Reading::Malformed(why) => judged.set(State::Malformed, why),
        Reading::Signed(signed) => {
            judged.format = Some(signed.kind.as_str());
            // Its nonce shows that it was made now, whatever it says itself.
            if let Some(claims) = judged.claims(check, &signed, check.now, trust) {
                match best(claims.iter().filter(|claim| claim.owner.is_somebody())) {
                    Some(claim) => judged.take(check, claim, None),
                    None => judged
                        .set(State::WrongIdentity, "its certificate is for nobody for whom the authority may vouch"),
                }
            }
        }
    }
    match judged.state {
        State::ExpiredSince => judged.state = State::Expired,
        State::RetiredSince => judged.state = State::Retired,
        _ => {}
    }
    judged
}

fn parents(raw: &[u8]) -> Vec<Oid> {
    let lines = raw.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    lines.filter_map(|line| Oid::from_hex(line.strip_prefix(b"parent ")?).ok()).collect()
}

impl Judged {
    /// Of an object of which nothing is known yet.
    fn new(arrival: Arrival) -> Self {
        Self {
            arrival,
            state: State::Unsigned,
            why: "it has no signature".to_owned(),
            key: None,
            primary: None,
            signer: None,
            format: None,
            by_forge: false,
            voice: None,
            is_commit: false,
            tag: None,
            parents: Vec::new(),
            subject: Vec::new(),
            author: Vec::new(),
            time: None,
        }
    }

    pub(super) fn set(&mut self, state: State, why: impl Into<String>) {
        self.state = state;
        self.why = why.into();
    }

    /// What a signature is worth that can be read.
    fn weigh(&mut self, check: &Signatures<'_>, signed: &Signed, people: &People, trust: &Trust) {
        let Some((maker, made)) = people.maker.as_ref().and_then(|maker| Some((maker, maker.time?))) else {
            return self.set(State::Malformed, "it does not say exactly once who made it, and when");
        };
        let Some(claims) = self.claims(check, signed, made, trust) else { return };
        let any = check.settings.require == Require::AnyValid;
        let claim =
            if any { best(claims.iter()) } else { self.identify(check, claims.iter(), maker, people.author.as_ref()) };
        if let Some(claim) = claim {
            self.take(check, claim, maker.email.as_deref());
        }
        if self.state.stands() {
            self.hold_name();
        }
    }

    /// Whom the key belongs to that signed; none where nothing holds.
    fn claims(&mut self, check: &Signatures<'_>, signed: &Signed, made: i64, trust: &Trust) -> Option<Vec<Claim>> {
        let any = check.settings.require == Require::AnyValid;
        let Outcome { key, primary, claims } = match signed.kind {
            Kind::Ssh => ssh::verify(signed, made, check.now, &trust.signers, any),
            Kind::OpenPgp => openpgp::verify(signed, check.now, &trust.keyring),
            Kind::X509 => x509::verify(signed, check.now, &trust.roots, &check.settings.issuers),
        };
        (self.key, self.primary) = (key, primary);
        match claims {
            Ok(claims) => Some(claims),
            Err(Fault { state, why }) => {
                self.set(state, why);
                None
            }
        }
    }

    /// What a claim says is what is said of the object; `email` is who it says that it is by.
    fn take(&mut self, check: &Signatures<'_>, claim: &Claim, email: Option<&[u8]>) {
        self.signer = Some(claim.owner.name(email));
        self.set(claim.state, claim.why.as_str());
        let Settings { refs, paths, .. } = check.settings;
        if self.state.stands() && (!refs.is_empty() || !paths.is_empty()) {
            let keys = self.primary.iter().chain(&self.key).cloned().collect();
            self.voice = Some(Voice { keys, owner: claim.owner.clone() });
        }
    }

    /// The best of the claims that fit who the object says that it is by.
    fn identify<'c>(
        &mut self,
        check: &Signatures<'_>,
        claims: impl Iterator<Item = &'c Claim> + Clone,
        maker: &Person,
        author: Option<&Person>,
    ) -> Option<&'c Claim> {
        let is_named = |claim: &Claim, list: &[String]| list.iter().any(|name| self.is_named(claim, name));
        let fits = |claim: &&Claim| {
            let for_others = is_named(claim, &check.settings.forges) || is_named(claim, &check.settings.bots);
            let identity = if for_others || !self.is_commit { Identity::Committer } else { check.settings.identity };
            let is = |person: Option<&Person>| {
                person.and_then(|person| person.email.as_ref()).is_some_and(|email| claim.owner.is(email))
            };
            match identity {
                Identity::Committer => is(Some(maker)),
                Identity::Author => is(author),
                Identity::Both => is(Some(maker)) && is(author),
            }
        };
        if let Some(claim) = best(claims.clone().filter(fits)) {
            self.by_forge = is_named(claim, &check.settings.forges);
            return Some(claim);
        }
        let claim = best(claims)?;
        self.signer = Some(claim.owner.name(None));
        if !claim.state.stands() {
            return Some(claim);
        }
        let text = |bytes: &[u8]| git::RepoPath::new(bytes).to_string();
        let (maker, author) = (text(&maker.name), text(&self.author));
        let why = match check.settings.identity {
            _ if !self.is_commit => format!("the key does not belong to the tagger, {maker}"),
            Identity::Committer => format!("the key does not belong to the committer, {maker}"),
            Identity::Author => format!("the key does not belong to the author, {author}"),
            Identity::Both => {
                format!("the key does not belong to both the committer, {maker}, and the author, {author}")
            }
        };
        self.set(State::WrongIdentity, why);
        None
    }

    /// Whether a policy means this key by a name: an address, or a fingerprint.
    fn is_named(&self, claim: &Claim, name: &str) -> bool {
        let mut keys = self.key.iter().chain(&self.primary);
        keys.any(|key| key == name) || claim.owner.is_named(name)
    }

    /// Whether a tag goes where its name says.
    fn hold_name(&mut self) {
        let mut why = None;
        for name in &self.arrival.refs {
            if let (Some(tag), Some(own)) = (name.tag(), &self.tag)
                && tag != own.as_slice()
            {
                let own = git::RepoPath::new(own.as_slice());
                why = Some(format!("it was signed as the tag {own}, and not as {name}"));
            }
        }
        if let Some(why) = why {
            self.set(State::NotAllowed, why);
        }
    }
}

/// The claim that holds best.
fn best<'c>(claims: impl Iterator<Item = &'c Claim>) -> Option<&'c Claim> {
    claims.min_by_key(|claim| claim.state)
}
