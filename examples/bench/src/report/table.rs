//! For a terminal.

use std::fmt::Write;

use crate::reads::Read;
use crate::row::Row;
use crate::workloads::Workload;

/// The contenders of one workload and cut.
pub(crate) fn section(workload: &Workload, read: Read, rows: &[Row]) -> String {
    let size = rows.first().map_or(0.0, |row| row.bytes_per_event());
    let mut text = format!(
        "{} ({}), {size:.0} bytes an event, reads: {}\n",
        workload.letter,
        workload.about,
        read.name()
    );
    writeln!(text, "  {:<20} {:>10} {:>19} {:>9} {:>9}", "", "ns/event", "quartiles", "MB/s", "allocs")
        .expect(STRING);
    for row in rows {
        let [low, high] = row.spread();
        writeln!(
            text,
            "  {:<20} {:>10.1} {:>9.1} {:>9.1} {:>9.0} {:>9.2}",
            row.contender.name,
            row.ns_per_event(),
            low,
            high,
            row.mb_per_s(),
            row.allocs_per_event()
        )
        .expect(STRING);
    }
    text
}

const STRING: &str = "a string takes all";
