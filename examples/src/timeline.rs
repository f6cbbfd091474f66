//! Pictures of when calls ran.

use std::fmt::{self, Write};
use std::future::Future;
use std::time::{Duration, Instant};

/// When a call ran, from the start of its timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub start: Duration,
    /// When it had ended.
    pub end: Duration,
}

impl Span {
    /// When this call runs, which has not begun, as seen from that moment.
    ///
    /// # Errors
    /// That of the call.
    pub async fn of<T, E>(call: impl Future<Output = Result<T, E>>, origin: Instant) -> Result<Self, E> {
        let start = origin.elapsed();
        call.await?;
        Ok(Self { start, end: origin.elapsed() })
    }
}

/// Calls, and when each ran. Printed, it is a line of how long they took.
#[derive(Clone, Debug)]
pub struct Timeline {
    title: String,
    spans: Vec<Span>,
}

impl Timeline {
    /// The title says what the calls are.
    #[must_use]
    pub fn new(title: impl Into<String>, spans: Vec<Span>) -> Self {
        Self { title: title.into(), spans }
    }

    /// When the last call had ended.
    #[must_use]
    pub fn end(&self) -> Duration {
        self.spans.iter().map(|span| span.end).max().unwrap_or_default()
    }

    /// How long each call took, all together.
    #[must_use]
    pub fn waits(&self) -> Duration {
        self.spans.iter().map(|span| span.end.saturating_sub(span.start)).sum()
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, .. } = self;
        let (end, waits) = (self.end().as_secs_f64(), self.waits().as_secs_f64());
        write!(f, "{title}: {end:.2} s, for {waits:.2} s of waiting")
    }
}

const WIDTH: f64 = 760.0;
const MARGIN: f64 = 20.0;
const TITLE_HEIGHT: f64 = 30.0;
const AXIS_HEIGHT: f64 = 34.0;
/// How high the bars of one timeline may stand together.
const BARS_HEIGHT: f64 = 120.0;
/// How high the row of one call may be.
const ROW_HEIGHT: f64 = 11.0;
/// How much of a row its bar takes, where there is room for gaps.
const BAR: f64 = 0.75;

/// The colours are those of the reader's scheme.
const STYLE: &str = "\
    text { font: 14px system-ui, sans-serif; fill: #1f2328 } \
    .small { font-size: 12px; fill: #59636e } \
    .grid { stroke: #d1d9e0 } \
    .calls { stroke: #0969da; fill: none } \
    @media (prefers-color-scheme: dark) { \
    text { fill: #f0f6fc } .small { fill: #9198a1 } .grid { stroke: #3d444d } .calls { stroke: #4493f8 } }";

/// An SVG of these timelines, one below the other, on one scale of time. It has a path of the class `calls` for each,
/// with a line from left to right (`M x y H x`) for each of its calls.
#[must_use]
pub fn draw(timelines: &[Timeline]) -> String {
    let end = timelines.iter().map(Timeline::end).max().unwrap_or_default();
    let scale = Scale::to(end);
    let bottom = MARGIN + timelines.iter().map(|timeline| TITLE_HEIGHT + height(timeline)).sum::<f64>();
    let mut body = grid(&scale, bottom);
    let mut top = MARGIN;
    for timeline in timelines {
        let title = escape(&timeline.to_string());
        let _ = writeln!(body, r#"<text x="{MARGIN}" y="{:.1}">{title}</text>"#, top + 14.0);
        top += TITLE_HEIGHT;
        body += &bars(timeline, &scale, top);
        top += height(timeline);
    }
    let titles =
        timelines.iter().map(|timeline| escape(&timeline.to_string())).collect::<Vec<_>>().join("; ");
    let height = bottom + AXIS_HEIGHT;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\">\n\
         <title>{titles}</title>\n<style>{STYLE}</style>\n{body}</svg>\n"
    )
}

/// Where a time is in the picture.
struct Scale {
    seconds: f64,
}

impl Scale {
    fn to(end: Duration) -> Self {
        Self { seconds: end.as_secs_f64().max(f64::MIN_POSITIVE) }
    }

    fn x(&self, time: Duration) -> f64 {
        MARGIN + (WIDTH - 2.0 * MARGIN) * time.as_secs_f64() / self.seconds
    }

    /// The greatest round step that divides the picture into four parts or more, in milliseconds.
    fn step(&self) -> u32 {
        let round = (0..7).rev().flat_map(|power| [5, 2, 1].map(|digit| digit * 10_u32.pow(power)));
        round.into_iter().find(|&step| f64::from(step) * 4.0 <= self.seconds * 1000.0).unwrap_or(1)
    }
}

fn grid(scale: &Scale, bottom: f64) -> String {
    let step = scale.step();
    let ticks = (0..).map(|number| number * step);
    let ticks = ticks.take_while(|&tick| f64::from(tick) <= scale.seconds * 1000.0);
    ticks.fold(String::new(), |mut grid, tick| {
        let x = scale.x(Duration::from_millis(tick.into()));
        let _ = writeln!(
            grid,
            "<path class=\"grid\" d=\"M{x:.1} {MARGIN}V{bottom:.1}\"/>\
             <text class=\"small\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{} s</text>",
            bottom + 18.0,
            f64::from(tick) / 1000.0
        );
        grid
    })
}

fn bars(timeline: &Timeline, scale: &Scale, top: f64) -> String {
    let row = row_height(timeline);
    let lines = timeline.spans.iter().zip(0_u32..).fold(String::new(), |mut lines, (span, number)| {
        let y = top + row * (f64::from(number) + 0.5);
        let _ = write!(lines, "M{:.1} {y:.2}H{:.1}", scale.x(span.start), scale.x(span.end));
        lines
    });
    // Thinner lines than a pixel would be pale.
    let thickness = if row < 3.0 { row.max(1.0) } else { row * BAR };
    format!("<path class=\"calls\" stroke-width=\"{thickness:.3}\" d=\"{lines}\"/>\n")
}

fn height(timeline: &Timeline) -> f64 {
    row_height(timeline) * timeline.spans.len() as f64 + MARGIN / 2.0
}

fn row_height(timeline: &Timeline) -> f64 {
    (BARS_HEIGHT / timeline.spans.len().max(1) as f64).min(ROW_HEIGHT)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
