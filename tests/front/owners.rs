//! `palisade owners`, as people type it.

use crate::sandbox::Sandbox;

fn repository() -> Sandbox {
    let sandbox = Sandbox::init(&[]);
    sandbox.write("palisade.toml", "[owners.people]\n\"@alice\" = [\"alice@example.org\"]\n");
    sandbox.write("CODEOWNERS", "* @alice\n/src/ bob@example.org\n/free/\n");
    for path in ["README", "src/a.rs", "free/x"] {
        sandbox.write(path, "x\n");
    }
    sandbox.git(["add", "--all"]);
    sandbox
}

#[test]
fn each_path_is_told_with_its_owners_and_where_that_stands() {
    let sandbox = repository();
    let run = sandbox.palisade(["owners"]);
    assert!(run.success(), "{run}");
    for line in [
        "README: @alice (CODEOWNERS:1): alice@example.org",
        "src/a.rs: bob@example.org (CODEOWNERS:2)",
        "free/x: nobody",
    ] {
        assert!(run.text().lines().any(|told| told == line), "{line:?} is not said: {run}");
    }
    let below = sandbox.at("src").palisade(["owners", "a.rs", "../free/y", "new.rs"]);
    assert_eq!(below.text().lines().count(), 3, "{below}");
    assert!(below.text().contains("free/y: nobody") && below.text().contains("src/new.rs: bob@example.org"), "{below}");
    let outside = sandbox.palisade(["owners", "../../x"]);
    assert!(!outside.success() && outside.text().contains("outside of this work tree"), "{outside}");
}

#[test]
fn sections_say_how_many_of_them() {
    let sandbox = repository();
    sandbox.write("CODEOWNERS", "[Docs][2] @alice @org/docs\n*.md\n^[Go] @go\n*\n");
    let run = sandbox.palisade(["owners", "a.md"]);
    assert!(
        run.text().contains("a.md: @alice @org/docs (CODEOWNERS:2, [Docs], 2 of them): alice@example.org"),
        "{run}"
    );
    assert!(run.text().contains("a.md: @go (CODEOWNERS:4, [Go], optional)"), "{run}");
}

#[test]
fn lint_names_each_fault_with_its_line_and_exits_with_one() {
    let sandbox = repository();
    let run = sandbox.palisade(["owners", "lint"]);
    assert!(run.success() && run.text().contains("free/x: it belongs to nobody"), "{run}");
    sandbox.write("CODEOWNERS", "* @alice\n/src/ @bob\n/gone/ @alice\n*.rs carol\n!x @alice\n/src/ @alice\n");
    sandbox.write("docs/CODEOWNERS", "* @alice\n");
    let run = sandbox.palisade(["owners", "lint"]);
    assert_eq!(run.code, Some(1), "{run}");
    for line in [
        "docs/CODEOWNERS: it never counts, because CODEOWNERS is there; remove one of them",
        "CODEOWNERS:2: `/src/` never counts: line 4 and others behind it match all that it matches",
        "CODEOWNERS:2: who @bob is, [owners.people] of palisade.toml does not say",
        "CODEOWNERS:3: `/gone/` matches no file",
        "CODEOWNERS:4: `carol` is neither @name nor an address",
        "CODEOWNERS:5: GitHub knows no `!`; leave the owners of a path empty instead",
    ] {
        assert!(run.text().lines().any(|told| told == line), "{line:?} is not said: {run}");
    }
}

#[test]
fn without_the_file_it_says_where_one_would_be_looked_for() {
    let sandbox = Sandbox::init(&[]);
    let run = sandbox.palisade(["owners"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.text().contains("forges look for .github/CODEOWNERS, CODEOWNERS"), "{run}");
}
