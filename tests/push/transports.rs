//! The same pushes by the ways that people push: `file://`, SSH to gitolite, and HTTP, each on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use super::{Forge, on_main};
use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::{Run, Sandbox};

/// What is clean is let in; a secret in the third commit of the second ref keeps out all that came with it, and nothing of it stays.
#[track_caller]
fn is_guarded(forge: &Forge) {
    forge.commit("other", "nothing\n", "One");
    forge.accepts_silently(["main"]);
    forge.commit("other", "something\n", "Two");
    forge.client.git(["checkout", "-q", "-b", "topic"]);
    forge.commit("a", "a\n", "Three");
    forge.commit("b", "b\n", "Four");
    forge.commit_key("src/app.conf");
    forge.commit("c", "c\n", "Six");
    let commit = forge.client.git(["rev-parse", "--short=12", "HEAD~1"]).line();
    let words = [
        AWS,
        "src/app.conf:3:",
        &commit,
        "(Add settings) of refs/heads/topic",
        &format!("git rebase -i {commit}^"),
        "palisade: rejected: 1 secret to take out",
    ];
    let run = forge.refuses(["main", "topic"], &words);
    assert!(!run.text().contains(&aws_key(1)), "the secret is shown: {run}");
    // Mended as the report says.
    forge.client.git(["reset", "-q", "--hard", "HEAD~2"]);
    forge.commit("src/app.conf", file_with(6, &[]), "Add settings");
    forge.accepts_silently(["main", "topic"]);
}

#[test]
fn by_file() {
    is_guarded(&Forge::new());
}

/// Listens on loopback and gives each caller to `serve`; it ends with the test. The address is what is called.
fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        thread::scope(|scope| {
            for stream in listener.incoming().map_while(Result::ok) {
                scope.spawn(|| serve(stream));
            }
        });
    });
    address
}

/// A request of HTTP/1.1.
struct Request {
    /// Method, target and version.
    first: String,
    /// By their names in small letters.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = || {
        let mut line = String::new();
        let len = stream.read_line(&mut line).ok()?;
        (len > 0).then(|| line.trim_end().to_owned())
    };
    let first = line()?;
    let mut headers = Vec::new();
    while let Some((name, value)) = line()?.split_once(':') {
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let value = |name: &str| headers.iter().find(|(named, _)| named == name).map(|(_, value)| value.as_str());
    let mut body = Vec::new();
    if value("transfer-encoding") == Some("chunked") {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size).ok()?;
            let size = u64::from_str_radix(size.trim(), 16).ok()?;
            stream.by_ref().take(size).read_to_end(&mut body).ok()?;
            stream.read_line(&mut String::new()).ok()?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(size) = value("content-length") {
        stream.by_ref().take(size.parse().ok()?).read_to_end(&mut body).ok()?;
    }
    Some(Request { first, headers, body })
}

