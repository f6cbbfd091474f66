//! Responses that are refused. `@` marks the byte that is, and is not part of the input.

use super::{Ending, check_method};
use crate::ErrorClass;
use crate::http1::ErrorKind::{self, *};
use crate::http1::{Method, Response};

fn check_all(cases: &[(&[u8], &str, ErrorKind)]) {
    for &(marked, transcript, kind) in cases {
        let offset = marked.iter().position(|&byte| byte == b'@').unwrap();
        let input = [&marked[..offset], &marked[offset + 1..]].concat();
        check_method(Method::Get, &input, transcript, Ending::Failed { kind, offset });
    }
}

#[test]
fn status_lines() {
    check_all(&[
        (b"@\x00\x00\x12\x04\x00\x00\x00\x00\x00", "", NotHttp),
        (b"@\x15\x03\x01\x00\x02\x02\x16", "", NotHttp),
        (b"@<html>", "", NotHttp),
        (b"@ HTTP/1.1 200 OK\r\n\r\n", "", NotHttp),
        (b"@http/1.1 200 OK\r\n\r\n", "", NotHttp),
        (b"@ICY 200 OK\r\n\r\n", "", NotHttp),
        (b"@SSH-2.0-x\r\n", "", NotHttp),
        (b"@PRI * HTTP/2.0\r\n\r\n", "", NotHttp),
        (b"HTT@S/1.1 200 OK\r\n\r\n", "", NotHttp),
        (b"HTTP@ 200 OK\r\n\r\n", "", NotHttp),
        (b"\r\n@\0", "", NotHttp),
        (b"HTTP/@2 200 OK\r\n\r\n", "", UnsupportedVersion),
        (b"HTTP/@0.9 200 OK\r\n\r\n", "", UnsupportedVersion),
        (b"HTTP/1.@2 200 OK\r\n\r\n", "", UnsupportedVersion),
        (b"HTTP/1@,1 200 OK\r\n\r\n", "", UnsupportedVersion),
        (b"HTTP/1.1@0 200 OK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1@\t200 OK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1@\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 @ 200 OK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 @OK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 20@ OK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 200@0 OK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 200@OK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 200@\tOK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 @099 OK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 @+20 OK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 200 O@\0K\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 200 O@\x7fK\r\n\r\n", "", InvalidStatusLine),
        (b"HTTP/1.1 200 O\r@K\r\n\r\n", "", BareCr),
        (b"HTTP/1.1 200\r@\r\n\r\n", "", BareCr),
        (b"\r@\rHTTP/1.1 200 OK\r\n\r\n", "", BareCr),
        (b"\r@HTTP/1.1 200 OK\r\n\r\n", "", BareCr),
        (b"\r\n\n\n\n\r@\nHTTP/1.1 200 OK\r\n\r\n", "", BlankLineLimit),
        (b"HTTP/1.1 101 Switching Protocols\r\n@\r\n", "", UnexpectedUpgrade),
    ]);
}

#[test]
fn fields() {
    check_all(&[
        (b"HTTP/1.1 200 x\r\n@: b\r\n\r\n", "200", InvalidFieldName),
        (b"HTTP/1.1 200 x\r\nA@\r\n\r\n", "200|A", InvalidFieldName),
        (b"HTTP/1.1 200 x\r\nA@\n\n", "200|A", InvalidFieldName),
        (b"HTTP/1.1 200 x\r\nA@(b): c\r\n\r\n", "200|A", InvalidFieldName),
        (b"HTTP/1.1 200 x\r\n@\xe4: c\r\n\r\n", "200", InvalidFieldName),
        (b"HTTP/1.1 200 x\r\nA@\0: c\r\n\r\n", "200|A", InvalidFieldName),
        (b"HTTP/1.1 200 x\r\nA: b\r\n@\0: c\r\n\r\n", "200|A=b", InvalidFieldName),
        (b"HTTP/1.1 200 x\r\nA@ : b\r\n\r\n", "200|A", SpaceBeforeColon),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding@\t: chunked\r\n\r\n",
            "200|Transfer-Encoding",
            SpaceBeforeColon,
        ),
        (b"HTTP/1.1 200 x\r\nA@ b\r\n\r\n", "200|A", SpaceBeforeColon),
        (b"HTTP/1.1 200 x\r\n@ A: b\r\n\r\n", "200", UnexpectedFold),
        (b"HTTP/1.1 200 x\r\n@\t\r\n\r\n", "200", UnexpectedFold),
        (b"HTTP/1.1 200 x\r\nA: b@\0c\r\n\r\n", "200|A=b", InvalidFieldValue),
        (b"HTTP/1.1 200 x\r\nA: b @\x0bc\r\n\r\n", "200|A=b", InvalidFieldValue),
        (b"HTTP/1.1 200 x\r\nA: @\x1bc\r\n\r\n", "200|A", InvalidFieldValue),
        (b"HTTP/1.1 200 x\r\nA: b@\x7f\r\n\r\n", "200|A=b", InvalidFieldValue),
        (b"HTTP/1.1 200 x\r\nA: b\r@c\r\n\r\n", "200|A=b", BareCr),
        (b"HTTP/1.1 200 x\r\nA: b\r@\r\n\r\n", "200|A=b", BareCr),
        (b"HTTP/1.1 200 x\r\nA: b\r\n\r@X", "200|A=b", BareCr),
        // The fields of interim responses are not handed out, but checked.
        (b"HTTP/1.1 100 x\r\nA: @\0\r\n\r\n", "<100>", InvalidFieldValue),
        (b"HTTP/1.1 100 x\r\n\r\n@hello", "<100>", NotHttp),
        (b"HTTP/1.1 100 x\r\n\r\nHTTP/1.1 101 x\r\n@\r\n", "<100>", UnexpectedUpgrade),
    ]);
}

