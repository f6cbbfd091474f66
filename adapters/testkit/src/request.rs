//! What a client sent, read strictly: the gateway is also the judge of its clients.

/// A request, and what became of its answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Which connection it came on, numbered from 0.
    pub connection: usize,
    /// The method.
    pub method: String,
    /// The target as it was sent: path and query.
    pub target: String,
    /// Names as they were sent, and values without the blanks around them, in order.
    pub headers: Vec<(String, String)>,
    /// The body, unframed.
    pub body: Vec<u8>,
    /// How far the answer came.
    pub outcome: Outcome,
    /// How many bytes of the answer, head and framing included, were given to the socket.
    pub bytes_sent: u64,
}

/// How far an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is still being sent.
    Pending,
    /// All its steps were done.
    Complete,
    /// The peer closed or reset the connection first. It is noticed in a pause, at a gate, in a stall, and when a
    /// write fails; a peer that only ended its own sending side counts as gone.
    PeerClosed,
    /// The gateway was stopped first.
    Stopped,
}

impl RecordedRequest {
    /// The target's path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// The first header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// If it is not JSON.
    pub fn json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::from_slice(&self.body)
    }

    /// Whether the connection may carry another request after this one (RFC 9112 section 9.3).
    pub(crate) fn keeps_alive(&self) -> bool {
        !self.header("connection").is_some_and(|value| has_token(value, "close"))
    }

    pub(crate) fn expects_continue(&self) -> bool {
        self.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"))
    }
}

/// The longest head and the longest body that are read.
const HEAD_LIMIT: usize = 1 << 20;
const BODY_LIMIT: usize = 64 << 20;

/// How the request's body ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BodyLength {
    Known(usize),
    Chunked,
}

/// Takes the head off the front of `input`; `None`: more is needed. An error says how the client broke the protocol.
pub(crate) fn take_head(
    input: &mut Vec<u8>,
    connection: usize,
) -> Result<Option<(RecordedRequest, BodyLength)>, String> {
    let Some(end) = input.windows(4).position(|window| window == b"\r\n\r\n") else {
        return if input.len() > HEAD_LIMIT {
            Err(format!("the head is longer than {HEAD_LIMIT} bytes"))
        } else {
            Ok(None)
        };
    };
    let head: Vec<u8> = input.drain(..end + 4).take(end).collect();
    let head = String::from_utf8(head).map_err(|_| "the head is not UTF-8".to_owned())?;
    if let Some(c) = head.replace("\r\n", "").chars().find(|c| c.is_control() && *c != '\t') {
        return Err(format!("the head holds the control character {c:?}"));
    }
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let parts: Vec<&str> = first.split(' ').collect();
    let &[method, target, "HTTP/1.1"] = parts.as_slice() else {
        return Err(format!("{first:?} is not a request line of HTTP/1.1"));
    };
    if !is_token(method) || !(target.starts_with('/') || target == "*") {
        return Err(format!("{first:?} has no valid method and target"));
    }
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("{line:?} is not a header"))?;
        if !is_token(name) {
            return Err(format!("{name:?} is not a header's name"));
        }
        headers.push((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()));
    }
    let length = body_length(&headers)?;
    let request = RecordedRequest {
        connection,
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body: Vec::new(),
        outcome: Outcome::Pending,
        bytes_sent: 0,
    };
    Ok(Some((request, length)))
}

