//! The page as a browser shows it: that its script runs under its own policy, what search, filters and order do, and that
//! it is right in light and dark. Where no browser is installed this says so, loudly, and looks at nothing.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use palisade::finding::{Excerpt, Finding, Location, Marker, Origin, Sighting};
use palisade::git::{Oid, RepoPath};
use palisade::judge::{Judged, Report, Suppressed, Verdict};
use palisade::output::{Format, View};
use palisade::rule::{Confidence, Level, Rule};
use palisade::scope::{Coverage, Gap, Place, Scope};
use palisade::text::{Position, Region};
use tempfile::TempDir;

use crate::made_up::Dice;

/// `CHROMIUM` names it, or it is on the PATH and runs: some systems have a place-holder there that only says what to install.
fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").filter(|named| !named.is_empty()) {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let all = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    let runs =
        |file: &PathBuf| Command::new(file).arg("--version").output().is_ok_and(|output| output.status.success());
    all.into_iter().filter(|file| file.is_file()).find(runs)
}

/// A page, and a browser to look at it with.
struct Window {
    browser: PathBuf,
    dir: TempDir,
    page: String,
    width: usize,
}

impl Window {
    /// None where there is no browser.
    fn open(report: &Report) -> Option<Self> {
        let mut page = Vec::new();
        Format::Html.write(report, View::default(), &mut page).expect("a page");
        Self::of(page)
    }

    /// What is written to standard error itself is seen even of a test that passes.
    fn of(page: Vec<u8>) -> Option<Self> {
        let Some(browser) = browser() else {
            let _ = writeln!(
                std::io::stderr(),
                "\nSKIPPED: no browser, so nobody looked at the HTML pages (install chromium, or set CHROMIUM)\n"
            );
            return None;
        };
        let page = String::from_utf8(page).expect("UTF-8");
        Some(Self { browser, dir: TempDir::with_prefix("palisade-page-").expect("a folder"), page, width: 1400 })
    }

    fn wide(&self, width: usize) -> Self {
        let dir = TempDir::with_prefix("palisade-page-").expect("a folder");
        Self { browser: self.browser.clone(), dir, page: self.page.clone(), width }
    }

    /// The document after its script has run, at this `#`.
    fn dom(&self, page: &str, hash: &str, dark: bool) -> String {
        let file = self.dir.path().join("report.html");
        fs::write(&file, page).expect("a page");
        let scheme = if dark { "0" } else { "1" };
        let mut command = Command::new(&self.browser);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]);
        command.arg(format!("--blink-settings=preferredColorScheme={scheme}"));
        command.arg(format!("--window-size={},900", self.width));
        command.arg(format!("--user-data-dir={}", self.dir.path().join("profile").display()));
        command.env("HOME", self.dir.path());
        let output = command.args(["--dump-dom", &format!("file://{}#{hash}", file.display())]).output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", self.browser.display()));
        let dom = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(dom.contains("</html>"), "{}", String::from_utf8_lossy(&output.stderr));
        dom
    }

    /// What a script finds out on the page. The page's own policy forbids it, so it is asked of a copy without one.
    fn ask(&self, script: &str, dark: bool) -> String {
        let (before, after) = self.page.split_once("<meta http-equiv").expect("a policy");
        let (_, after) = after.split_once('>').expect("its end");
        let script = format!("<script>document.title = 'answer:' + (() => {{ {script} }})();</script></body>");
        let dom = self.dom(&format!("{before}{after}").replace("</body>", &script), "", dark);
        let (_, answer) = dom.split_once("<title>answer:").unwrap_or_else(|| panic!("no answer in {dom}"));
        answer.split("</title>").next().expect("its end").to_owned()
    }
}

/// The first words of each row that is shown, in order.
fn shown(dom: &str) -> Vec<String> {
    let rows = dom.split("<tr ").skip(1).filter(|row| !row.split('>').next().unwrap_or_default().contains("hidden"));
    rows.map(|row| {
        let (_, rest) = row.split_once("class=\"path\">").expect("a path");
        rest.split(':').next().expect("its end").to_owned()
    })
    .collect()
}

