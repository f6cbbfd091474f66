//! The event-stream format of WHATWG HTML 9.2, "Parsing an event stream" and "Interpreting an event stream", for a whole
//! body, line by line.
//!
//! As documented of the framer: an event that the end of the body leaves unterminated counts, and a line that the end cuts
//! within its name does not. The algorithm decodes UTF-8 first; as all that it looks for is ASCII, bytes serve as well.

/// A body, taken apart.
#[derive(Debug)]
pub struct EventStream<'b> {
    pub groups: Vec<Group<'b>>,
    /// The last line, if neither a line end nor a colon ended its name.
    pub cut_name: Option<&'b [u8]>,
}

/// The lines between two blank ones, if there are any.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Group<'b> {
    /// Name and value; the name of a comment is empty.
    pub fields: Vec<(&'b [u8], &'b [u8])>,
    /// A blank line came after it.
    pub is_terminated: bool,
}

impl<'b> EventStream<'b> {
    pub fn new(body: &'b [u8]) -> Self {
        let mut rest = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        let mut groups = Vec::new();
        let mut group = Group::default();
        let mut cut_name = None;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let line = &rest[..end.unwrap_or(rest.len())];
            let ending = &rest[line.len()..];
            rest = ending
                .strip_prefix(b"\r\n")
                .or_else(|| ending.strip_prefix(b"\r"))
                .or_else(|| ending.strip_prefix(b"\n"))
                .unwrap_or_default();
            let colon = line.iter().position(|byte| *byte == b':');
            match colon {
                _ if line.is_empty() => {
                    group.is_terminated = true;
                    let group = std::mem::take(&mut group);
                    if !group.fields.is_empty() {
                        groups.push(group);
                    }
                }
                Some(colon) => {
                    let value = &line[colon + 1..];
                    group.fields.push((&line[..colon], value.strip_prefix(b" ").unwrap_or(value)));
                }
                None if end.is_some() => group.fields.push((line, b"")),
                None => cut_name = Some(line),
            }
        }
        if !group.fields.is_empty() {
            groups.push(group);
        }
        Self { groups, cut_name }
    }
}

impl Group<'_> {
    /// The event's data; `None` if it has no data field.
    pub fn data(&self) -> Option<Vec<u8>> {
        let lines: Vec<&[u8]> =
            self.fields.iter().filter(|(name, _)| name == b"data").map(|(_, value)| *value).collect();
        (!lines.is_empty()).then(|| lines.join(&b'\n'))
    }
}