#[test]
fn lengths() {
    check_all(&[
        (b"HTTP/1.1 200 x\r\nContent-Length: @+5\r\n\r\nhello", "200|Content-Length", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: @-5\r\n\r\nhello", "200|Content-Length", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 0@x5\r\n\r\nhello", "200|Content-Length=0", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 5@.0\r\n\r\nhello", "200|Content-Length=5", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 1 @5\r\n\r\nhello", "200|Content-Length=1 ", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 1\r\n @5\r\n\r\nhello", "200|Content-Length=1 ", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: @five\r\n\r\nhello", "200|Content-Length", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: @\"5\"\r\n\r\nhello", "200|Content-Length", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: @\xb2\r\n\r\nhello", "200|Content-Length", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length:\r\n@\r\nhello", "200|Content-Length", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 5,\r\n@\r\nhello", "200|Content-Length=5,", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: @,5\r\n\r\nhello", "200|Content-Length", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 5,@,5\r\n\r\nhello", "200|Content-Length=5,", InvalidContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 5, 6\r\n@\r\nhello", "200|Content-Length=5, 6", ConflictingContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 5, 6@,5\r\n\r\nhello", "200|Content-Length=5, 6", ConflictingContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 5\r\nContent-Length: 50\r\n@\r\nhello",
         "200|Content-Length=5|Content-Length=50", ConflictingContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 5\r\ncontent-length: 4\r\n@Transfer-Encoding: chunked\r\n\r\n",
         "200|Content-Length=5|content-length=4", ConflictingContentLength),
        (b"HTTP/1.1 200 x\r\nContent-Length: 1844674407370955161@6\r\n\r\n",
         "200|Content-Length=1844674407370955161", ContentLengthLimit),
        (b"HTTP/1.1 200 x\r\nContent-Length: 18446744073709551615@0\r\n\r\n",
         "200|Content-Length=18446744073709551615", ContentLengthLimit),
        // Where there is no body the length counts for nothing, and is still checked.
        (b"HTTP/1.1 304 x\r\nContent-Length: @x\r\n\r\n", "304|Content-Length", InvalidContentLength),
    ]);
}

#[test]
fn transfer_encodings() {
    check_all(&[
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: @gzip, chunked\r\n\r\n",
            "200|Transfer-Encoding",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: @identity\r\n\r\n",
            "200|Transfer-Encoding",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked, @gzip\r\n\r\n",
            "200|Transfer-Encoding=chunked, ",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked, chunked\r\n@\r\n",
            "200|Transfer-Encoding=chunked, chunked",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n@\r\n",
            "200|Transfer-Encoding=chunked|Transfer-Encoding=chunked",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked@;q=1\r\n\r\n",
            "200|Transfer-Encoding=chunked",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked@x\r\n\r\n",
            "200|Transfer-Encoding=chunked",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunk\r\n@\r\n",
            "200|Transfer-Encoding=chunk",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: ch @unked\r\n\r\n",
            "200|Transfer-Encoding=ch ",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: @\"chunked\"\r\n\r\n",
            "200|Transfer-Encoding",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding:\r\n@\r\n",
            "200|Transfer-Encoding",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: ,\r\n@\r\n",
            "200|Transfer-Encoding=,",
            UnsupportedTransferEncoding,
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: @\x80chunked\r\n\r\n",
            "200|Transfer-Encoding",
            UnsupportedTransferEncoding,
        ),
    ]);
}