static RULES: [Rule; 4] = [
    rule("aws-access-key-id", "AWS access key id", "AWS", "https://console.aws.amazon.com/iam"),
    rule(
        "github-personal-access-token",
        "GitHub personal access token",
        "GitHub",
        "https://github.com/settings/tokens",
    ),
    rule("slack-bot-token", "Slack bot token", "Slack", "https://api.slack.com/apps"),
    rule("generic-password", "password beside a name", "generic", "where the account is kept"),
];

const fn rule(id: &'static str, summary: &'static str, provider: &'static str, revoke: &'static str) -> Rule {
    Rule { id, family: id, summary, provider, revoke, rotate: "Make a second one, deploy it, and delete this one." }
}

const HOSTILE: &str = "</script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">";

/// An audit with so many secrets, the same ones in every run.
fn history(number: usize) -> Report {
    let mut dice = Dice::new(7);
    let findings = (0..number).map(|number| finding(number, &mut dice)).collect();
    let gaps = vec![Gap { what: "media/film.mkv".to_owned(), why: "larger than 1 GiB".to_owned() }];
    let coverage = Coverage { contents: 4821, bytes: 31_400_000, commits: 2210, gaps, ..Coverage::default() };
    let suppressed = Suppressed { markers: 2, ..Suppressed::default() };
    Report { verdict: Verdict::Reject, findings, suppressed, coverage, ..Report::nothing(Scope::History) }
}

fn finding(number: usize, dice: &mut Dice) -> Judged {
    let authors = ["A U Thor <author@example.org>", "Other <other@example.org>", "Ümit Ç <umit@example.org>"];
    let folders = ["src/config", "deploy/production/terraform/modules/database", "tests/fixtures", "docs"];
    let rule = &RULES[dice.below(RULES.len())];
    let level = if rule.provider == "generic" { Level::Annotate } else { Level::Reject };
    let path = format!("{}/file{number}.yml", dice.pick(&folders));
    let author = if number == 3 { HOSTILE } else { dice.pick(&authors) };
    let time = 1_514_764_800 + i64::try_from(dice.below(240_000_000)).expect("small");
    let commit = || Oid::from_hex(format!("{:016x}{number:024x}", Dice::new(number as u64).next())).expect("a name");
    let line = 1 + dice.below(90);
    let sighting = |later: i64| Sighting {
        commit: commit(),
        author: author.to_owned(),
        time: time + later,
        path: Some(RepoPath::new(&*path)),
        line,
    };
    let (at_head, is_lost) = (dice.below(4) == 0, dice.below(9) == 0);
    let refs =
        ["refs/heads/main", "refs/heads/release/2.x", "refs/tags/v1.0", "refs/tags/v1.1", "refs/remotes/origin/next"];
    let refs = if is_lost { &[][..] } else { &refs[..=dice.below(refs.len())] };
    let origin = Origin {
        first: (number != 5).then(|| sighting(0)),
        last: (number != 5).then(|| sighting(9_000_000)),
        at_head,
        refs: refs.iter().map(|name| (*name).to_owned()).collect(),
        more_refs: 0,
        repository: None,
        objects: 1 + dice.below(40) as u64,
        paths: 1 + dice.below(3) as u64,
    };
    let location = Location {
        place: Place::File(RepoPath::new(&*path)),
        inside: None,
        start: Position { line, column: 12 },
        end: Position { line, column: 32 },
        region: Region::new(200, 220),
        blob: Some(commit()),
        commit: Some(commit()),
    };
    let finding = Finding {
        rule,
        confidence: [Confidence::Possible, Confidence::Likely, Confidence::Certain][dice.below(3)],
        reason: "its shape and its checksum".to_owned(),
        location,
        preview: "AKIA****************".to_owned(),
        excerpt: Excerpt { text: "  api_key: \"********\"  # the pipeline's".to_owned(), mark: 12 },
        fingerprint: None,
        marker: Marker::None,
        bypassed: false,
        pair: None,
        origin: Some(origin),
    };
    Judged { finding, level }
}

