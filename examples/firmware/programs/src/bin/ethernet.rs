//! The same questions over the board's Ethernet, with the TCP of embassy-net.
//!
//! Its argument is the gateway's port on the computer that runs the emulator.
#![no_std]
#![no_main]

use core::time::Duration;

use board::clock::Clock;
use board::console::{Console, arguments, exit};
use board::ethernet::Ethernet;
use board::executor::block_on;
use board::{Board, entry};
use choreoai_embedded::Client;
use choreoai_embedded::connect::EmbassyTcp;
use choreoai_embedded::time::{Deadlines, EmbassyTimer};
use embassy_futures::select::{Either, select};
use embassy_net::tcp::TcpSocket;
use embassy_net::{Config, DhcpConfig, IpEndpoint, Ipv4Address, Stack, StackResources};
use programs::{ByClient, ByTypes, GATEWAY, Questions, Report};

programs::panics_are_failures!();

/// The computer that runs the emulator, in the emulator's network.
const HOST: Ipv4Address = Ipv4Address::new(10, 0, 2, 2);
const DEADLINES: Deadlines = Deadlines {
    connect: Some(Duration::from_secs(5)),
    first_event: Some(Duration::from_secs(3)),
    idle: Some(Duration::from_secs(2)),
    total: None,
};

#[entry]
fn main() -> ! {
    let Some(mut board) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let success = block_on(run(&mut board.ethernet, board.clock, &mut console));
    programs::report_stack(&mut console);
    exit(success)
}

/// Runs the network stack beside the program.
async fn run(ethernet: &mut Ethernet, clock: Clock, console: &mut Console) -> bool {
    let config = Config::dhcpv4(DhcpConfig::default());
    // Two sockets: DHCP's and the program's.
    let mut resources = StackResources::<2>::new();
    let (stack, mut runner) = embassy_net::new(ethernet, config, &mut resources, clock.jitter().into());
    match select(runner.run(), ask(stack, clock, console)).await {
        Either::First(never) => never,
        Either::Second(success) => success,
    }
}

async fn ask(stack: Stack<'_>, clock: Clock, console: &mut Console) -> bool {
    let Ok(port) = arguments(&mut [0; 64]).parse() else { return false };
    stack.wait_config_up().await;
    let (mut received, mut sent) = ([0; 1024], [0; 512]);
    let socket = TcpSocket::new(stack, &mut received, &mut sent);
    let connector = EmbassyTcp::new(socket, IpEndpoint::new(HOST.into(), port));
    let mut buffer = [0; 256];
    let mut client = Client::new(connector, &mut buffer, EmbassyTimer, move || clock.jitter())
        .with_report(Report::new())
        .with_endpoint(GATEWAY)
        .with_deadlines(DEADLINES)
        .with_safe_reads();
    Questions::new(ByClient::new(ByTypes, &mut client), console).ask_all(thermometer).await
}

/// Whatever the city: there is one thermometer.
fn thermometer(_: &str) -> &'static str {
    "21 degrees"
}
