//! The rows that comparisons are made of.

use crate::contenders::Kind;
use crate::reads::Read;
use crate::row::Row;
use crate::workloads::{WORKLOADS, Workload};

/// The rows of one workload and cut.
pub(super) struct Group<'a> {
    pub(super) workload: &'static Workload,
    pub(super) read: Read,
    rows: Vec<&'a Row>,
}

impl<'a> Group<'a> {
    /// Those of all rows, in their order.
    pub(super) fn all(rows: &'a [Row]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for row in rows {
            match groups.last_mut() {
                Some(group) if group.workload.letter == row.workload && group.read == row.read => {
                    group.rows.push(row)
                }
                _ => groups.extend(
                    WORKLOADS.iter().find(|workload| workload.letter == row.workload).map(|workload| Self {
                        workload,
                        read: row.read,
                        rows: vec![row],
                    }),
                ),
            }
        }
        groups
    }

    pub(super) fn named(&self, name: &str) -> Option<&'a Row> {
        self.rows.iter().copied().find(|row| row.contender.name == name)
    }

    /// The fastest of a kind.
    pub(super) fn best(&self, kind: Kind) -> Option<&'a Row> {
        let of_kind = self.rows.iter().copied().filter(|row| row.contender.kind == kind);
        of_kind.min_by(|one, other| one.ns_per_event().total_cmp(&other.ns_per_event()))
    }
}