/// The framing rules of RFC 9112 section 6.3, and the Host rule of section 3.2, for a sender that follows them.
fn body_length(headers: &[(String, String)]) -> Result<BodyLength, String> {
    let values = |wanted: &str| {
        let named = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        named.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    if values("host").len() != 1 {
        return Err(format!("{} Host headers, not one", values("host").len()));
    }
    match (values("content-length").as_slice(), values("transfer-encoding").as_slice()) {
        ([], []) => Ok(BodyLength::Known(0)),
        ([digits], []) => number(digits.as_bytes(), 10)
            .filter(|length| *length <= BODY_LIMIT)
            .map(BodyLength::Known)
            .ok_or_else(|| format!("Content-Length {digits:?} is not a number up to {BODY_LIMIT}")),
        ([], [coding]) if coding.eq_ignore_ascii_case("chunked") => Ok(BodyLength::Chunked),
        (lengths, codings) => {
            Err(format!("Content-Length {lengths:?} with Transfer-Encoding {codings:?} frames no body"))
        }
    }
}

/// Takes the body off the front of `input`; `None`: more is needed, and nothing was taken.
pub(crate) fn take_body(input: &mut Vec<u8>, length: BodyLength) -> Result<Option<Vec<u8>>, String> {
    match length {
        BodyLength::Known(length) if input.len() < length => Ok(None),
        BodyLength::Known(length) => Ok(Some(input.drain(..length).collect())),
        BodyLength::Chunked => {
            let Some((body, consumed)) = unchunk(input)? else { return Ok(None) };
            input.drain(..consumed);
            Ok(Some(body))
        }
    }
}

/// RFC 9112 section 7.1: the body of a chunked message, and how long the message was.
fn unchunk(input: &[u8]) -> Result<Option<(Vec<u8>, usize)>, String> {
    let mut body = Vec::new();
    let mut rest = input;
    loop {
        let Some((line, after)) = split_line(rest) else { return Ok(None) };
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let size = number(digits, 16).filter(|size| body.len().saturating_add(*size) <= BODY_LIMIT);
        let size =
            size.ok_or_else(|| format!("{:?} is not a valid chunk size", String::from_utf8_lossy(digits)))?;
        rest = after;
        if size == 0 {
            break;
        }
        let Some((data, after)) = rest.split_at_checked(size) else { return Ok(None) };
        body.extend_from_slice(data);
        let Some((end, after)) = after.split_at_checked(2) else { return Ok(None) };
        if end != b"\r\n" {
            return Err("a chunk is longer than it said".to_owned());
        }
        rest = after;
    }
    // The trailers end with an empty line.
    loop {
        let Some((line, after)) = split_line(rest) else { return Ok(None) };
        rest = after;
        if line.is_empty() {
            return Ok(Some((body, input.len() - rest.len())));
        }
    }
}

fn split_line(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = input.windows(2).position(|window| window == b"\r\n")?;
    Some((&input[..end], &input[end + 2..]))
}

/// Digits and nothing else: `from_str_radix` would accept a sign.
fn number(digits: &[u8], radix: u32) -> Option<usize> {
    let mut value = (!digits.is_empty()).then_some(0usize)?;
    for digit in digits {
        let digit = char::from(*digit).to_digit(radix)? as usize;
        value = value.checked_mul(radix as usize)?.checked_add(digit)?;
    }
    Some(value)
}

fn has_token(list: &str, wanted: &str) -> bool {
    list.split(',').any(|token| token.trim().eq_ignore_ascii_case(wanted))
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaches_of_the_protocol_are_named() {
        let cases: &[(&str, &str)] = &[
            ("GET / HTTP/1.0\r\nhost: x", "request line"),
            ("GET  / HTTP/1.1\r\nhost: x", "request line"),
            ("G(T / HTTP/1.1\r\nhost: x", "method and target"),
            ("GET x HTTP/1.1\r\nhost: x", "method and target"),
            ("GET / HTTP/1.1", "0 Host headers"),
            ("GET / HTTP/1.1\r\nhost: x\r\nHost: x", "2 Host headers"),
            ("GET / HTTP/1.1\r\nhost: x\r\n folded", "is not a header"),
            ("GET / HTTP/1.1\r\nhost : x", "header's name"),
            ("GET / HTTP/1.1\r\nhost: x\nevil: y", "control character '\\n'"),
            ("GET / HTTP/1.1\r\nhost: x\r\ncontent-length: +5", "Content-Length \"+5\""),
            ("GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 5", "frames no body"),
            (
                "GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked",
                "frames no body",
            ),
            ("GET / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked", "frames no body"),
        ];
        for (head, expected) in cases {
            let error = take_head(&mut format!("{head}\r\n\r\n").into_bytes(), 0).expect_err(head);
            assert!(error.contains(expected), "{head:?}: {error}");
        }
    }

    #[test]
    fn a_head_is_read_from_any_cut() {
        let text = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length:\t5 \r\n\r\nhello";
        for cut in 0..text.len() - 5 {
            assert!(take_head(&mut text[..cut].to_vec(), 0).unwrap().is_none(), "cut at {cut}");
        }
        let mut input = text.to_vec();
        let (request, length) = take_head(&mut input, 3).unwrap().unwrap();
        assert_eq!((request.method.as_str(), request.path(), request.connection), ("POST", "/a", 3));
        assert_eq!(request.header("content-LENGTH"), Some("5"));
        assert_eq!(take_body(&mut input, length).unwrap().unwrap(), b"hello");
        assert!(input.is_empty());
    }

    #[test]
    fn chunks_are_joined_and_what_follows_is_left() {
        let text = b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n";
        for cut in 0..text.len() {
            let taken = take_body(&mut text[..cut].to_vec(), BodyLength::Chunked);
            assert!(taken.unwrap().is_none(), "cut at {cut}");
        }
        let mut input = [text.as_slice(), b"GET"].concat();
        assert_eq!(take_body(&mut input, BodyLength::Chunked).unwrap().unwrap(), b"abc0123456789");
        assert_eq!(input, b"GET");
        for bad in ["+3\r\nabc\r\n", "\r\n", "g\r\n", "2\r\nabc\r\n", "fffffffffffffffff\r\n"] {
            assert!(take_body(&mut bad.as_bytes().to_vec(), BodyLength::Chunked).is_err(), "{bad:?}");
        }
    }
}
