//! Responses: whole, in pieces, cut, and wrong.

use std::error::Error as _;

use super::*;

#[test]
fn a_response_that_trickles_is_the_same_response() {
    for (response, piece) in [(OK, 1), (CHUNKED, 1), (OK, 7), (CHUNKED, usize::MAX)] {
        let bench = Bench::default();
        let trickle = response.iter().flat_map(|byte| [Step::Pause, give([*byte])]).collect::<Vec<_>>();
        bench.network.add(trickle);
        let mut answer = send(&bench.transport()).unwrap();
        let (data, end) = read(answer.body_mut(), piece);
        assert_eq!((data.as_slice(), end.is_ok()), (b"hello".as_slice(), true));
    }
}

#[test]
fn a_response_split_at_any_byte_is_the_same_response() {
    for response in [OK, CHUNKED] {
        for split in 0..=response.len() {
            for pause in [false, true] {
                let (front, back) = response.split_at(split);
                let bench = Bench::default();
                let steps =
                    [Some(give(front)), pause.then_some(Step::Pause), Some(give(back)), Some(Step::Stall)];
                bench.network.add(steps.into_iter().flatten().collect::<Vec<_>>());
                assert_eq!(read_ok(send(&bench.transport()).unwrap()), b"hello", "split at {split}");
            }
        }
    }
}

#[test]
fn a_response_cut_at_any_byte_is_truncated() {
    for response in [OK, CHUNKED] {
        let head = response.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        for cut in 0..response.len() {
            for end_of_it in [Step::End, Step::Fail(io::ErrorKind::UnexpectedEof)] {
                let bench = Bench::default();
                bench.network.add([give(&response[..cut]), end_of_it.clone()]);
                let outcome = send(&bench.transport());
                if cut < head {
                    let kind = outcome.unwrap_err().kind();
                    let expected = if cut == 0 { Kind::Io } else { Kind::Truncated };
                    assert_eq!(kind, expected, "cut at {cut} by {end_of_it:?}");
                } else {
                    let mut answer = outcome.unwrap();
                    let (data, end) = read(answer.body_mut(), usize::MAX);
                    let error = end.unwrap_err();
                    assert_eq!(error.kind(), Kind::Truncated, "cut at {cut}");
                    if matches!(end_of_it, Step::End) {
                        // Where it was cut is told, and once is enough.
                        let told = format!("in the middle of its response, after {cut} bytes");
                        assert!(error.to_string().ends_with(&told) && error.source().is_none(), "{error:?}");
                    }
                    assert!(b"hello".starts_with(&data));
                    let (_, again) = read(answer.body_mut(), usize::MAX);
                    assert_eq!(again.unwrap_err().kind(), Kind::Truncated, "the error is final");
                }
            }
        }
    }
}

#[test]
fn a_body_without_a_length_ends_with_the_connection() {
    let response = b"HTTP/1.1 200 OK\r\n\r\nhello";
    let bench = Bench::default();
    let wire = bench.network.add([give(response), Step::End]);
    assert_eq!(read_ok(send(&bench.transport()).unwrap()), b"hello");
    assert!(wire.borrow().closed);

    // Over TLS an end without a close_notify comes as this error: somebody may have cut the body.
    for kind in [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset] {
        let bench = Bench::default();
        bench.network.add([give(response), Step::Fail(kind)]);
        let (data, end) = read(send(&bench.transport()).unwrap().body_mut(), usize::MAX);
        assert_eq!((data.as_slice(), end.unwrap_err().kind()), (b"hello".as_slice(), Kind::Truncated));
    }
}

#[test]
fn what_is_consumed_is_bounded_by_what_there_is() {
    let bench = Bench::default();
    bench.network.add([give(CHUNKED)]);
    let mut answer = send(&bench.transport()).unwrap();
    assert_eq!(next(answer.body_mut(), 1).unwrap(), b"h");
    Pin::new(answer.body_mut()).consume(usize::MAX);
    assert_eq!(read_ok(answer), b"lo");
}

#[test]
fn interim_responses_are_skipped() {
    let bench = Bench::default();
    bench.network.add([
        give(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\n"),
        Step::Pause,
        give(OK),
    ]);
    let answer = send(&bench.transport()).unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().contains_key("link")), (200, false));
    assert_eq!(read_ok(answer), b"hello");
}

#[test]
fn header_values_of_any_bytes_are_kept() {
    let bench = Bench::default();
    bench.network.add([give(b"HTTP/1.1 204 No\r\nX: caf\xe9\r\nX: two\r\nEmpty:\r\n\r\n")]);
    let answer = send(&bench.transport()).unwrap();
    let values: Vec<_> = answer.headers().get_all("x").iter().map(|value| value.as_bytes()).collect();
    assert_eq!(values, [b"caf\xe9".as_slice(), b"two"]);
    assert_eq!(answer.headers()["empty"], "");
    assert_eq!(read_ok(answer), b"");
}

#[test]
fn heads_have_their_bounds() {
    let long = [b"HTTP/1.1 200 OK\r\nx: ".to_vec(), vec![b'a'; 70_000]].concat();
    let many =
        |count| [b"HTTP/1.1 204 OK\r\n".to_vec(), b"x: y\r\n".repeat(count), b"\r\n".to_vec()].concat();
    let outcome = |response: Vec<u8>| {
        let bench = Bench::default();
        bench.network.add([give(response), Step::Stall]);
        send(&bench.transport()).map(|answer| answer.headers().len()).map_err(|error| error.kind())
    };
    assert_eq!(outcome(long), Err(Kind::Limit));
    assert_eq!(outcome(many(256)), Ok(256));
    assert_eq!(outcome(many(257)), Err(Kind::Limit));
}

#[test]
fn what_is_not_http_is_a_protocol_error() {
    for response in
        ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n"]
    {
        let bench = Bench::default();
        bench.network.add([give(response)]);
        let error = send(&bench.transport()).unwrap_err();
        assert_eq!(error.kind(), Kind::Protocol, "{response}");
        assert!(error.to_string().contains("gateway.example:80"), "{error}");
    }
}

#[test]
fn a_bad_chunk_is_a_protocol_error_after_what_came_before() {
    let bench = Bench::default();
    let wire =
        bench.network.add([give(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n")]);
    let mut answer = send(&bench.transport()).unwrap();
    let (data, end) = read(answer.body_mut(), usize::MAX);
    assert_eq!((data.as_slice(), end.unwrap_err().kind()), (b"hi".as_slice(), Kind::Protocol));
    assert!(wire.borrow().closed, "at once, not when the body is dropped");
    Pin::new(answer.body_mut()).release();
    assert_eq!(next(answer.body_mut(), 9).unwrap_err().kind(), Kind::Protocol, "a failure stays one");
}
