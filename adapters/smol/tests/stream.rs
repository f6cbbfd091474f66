//! The connection of this crate, over real sockets: when it asks the system, and that it misses nothing.

use std::future::poll_fn;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use async_io::Async;
use choreoai_smol::SmolStream;
use futures_lite::future::block_on;
use futures_lite::{AsyncRead, AsyncReadExt};

/// Both ends of a connection.
fn pair() -> (SmolStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (far, _) = listener.accept().unwrap();
    (Async::new(near).unwrap().into(), far)
}

/// Writes, and waits until it can be read at the other end.
fn send(far: &mut TcpStream, near: &SmolStream, bytes: &[u8]) {
    far.write_all(bytes).unwrap();
    while near.get_ref().peek(&mut [0]).is_err() {
        std::thread::yield_now();
    }
}

/// Polls a read of at most eight bytes.
fn poll(stream: &mut SmolStream, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
    let mut buffer = [0; 8];
    Pin::new(stream).poll_read(cx, &mut buffer).map(|count| buffer[..count.unwrap()].to_vec())
}

fn read(stream: &mut SmolStream) -> Vec<u8> {
    block_on(poll_fn(|cx| poll(stream, cx)))
}

#[test]
fn after_a_read_that_found_no_more_the_system_is_not_asked_until_there_is() {
    let (mut near, mut far) = pair();
    send(&mut far, &near, b"one");
    assert_eq!(read(&mut near), b"one");
    send(&mut far, &near, b"two");
    let mut polls = Vec::new();
    let came = block_on(poll_fn(|cx| {
        let polled = poll(&mut near, cx);
        polls.push(polled.is_ready());
        polled
    }));
    assert_eq!(came, b"two");
    assert_eq!(polls, [false, true], "it asked the system at once, or was woken in vain");
}

#[test]
fn a_read_that_filled_its_buffer_is_followed_by_the_rest_at_once() {
    let (mut near, mut far) = pair();
    send(&mut far, &near, b"0123456789");
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(poll(&mut near, &mut cx), Poll::Ready(b"01234567".to_vec()));
    assert_eq!(poll(&mut near, &mut cx), Poll::Ready(b"89".to_vec()));
    assert!(poll(&mut near, &mut cx).is_pending());
}

#[test]
fn who_waits_asks_the_system_whenever_polled() {
    let (mut near, mut far) = pair();
    let mut cx = Context::from_waker(Waker::noop());
    for text in [&b"one"[..], b"two", b"three"] {
        assert!(poll(&mut near, &mut cx).is_pending());
        send(&mut far, &near, text);
        assert_eq!(poll(&mut near, &mut cx), Poll::Ready(text.to_vec()));
    }
}

/// Else it would wait for ever.
#[test]
fn the_last_task_that_waited_is_woken() {
    let (mut near, mut far) = pair();
    send(&mut far, &near, b"one");
    assert_eq!(read(&mut near), b"one");
    assert!(poll(&mut near, &mut Context::from_waker(Waker::noop())).is_pending());
    let mut has_waited = false;
    let came = block_on(poll_fn(|cx| {
        let polled = poll(&mut near, cx);
        if !std::mem::replace(&mut has_waited, true) {
            assert!(polled.is_pending());
            send(&mut far, &near, b"two");
        }
        polled
    }));
    assert_eq!(came, b"two");
}

#[test]
fn the_end_comes_after_a_read_that_found_no_more_and_again() {
    let (mut near, mut far) = pair();
    send(&mut far, &near, b"one");
    assert_eq!(read(&mut near), b"one");
    drop(far);
    for _ in 0..3 {
        assert_eq!(read(&mut near), b"");
    }
}

#[test]
fn nothing_is_missed_however_it_is_written() {
    let (mut near, mut far) = pair();
    // Pieces shorter than the buffer, as long, and longer, in every order of them.
    let pieces: Vec<Vec<u8>> = (0..3_000_u32).map(|n| vec![n as u8; (n * 7 % 20) as usize + 1]).collect();
    let sent = pieces.concat();
    let writer = std::thread::spawn(move || pieces.iter().for_each(|piece| far.write_all(piece).unwrap()));
    let mut came = Vec::new();
    block_on(near.read_to_end(&mut came)).unwrap();
    writer.join().unwrap();
    assert!(came == sent, "{} of {} bytes came", came.len(), sent.len());
}
