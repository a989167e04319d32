//! Who may break a rule, and that it is told all the same.

use super::{Forge, on_main};
use crate::made_up::AWS;

const POLICY: &str = "forbid = [\"direct-commit\"]\nbypass = [\"admin\"]\nbypass-with-reason = [\"dev\"]";

fn forge_for(variable: &str, name: &str) -> Forge {
    let mut forge = Forge::ruled(&on_main(POLICY));
    forge.client = forge.client.with_env(variable, name);
    forge.commit("a", "a\n", "One");
    forge
}

#[test]
fn who_may_always_is_let_in_and_named() {
    for variable in
        ["PALISADE_PUSHER", "GL_USERNAME", "GITEA_PUSHER_NAME", "GL_USER", "GITHUB_USER_LOGIN", "REMOTE_USER"]
    {
        let run = forge_for(variable, "admin").accepts(["main"]);
        assert!(run.text().contains("annotate direct-commit"), "{run}");
        assert!(run.text().contains("let in for admin"), "{run}");
    }
}

#[test]
fn others_are_not() {
    forge_for("PALISADE_PUSHER", "admin2").refuses(["main"], &["reject direct-commit", "; who may: admin, dev"]);
    forge_for("PALISADE_PUSHER", "").refuses(["main"], &["reject direct-commit"]);
    forge_for("USER", "admin").refuses(["main"], &["reject direct-commit"]);
    // What the server says itself is stronger than what a web server says.
    let mut forge = forge_for("PALISADE_PUSHER", "guest");
    forge.client = forge.client.with_env("REMOTE_USER", "admin");
    forge.refuses(["main"], &["reject direct-commit"]);
}

#[test]
fn who_may_with_a_reason_gives_one_by_a_push_option() {
    let forge = forge_for("PALISADE_PUSHER", "dev");
    let how = "; dev may with a reason: git push -o palisade.bypass=\"TICKET reason\"";
    forge.refuses(["main"], &["reject direct-commit", how]);
    forge.refuses(["-o", "palisade.bypass=", "main"], &["reject direct-commit"]);
    forge.refuses(["-o", "palisade.bypas=T-1", "main"], &["reject direct-commit"]);
    let run = forge.accepts(["-o", "other=x", "-o", "palisade.bypass=T-1 the site is down", "main"]);
    assert!(run.text().contains("let in for dev: T-1 the site is down"), "{run}");
}

#[test]
fn a_reason_does_not_help_who_may_not() {
    forge_for("PALISADE_PUSHER", "guest").refuses(["-o", "palisade.bypass=T-1", "main"], &["reject direct-commit"]);
}

#[test]
fn a_bypass_lets_no_secret_in() {
    let forge = forge_for("PALISADE_PUSHER", "admin");
    forge.commit_key("app.conf");
    forge.refuses(["-o", "palisade.bypass=T-1", "main"], &[AWS]);
}

#[test]
fn commits_and_files_have_lists_of_their_own() {
    let mut forge =
        Forge::ruled("[commits]\nmax-subject = 5\nbypass = [\"a\"]\n[files]\nforbid = [\"*.pem\"]\nbypass = [\"b\"]\n");
    forge.commit("x.pem", "x\n", "Add a thing");
    let plain = forge.client.clone();
    forge.client = plain.with_env("PALISADE_PUSHER", "a");
    forge.refuses(["main"], &["annotate subject-length", "reject forbidden-path"]);
    forge.client = plain.with_env("PALISADE_PUSHER", "b");
    forge.refuses(["main"], &["reject subject-length", "annotate forbidden-path"]);
}
