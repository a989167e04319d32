//! Several formats of one run.

use crate::made_up::{aws_key, file_with};
use crate::sandbox::{Sandbox, formats};

fn with_key() -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &format!("id = {}", aws_key(1)))]));
    sandbox
}

#[test]
fn each_goes_to_its_own_file_and_one_to_standard_output() {
    let sandbox = with_key();
    let mut args = vec!["scan".to_owned(), "--staged".to_owned()];
    for format in formats() {
        args.extend(["--format".to_owned(), format!("{format}=../report.{format}")]);
    }
    let run = sandbox.palisade(&args);
    assert_eq!((run.code, run.text().as_str()), (Some(1), ""), "{run}");
    args.extend(["--format".to_owned(), "json".to_owned()]);
    let run = sandbox.palisade(&args);
    assert_eq!((run.code, run.stderr.len()), (Some(1), 0), "{run}");
    assert_eq!(run.findings().len(), 1);
    for format in formats().iter().filter(|format| *format != "gitlab-secrets") {
        let alone = sandbox.palisade(["scan", "--staged", "--format", format]);
        let file = std::fs::read(sandbox.path(format!("../report.{format}"))).expect("a report");
        assert_eq!(file, alone.stdout, "{format}");
    }
}

#[test]
fn output_takes_the_one_that_has_no_file() {
    let sandbox = with_key();
    let run = sandbox.palisade(["scan", "--staged", "--format", "sarif=../s", "--format", "json", "--output", "../j"]);
    assert_eq!((run.code, run.text().as_str()), (Some(1), ""), "{run}");
    let read = |name: &str| std::fs::read_to_string(sandbox.path(name)).expect("a report");
    assert!(read("../s").contains("\"runs\"") && read("../j").contains("\"coverage\""));
}

#[test]
fn two_for_one_place_are_an_error_before_anything_is_judged() {
    let sandbox = with_key();
    for (args, said) in [
        (
            &["--format", "sarif", "--format", "json"][..],
            "2 formats would go to standard output; name a file for all but one",
        ),
        (&["--format", "sarif", "--format", "json", "--output", "../x"], "2 formats would go to --output FILE"),
        (&["--format", "sarif=../a", "--output", "../x"], "every --format has a file of its own"),
        (&["--format", "sarif="], "no file is named behind `=`"),
        (&["--format", "sarf=x"], "a similar value exists: 'sarif'"),
        (&["--format", "sarif=no/such/folder"], "the report cannot be written there"),
    ] {
        let run = sandbox.palisade([&["scan", "--staged"], args].concat());
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.text().contains(said), "{said}: {run}");
    }
}

#[test]
fn the_exit_code_is_the_verdicts_whatever_the_format() {
    let sandbox = with_key();
    sandbox.write("palisade.toml", "[secrets]\nlevel = \"annotate\"\n");
    std::fs::create_dir(sandbox.path("../empty")).expect("a folder");
    for format in formats() {
        assert_eq!(sandbox.palisade(["scan", "--staged", "--format", &format]).code, Some(0), "{format}");
        assert_eq!(sandbox.palisade(["scan", "../empty", "--format", &format]).code, Some(3), "{format}");
        assert_eq!(
            sandbox.palisade(["scan", "--staged", "--policy", "none", "--format", &format]).code,
            Some(2),
            "{format}"
        );
    }
}
