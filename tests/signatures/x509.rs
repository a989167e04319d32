//! X.509: what `gpgsm` signs is told for what it is, and never accepted.

use std::fs;

use super::keys::{Commit, Signing};

#[test]
fn what_gpgsm_signs_is_not_verified_and_not_accepted() {
    let signing = Signing::new();
    let sandbox = &signing.sandbox;
    sandbox.write(
        "../request",
        "Key-Type: RSA\nKey-Length: 2048\nKey-Usage: sign\nSerial: random\nName-DN: CN=A\nName-Email: a@example.org\n",
    );
    let program = sandbox.write_script("../bin/gpgsm-with", "exec gpgsm --batch --quiet --pinentry-mode loopback --passphrase-fd 9 --disable-crl-checks \"$@\" 9<<END\n\nEND");
    let gpgsm = program.to_str().expect("UTF-8");
    signing.run(gpgsm, &["--generate-key", "--output", "../certificate", "../request"], b"");
    signing.run(gpgsm, &["--import", "../certificate"], b"");
    let keys = signing.run("gpgsm", &["--batch", "--with-colons", "--list-secret-keys"], b"");
    let key = signing.fingerprints(&String::from_utf8_lossy(&keys.stdout), "crs").pop().expect("a key");
    fs::write(sandbox.base().join("gnupg/trustlist.txt"), format!("{key} S relax\n")).expect("a file");
    signing.run("gpgconf", &["--reload", "gpg-agent"], b"");
    sandbox.user_config("gpg.x509.program", gpgsm);
    let base = signing.accept(&[("a", b"a")]);
    let sign = vec!["gpg.format=x509".to_owned(), format!("user.signingKey={key}")];
    let oid = signing.commit(&Commit::new("by gpgsm", sign));
    let range = format!("{base}..{oid}");
    let verified = signing.verify(&[&range]);
    assert_eq!((verified.run.code, verified.state(&oid), signing.gits(&oid).as_str()), (Some(1), "unverified", "G"));
    sandbox.write("../any.toml", "[signatures]\nrequire = \"any-valid\"\n");
    assert_eq!(signing.verify(&[&range, "--policy", "../any.toml"]).state(&oid), "unverified");
}