/// Answers one request with what `git http-backend` makes of it (RFC 3875, CGI).
fn answer(sandbox: &Sandbox, root: &Path, stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    let Some(Request { first, headers, body }) = request(&mut stream) else { return };
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut backend = sandbox.command("git");
    backend.arg("http-backend");
    backend.env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1").env("REMOTE_USER", "web");
    backend.env("REQUEST_METHOD", method).env("PATH_INFO", path).env("QUERY_STRING", query);
    backend.env("CONTENT_LENGTH", body.len().to_string());
    for (header, variable) in [
        ("content-type", "CONTENT_TYPE"),
        ("content-encoding", "HTTP_CONTENT_ENCODING"),
        ("git-protocol", "GIT_PROTOCOL"),
    ] {
        if let Some((_, value)) = headers.iter().find(|(name, _)| name == header) {
            backend.env(variable, value);
        }
    }
    let said = Run::of(backend, &body).stdout;
    let status = said.strip_prefix(b"Status: ").map_or("200 OK".into(), |rest| {
        String::from_utf8_lossy(rest.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned()
    });
    let mut stream = stream.into_inner();
    // Where the caller has gone, it says so itself.
    let _ = stream.write_all(format!("HTTP/1.1 {status}\r\nConnection: close\r\n").as_bytes());
    let _ = stream.write_all(&said);
}

#[test]
fn by_http() {
    let forge = Forge::new();
    let root = forge.client.base();
    let sandbox = forge.client.clone();
    let address = listen(move |stream| answer(&sandbox, &root, stream));
    forge.client.git(["remote", "set-url", "origin", &format!("http://{address}/server.git")]);
    is_guarded(&forge);
    // Large enough to be sent in chunks, by somebody who is known by what the web server says.
    forge.client.config("http.postBuffer", "65536");
    forge.rule(&on_main("forbid = [\"direct-commit\"]\nbypass = [\"web\"]"));
    forge.client.git(["checkout", "-q", "main"]);
    forge.commit("large", file_with(20_000, &[(19_000, &aws_key(2))]), "Add a large file");
    forge.refuses(["main"], &["large:19000:"]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.commit("large", file_with(20_000, &[]), "Add a large file");
    let run = forge.accepts(["main"]);
    assert!(run.text().contains("web"), "{run}");
}

/// Whether a program is here; where it is not, that is said.
fn has(program: &str) -> bool {
    let look = format!("PATH=$PATH:/usr/sbin command -v {program}");
    let found = Command::new("sh").args(["-c", &look]).stdout(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        // Past the test's own capture, so that it is seen.
        let _ = writeln!(
            std::io::stderr(),
            "\nSKIPPED: no {program}, so nobody pushed to gitolite by SSH (install gitolite3 and openssh-server)"
        );
    }
    found
}

/// Gitolite in a home of its own, `alice` as its admin, and an SSH server in front that takes her key.
fn gitolite(client: &Sandbox) -> Forge {
    let home = client.base().join("gitolite");
    std::fs::create_dir(&home).expect("a folder");
    let user = client.run("id", ["-un"], b"").line();
    let server = client.at(&home).with_env("HOME", &home).with_env("USER", &user);
    let run = |program: &str, args: &[&str]| {
        let run = server.run(program, args, b"");
        assert!(run.success(), "{run}");
    };
    for key in ["alice", "host"] {
        run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", key]);
    }
    run("gitolite", &["setup", "-pk", "alice.pub"]);
    // As the README says it.
    let settings = std::fs::read_to_string(home.join(".gitolite.rc")).expect("gitolite's settings");
    let settings =
        settings.replace("# LOCAL_CODE                =>  \"$ENV{HOME}/local\"", "LOCAL_CODE => \"$ENV{HOME}/local\"");
    server.write(".gitolite.rc", settings);
    run("mkdir", &["-p", "local/hooks/common"]);
    run("palisade", &["install", "--server", "local/hooks/common"]);
    run("gitolite", &["setup", "--hooks-only"]);

    let at = home.display();
    let path = server.run("sh", ["-c", "echo $PATH"], b"").line();
    server.write(
        "sshd_config",
        format!(
            "HostKey {at}/host\nAuthorizedKeysFile {at}/.ssh/authorized_keys\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n\
             SetEnv HOME={at} PATH={path} GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL={at}/gitconfig\n"
        ),
    );
    let listener = server.clone();
    let address = listen(move |stream| {
        let (input, output) = (stream.try_clone().expect("a socket"), stream);
        let mut sshd = listener.command("/bin/sh");
        sshd.args(["-c", "exec \"$(PATH=$PATH:/usr/sbin command -v sshd)\" -i -f sshd_config -E sshd.log"]);
        sshd.stdin(Stdio::from(OwnedFd::from(input))).stdout(Stdio::from(OwnedFd::from(output))).stderr(Stdio::null());
        sshd.status().expect("sshd");
    });
    let port = address.rsplit(':').next().expect("a port");
    let ssh = format!(
        "ssh -F /dev/null -i {at}/alice -p {port} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
    );
    let client = client.with_env("GIT_SSH_COMMAND", ssh);
    client.git(["remote", "add", "origin", &format!("{user}@127.0.0.1:testing")]);
    Forge { client, server: server.at("repositories/testing.git") }
}

#[test]
fn by_ssh_to_gitolite() {
    if !has("gitolite") || !has("sshd") {
        return;
    }
    let forge = gitolite(&Sandbox::init(&[]));
    is_guarded(&forge);
    // Who pushes is who gitolite says it is, whatever the client says.
    forge.rule(&on_main("forbid = [\"direct-commit\"]\nbypass = [\"bob\"]"));
    forge.client.git(["checkout", "-q", "main"]);
    forge.commit("d", "d\n", "Seven");
    let forge = Forge { client: forge.client.with_env("PALISADE_PUSHER", "bob"), ..forge };
    forge.refuses(["main"], &["reject direct-commit"]);
    forge.rule(&on_main("forbid = [\"direct-commit\"]\nbypass = [\"alice\"]"));
    let run = forge.accepts(["main"]);
    assert!(run.text().contains("alice"), "{run}");
}
