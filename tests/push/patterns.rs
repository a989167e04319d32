//! A server looks for the patterns of the accepted side, never for those of the push.

use super::Forge;

const POLICY: &str = "[patterns]\npaths = [\".palisade/patterns/*.toml\"]\n";
const FILE: &str = ".palisade/patterns/acme.toml";

fn pattern(more: &str) -> String {
    format!(
        "[[pattern]]\nid = \"acme-key\"\nprovider = \"Acme\"\nsummary = \"Acme key\"\nkind = \"api-key\"\nconfidence = \"likely\"\n\
         literals = [\"acd_\"]\nregex = '''acd_[0-9a-z]{{24}}'''\nlongest = 28\nrevoke = \"At Acme\"\nrotate = \"Make a new one.\"\n\
         source = \"observed\"\nexamples = [\"k = acd¦_7gq2zpt9vlxr4mwcy8skdn3h\", \"k: acd¦_m4x7k2vq9zt3wplr8cyn5hsd\"]\n\
         counter-examples = [\"acd¦_short\"]\n{more}"
    )
}

fn secret() -> String {
    format!("deploy = acd{}\n", "_k2vq9zt3wplr8cyn5hsdm4x7")
}

#[test]
fn patterns_that_were_accepted_keep_a_push_out_even_where_it_takes_them_away() {
    let forge = Forge::begun();
    forge.client.stage(FILE, pattern(""));
    forge.commit("palisade.toml", POLICY, "Look for our keys");
    forge.commit("early.conf", secret(), "What comes with them is not judged by them");
    forge.accepts(["main"]);
    forge.client.git(["rm", "-q", FILE, "palisade.toml"]);
    forge.commit("app.conf", secret(), "Take it away, and add one");
    forge.refuses(["main"], &["acme-key", "this push takes away palisade.toml"]);
    forge.refuses(["main:topic"], &["acme-key"]);
}

#[test]
fn patterns_that_cannot_be_used_are_not_accepted() {
    let forge = Forge::begun();
    forge.client.stage(FILE, pattern(""));
    forge.commit("palisade.toml", POLICY, "Look for our keys");
    forge.accepts(["main"]);
    forge.commit(FILE, pattern("").replace("{24}", "{24,}"), "Make it unbounded");
    forge.refuses(["main"], &["acme.toml:1: acme-key: the regex has no longest match"]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.client.git(["rm", "-q", FILE]);
    forge.client.commit_unwatched("Take the patterns away, and leave the policy");
    forge.refuses(["main"], &["there is no file .palisade/patterns/*.toml"]);
}
