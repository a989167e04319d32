//! X.509: what `gpgsm` and OpenSSL sign, with certificates that lead to a root of the repository, and with others.

use std::fs;

use super::keys::{Commit, Signing, Table};

/// A root, and whoever it certifies; `gpgsm` judges for git.
pub(super) struct Authority {
    pub(super) signing: Signing,
}

/// What stands in a file of `openssl`'s extensions for an authority, and for somebody who signs.
pub(super) const CA: &str = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n";
pub(super) const SIGNER: &str = "keyUsage=critical,digitalSignature\nsubjectAltName=email:a@example.org\n";

impl Authority {
    pub(super) fn new() -> Self {
        let signing = Signing::new();
        let sandbox = &signing.sandbox;
        // Git asks with `--status-fd=2 -bsau NAME` for a signature, else for a verdict.
        let program = sandbox.write_script(
            "../bin/x509",
            "case \" $* \" in\n\
             *' --verify '*) exec gpgsm --batch --quiet --disable-crl-checks \"$@\" ;;\n\
             esac\n\
             case \"$2$3\" in\n\
             -bsau*/*) set -e; echo '-----BEGIN SIGNED MESSAGE-----'\n\
             openssl cms -sign -binary -outform DER -signer \"$3.pem\" -inkey \"$3.key\" -certfile \"$3.others\" $CMS_ARGS | base64\n\
             echo '-----END SIGNED MESSAGE-----'; echo '[GNUPG:] SIG_CREATED ' >&2 ;;\n\
             *) exec gpgsm --batch --quiet --pinentry-mode loopback --passphrase-fd 9 --disable-crl-checks $CMS_ARGS \"$@\" 9<<END\n\nEND\n\
             ;; esac",
        );
        sandbox.user_config("gpg.x509.program", program.to_str().expect("UTF-8"));
        Self { signing }
    }

    pub(super) fn file(&self, name: &str) -> String {
        self.signing.sandbox.base().join("keys").join(name).display().to_string()
    }

    pub(super) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.file(name)).expect("a file")
    }

    /// A key and its certificate by `by`, or by itself; `kind` is what `openssl req -newkey` takes.
    pub(super) fn certify(&self, name: &str, by: Option<&str>, kind: &[&str], extensions: &str, days: &str) {
        let subject = format!("/CN={name}");
        let (key, request, file) = (self.file(&format!("{name}.key")), self.file("request"), self.file("extensions"));
        let out = self.file(&format!("{name}.pem"));
        self.signing.run(
            "openssl",
            &[&["req", "-new", "-nodes", "-keyout", &key, "-out", &request, "-subj", &subject, "-newkey"], kind]
                .concat(),
            b"",
        );
        fs::write(&file, extensions).expect("a file");
        let by = by.unwrap_or(name);
        let (by_key, by_file) = (self.file(&format!("{by}.key")), self.file(&format!("{by}.pem")));
        let signed_by = if by == name {
            vec!["-signkey", &key]
        } else {
            vec!["-CA", &by_file, "-CAkey", &by_key, "-CAcreateserial"]
        };
        let args = [&["x509", "-req", "-in", &request, "-out", &out, "-days", days, "-extfile", &file][..], &signed_by]
            .concat();
        self.signing.run("openssl", &args, b"");
        // What goes into the signature beside the signer's own.
        fs::copy(by_file, self.file(&format!("{name}.others"))).expect("a file");
    }

    /// Lets `gpgsm` trust a root.
    pub(super) fn trust(&self, name: &str) {
        self.signing.run("gpgsm", &["--batch", "--quiet", "--import", &self.file(&format!("{name}.pem"))], b"");
        let said = self.signing.run(
            "openssl",
            &["x509", "-noout", "-fingerprint", "-sha1", "-in", &self.file(&format!("{name}.pem"))],
            b"",
        );
        let print = said.line().split_once('=').expect("a fingerprint").1.replace(':', "");
        let list = self.signing.sandbox.base().join("gnupg/trustlist.txt");
        let known = fs::read_to_string(&list).unwrap_or_default();
        fs::write(list, format!("{known}{print} S relax\n")).expect("a file");
        self.signing.run("gpgconf", &["--reload", "gpg-agent"], b"");
    }

    /// A commit that `name` signs with more arguments for `openssl cms`.
    pub(super) fn commit(&self, subject: &str, name: &str, args: &str, change: impl FnOnce(&mut Commit<'_>)) -> String {
        let sign = vec!["gpg.format=x509".to_owned(), format!("user.signingKey={}", self.file(name))];
        let mut commit = Commit::new(subject, sign);
        change(&mut commit);
        self.by(commit, args)
    }

    fn by(&self, commit: Commit<'_>, args: &str) -> String {
        let sandbox = self.signing.as_of(&commit).with_env("CMS_ARGS", args);
        let mut words: Vec<String> = commit.sign.iter().flat_map(|config| ["-c".to_owned(), config.clone()]).collect();
        let head = self.signing.head();
        words.extend(["commit-tree", "HEAD^{tree}", "-S", "-p", &head, "-m", commit.subject].map(str::to_owned));
        let run = sandbox.try_git(words);
        assert!(run.success(), "{run}");
        self.signing.branch(&run.line());
        run.line()
    }
}

