//! A picture that is legible on light and dark pages.

use std::fmt::Write;

use super::best::Group;
use crate::contenders::Kind;
use crate::reads::Read;
use crate::row::Row;

/// Bars: how many times as fast as the usual stack, in reads of 1 KiB. Nothing, if these were not measured.
pub(crate) fn svg(rows: &[Row]) -> Option<String> {
    let mut groups = Group::all(rows);
    groups.retain(|group| group.read == SHOWN);
    let groups: Vec<_> = groups.iter().filter_map(Bars::new).collect();
    if groups.is_empty() {
        return None;
    }
    let longest = groups.iter().flat_map(|bars| bars.bars.iter().map(|bar| bar.times)).fold(1.0, f64::max);
    let height = TOP + groups.iter().map(Bars::height).sum::<f64>() + BOTTOM;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-label=\"How many times as fast as eventsource-stream with async-openai\">\n{STYLE}\n\
         <text x=\"{LEFT}\" y=\"22\" class=\"title\">times as fast as eventsource-stream + async-openai (1x), reads of 1 KiB</text>\n"
    );
    let mut y = TOP;
    for bars in &groups {
        bars.draw(y, longest, &mut text);
        y += bars.height();
    }
    text.push_str("</svg>\n");
    Some(text)
}

const SHOWN: Read = Read::Bytes(1024);

const WIDTH: f64 = 840.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 235.0;
const TOP: f64 = 36.0;
const BOTTOM: f64 = 6.0;
const BAR: f64 = 15.0;
const GAP: f64 = 12.0;

const STYLE: &str = "<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.about { fill: #59636e }
.ours { fill: #1f6feb }
.plain { fill: #54aeff }
.other { fill: #8c959f }
.usual { fill: #c4a1a1 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.about { fill: #9198a1 }
.other { fill: #6e7681 }
.usual { fill: #8a6a6a }
}
</style>";

const STRING: &str = "a string takes all";

/// Those of one workload.
struct Bars<'a> {
    letter: &'a str,
    about: &'a str,
    bars: Vec<Bar<'a>>,
}

struct Bar<'a> {
    name: &'a str,
    class: &'a str,
    times: f64,
    ns: f64,
}

impl<'a> Bars<'a> {
    /// Nothing, if there is nothing to compare with.
    fn new(group: &Group<'a>) -> Option<Self> {
        let usual = group.best(Kind::Usual)?;
        let shown = [
            (group.named("choreo-template"), "ours"),
            (group.named("choreo-template-once"), "ours"),
            (group.named("choreo-text-template"), "ours"),
            (group.named("choreo-plain"), "plain"),
            (group.best(Kind::ByHand), "other"),
            (group.best(Kind::EventStream), "other"),
            (Some(usual), "usual"),
        ];
        let bar = |(row, class): (Option<&'a Row>, &'a str)| {
            let row = row?;
            let times = row.times_as_fast_as(usual);
            Some(Bar { name: row.contender.name, class, times, ns: row.ns_per_event() })
        };
        let bars = shown.into_iter().filter_map(bar).collect();
        Some(Self { letter: group.workload.letter, about: group.workload.short, bars })
    }

    fn height(&self) -> f64 {
        BAR * self.bars.len() as f64 + GAP
    }

    fn draw(&self, top: f64, longest: f64, text: &mut String) {
        let (letter, about) = (self.letter, self.about);
        let y = top + BAR - 4.0;
        writeln!(text, "<text x=\"8\" y=\"{y}\" class=\"title\">{letter}</text>").expect(STRING);
        writeln!(text, "<text x=\"32\" y=\"{y}\" class=\"about\">{about}</text>").expect(STRING);
        for (at, bar) in self.bars.iter().enumerate() {
            let Bar { name, class, times, ns } = bar;
            let y = top + BAR * at as f64;
            let length = (WIDTH - LEFT - RIGHT) * times / longest;
            writeln!(
                text,
                "<rect x=\"{LEFT}\" y=\"{y}\" width=\"{length:.1}\" height=\"{:.0}\" class=\"{class}\"/>\
                 <text x=\"{:.1}\" y=\"{}\">{times:.1}x {name} <tspan class=\"about\">{ns:.0} ns</tspan></text>",
                BAR - 3.0,
                LEFT + length + 6.0,
                y + BAR - 5.0
            )
            .expect(STRING);
        }
    }
}
