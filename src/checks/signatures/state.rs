//! What a signature turned out to be: the states, their rules, and what a report says of each.

use crate::rule::Rule;

/// What a signature turned out to be. Every state but [`State::Unsigned`] speaks of a signature that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Somebody who may has signed it, with a key that holds.
    Good,
    /// It held when it was made; the key has expired since. That does not unsign the past.
    ExpiredSince,
    /// It held when it was made; the key was superseded or retired since. The past stands.
    RetiredSince,
    /// There is no signature.
    Unsigned,
    /// It cannot be read.
    Malformed,
    /// It does not belong to these bytes.
    Tampered,
    /// Nobody has said whose key it is.
    UnknownKey,
    /// The key, or the signature itself, had expired when it was made.
    Expired,
    /// The key had been superseded or retired when it was made.
    Retired,
    /// The key is compromised, or revoked for no reason that is named: nothing that it ever signed stands.
    Revoked,
    /// The key was not valid yet, or the signature is from the future.
    NotYetValid,
    /// The algorithm or the key can be broken: MD5, SHA-1, DSA, RSA under 2048 bits.
    Weak,
    /// The key belongs to somebody else than the commit says.
    WrongIdentity,
    /// The signer may not sign this: the ref, the path, or what kind of commit it is.
    NotAllowed,
    /// What should lead from a key that is known to the key that signed does not hold.
    BrokenChain,
    /// It was made for another push.
    Replayed,
    /// Nobody here can verify it, so it is worth as much as none.
    Unverified,
}

/// All states, for lists and tests.
pub const STATES: [State; 17] = [
    State::Good,
    State::ExpiredSince,
    State::RetiredSince,
    State::Unsigned,
    State::Malformed,
    State::Tampered,
    State::UnknownKey,
    State::Expired,
    State::Retired,
    State::Revoked,
    State::NotYetValid,
    State::Weak,
    State::WrongIdentity,
    State::NotAllowed,
    State::BrokenChain,
    State::Replayed,
    State::Unverified,
];

/// How whatever is wrong with a signature is mended by making another one.
const ANEW: &str = "Sign it anew: the last commit with `git commit --amend --no-edit -S`, several with `git rebase --exec 'git commit --amend --no-edit -S' BASE`, a tag with `git tag -s -f NAME OBJECT`.";

static EXPIRED_SINCE: Rule = Rule::of_policy(
    "signature-expired-since",
    "signed with a key that has expired since",
    "Nothing has to be done about the past; extend the key, or sign with another one from now on.",
);
static RETIRED_SINCE: Rule = Rule::of_policy(
    "signature-retired-since",
    "signed with a key that was retired since",
    "Nothing has to be done about the past; sign with the key that took its place from now on.",
);
static UNSIGNED: Rule = Rule::of_policy(
    "unsigned",
    "not signed",
    "Sign it: the last commit with `git commit --amend --no-edit -S`, several with `git rebase --exec 'git commit --amend --no-edit -S' BASE`, a tag with `git tag -s -f NAME OBJECT`; `git config commit.gpgSign true` signs from now on.",
);
static MALFORMED: Rule = Rule::of_policy("signature-malformed", "signature that cannot be read", ANEW);
static TAMPERED: Rule = Rule::of_policy(
    "signature-tampered",
    "signature that does not belong to it",
    "Find out who changed what was signed, and where; then let whoever wrote it sign it anew.",
);
static UNKNOWN_KEY: Rule = Rule::of_policy(
    "signature-unknown-key",
    "signature by a key that nobody knows here",
    "If its owner may sign, somebody who may already adds the key by a commit: an SSH key as the line `ADDRESS KEY` of .palisade/allowed_signers, an OpenPGP certificate with `gpg --export --armor KEY > .palisade/keys/NAME.asc`, one of X.509 as a file of .palisade/roots/.",
);
static EXPIRED: Rule = Rule::of_policy(
    "signature-expired",
    "signed with a key that had expired",
    "Sign it anew with a key that is valid. If the key was extended, somebody who may sign adds it as it is now by a commit.",
);
static RETIRED: Rule = Rule::of_policy(
    "signature-retired",
    "signed with a key that had been retired",
    "Sign it anew with the key that took its place.",
);
static REVOKED: Rule = Rule::of_policy(
    "signature-revoked",
    "signature by a revoked key",
    "Whoever has the key can sign as its owner: look at what it is on before anything else, and let the owner sign it anew with another key.",
);
static NOT_YET_VALID: Rule = Rule::of_policy(
    "signature-not-yet-valid",
    "signed before the key was valid",
    "Look at the clock of who signed, then sign it anew.",
);
static WEAK: Rule = Rule::of_policy(
    "signature-weak",
    "signature that can be forged",
    "Sign it anew with a better key, such as `ssh-keygen -t ed25519` makes, and with `digest-algo SHA512` in gpg.conf where the digest is what is weak.",
);
static WRONG_IDENTITY: Rule = Rule::of_policy(
    "signature-wrong-identity",
    "signed by somebody else than it says",
    "Commit as the owner of the key (`git config user.email ADDRESS`, then `git commit --amend --no-edit --reset-author -S`), or add the address to the key's line or user ids.",
);
static NOT_ALLOWED: Rule = Rule::of_policy(
    "signature-not-allowed",
    "signed by somebody who may not",
    "Let somebody sign it who may, as [signatures] of the policy says.",
);
static BROKEN_CHAIN: Rule = Rule::of_policy(
    "signature-broken-chain",
    "signature whose key nobody vouches for as it should be",
    "Mend what vouches for the key, and sign it anew: the certificate of an SSH key, the bindings of an OpenPGP key, or the chain of X.509 up to a file of .palisade/roots/.",
);
static REPLAYED: Rule = Rule::of_policy(
    "signature-replayed",
    "push certificate that is not from this push",
    "Push again with `git push --signed`. Where it stays so, look at receive.certNonceSeed on the server, and at who pushes what somebody else has signed.",
);
static UNVERIFIED: Rule = Rule::of_policy(
    "signature-unverified",
    "signature that cannot be verified here",
    "Sign it anew with a key of a kind that is verified here, such as `ssh-keygen -t ed25519` makes (`git config gpg.format ssh`).",
);