pub(super) const RSA: &[&str] = &["rsa:2048"];
pub(super) const P256: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const P384: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"];

#[test]
fn what_gpgsm_signs_counts_where_its_certificate_leads_to_a_root() {
    let authority = Authority::new();
    let signing = &authority.signing;
    let program = signing.sandbox.base().join("bin/x509").display().to_string();
    let made = |name: &str, lines: &str| {
        let (request, out) = (authority.file("request"), authority.file(&format!("{name}.pem")));
        fs::write(&request, format!("Key-Type: RSA\nKey-Length: 2048\nSerial: random\n{lines}")).expect("a file");
        signing.run(&program, &["--generate-key", "--output", &out, &request], b"");
        signing.run(&program, &["--import", &out], b"");
        let keys = signing.run("gpgsm", &["--batch", "--with-colons", "--list-secret-keys"], b"");
        let keys = String::from_utf8_lossy(&keys.stdout).into_owned();
        let grips: Vec<_> = keys.lines().filter_map(|line| line.strip_prefix("grp:::::::::")).collect();
        let key = signing.fingerprints(&keys, "crs").pop().expect("a key");
        (key, grips.last().expect("a grip").trim_end_matches(':').to_owned())
    };
    let ca = "Key-Usage: cert\n";
    let (_, root) = made("root", &format!("{ca}Name-DN: CN=Root\nNot-Before: 2025-01-01\nNot-After: 2045-01-01\n"));
    let by_root = format!("Key-Usage: sign\nIssuer-DN: CN=Root\nSigning-Key: {root}\n");
    let (key, _) = made(
        "a",
        &format!("{by_root}Name-DN: CN=A\nName-Email: a@example.org\nNot-Before: 2025-01-01\nNot-After: 2045-01-01\n"),
    );
    let (short, _) = made(
        "short",
        &format!("{by_root}Name-DN: CN=S\nName-Email: a@example.org\nNot-Before: 2025-01-01\nNot-After: 2026-02-01\n"),
    );
    let (brief, _) = made(
        "brief",
        &format!(
            "{by_root}Name-DN: CN=B\nName-Email: a@example.org\nNot-Before: 20260115T000000\nNot-After: 20260115T001000\n"
        ),
    );
    let (own, _) = made("own", "Key-Usage: sign\nName-DN: CN=Own\nName-Email: a@example.org\n");
    // gpgsm signs with no certificate that it does not trust itself.
    authority.trust("root");
    authority.trust("own");
    let base = signing.accept(&[(".palisade/roots/root.pem", &authority.read("root.pem"))]);
    let by = |key: &str, subject: &'static str| {
        Commit::new(subject, vec!["gpg.format=x509".to_owned(), format!("user.signingKey={key}")])
    };
    let mut table = Table::new(signing);
    let good = authority.by(by(&key, "good"), "");
    table.row("good", &good, "good", "G");
    table.row("changed", &signing.rewrite(&good, |raw| [raw.as_slice(), b"more\n"].concat()), "tampered", "B");
    let other = Commit { committer: "b@example.org", ..by(&key, "of another") };
    table.row("of another", &authority.by(other, ""), "wrong-identity", "G");
    // What had not expired then has not been unsigned since; git says what it is today.
    table.row(
        "then",
        &authority.by(by(&short, "then"), "--faked-system-time=20260115T000000"),
        "good-expired-since",
        "Y",
    );
    let brief = authority.by(by(&brief, "brief"), "--faked-system-time=20260115T000500");
    table.row("brief", &brief, "unverified", "Y");
    table.row("by itself", &authority.by(by(&own, "by itself"), ""), "unknown-key", "G");
    // gpgsm puts no certificate into it that nobody else has signed. It has that one; whoever has not knows only its number.
    table.unnamed();
    table.hold(&["--all", "--trust", &base]);
    let range = format!("{base}..{good}");
    let verified = signing.verify(&[&range]);
    let one = verified.run.json()["signatures"][0].clone();
    assert_eq!((one["format"].as_str(), one["signer"].as_str()), (Some("x509"), Some("a@example.org")));
    assert_eq!(one["key"].as_str().map(str::len), Some(64));
    // A root is needed whatever else will do.
    signing.sandbox.write("../any.toml", "[signatures]\nrequire = \"any-valid\"\nroots = \"elsewhere\"\n");
    assert_eq!(signing.verify(&[&range, "--policy", "../any.toml"]).state(&good), "broken-chain");
    // A certificate that nobody vouches for is trusted where it is named itself.
    let base = signing.accept(&[(".palisade/roots/own.pem", &authority.read("own.pem"))]);
    let oid = authority.by(by(&own, "by itself"), "");
    assert_eq!(signing.verify(&[&format!("{base}..{oid}")]).state(&oid), "good");
}

