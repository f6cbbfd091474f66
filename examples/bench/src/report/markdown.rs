//! Tables for a page: the comparison first, then all figures.

use std::fmt::Write;

use super::best::Group;
use crate::contenders::{CONTENDERS, Kind};
use crate::row::Row;

const STRING: &str = "a string takes all";

/// Of all rows.
pub(crate) fn tables(rows: &[Row]) -> String {
    let groups = Group::all(rows);
    let mut text = String::new();
    compare(&groups, &mut text);
    for group in &groups {
        list(group, &mut text);
    }
    text
}

/// How many times as fast ours are, as the best of each other kind.
fn compare(groups: &[Group<'_>], text: &mut String) {
    let header = [
        "workload",
        "reads",
        "text with template: async-openai",
        "best by hand",
        "template, metadata once: async-openai",
        "best by hand",
        "template: async-openai",
        "best event-stream crate",
        "best by hand",
        "share of memchr",
        "plain, metadata once: async-openai",
        "best by hand",
        "plain: async-openai",
        "best by hand",
    ];
    writeln!(text, "| {} |\n|---|---|{}", header.join(" | "), "--:|".repeat(header.len() - 2)).expect(STRING);
    for group in groups {
        let (template, plain) = (group.named("choreo-template"), group.named("choreo-plain"));
        let text_template = group.named("choreo-text-template");
        let (template_once, plain_once) =
            (group.named("choreo-template-once"), group.named("choreo-plain-once"));
        let usual = group.best(Kind::Usual);
        let by_hand = group.best(Kind::ByHand);
        let cells = [
            times(text_template, usual, false),
            times(text_template, by_hand, true),
            times(template_once, usual, false),
            times(template_once, by_hand, true),
            times(template, usual, false),
            times(template, group.best(Kind::EventStream), true),
            times(template, by_hand, true),
            share(template, group.named("memchr")),
            times(plain_once, usual, false),
            times(plain_once, by_hand, true),
            times(plain, usual, false),
            times(plain, by_hand, true),
        ];
        writeln!(text, "| {} | {} | {} |", group.workload.letter, group.read.name(), cells.join(" | "))
            .expect(STRING);
    }
}

/// `4.2x (sonic-rs)`
fn times(ours: Option<&Row>, other: Option<&Row>, is_named: bool) -> String {
    let (Some(ours), Some(other)) = (ours, other) else { return String::new() };
    let times = ours.times_as_fast_as(other);
    if is_named { format!("{times:.1}x ({})", other.contender.name) } else { format!("{times:.1}x") }
}

fn share(ours: Option<&Row>, limit: Option<&Row>) -> String {
    let (Some(ours), Some(limit)) = (ours, limit) else { return String::new() };
    format!("{:.0} %", ours.times_as_fast_as(limit) * 100.0)
}

/// All of a workload and cut.
fn list(group: &Group<'_>, text: &mut String) {
    let (workload, read) = (group.workload, group.read.name());
    writeln!(text, "\n### {}: {}; reads: {read}\n", workload.letter, workload.about).expect(STRING);
    writeln!(text, "| | ns an event | quartiles | MB/s | allocations an event |\n|---|--:|--:|--:|--:|")
        .expect(STRING);
    for row in CONTENDERS.iter().filter_map(|contender| group.named(contender.name)) {
        let [low, high] = row.spread();
        writeln!(
            text,
            "| `{}`: {} | {:.0} | {low:.0}-{high:.0} | {:.0} | {:.1} |",
            row.contender.name,
            row.contender.about,
            row.ns_per_event(),
            row.mb_per_s(),
            row.allocs_per_event()
        )
        .expect(STRING);
    }
}