#[test]
fn search_filters_and_order_work_under_the_pages_own_policy() {
    let report = history(60);
    let Some(window) = Window::open(&report) else { return };
    let paths = |is: &dyn Fn(&Judged) -> bool| {
        let found = report.findings.iter().filter(|judged| is(judged));
        found.map(|judged| judged.finding.location.place.to_string()).collect::<Vec<_>>()
    };
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    // For whoever wants to see it.
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("report.html"), &window.page).expect("a page");
    let dom = window.dom(&window.page, "", false);
    assert_eq!(shown(&dom).len(), 60);
    assert!(dom.contains(">60 in all</output>"), "the script ran: {dom}");
    assert!(!dom.contains("<title>ran"), "what a repository holds does not run");

    let dom = window.dom(&window.page, "q=Other%20TERRAFORM&level=reject", false);
    let wanted = paths(&|judged| {
        let first = judged.finding.origin.as_ref().and_then(|origin| origin.first.as_ref());
        let place = judged.finding.location.place.to_string();
        first.is_some_and(|first| first.author.starts_with("Other"))
            && place.contains("terraform")
            && judged.level == Level::Reject
    });
    assert!(!wanted.is_empty());
    assert_eq!(sorted(shown(&dom)), sorted(wanted.clone()));
    assert!(dom.contains(&format!(">{} of 60</output>", wanted.len())), "{dom}");

    let dom = window.dom(&window.page, "rule=slack-bot-token&head=yes", true);
    let wanted = paths(&|judged| {
        judged.finding.rule.id == "slack-bot-token"
            && judged.finding.origin.as_ref().is_some_and(|origin| origin.at_head)
    });
    assert!(!wanted.is_empty());
    assert_eq!(sorted(shown(&dom)), sorted(wanted));

    let dom = window.dom(&window.page, "q=no-such-thing", false);
    assert!(shown(&dom).is_empty());

    let dom = window.dom(&window.page, "sort=-first", false);
    let mut by_time: Vec<_> = report.findings.iter().map(|judged| &judged.finding).collect();
    by_time.sort_by_key(|finding| {
        std::cmp::Reverse(finding.origin.as_ref().and_then(|origin| origin.first.as_ref()).map(|first| first.time))
    });
    let wanted: Vec<_> = by_time.iter().map(|finding| finding.location.place.to_string()).collect();
    assert_eq!(shown(&dom), wanted, "the latest first, and what has no date last");
}

#[test]
fn what_is_typed_and_clicked_does_the_same() {
    let Some(window) = Window::open(&history(60)) else { return };
    let answer = window.ask(
        "const number = () => [...document.querySelectorAll('#findings tbody tr')].filter((row) => !row.hidden).length;
         const all = number();
         const field = document.getElementById('q');
         field.value = 'file17.yml';
         field.dispatchEvent(new Event('input'));
         const found = number();
         document.getElementById('clear').click();
         const head = [...document.querySelectorAll('#findings th')].find((head) => head.dataset.key === 'objects');
         head.querySelector('button').click();
         const cells = [...document.querySelectorAll('#findings tbody tr')].map((row) => Number(row.cells[7].textContent));
         const falls = cells.every((cell, at) => !at || cells[at - 1] >= cell);
         const order = document.getElementById('sort');
         const orders = [order.value, head.getAttribute('aria-sort')];
         for (let click = 0; click < 2; click++) {
             head.querySelector('button').click();
             orders.push(order.value || 'urgent');
         }
         order.value = 'place';
         order.dispatchEvent(new Event('change'));
         const places = [...document.querySelectorAll('#findings .path')].map((place) => place.textContent);
         const rises = places.every((place, at) => !at || places[at - 1].localeCompare(place) <= 0);
         return [all, found, number(), falls, ...orders, rises].join(' ');",
        false,
    );
    assert_eq!(answer, "60 1 60 true -objects descending objects urgent true");
}

#[test]
fn a_long_report_shows_its_first_rows_and_the_others_when_they_are_asked_for() {
    let Some(window) = Window::open(&history(310)) else { return };
    let answer = window.ask(
        "const number = () => [...document.querySelectorAll('#findings tbody tr')].filter((row) => !row.hidden).length;
         const more = document.getElementById('more');
         const before = [number(), document.getElementById('shown').textContent, more.textContent];
         more.click();
         return [...before, number(), more.hidden].join('; ');",
        false,
    );
    assert_eq!(answer, "300; 310 in all; Show all 310, not only the first 300; 310; true");
}

#[test]
fn the_policy_of_the_page_lets_no_other_script_run() {
    let Some(window) = Window::open(&history(3)) else { return };
    let page = window.page.replace("</body>", "<script>document.title = 'ran'</script></body>");
    assert!(!window.dom(&page, "", false).contains("<title>ran"));
}

