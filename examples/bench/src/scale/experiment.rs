//! What is measured, and with how much.

use clap::ValueEnum;

use super::contenders::Who;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Experiment {
    /// Streams that are open at the same time, with an event now and then.
    OpenStreams,
    /// Streams that all begin after a wait and then come as fast as they can.
    Latency,
    /// Requests in sequence, and the same at once.
    AtOnce,
    /// From the call to the first event, on a connection that stands.
    FirstToken,
    /// Streams without sockets: what they take of memory and time grows with their number, and no faster.
    Simulated,
}

pub(super) const EXPERIMENTS: [Experiment; 5] = [
    Experiment::OpenStreams,
    Experiment::Latency,
    Experiment::AtOnce,
    Experiment::FirstToken,
    Experiment::Simulated,
];

/// What a server does with a client.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct Load {
    #[arg(long)]
    pub(super) streams: usize,
    /// Of each stream, beside one that begins it and one that ends it.
    #[arg(long)]
    pub(super) events: usize,
    /// Milliseconds from a request to its answer.
    #[arg(long)]
    pub(super) delay: u64,
    /// Events a second of all streams together, once all are open; zero: each stream on its own, as fast as it can.
    #[arg(long)]
    pub(super) rate: u64,
}

impl Load {
    pub(super) fn arguments(&self) -> Vec<String> {
        let Self { streams, events, delay, rate } = self;
        [("streams", *streams as u64), ("events", *events as u64), ("delay", *delay), ("rate", *rate)]
            .map(|(name, value)| format!("--{name}={value}"))
            .to_vec()
    }

    /// Of all streams, beside those that begin and end one.
    pub(super) fn total(&self) -> usize {
        self.streams * self.events
    }
}

impl Experiment {
    pub(super) fn name(self) -> String {
        self.to_possible_value().expect("none is skipped").get_name().to_owned()
    }

    pub(super) fn about(self, load: &Load) -> String {
        let Load { streams, events, delay, rate } = load;
        match self {
            Self::OpenStreams => {
                format!("{streams} open streams, {rate} events a second in all, {events} each")
            }
            Self::Latency => format!("{streams} streams of {events} events, {delay} ms after the request"),
            Self::AtOnce => format!("{streams} requests in sequence and at once, {delay} ms each"),
            Self::FirstToken => format!("{streams} requests in sequence, answered at once"),
            Self::Simulated => format!("{streams} streams of {events} events, without sockets"),
        }
    }

    pub(super) fn needs_server(self) -> bool {
        self != Self::Simulated
    }

    /// Whether each stream has a connection at the same time as all others.
    pub(super) fn opens_all(self) -> bool {
        matches!(self, Self::OpenStreams | Self::Latency | Self::AtOnce)
    }

    pub(super) fn contenders(self) -> &'static [Who] {
        match self {
            Self::Simulated => &[Who::ChoreoSmol],
            _ => &[Who::ChoreoSmol, Who::AsyncOpenai],
        }
    }

    pub(super) fn loads(self, quick: bool) -> Vec<Load> {
        match (self, quick) {
            (Self::OpenStreams, false) => vec![Load { streams: 10_000, events: 5, delay: 0, rate: 10_000 }],
            (Self::OpenStreams, true) => vec![Load { streams: 50, events: 5, delay: 0, rate: 1_000 }],
            (Self::Latency, false) => vec![Load { streams: 1_000, events: 50, delay: 300, rate: 0 }],
            (Self::Latency, true) => vec![Load { streams: 20, events: 5, delay: 20, rate: 0 }],
            (Self::AtOnce, false) => vec![Load { streams: 10, events: 10, delay: 300, rate: 0 }],
            (Self::AtOnce, true) => vec![Load { streams: 10, events: 10, delay: 20, rate: 0 }],
            (Self::FirstToken, false) => vec![Load { streams: 5_000, events: 10, delay: 0, rate: 0 }],
            (Self::FirstToken, true) => vec![Load { streams: 50, events: 10, delay: 0, rate: 0 }],
            (Self::Simulated, quick) => {
                let all = if quick { &[100, 1_000][..] } else { &[1_000, 10_000, 100_000] };
                let load = |&streams| Load { streams, events: 20, delay: 0, rate: 0 };
                all.iter().map(load).collect()
            }
        }
    }
}
