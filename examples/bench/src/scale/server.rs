//! The server, the same for all contenders: HTTP/1.1, a chunk for each event, a write for each chunk.

use std::cell::RefCell;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::exit;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use futures_lite::{AsyncReadExt, AsyncWriteExt, future};
use smol::{Async, LocalExecutor, Timer};

use super::event;
use super::experiment::Load;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
/// So many connections wait to be accepted.
const BACKLOG: i32 = 4096;
/// Before and after the events of open streams: the client looks at what it has taken.
const PAUSE: Duration = Duration::from_secs(1);

type Connection = Async<TcpStream>;

/// Prints its address, and serves until its input ends.
///
/// # Errors
///
/// It cannot listen, or accept.
pub(super) fn run(load: &Load) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    rustix::net::listen(&listener, BACKLOG)?;
    println!("{}", listener.local_addr()?);
    thread::spawn(|| {
        _ = io::copy(&mut io::stdin(), &mut io::sink());
        exit(0)
    });
    let executor = Rc::new(LocalExecutor::new());
    smol::block_on(executor.run(accept(Async::new(listener)?, *load, executor.clone())))
}

async fn accept(
    listener: Async<TcpListener>,
    load: Load,
    executor: Rc<LocalExecutor<'static>>,
) -> io::Result<()> {
    let open = Rc::new(RefCell::new(Vec::new()));
    loop {
        let (connection, _) = listener.accept().await?;
        connection.get_ref().set_nodelay(true)?;
        let open = open.clone();
        let serve = async move {
            // A client that fails tells so itself.
            _ = if load.rate > 0 {
                hold(connection, load, &open).await
            } else {
                answer(connection, load).await
            };
        };
        executor.spawn(serve).detach();
    }
}

/// Answers one request after the other.
async fn answer(mut connection: Connection, load: Load) -> io::Result<()> {
    while read_request(&mut connection).await? {
        if load.delay > 0 {
            Timer::after(Duration::from_millis(load.delay)).await;
        }
        begin(&mut connection).await?;
        for number in 0..load.events {
            connection.write_all(chunk(&event::content(number)).as_bytes()).await?;
            // Streams take turns, as those of a model do.
            future::yield_now().await;
        }
        end(&mut connection).await?;
    }
    Ok(())
}

/// Begins an answer and keeps it; serves all of them when it is the last one.
async fn hold(mut connection: Connection, load: Load, open: &RefCell<Vec<Connection>>) -> io::Result<()> {
    if !read_request(&mut connection).await? {
        return Ok(());
    }
    begin(&mut connection).await?;
    open.borrow_mut().push(connection);
    if open.borrow().len() < load.streams {
        return Ok(());
    }
    let mut connections = open.take();
    Timer::after(PAUSE).await;
    let start = Instant::now();
    for at in 0..load.total() {
        // Nothing else is to be done on this thread, and a timer of the executor is less exact.
        let due = Duration::from_nanos(at as u64 * 1_000_000_000 / load.rate);
        thread::sleep(due.saturating_sub(start.elapsed()));
        let number = at / load.streams;
        connections[at % load.streams].write_all(chunk(&event::content(number)).as_bytes()).await?;
    }
    Timer::after(PAUSE).await;
    for connection in &mut connections {
        end(connection).await?;
    }
    // They are the client's to close.
    future::pending().await
}

/// `false` when the client has closed the connection.
async fn read_request(connection: &mut Connection) -> io::Result<bool> {
    let mut request = Vec::new();
    loop {
        let mut buffer = [0; 2048];
        let count = connection.read(&mut buffer).await?;
        request.extend_from_slice(&buffer[..count]);
        match length(&request) {
            Some(length) if request.len() >= length => return Ok(true),
            _ if count == 0 => return Ok(false),
            _ => {}
        }
    }
}

/// Of the whole request, once its head is there.
fn length(request: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(request);
    let (head, _) = text.split_once("\r\n\r\n")?;
    let lengths = head.lines().filter_map(|line| line.split_once(':'));
    let length = lengths
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .find_map(|(_, value)| value.trim().parse::<usize>().ok());
    Some(head.len() + 4 + length.unwrap_or(0))
}

async fn begin(connection: &mut Connection) -> io::Result<()> {
    let begin = HEAD.to_owned() + &chunk(&event::opening());
    connection.write_all(begin.as_bytes()).await
}

async fn end(connection: &mut Connection) -> io::Result<()> {
    let end = chunk(&event::closing()) + "0\r\n\r\n";
    connection.write_all(end.as_bytes()).await
}

fn chunk(event: &str) -> String {
    format!("{:x}\r\n{event}\r\n", event.len())
}