/// The least contrast between a text and what stands behind it, as WCAG reckons it.
const CONTRAST: &str = "
        const parts = (color) => color.match(/[0-9.]+/g).map(Number);
        const light = (color) => parts(color).slice(0, 3).map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
        const behind = (node) => {
            for (; node; node = node.parentElement) {
                const color = getComputedStyle(node).backgroundColor;
                if (parts(color)[3] !== 0) return color;
            }
            return 'rgb(255, 255, 255)';
        };
        let least = 99;
        for (const node of document.querySelectorAll('h1, h2, p, b, a, span, td, th, dt, dd, label, button, input, select, mark, code, summary')) {
            if (!node.checkVisibility()) continue;
            const [a, b] = [light(getComputedStyle(node).color), light(behind(node))];
            least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
        }
        const page = light(getComputedStyle(document.body).backgroundColor);";

#[track_caller]
fn can_be_read(window: &Window) {
    for (dark, scheme) in [(false, "light"), (true, "dark")] {
        let answer = window.ask(&format!("{CONTRAST} return (page < 0.2 ? 'dark' : 'light') + ' ' + least;"), dark);
        let (found, least) = answer.split_once(' ').expect("two words");
        assert_eq!(found, scheme);
        assert!(least.parse::<f64>().expect("a number") >= 4.5, "the least contrast in {scheme} is {least}");
    }
    let wide = "return innerWidth + ' ' + document.documentElement.scrollWidth;";
    for width in [1400, 700, 500] {
        let answer = window.wide(width).ask(wide, false);
        let (inner, scroll) = answer.split_once(' ').expect("two words");
        let (inner, scroll): (usize, usize) = (inner.parse().expect("a number"), scroll.parse().expect("a number"));
        assert!(inner <= width && scroll <= inner, "{scroll} stand out of {inner} at {width}");
    }
}

#[test]
fn it_can_be_read_in_light_and_in_dark_and_fits_a_phone() {
    let Some(window) = Window::open(&history(60)) else { return };
    can_be_read(&window);
}

#[test]
fn the_page_of_the_log_needs_no_script_and_can_be_read_as_well() {
    let record = |day: u32, number: usize| {
        let found = palisade::evidence::Found {
            rule: if number == 3 { HOSTILE } else { RULES[number % RULES.len()].id }.to_owned(),
            level: "reject".to_owned(),
            severity: ["critical", "high", "medium", "low"][number % 4].to_owned(),
            fingerprint: Some(format!("{number:032x}")),
            ..palisade::evidence::Found::default()
        };
        let is_in = number.is_multiple_of(3);
        palisade::evidence::Record {
            time: 1_790_000_000_000 + i64::from(day) * 86_400_000,
            by: "server".to_owned(),
            scope: "push".to_owned(),
            pusher: Some(if number == 5 { HOSTILE.to_owned() } else { format!("person-{}", number % 14) }),
            verdict: if is_in { "accept" } else { "reject" }.to_owned(),
            entered: is_in,
            finding_count: u64::from(!is_in),
            findings: if is_in { Vec::new() } else { vec![found] },
            ..palisade::evidence::Record::default()
        }
    };
    let records: Vec<_> = (0..120_u32)
        .zip((0..).step_by(5))
        .flat_map(|(day, first)| (0..7).map(move |part| (day, first + part)))
        .map(|(day, number)| record(day, number))
        .collect();
    let stats = palisade::evidence::Stats::of(&records);
    let mut page = Vec::new();
    palisade::output::StatsFormat::Html.write(&stats, &mut page).expect("a page");
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("stats.html"), &page).expect("a page");
    let Some(window) = Window::of(page) else { return };
    let dom = window.dom(&window.page, "", false);
    assert!(!dom.contains("<title>ran") && !dom.contains("<script"), "what a pusher is called does not run");
    assert_eq!(dom.matches("<g><title>").count(), 90, "the last ninety days, each with its numbers");
    can_be_read(&window);
    let bars = window.ask(
        "return [...document.querySelectorAll('.bars rect')].every((bar) => bar.getBoundingClientRect().width > 0);",
        false,
    );
    assert_eq!(bars, "true");
}
