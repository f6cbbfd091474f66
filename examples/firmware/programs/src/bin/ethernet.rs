//! The same questions over the board's Ethernet.
#![no_std]
#![no_main]

use board::console::{Console, exit};
use board::ethernet::Ethernet;
use board::executor::block_on;
use board::{Board, entry};
use embassy_futures::select::{Either, select};
use embassy_net::tcp::TcpSocket;
use embassy_net::{Config, Ipv4Address, Stack, StackResources};

programs::panics_are_failures!();

/// This computer, in QEMU's user network.
const GATEWAY: Ipv4Address = Ipv4Address::new(10, 0, 2, 2);

#[entry]
fn main() -> ! {
    let Some(mut board) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let success = block_on(run(&mut board.ethernet, &mut console));
    programs::report_stack(&mut console);
    exit(success)
}

async fn run(ethernet: &mut Ethernet, console: &mut Console) -> bool {
    let mut resources = StackResources::<2>::new();
    let (stack, mut runner) =
        embassy_net::new(ethernet, Config::dhcpv4(Default::default()), &mut resources, 1);
    match select(runner.run(), ask(stack, console)).await {
        Either::First(never) => never,
        Either::Second(success) => success,
    }
}

async fn ask(stack: Stack<'_>, console: &mut Console) -> bool {
    stack.wait_config_up().await;
    let (mut receive, mut send) = ([0; 1024], [0; 512]);
    let mut socket = TcpSocket::new(stack, &mut receive, &mut send);
    let port = board::console::arguments(&mut [0; 64]).parse().unwrap_or(0);
    if socket.connect((GATEWAY, port)).await.is_err() {
        console.print("connect");
        return false;
    }
    let _ = socket.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let mut buffer = [0; 128];
    while let Ok(n @ 1..) = socket.read(&mut buffer).await {
        console.print(str::from_utf8(&buffer[..n]).unwrap_or("?"));
    }
    true
}
