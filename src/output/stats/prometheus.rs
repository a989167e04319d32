//! Prometheus' text format ("Exposition formats", 0.0.4), for its textfile collector.

use std::io::{self, Write};

use crate::evidence::{Stats, Tally};
use crate::output::words::clean;

pub(super) fn write(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
    let Tally { verdicts, rejected, incomplete, annotated, bypassed } = stats.all;
    metric("palisade_verdicts", "Verdicts in the decision log.", out)?;
    let accepted = verdicts.saturating_sub(rejected + incomplete);
    for (verdict, number) in [("accept", accepted), ("reject", rejected), ("incomplete", incomplete)] {
        writeln!(out, "palisade_verdicts{{verdict=\"{verdict}\"}} {number}")?;
    }
    metric("palisade_annotated", "Changes that were let in with findings.", out)?;
    writeln!(out, "palisade_annotated {annotated}")?;
    metric("palisade_bypassed", "Changes that were let in for who may do what others may not.", out)?;
    writeln!(out, "palisade_bypassed {bypassed}")?;
    metric("palisade_rule_verdicts", "Verdicts with a finding of a rule.", out)?;
    for (rule, tally) in &stats.rules {
        writeln!(out, "palisade_rule_verdicts{{rule=\"{}\"}} {}", label(rule), tally.verdicts)?;
    }
    metric("palisade_pusher_verdicts", "Verdicts by who pushed.", out)?;
    for (pusher, tally) in &stats.pushers {
        let pusher = label(pusher);
        writeln!(out, "palisade_pusher_verdicts{{pusher=\"{pusher}\",verdict=\"reject\"}} {}", tally.rejected)?;
        let others = tally.verdicts - tally.rejected;
        writeln!(out, "palisade_pusher_verdicts{{pusher=\"{pusher}\",verdict=\"other\"}} {others}")?;
    }
    metric("palisade_open", "Secrets that were kept out and are not known to be gone.", out)?;
    for (severity, mend) in &stats.mended {
        writeln!(out, "palisade_open{{severity=\"{severity}\"}} {}", mend.open)?;
    }
    for (name, help) in [("mean", "Mean"), ("median", "Median")] {
        let metric_name = format!("palisade_mend_seconds_{name}");
        metric(&metric_name, &format!("{help} time from when a secret was first kept out until it was gone."), out)?;
        for (severity, mend) in stats.mended.iter().filter(|(_, mend)| mend.gone > 0) {
            let value = if name == "mean" { mend.mean } else { mend.median };
            writeln!(out, "{metric_name}{{severity=\"{severity}\"}} {value}")?;
        }
    }
    Ok(())
}

/// All of them can fall when a log is put away, so none is a counter.
fn metric(name: &str, help: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge")
}

fn label(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
