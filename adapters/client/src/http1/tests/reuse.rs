//! Which connections serve another request, and which are closed.

use super::*;

#[test]
fn a_body_read_to_its_end_gives_its_connection_back() {
    for response in [OK, CHUNKED] {
        let bench = Bench::default();
        let wire = bench.network.add([
            give(response),
            Step::Await(2),
            give(response),
            Step::Await(3),
            give(response),
        ]);
        let transport = bench.transport();
        for _ in 0..3 {
            assert_eq!(read_ok(send(&transport.clone()).unwrap()), b"hello");
        }
        assert_eq!((bench.network.connected.get(), wire.borrow().closed), (1, false));
        transport.close_idle();
        assert!(wire.borrow().closed);
    }
}

#[test]
fn connections_that_cannot_be_reused_are_not() {
    let cases: [&[u8]; 4] = [
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        // Bytes that nobody asked for might be taken for the next answer.
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ];
    for response in cases {
        let bench = Bench::default();
        let first = bench.network.add([give(response)]);
        bench.network.add([give(OK)]);
        let transport = bench.transport();
        for _ in 0..2 {
            assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
        }
        assert_eq!((bench.network.connected.get(), first.borrow().closed), (2, true), "{response:?}");
    }
}

#[test]
fn what_an_idle_connection_says_or_its_end_makes_it_useless() {
    let steps = [give("x"), Step::End, Step::Fail(io::ErrorKind::ConnectionReset)];
    // Whether the stream looks at once, or took the first poll to begin a wait.
    let cases = steps.into_iter().flat_map(|step| [vec![step.clone()], vec![Step::Pause, step]]);
    for steps in cases {
        let bench = Bench::default();
        let first = bench.network.add([vec![give(OK)], steps].concat());
        bench.network.add([give(OK)]);
        let transport = bench.transport();
        for _ in 0..2 {
            assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
        }
        assert!(first.borrow().closed);
        assert_eq!(first.borrow().written.windows(4).filter(|window| window == b"\r\n\r\n").count(), 1);
    }
}

#[test]
fn a_request_on_a_stale_connection_is_sent_once_more_unseen() {
    for step in [
        Step::End,
        Step::Fail(io::ErrorKind::ConnectionReset),
        Step::Fail(io::ErrorKind::BrokenPipe),
        Step::Fail(io::ErrorKind::UnexpectedEof),
    ] {
        let bench = Bench::default();
        // It fails only once the second request has been written: no check beforehand can tell.
        bench.network.add([give(OK), Step::Await(2), step]);
        let second = bench.network.add([Step::Await(1), give(OK)]);
        let transport = bench.transport();
        assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
        assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
        assert!(second.borrow().written.ends_with(b"{}"), "the body is sent again");
        assert_eq!(bench.network.connected.get(), 2);
    }
}

#[test]
fn nothing_else_is_ever_repeated() {
    // A first connection that fails.
    let bench = Bench::default();
    bench.network.add([Step::Await(1), Step::End]);
    bench.network.add([give(OK)]);
    assert_eq!(send(&bench.transport()).unwrap_err().kind(), Kind::Io);
    assert_eq!(bench.network.connected.get(), 1);

    // A reused one that failed and was not closed: the server may have read the request.
    let bench = Bench::default();
    bench.network.add([give(OK), Step::Await(2), Step::Fail(io::ErrorKind::TimedOut)]);
    bench.network.add([give(OK)]);
    let transport = bench.transport();
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!(send(&transport).unwrap_err().kind(), Kind::Io);
    assert_eq!(bench.network.connected.get(), 1);

    // A reused one on which the answer had begun.
    let bench = Bench::default();
    bench.network.add([give(OK), Step::Await(2), give("H"), Step::End]);
    bench.network.add([give(OK)]);
    let transport = bench.transport();
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!(send(&transport).unwrap_err().kind(), Kind::Truncated);
    assert_eq!(bench.network.connected.get(), 1);

    // The second connection after a stale one.
    let bench = Bench::default();
    bench.network.add([give(OK), Step::Await(2), Step::End]);
    bench.network.add([Step::Await(1), Step::End]);
    bench.network.add([give(OK)]);
    let transport = bench.transport();
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!(send(&transport).unwrap_err().kind(), Kind::Io);
    assert_eq!(bench.network.connected.get(), 2);
}

#[test]
fn a_body_dropped_before_its_end_closes_the_connection() {
    for response in [OK, CHUNKED] {
        let bench = Bench::default();
        let wire = bench.network.add([give(&response[..response.len() - 1]), Step::Stall]);
        let mut answer = send(&bench.transport()).unwrap();
        assert!(!next(answer.body_mut(), 2).unwrap().is_empty());
        assert!(!wire.borrow().closed);
        drop(answer);
        assert!(wire.borrow().closed);
    }
}

#[test]
fn a_request_dropped_before_its_answer_closes_the_connection() {
    let bench = Bench::default();
    let wire = bench.network.add([Step::Stall]);
    {
        let mut sending = pin!(bench.transport().send(post("{}"), SECOND));
        assert!(poll(sending.as_mut()).is_pending());
        assert!(wire.borrow().written.ends_with(b"{}"));
        assert!(!wire.borrow().closed);
    }
    assert!(wire.borrow().closed);
}