impl State {
    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::ExpiredSince => "good-expired-since",
            Self::RetiredSince => "good-retired-since",
            Self::Unsigned => "unsigned",
            Self::Malformed => "malformed",
            Self::Tampered => "tampered",
            Self::UnknownKey => "unknown-key",
            Self::Expired => "expired",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
            Self::NotYetValid => "not-yet-valid",
            Self::Weak => "weak",
            Self::WrongIdentity => "wrong-identity",
            Self::NotAllowed => "not-allowed",
            Self::BrokenChain => "broken-chain",
            Self::Replayed => "replayed",
            Self::Unverified => "unverified",
        }
    }

    /// The rule that it breaks; none where all is well.
    #[must_use]
    pub fn rule(self) -> Option<&'static Rule> {
        match self {
            Self::Good => None,
            Self::ExpiredSince => Some(&EXPIRED_SINCE),
            Self::RetiredSince => Some(&RETIRED_SINCE),
            Self::Unsigned => Some(&UNSIGNED),
            Self::Malformed => Some(&MALFORMED),
            Self::Tampered => Some(&TAMPERED),
            Self::UnknownKey => Some(&UNKNOWN_KEY),
            Self::Expired => Some(&EXPIRED),
            Self::Retired => Some(&RETIRED),
            Self::Revoked => Some(&REVOKED),
            Self::NotYetValid => Some(&NOT_YET_VALID),
            Self::Weak => Some(&WEAK),
            Self::WrongIdentity => Some(&WRONG_IDENTITY),
            Self::NotAllowed => Some(&NOT_ALLOWED),
            Self::BrokenChain => Some(&BROKEN_CHAIN),
            Self::Replayed => Some(&REPLAYED),
            Self::Unverified => Some(&UNVERIFIED),
        }
    }

    /// Whether the signature stands: it held when it was made, and nothing that came later takes it back.
    #[must_use]
    pub fn stands(self) -> bool {
        match self {
            Self::Good | Self::ExpiredSince | Self::RetiredSince => true,
            Self::Unsigned
            | Self::Malformed
            | Self::Tampered
            | Self::UnknownKey
            | Self::Expired
            | Self::Retired
            | Self::Revoked
            | Self::NotYetValid
            | Self::Weak
            | Self::WrongIdentity
            | Self::NotAllowed
            | Self::BrokenChain
            | Self::Replayed
            | Self::Unverified => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_name_and_a_rule_of_its_own() {
        let mut names: Vec<_> = STATES.iter().map(|state| state.as_str()).collect();
        let mut ids: Vec<_> = STATES.iter().filter_map(|state| Some(state.rule()?.id)).collect();
        names.sort_unstable();
        names.dedup();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((names.len(), ids.len()), (STATES.len(), STATES.len() - 1));
    }

    #[test]
    fn only_what_held_when_it_was_made_stands() {
        let standing: Vec<_> = STATES.into_iter().filter(|state| state.stands()).collect();
        assert_eq!(standing, [State::Good, State::ExpiredSince, State::RetiredSince]);
    }
}
