//! An object a row.

use serde::Serialize;

use crate::row::Row;

#[derive(Serialize)]
struct Object<'a> {
    workload: &'a str,
    read: String,
    contender: &'a str,
    bytes_per_event: f64,
    ns_per_event: f64,
    ns_per_event_quartiles: [f64; 2],
    mb_per_s: f64,
    allocs_per_event: f64,
}

/// On one line.
pub(crate) fn row(row: &Row) -> String {
    let object = Object {
        workload: row.workload,
        read: row.read.name(),
        contender: row.contender.name,
        bytes_per_event: round(row.bytes_per_event()),
        ns_per_event: round(row.ns_per_event()),
        ns_per_event_quartiles: row.spread().map(round),
        mb_per_s: round(row.mb_per_s()),
        allocs_per_event: round(row.allocs_per_event()),
    };
    serde_json::to_string(&object).expect("numbers and texts")
}

/// To hundredths.
pub(crate) fn round(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}
