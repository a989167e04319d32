//! What the configuration of user or repository does to a diff does nothing to what is judged.

use super::refused_with_key_accepted_without;
use crate::sandbox::Sandbox;

/// The same commit with settings of the user, and with settings of the repository.
#[track_caller]
fn in_spite_of(settings: &[(&str, &str)]) {
    for of_user in [true, false] {
        let sandbox = Sandbox::guarded();
        for (key, value) in settings {
            if of_user { sandbox.user_config(key, value) } else { sandbox.config(key, value) }
        }
        refused_with_key_accepted_without(&sandbox, "b/\u{e4}pp.conf");
    }
}

#[test]
fn no_prefix_hides_nothing() {
    in_spite_of(&[("diff.noprefix", "true")]);
}

#[test]
fn other_prefixes_hide_nothing() {
    in_spite_of(&[("diff.mnemonicPrefix", "true"), ("diff.srcPrefix", "+++ "), ("diff.dstPrefix", "--- ")]);
}

#[test]
fn colour_hides_nothing() {
    in_spite_of(&[("color.diff", "always"), ("color.ui", "always"), ("color.diff.new", "red bold reverse")]);
}

#[test]
fn colour_of_moved_lines_and_of_white_space_hides_nothing() {
    in_spite_of(&[("diff.colorMoved", "zebra"), ("diff.wsErrorHighlight", "all"), ("diff.wordRegex", ".")]);
}

#[test]
fn quoted_paths_hide_nothing() {
    in_spite_of(&[("core.quotePath", "true")]);
}

#[test]
fn paths_that_are_not_quoted_hide_nothing() {
    in_spite_of(&[("core.quotePath", "false")]);
}

#[test]
fn an_external_diff_hides_nothing() {
    in_spite_of(&[("diff.external", "true")]);
}

#[test]
fn renames_that_are_switched_off_or_far_up_hide_nothing() {
    in_spite_of(&[("diff.renames", "copies"), ("diff.renameLimit", "1"), ("status.renames", "false")]);
}

#[test]
fn context_interhunk_and_algorithm_hide_nothing() {
    in_spite_of(&[
        ("diff.context", "0"),
        ("diff.interHunkContext", "1000"),
        ("diff.algorithm", "histogram"),
        ("diff.suppressBlankEmpty", "true"),
        ("diff.indentHeuristic", "false"),
    ]);
}

#[test]
fn what_status_would_leave_out_is_judged() {
    in_spite_of(&[
        ("diff.ignoreSubmodules", "all"),
        ("status.showUntrackedFiles", "no"),
        ("core.bigFileThreshold", "1"),
    ]);
}

#[test]
fn an_order_file_and_a_relative_diff_hide_nothing() {
    in_spite_of(&[("diff.orderFile", "/dev/null"), ("diff.relative", "true"), ("diff.noIndex", "true")]);
}

#[test]
fn conversion_of_line_ends_hides_nothing() {
    in_spite_of(&[("core.autocrlf", "input"), ("core.safecrlf", "false"), ("core.whitespace", "cr-at-eol")]);
}

#[test]
fn loose_settings_for_file_systems_hide_nothing() {
    in_spite_of(&[
        ("core.fileMode", "false"),
        ("core.ignoreCase", "true"),
        ("core.trustctime", "false"),
        ("core.symlinks", "false"),
    ]);
}

#[test]
fn an_external_diff_in_the_environment_hides_nothing() {
    let sandbox = Sandbox::guarded().with_env("GIT_EXTERNAL_DIFF", "true").with_env("GIT_DIFF_OPTS", "-u0");
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

#[test]
fn configuration_in_the_environment_hides_nothing() {
    let sandbox = Sandbox::guarded()
        .with_env("GIT_CONFIG_COUNT", "2")
        .with_env("GIT_CONFIG_KEY_0", "diff.external")
        .with_env("GIT_CONFIG_VALUE_0", "true")
        .with_env("GIT_CONFIG_KEY_1", "core.attributesFile")
        .with_env("GIT_CONFIG_VALUE_1", "/dev/null");
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

#[test]
fn pathspecs_of_the_environment_hide_nothing() {
    for name in ["GIT_ICASE_PATHSPECS", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS"] {
        refused_with_key_accepted_without(&Sandbox::guarded().with_env(name, "1"), "app.conf");
    }
}

#[test]
fn a_hooks_folder_of_the_repository_is_where_the_hooks_go() {
    let sandbox = Sandbox::init(&[]);
    sandbox.config("core.hooksPath", ".githooks");
    sandbox.install();
    assert!(sandbox.path(".githooks/pre-commit").exists(), "the hook is not where git looks for it");
    refused_with_key_accepted_without(&sandbox, "app.conf");
}
