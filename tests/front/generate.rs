//! `palisade generate`: what it writes knows every command.

use std::fs;

use crate::sandbox::Sandbox;

#[test]
fn every_command_has_a_manual_page_and_is_completed() {
    let sandbox = Sandbox::bare_ground();
    let help = sandbox.palisade(["--help"]);
    let text = help.text();
    let (_, list) = text.split_once("Commands:").expect("a list of commands");
    let commands: Vec<_> = list.lines().skip(1).map_while(|line| line.split_whitespace().next()).collect();
    assert!(commands.contains(&"scan") && commands.contains(&"generate"), "{help}");
    let run = sandbox.palisade(["generate", "man", "man/man1"]);
    assert!(run.success(), "{run}");
    let completions = ["bash", "zsh", "fish"].map(|shell| sandbox.palisade(["generate", "completions", shell]));
    for command in commands {
        let page = fs::read_to_string(sandbox.path(format!("man/man1/palisade-{command}.1"))).expect("a page");
        assert!(page.contains(".SH NAME") && page.contains(".SH DESCRIPTION"), "{page}");
        for shell in &completions {
            assert!(shell.success() && shell.text().contains(command), "{command}: {shell}");
        }
    }
    sandbox.write("file", "x\n");
    let run = sandbox.palisade(["generate", "man", "file/man"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.text().contains("no manual page can be written there"), "{run}");
}