/// Released while the end of the body is `rest` away; how many connections two requests then take.
fn connections_after_release(rest: impl IntoIterator<Item = Step>) -> usize {
    let bench = Bench::default();
    let head = give(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
    let first = bench.network.add([head].into_iter().chain(rest).collect::<Vec<_>>());
    bench.network.add([give(OK)]);
    let transport = bench.transport();
    let mut answer = send(&transport).unwrap();
    assert_eq!(next(answer.body_mut(), 2).unwrap(), b"he");
    Pin::new(answer.body_mut()).release();
    assert_eq!(next(answer.body_mut(), 9).unwrap(), b"", "nothing more is read");
    drop(answer);
    assert!(!first.borrow().closed, "it is kept");
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!(first.borrow().closed, bench.network.connected.get() == 2);
    bench.network.connected.get()
}

#[test]
fn a_released_body_is_drained_when_its_connection_is_wanted() {
    let end = give("0\r\n\r\n");
    let answer = [Step::Await(2), give(OK)];
    let with = |steps: Vec<Step>| steps.into_iter().chain(answer.clone());
    let chunk = |size: usize| {
        give([format!("{size:x}\r\n").into_bytes(), vec![b'x'; size], b"\r\n".to_vec()].concat())
    };
    // The end has come by then.
    assert_eq!(connections_after_release(with(vec![end.clone()])), 1);
    assert_eq!(connections_after_release(with(vec![chunk(20_000), end.clone()])), 1);
    // The stream took a poll to begin a wait, and looks when it is polled again.
    assert_eq!(connections_after_release(with(vec![Step::Pause, end.clone()])), 1);
    assert_eq!(connections_after_release(with(vec![chunk(20_000), Step::Pause, end.clone()])), 1);
    // It has not; it never does; it is broken; the rest is too long.
    assert_eq!(connections_after_release(with(vec![Step::Pause, Step::Pause, end.clone()])), 2);
    assert_eq!(connections_after_release([Step::Stall]), 2);
    assert_eq!(connections_after_release(with(vec![give("zz\r\n")])), 2);
    // Something follows it.
    assert_eq!(connections_after_release(with(vec![give("0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")])), 2);
    assert_eq!(connections_after_release([end.clone(), Step::End]), 2);
    assert_eq!(connections_after_release(with(vec![chunk(100_000), end])), 2);
}

#[test]
fn a_released_body_whose_connection_will_not_last_closes_it_at_once() {
    let close: [&[u8]; 4] = [
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\ncontent-length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\n\r\nhello",
    ];
    for response in close {
        let bench = Bench::default();
        let wire = bench.network.add([give(response), Step::Stall]);
        let transport = bench.transport();
        let mut answer = send(&transport).unwrap();
        assert_eq!(next(answer.body_mut(), 2).unwrap(), b"he");
        Pin::new(answer.body_mut()).release();
        assert!(wire.borrow().closed, "{}", response.escape_ascii());
    }
}

/// Released with `rest` bytes of a body of known length to come, of which so many have arrived at the next request: how
/// many connections the two take, and whether the first was kept until then.
fn connections_with_rest(rest: usize, arrived: usize) -> (usize, bool) {
    let bench = Bench::default();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\nhello", 5 + rest);
    let first = bench.network.add([give(head), give(vec![b'x'; arrived]), Step::Await(2), give(OK)]);
    bench.network.add([give(OK)]);
    let transport = bench.transport();
    let mut answer = send(&transport).unwrap();
    assert_eq!(next(answer.body_mut(), 5).unwrap(), b"hello");
    Pin::new(answer.body_mut()).release();
    let kept = !first.borrow().closed;
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    (bench.network.connected.get(), kept)
}

#[test]
fn what_is_drained_is_bounded() {
    const LIMIT: usize = 64 * 1024;
    assert_eq!(connections_with_rest(0, 0), (1, true));
    assert_eq!(connections_with_rest(LIMIT, LIMIT), (1, true));
    assert_eq!(
        connections_with_rest(LIMIT, LIMIT - 1),
        (2, true),
        "the end has not arrived, and is not waited for"
    );
    assert_eq!(connections_with_rest(LIMIT + 1, LIMIT + 1), (2, false), "it is too far to begin with");
}

#[test]
fn idle_connections_expire() {
    let bench = Bench::default();
    let first = bench.network.add([give(OK), Step::Await(2), give(OK)]);
    bench.network.add([give(OK)]);
    let limits = PoolLimits { idle_timeout: 10 * SECOND, ..PoolLimits::default() };
    let transport = Http1::with_limits(bench.network.clone(), bench.clock.clone(), limits);
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    bench.clock.advance(9 * SECOND);
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!(bench.network.connected.get(), 1);
    bench.clock.advance(10 * SECOND);
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!((bench.network.connected.get(), first.borrow().closed), (2, true));
}
