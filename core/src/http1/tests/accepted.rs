//! Responses that are read to their end.

use std::vec::Vec;

use super::{Ending, check_method};
use crate::http1::{FieldBuffer, FieldTooLong, Method, Part, Remaining, Response};

/// How the exchange ends.
#[derive(Clone, Copy)]
enum After {
    /// Complete, and the connection stays.
    Keep,
    /// Complete, and the connection is of no further use.
    Drop,
    /// Ended by the close.
    Close,
}

use After::{Close, Drop, Keep};

fn check_all(method: Method, cases: &[(&[u8], &str, After)]) {
    // Of each table Miri has time for the first one alone.
    let most = if cfg!(miri) { 1 } else { cases.len() };
    for &(input, transcript, after) in cases.iter().take(most) {
        let ending = match after {
            Keep => Ending::Complete { reuse: true, rest: Vec::new() },
            Drop => Ending::Complete { reuse: false, rest: Vec::new() },
            Close => Ending::Closed,
        };
        check_method(method, input, transcript, ending);
    }
}

#[test]
fn status_lines() {
    check_all(
        Method::Get,
        &[
            (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200|Content-Length=0|.|end", Keep),
            (b"HTTP/1.1 204 No Content\r\n\r\n", "204|.|end", Keep),
            // An empty reason, and none at all.
            (b"HTTP/1.1 204 \r\n\r\n", "204|.|end", Keep),
            (b"HTTP/1.1 204\r\n\r\n", "204|.|end", Keep),
            (b"HTTP/1.1 204  two  spaces\t\r\n\r\n", "204|.|end", Keep),
            (b"HTTP/1.1 204 \xd6k \xff\r\n\r\n", "204|.|end", Keep),
            (b"HTTP/1.1 999 What\r\ncontent-length: 1\r\n\r\nx", "999|content-length=1|.|\"x\"|end", Keep),
            (b"HTTP/1.1 600\r\ncontent-length: 1\r\n\r\nx", "600|content-length=1|.|\"x\"|end", Keep),
            // Bare LF, blank lines before: tolerated, but not on a connection that goes on.
            (b"HTTP/1.1 204 No Content\n\r\n", "204|.|end", Drop),
            (b"HTTP/1.1 204\n\n", "204|.|end", Drop),
            (b"\r\nHTTP/1.1 204 No Content\r\n\r\n", "204|.|end", Drop),
            (b"\r\n\n\r\n\nHTTP/1.1 204 No Content\r\n\r\n", "204|.|end", Drop),
        ],
    );
}

#[test]
fn fields() {
    check_all(
        Method::Get,
        &[
            (b"HTTP/1.1 204 x\r\nA:b\r\n\r\n", "204|A=b|.|end", Keep),
            (b"HTTP/1.1 204 x\r\nA: \t b c \t \r\n\r\n", "204|A=b c|.|end", Keep),
            (b"HTTP/1.1 204 x\r\nA:\r\nB: \t\r\n\r\n", "204|A=|B=|.|end", Keep),
            (b"HTTP/1.1 204 x\r\nA: b:c\r\n\r\n", "204|A=b:c|.|end", Keep),
            (b"HTTP/1.1 204 x\r\nA: b\tc  d \t e\r\n\r\n", "204|A=b c  d   e|.|end", Keep),
            (
                b"HTTP/1.1 204 x\r\nA: 20                  0\r\n\r\n",
                "204|A=20                  0|.|end",
                Keep,
            ),
            (b"HTTP/1.1 204 x\r\n!#$%&'*+-.^_`|~9z: x\r\n\r\n", "204|!#$%&'*+-.^_`|~9z=x|.|end", Keep),
            (b"HTTP/1.1 204 x\r\nA: \x80\xe9\xff\r\n\r\n", "204|A=\u{80}\u{e9}\u{ff}|.|end", Keep),
            (b"HTTP/1.1 204 x\r\nA: 1\r\nA: 2\r\na: 3\r\n\r\n", "204|A=1|A=2|a=3|.|end", Keep),
            // Names that begin like those that frame the message, or go on.
            (
                b"HTTP/1.1 204 x\r\nContent-Lengt: x\r\nContent-Lengths: x\r\n\r\n",
                "204|Content-Lengt=x|Content-Lengths=x|.|end",
                Keep,
            ),
            (
                b"HTTP/1.1 204 x\r\nKeep-Alive: timeout=5\r\nClose: x\r\nChunked: x\r\n\r\n",
                "204|Keep-Alive=timeout=5|Close=x|Chunked=x|.|end",
                Keep,
            ),
            // Bare LF.
            (b"HTTP/1.1 204 x\r\nA: b\nC: d\r\n\r\n", "204|A=b|C=d|.|end", Drop),
            (b"HTTP/1.1 204 x\r\nA: b\r\n\n", "204|A=b|.|end", Drop),
            // Folds: replaced by spaces, at least one each.
            (b"HTTP/1.1 204 x\r\nA: b\r\n c\r\n\r\n", "204|A=b c|.|end", Drop),
            (b"HTTP/1.1 204 x\r\nA: b \r\n\tc\r\n  d\r\nE: f\r\n\r\n", "204|A=b  c  d|E=f|.|end", Drop),
            (b"HTTP/1.1 204 x\r\nA:\r\n b\r\n\r\n", "204|A=b|.|end", Drop),
            (b"HTTP/1.1 204 x\r\nA: b\r\n \r\n\r\n", "204|A=b|.|end", Drop),
            (b"HTTP/1.1 204 x\r\nA: b\n c\n\n", "204|A=b c|.|end", Drop),
            (b"HTTP/1.1 200 x\r\nContent-Length:\r\n 2\r\n\r\nhi", "200|Content-Length=2|.|\"hi\"|end", Drop),
        ],
    );
}

#[test]
fn interim_responses() {
    check_all(
        Method::Post,
        &[
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 x\r\n\r\n", "<100>|204|.|end", Keep),
            (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: close\r\nContent-Length: 7\r\n\r\nHTTP/1.1 204 x\r\n\r\n",
             "<103>|204|.|end", Keep),
            (b"HTTP/1.1 102\r\nTransfer-Encoding: x\r\n\r\nHTTP/1.1 199 y\r\n\r\nHTTP/1.1 200 x\r\nContent-Length: 1\r\n\r\nz",
             "<102>|<199>|200|Content-Length=1|.|\"z\"|end", Keep),
            (b"HTTP/1.1 100 Continue\n\nHTTP/1.1 204 x\r\n\r\n", "<100>|204|.|end", Drop),
        ],
    );
}

#[test]
fn bodies_by_length() {
    check_all(
        Method::Get,
        &[
            (
                b"HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\nhello",
                "200|Content-Length=5|.|\"hello\"|end",
                Keep,
            ),
            (
                b"HTTP/1.1 200 x\r\ncONTENT-lENGTH:5\r\n\r\n\r\n\r\n\0",
                "200|cONTENT-lENGTH=5|.|\"\r\n\r\n\0\"|end",
                Keep,
            ),
            (
                b"HTTP/1.1 200 x\r\nContent-Length: 0005\r\n\r\nhello",
                "200|Content-Length=0005|.|\"hello\"|end",
                Keep,
            ),
            (
                b"HTTP/1.1 200 x\r\nContent-Length: 2 , 2,2\r\n\r\nhi",
                "200|Content-Length=2 , 2,2|.|\"hi\"|end",
                Keep,
            ),
            (
                b"HTTP/1.1 200 x\r\nContent-Length: 2\r\nContent-Length: 02\r\n\r\nhi",
                "200|Content-Length=2|Content-Length=02|.|\"hi\"|end",
                Keep,
            ),
            (b"HTTP/1.1 205 x\r\nContent-Length: 0\r\n\r\n", "205|Content-Length=0|.|end", Keep),
        ],
    );
}

#[test]
fn bodies_in_chunks() {
    const HEAD: &[u8] = b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let cases: [(&[u8], &str, After); 15] = [
        (b"0\r\n\r\n", "", Keep),
        (b"5\r\nhello\r\n0\r\n\r\n", "hello", Keep),
        (b"5\r\nhello\r\n1\r\n!\r\n00\r\n\r\n", "hello!", Keep),
        (b"a\r\n0123456789\r\nA\r\nabcdefghij\r\n0\r\n\r\n", "0123456789abcdefghij", Keep),
        (b"0000000000000002\r\nhi\r\n0000000000000000\r\n\r\n", "hi", Keep),
        (b"4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n", Keep),
        // Extensions.
        (b"2;a\r\nhi\r\n0;last=\"x\"\r\n\r\n", "hi", Keep),
        (b"2;a=\"1;\\\"\\\\\\r\\n\";b = c;\t\xfc\r\nhi\r\n0\r\n\r\n", "hi", Keep),
        (b"2 \t;a=b\r\nhi\r\n0\r\n\r\n", "hi", Keep),
        (b"2  \r\nhi\r\n0\r\n\r\n", "hi", Drop),
        // Trailers.
        (b"2\r\nhi\r\n0\r\nA: b\r\nContent-Length: x\r\n\r\n", "hi", Keep),
        (b"2\r\nhi\r\n0\r\nConnection: close\r\n\r\n", "hi", Keep),
        (b"2\r\nhi\r\n0\r\nA: b\n\r\n", "hi", Drop),
        (b"2\r\nhi\r\n0\r\nA: b\r\n c\r\n\r\n", "hi", Drop),
        (b"2\r\nhi\r\n0\r\nA: b\nC: d\r\n\r\n", "hi", Drop),
    ];
    let most = if cfg!(miri) { 3 } else { cases.len() };
    for (body, data, after) in cases.into_iter().take(most) {
        let data = if data.is_empty() { "".into() } else { std::format!("\"{data}\"|") };
        let transcript = std::format!("200|Transfer-Encoding=chunked|.|{data}end");
        check_all(Method::Get, &[(&[HEAD, body].concat(), &transcript, after)]);
    }
}

#[test]
fn transfer_encodings() {
    check_all(
        Method::Get,
        &[
            (b"HTTP/1.1 200 x\r\nTransfer-Encoding:CHUNKED\r\n\r\n0\r\n\r\n", "200|Transfer-Encoding=CHUNKED|.|end", Keep),
            (b"HTTP/1.1 200 x\r\nTransfer-Encoding: , chunked ,\r\n\r\n0\r\n\r\n",
             "200|Transfer-Encoding=, chunked ,|.|end", Keep),
            // It overrides a length, whatever their order (RFC 9112, section 6.3).
            (b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
             "200|Transfer-Encoding=chunked|Content-Length=1|.|\"hi\"|end", Drop),
            (b"HTTP/1.1 200 x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
             "200|Content-Length=1|Transfer-Encoding=chunked|.|\"hi\"|end", Drop),
            (b"HTTP/1.0 200 x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
             "200|Connection=keep-alive|Transfer-Encoding=chunked|.|\"hi\"|end", Drop),
        ],
    );
}

#[test]
fn bodies_until_the_close() {
    check_all(
        Method::Get,
        &[
            (b"HTTP/1.1 200 x\r\n\r\n", "200|.", Close),
            (b"HTTP/1.1 200 x\r\n\r\nhello\r\n", "200|.|\"hello\r\n\"", Close),
            (
                b"HTTP/1.0 500 x\r\nConnection: keep-alive\r\n\r\nno",
                "500|Connection=keep-alive|.|\"no\"",
                Close,
            ),
        ],
    );
}

#[test]
fn connections() {
    let cases: [(&[u8], &str, After); 14] = [
        (b"1.1 204 x\r\nConnection: keep-alive", "Connection=keep-alive", Keep),
        (b"1.1 204 x\r\nConnection: close", "Connection=close", Drop),
        (b"1.1 204 x\r\nCONNECTION: CLOSE", "CONNECTION=CLOSE", Drop),
        (b"1.1 204 x\r\nConnection: , x ,close,", "Connection=, x ,close,", Drop),
        (b"1.1 204 x\r\nConnection: x\r\nConnection: close", "Connection=x|Connection=close", Drop),
        (b"1.1 204 x\r\nConnection: keep-alive, close", "Connection=keep-alive, close", Drop),
        (b"1.1 204 x\r\nConnection: x close", "Connection=x close", Drop),
        (b"1.1 204 x\r\nConnection: closed, clos, \"close\"", "Connection=closed, clos, \"close\"", Keep),
        (b"1.1 204 x\r\nConnection:", "Connection=", Keep),
        (b"1.0 204 x\r\nA: b", "A=b", Drop),
        (b"1.0 204 x\r\nConnection: Keep-Alive", "Connection=Keep-Alive", Keep),
        (b"1.0 204 x\r\nConnection: keep-alive, close", "Connection=keep-alive, close", Drop),
        (b"1.0 204 x\r\nKeep-Alive: timeout=5", "Keep-Alive=timeout=5", Drop),
        (b"1.1 204 x\r\nProxy-Connection: close", "Proxy-Connection=close", Keep),
    ];
    for (head, fields, after) in cases {
        let input = [b"HTTP/", head, b"\r\n\r\n"].concat();
        check_all(Method::Get, &[(&input, &std::format!("204|{fields}|.|end"), after)]);
    }
}

#[test]
fn responses_without_a_body() {
    check_all(
        Method::Get,
        &[
            (b"HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n", "304|Content-Length=5|.|end", Keep),
            (
                b"HTTP/1.1 304 x\r\nTransfer-Encoding: chunked\r\n\r\n",
                "304|Transfer-Encoding=chunked|.|end",
                Keep,
            ),
            (b"HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n", "204|Content-Length=0|.|end", Keep),
            // A 204 announces nothing (RFC 9110, section 8.6); whoever does may send it, too.
            (b"HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n", "204|Content-Length=5|.|end", Drop),
            (
                b"HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n",
                "204|Transfer-Encoding=chunked|.|end",
                Drop,
            ),
        ],
    );
    check_all(
        Method::Head,
        &[
            (b"HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\n", "200|Content-Length=5|.|end", Keep),
            (
                b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n",
                "200|Transfer-Encoding=chunked|.|end",
                Keep,
            ),
            (b"HTTP/1.1 200 x\r\n\r\n", "200|.|end", Keep),
            (b"HTTP/1.0 200 x\r\n\r\n", "200|.|end", Drop),
        ],
    );
    // A tunnel has no body, whatever is announced (RFC 9110, section 9.3.6); a refusal is an answer like any other.
    check_all(
        Method::Connect,
        &[
            (b"HTTP/1.1 200 x\r\n\r\n", "200|.|end", Drop),
            (b"HTTP/1.0 204 x\r\nContent-Length: 5\r\n\r\n", "204|Content-Length=5|.|end", Drop),
            (
                b"HTTP/1.1 299 x\r\nTransfer-Encoding: chunked\r\n\r\n",
                "299|Transfer-Encoding=chunked|.|end",
                Drop,
            ),
            (b"HTTP/1.1 407 x\r\nContent-Length: 2\r\n\r\nno", "407|Content-Length=2|.|\"no\"|end", Keep),
        ],
    );
}

#[test]
fn what_follows_the_head_of_a_tunnel_is_left() {
    let mut response = Response::new(Method::Connect);
    let mut input = &b"HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\n\x16\x03"[..];
    while let Some(part) = response.next_part(&mut input) {
        part.unwrap();
    }
    assert!(response.is_complete());
    assert_eq!(input, b"\x16\x03");
}

#[test]
fn whether_a_connection_lasts_is_told_before_the_body_ends() {
    let lasts = |input: &[u8]| {
        let mut response = Response::new(Method::Get);
        let mut rest = input;
        while let Some(Ok(_)) = response.next_part(&mut rest) {}
        assert!(!response.may_reuse(rest));
        response.keeps_alive()
    };
    let cases: [(&[u8], bool); 7] = [
        (b"HTTP/1.1 200 x\r\nContent-Length: 7\r\n\r\nhello", true),
        (b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", true),
        (b"HTTP/1.1 200 x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", false),
        (b"HTTP/1.0 200 x\r\nContent-Length: 7\r\n\r\nhello", false),
        (b"HTTP/1.0 200 x\r\nConnection: keep-alive\r\nContent-Length: 7\r\n\r\nhello", true),
        (b"HTTP/1.1 200 x\r\n\r\nhello", false),
        (b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", false),
    ];
    for (input, expected) in cases {
        assert_eq!(lasts(input), expected, "{}", input.escape_ascii());
    }
}

#[test]
fn what_remains_is_told() {
    let remaining_after = |input: &[u8]| {
        let mut response = Response::new(Method::Get);
        let mut rest = input;
        while let Some(part) = response.next_part(&mut rest) {
            part.unwrap();
        }
        response.remaining()
    };
    assert_eq!(remaining_after(b""), Remaining::Unknown);
    assert_eq!(remaining_after(b"HTTP/1.1 200 x\r\nContent-Length: 7\r\n"), Remaining::Unknown);
    assert_eq!(remaining_after(b"HTTP/1.1 200 x\r\nContent-Length: 7\r\n\r\n"), Remaining::Bytes(7));
    assert_eq!(remaining_after(b"HTTP/1.1 200 x\r\nContent-Length: 7\r\n\r\nhello"), Remaining::Bytes(2));
    assert_eq!(remaining_after(b"HTTP/1.1 200 x\r\nContent-Length: 7\r\n\r\nhello, "), Remaining::Bytes(0));
    let chunked = b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe";
    assert_eq!(remaining_after(chunked), Remaining::Unknown);
    assert_eq!(remaining_after(b"HTTP/1.1 200 x\r\n\r\nhello"), Remaining::UntilClose);
    let length = b"HTTP/1.1 200 x\r\nContent-Length: 18446744073709551615\r\n\r\nx";
    assert_eq!(remaining_after(length), Remaining::Bytes(18_446_744_073_709_551_614));
}

#[test]
fn a_body_read_to_its_last_byte_is_complete_before_the_end_is_handed_out() {
    let mut response = Response::new(Method::Get);
    let mut input = &b"HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nhi"[..];
    while response.next_part(&mut input) != Some(Ok(Part::Data(b"hi"))) {}
    assert!(response.is_complete());
    assert!(response.may_reuse(input));
    assert!(!response.may_reuse(b"x"));
    assert_eq!(response.end(), Ok(()));
    assert_eq!(response.next_part(&mut input), Some(Ok(Part::End)));
    assert_eq!(response.next_part(&mut input), None);
}

#[test]
fn whole_fields_are_gathered_within_their_bound() {
    let input = b"HTTP/1.1 204 x\r\nAb: 123\r\nX: 123456\r\nNam: 12\r\nToo-Long: \r\nE:\r\nF: g\r\n\r\n";
    for size in 1..=input.len() {
        let mut memory = [0; 5];
        let mut buffer = FieldBuffer::new(&mut memory);
        let mut response = Response::new(Method::Get);
        let mut fields = Vec::new();
        for mut piece in input.chunks(size) {
            while let Some(part) = response.next_part(&mut piece) {
                if let Some(field) = buffer.push(part.unwrap()) {
                    fields.push(field.map(|field| (field.name.to_vec(), field.value.to_vec())));
                }
            }
        }
        let field = |name: &[u8], value: &[u8]| Ok((name.to_vec(), value.to_vec()));
        let expected = [
            field(b"Ab", b"123"),
            Err(FieldTooLong),
            field(b"Nam", b"12"),
            Err(FieldTooLong),
            field(b"E", b""),
            field(b"F", b"g"),
        ];
        assert_eq!(fields, expected, "in pieces of {size}");
    }
}

#[test]
fn a_field_that_was_cut_is_no_part_of_the_next_response() {
    let mut memory = [0; 8];
    let mut buffer = FieldBuffer::new(&mut memory);
    let mut fields = Vec::new();
    for mut input in [&b"HTTP/1.1 204 x\r\nAb: 123"[..], b"HTTP/1.1 204 x\r\nX: 12345\r\n\r\n"] {
        let mut response = Response::new(Method::Get);
        while let Some(part) = response.next_part(&mut input) {
            if let Some(field) = buffer.push(part.unwrap()) {
                fields.push(field.map(|field| (field.name.to_vec(), field.value.to_vec())));
            }
        }
    }
    assert_eq!(fields, [Ok((b"X".to_vec(), b"12345".to_vec()))]);
}