#[test]
fn a_chain_is_what_the_standard_allows() {
    let authority = Authority::new();
    let signing = &authority.signing;
    let make = |name: &str, by, kind, extensions: &str| authority.certify(name, by, kind, extensions, "9000");
    make("root", None, P256, CA);
    make("stranger", None, P256, CA);
    make("middle", Some("root"), P256, &CA.replace("CA:true", "CA:true,pathlen:0"));
    make("low", Some("middle"), P256, CA);
    make("narrow", Some("root"), P256, &format!("{CA}nameConstraints=permitted;email:example.com\n"));
    make("rsa", Some("root"), RSA, SIGNER);
    make("p256", Some("root"), P256, SIGNER);
    make("p384", Some("root"), P384, SIGNER);
    make("mail", Some("root"), P256, &format!("{SIGNER}extendedKeyUsage=emailProtection\n"));
    make("web", Some("root"), P256, &format!("{SIGNER}extendedKeyUsage=serverAuth\n"));
    make("cipher", Some("root"), RSA, &SIGNER.replace("digitalSignature", "keyEncipherment"));
    make("odd", Some("root"), P256, &format!("{SIGNER}1.2.3.4=critical,ASN1:NULL\n"));
    make("weak", Some("root"), &["rsa:1024"], SIGNER);
    make("of-middle", Some("middle"), P256, SIGNER);
    make("of-low", Some("low"), P256, SIGNER);
    make("of-narrow", Some("narrow"), P256, SIGNER);
    make("of-stranger", Some("stranger"), P256, SIGNER);
    make("of-signer", Some("p256"), P256, SIGNER);
    make("nobody", Some("root"), P256, "keyUsage=digitalSignature\n");
    authority.trust("root");
    for name in ["middle", "low"] {
        signing.run("gpgsm", &["--batch", "--quiet", "--import", &authority.file(&format!("{name}.pem"))], b"");
    }
    let low = [authority.read("of-low.others"), authority.read("middle.pem")].concat();
    fs::write(authority.file("of-low.others"), low).expect("a file");
    let base = signing.accept(&[(".palisade/roots/root.pem", &authority.read("root.pem"))]);
    let mut table = Table::new(signing);
    let cases = [
        ("rsa", "", "good", "G"),
        ("p256", "", "good", "G"),
        ("p384", "-md sha384", "good", "G"),
        ("p256", "-md sha512", "good", "G"),
        // gpgsm finds a certificate by its name and number only, and knows PSS only from certificates.
        ("rsa", "-keyid", "good", "N"),
        ("mail", "", "good", "G"),
        ("of-middle", "", "good", "G"),
        ("rsa", "-md sha1", "weak", "G"),
        ("weak", "", "weak", "G"),
        ("rsa", "-keyopt rsa_padding_mode:pss", "unverified", "B"),
        ("rsa", "-noattr", "malformed", "G"),
        ("rsa", "-nodetach", "malformed", "N"),
        ("web", "", "broken-chain", "G"),
        ("cipher", "", "broken-chain", "G"),
        ("odd", "", "broken-chain", "U"),
        ("of-low", "", "broken-chain", "U"),
        ("of-narrow", "", "broken-chain", "G"),
        ("of-stranger", "", "broken-chain", "U"),
        ("of-signer", "", "broken-chain", "U"),
        ("nobody", "", "wrong-identity", "G"),
    ];
    for (name, args, state, git) in cases {
        let subject = format!("{name} {args}");
        let oid = authority.commit(&subject, name, args, |_| {});
        table.row(&subject, &oid, state, git);
    }
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn what_an_authority_takes_back_does_not_count() {
    let authority = Authority::new();
    let signing = &authority.signing;
    authority.certify("root", None, P256, CA, "9000");
    for name in ["good", "compromised", "superseded", "later"] {
        authority.certify(name, Some("root"), P256, SIGNER, "9000");
    }
    authority.trust("root");
    let serial = |name: &str| {
        let said =
            signing.run("openssl", &["x509", "-noout", "-serial", "-in", &authority.file(&format!("{name}.pem"))], b"");
        said.line().split_once('=').expect("a number").1.to_owned()
    };
    let gone = |name: &str, time: &str, reason: &str| {
        format!("R\t490101000000Z\t{time},{reason}\t{}\tunknown\t/CN={name}\n", serial(name))
    };
    let index = [
        gone("compromised", "490101000000Z", "keyCompromise"),
        gone("superseded", "250101000000Z", "superseded"),
        gone("later", "480101000000Z", "cessationOfOperation"),
    ];
    fs::write(authority.file("index"), index.concat()).expect("a file");
    let config = format!("[ca]\ndefault_ca=a\n[a]\ndatabase={}\ndefault_md=sha256\n", authority.file("index"));
    fs::write(authority.file("config"), config).expect("a file");
    let (config, root, key, out) =
        (authority.file("config"), authority.file("root.pem"), authority.file("root.key"), authority.file("list.pem"));
    signing.run(
        "openssl",
        &["ca", "-config", &config, "-gencrl", "-crldays", "300", "-cert", &root, "-keyfile", &key, "-out", &out],
        b"",
    );
    let list = authority.read("list.pem");
    let base = signing
        .accept(&[(".palisade/roots/root.pem", &authority.read("root.pem")), (".palisade/roots/list.pem", &list)]);
    let mut table = Table::new(signing);
    // Git is not asked about lists of revoked certificates: it would fetch them from the network.
    for (name, state) in
        [("good", "good"), ("compromised", "revoked"), ("superseded", "retired"), ("later", "good-retired-since")]
    {
        table.row(name, &authority.commit(name, name, "", |_| {}), state, "G");
    }
    table.hold(&["--all", "--trust", &base]);
    let base =
        signing.accept(&[(".palisade/roots/list.pem", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")]);
    let oid = authority.commit("good", "good", "", |_| {});
    let run = signing.sandbox.palisade(["verify", &format!("{base}..{oid}")]);
    assert!(run.code == Some(3) && run.text().contains("must not be missed"), "{run}");
}