#[test]
fn chunks() {
    const HEAD: &[u8] = b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let cases: [(&[u8], &str, ErrorKind); 33] = [
        (b"@\r\n\r\n", "", InvalidChunkSize),
        (b"@\n", "", InvalidChunkSize),
        (b"@ 5\r\nhello\r\n0\r\n\r\n", "", InvalidChunkSize),
        (b"@+5\r\nhello\r\n0\r\n\r\n", "", InvalidChunkSize),
        (b"@-5\r\nhello\r\n0\r\n\r\n", "", InvalidChunkSize),
        (b"0@x5\r\nhello\r\n0\r\n\r\n", "", InvalidChunkSize),
        (b"5@_0\r\n", "", InvalidChunkSize),
        (b"@g\r\n", "", InvalidChunkSize),
        (b"@`\r\n", "", InvalidChunkSize),
        (b"@:\r\n", "", InvalidChunkSize),
        (b"5@h\r\nhello\r\n0\r\n\r\n", "", InvalidChunkSize),
        (b"5@,a\r\nhello\r\n0\r\n\r\n", "", InvalidChunkSize),
        (b"5 @5\r\nhello\r\n0\r\n\r\n", "", InvalidChunkSize),
        (b"@;a=b\r\nhello\r\n0\r\n\r\n", "", InvalidChunkSize),
        // A bare LF, or CR.
        (b"5@\nhello\r\n0\r\n\r\n", "", InvalidChunkSize),
        (b"5 @\nhello\r\n0\r\n\r\n", "", InvalidChunkSize),
        (b"5\r@hello\r\n0\r\n\r\n", "", BareCr),
        (b"5;a@\nhello\r\n0\r\n\r\n", "", InvalidChunkExtension),
        (b"5;a=\"@\n\"\r\nhello\r\n0\r\n\r\n", "", InvalidChunkExtension),
        (b"5;a\r@b\r\nhello\r\n0\r\n\r\n", "", BareCr),
        (b"5;a@\0\r\nhello\r\n0\r\n\r\n", "", InvalidChunkExtension),
        (b"5;a@\x7f\r\nhello\r\n0\r\n\r\n", "", InvalidChunkExtension),
        (b"0@\n\r\n", "", InvalidChunkSize),
        // Data that is longer or shorter than its size.
        (b"5\r\nhello@0\r\n\r\n", "hello", MissingChunkEnd),
        (b"5\r\nhello@\n0\r\n\r\n", "hello", MissingChunkEnd),
        (b"5\r\nhello\r@0\r\n\r\n", "hello", MissingChunkEnd),
        (b"4\r\nhell@o\r\n0\r\n\r\n", "hell", MissingChunkEnd),
        (b"6\r\nhello\r@\n0\r\n\r\n", "hello\r", MissingChunkEnd),
        // Sizes past 64 bits.
        (b"0000000000000000@0\r\n\r\n", "", ChunkSizeLimit),
        (b"1000000000000000@0\r\n\r\n", "", ChunkSizeLimit),
        // Trailers.
        (b"0\r\nA@ : b\r\n\r\n", "", SpaceBeforeColon),
        (b"0\r\n@ A: b\r\n\r\n", "", UnexpectedFold),
        (b"0\r\n\r@X", "", BareCr),
    ];
    for (body, data, kind) in cases {
        let data = if data.is_empty() { "".into() } else { std::format!("|\"{data}\"") };
        let transcript = std::format!("200|Transfer-Encoding=chunked|.{data}");
        check_all(&[(&[HEAD, body].concat(), &transcript, kind)]);
    }
}

#[test]
fn responses_cut_short() {
    let cases: [(&[u8], &str); 9] = [
        (b"", ""),
        (b"\r\n", ""),
        (b"HTTP/1.1 200", ""),
        (b"HTTP/1.1 200 x\r\nContent-Length: 5\r\n", "200|Content-Length=5"),
        (b"HTTP/1.1 100 x\r\n\r\n", "<100>"),
        (b"HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\nhell", "200|Content-Length=5|.|\"hell\""),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "200|Transfer-Encoding=chunked|.|\"hello\"",
        ),
        (
            b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhello",
            "200|Transfer-Encoding=chunked|.|\"hello\"",
        ),
        (b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "200|Transfer-Encoding=chunked|."),
    ];
    for (input, transcript) in cases {
        let ending = Ending::Failed { kind: Truncated, offset: input.len() };
        check_method(Method::Get, input, transcript, ending);
    }
}

#[test]
fn errors_say_what_happened_where_and_what_to_do() {
    let mut response = Response::new(Method::Get);
    let error = response.next_part(&mut &b"HTTPS"[..]).unwrap().unwrap_err();
    assert_eq!(error.class(), ErrorClass::Protocol);
    assert_eq!(
        std::format!("{error}"),
        "the server did not answer in HTTP/1; check the port, and whether it wants TLS (https) or HTTP/2 \
         (at byte 4 of the response)"
    );
    assert_eq!(HeadLimit.class(), ErrorClass::Limit);
    assert_eq!(Truncated.class(), ErrorClass::Truncated);
}
