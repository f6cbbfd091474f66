//! Requests in time.

use std::path::Path;
use std::{fs, process};

use crate::support::{Run, program};

#[test]
fn sequential_against_concurrent() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-timelines.svg", process::id()));
    let mut program = program!("sequential_against_concurrent");
    program.arg(&path).args(["--latency", "20", "--requests", "4", "--streams", "30"]);
    let output = Run::embedded(program);
    let picture = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();

    let lines: Vec<_> = output.lines().collect();
    let &[one_by_one, at_once, streams, ratio] = lines.as_slice() else { panic!("{output}") };
    assert!(ratio.starts_with("At once it took 1/"), "{output}");
    for (line, what) in [
        (one_by_one, "4 requests, one after the other: "),
        (at_once, "4 requests at once: "),
        (streams, "30 streams at once, on one thread: "),
    ] {
        // What it prints is what the picture says.
        assert!(line.starts_with(what) && line.ends_with(" s of waiting"), "{line}");
        assert!(picture.contains(&format!(">{line}</text>")), "{picture}");
    }

    let timelines = timelines(&picture);
    let &[one_by_one, at_once, streams] = &timelines.each_ref().map(Vec::as_slice);
    assert_eq!((one_by_one.len(), at_once.len(), streams.len()), (4, 4, 30), "{picture}");
    assert!(one_by_one.windows(2).all(|pair| pair[0].end <= pair[1].start), "{one_by_one:?}");
    for timeline in [at_once, streams] {
        let first_end = timeline.iter().map(|bar| bar.end).fold(f64::MAX, f64::min);
        assert!(timeline.iter().all(|bar| bar.start <= first_end), "{timeline:?}");
    }
    let bars = timelines.iter().flatten();
    assert!(
        bars.clone().all(|bar| 20.0 <= bar.start && bar.start < bar.end && bar.end <= 740.0),
        "{picture}"
    );
    let rows: Vec<_> = bars.map(|bar| bar.y).collect();
    assert!(rows.is_sorted_by(|above, below| above < below), "{rows:?}");
}

#[derive(Debug)]
struct Bar {
    start: f64,
    end: f64,
    y: f64,
}

fn timelines(picture: &str) -> [Vec<Bar>; 3] {
    let paths = picture.split("<path class=\"calls\" ").skip(1);
    let bars = paths.map(|path| {
        let lines = path.split_once("d=\"M").unwrap().1.split_once('"').unwrap().0;
        lines.split('M').map(bar).collect()
    });
    bars.collect::<Vec<_>>().try_into().unwrap()
}

fn bar(line: &str) -> Bar {
    let (start, rest) = line.split_once(' ').unwrap();
    let (y, end) = rest.split_once('H').unwrap();
    let [start, end, y] = [start, end, y].map(|number| number.parse().unwrap());
    Bar { start, end, y }
}
