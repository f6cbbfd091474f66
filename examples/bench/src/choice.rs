//! Which rows are asked for.

use crate::contenders::{CONTENDERS, Contender};
use crate::reads::{READS, Read};
use crate::workloads::{WORKLOADS, Workload};

#[derive(clap::Args)]
pub(crate) struct Choice {
    /// Only these workloads, by their letters: `a,b2`.
    #[arg(long, value_delimiter = ',', value_parser = workload)]
    workload: Vec<&'static Workload>,
    /// Only these reads: `64,event,1024,16384`, or of any other size.
    #[arg(long, value_delimiter = ',', value_parser = read)]
    read: Vec<Read>,
    /// Only these contenders, by their names.
    #[arg(long, value_delimiter = ',', value_parser = contender)]
    contender: Vec<&'static Contender>,
}

impl Choice {
    pub(crate) fn workloads(&self) -> Vec<&'static Workload> {
        or_all(&self.workload, &WORKLOADS)
    }

    pub(crate) fn reads(&self) -> Vec<Read> {
        self.reads_or(&READS)
    }

    pub(crate) fn reads_or(&self, all: &[Read]) -> Vec<Read> {
        if self.read.is_empty() { all.to_vec() } else { self.read.clone() }
    }

    /// Those who can deliver what there is in this one; unless named, those alone who are `usual`.
    pub(crate) fn contenders_for(
        &self,
        workload: &Workload,
        usual: impl Fn(&Contender) -> bool,
    ) -> Vec<&'static Contender> {
        let mut contenders = or_all(&self.contender, CONTENDERS);
        contenders.retain(|contender| contender.reads(workload));
        if self.contender.is_empty() {
            contenders.retain(|contender| usual(contender));
        }
        contenders
    }
}

fn or_all<T>(chosen: &[&'static T], all: &'static [T]) -> Vec<&'static T> {
    if chosen.is_empty() { all.iter().collect() } else { chosen.to_vec() }
}

fn workload(letter: &str) -> Result<&'static Workload, String> {
    by_name(letter, &WORKLOADS, |workload| workload.letter)
}

fn contender(name: &str) -> Result<&'static Contender, String> {
    by_name(name, CONTENDERS, |contender| contender.name)
}

fn by_name<T>(name: &str, all: &'static [T], name_of: fn(&T) -> &'static str) -> Result<&'static T, String> {
    all.iter().find(|each| name_of(each) == name).ok_or_else(|| {
        let known: Vec<_> = all.iter().map(name_of).collect();
        format!("one of {}", known.join(", "))
    })
}

fn read(name: &str) -> Result<Read, String> {
    match name.parse() {
        _ if name == "event" => Ok(Read::Event),
        Ok(size) if size > 0 => Ok(Read::Bytes(size)),
        _ => Err("a number of bytes, or `event`".to_owned()),
    }
}
