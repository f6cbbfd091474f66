//! From the tree of a request to the parts of its JSON text.

use core::mem;

use super::{Child, Key, Node, Overridden, Value};
use crate::json::RawObject;
use crate::json::writer::{Decimal, Part};

/// What a request knows of its tree.
pub(crate) trait Document<'a> {
    /// The child at `index` of the node, counted from 0 without gaps; `None` past the last. The children of
    /// [`Node::Messages`] are asked for once each, in their order; those of other nodes in any order.
    fn child(&mut self, node: Node<'a>, index: usize) -> Option<Child<'a>>;

    /// Additional members of the node, if it is an object.
    fn extra(&self, node: Node<'a>) -> Option<RawObject<'a>>;
}

/// Body, messages, message, content parts, part, image; nothing nests deeper.
const MAX_DEPTH: usize = 6;

/// The parts of a request's JSON text, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'a, D> {
    document: D,
    frames: [Frame<'a>; MAX_DEPTH],
    depth: usize,
    pending: Pending<'a>,
}

/// An object or array that is being written.
#[derive(Clone, Copy, Debug)]
struct Frame<'a> {
    node: Node<'a>,
    next_child: usize,
    overridden: Overridden,
    /// Whether a child has been written, so that the next one needs a comma.
    begun: bool,
    extra_written: bool,
}

/// What follows the last part before the next child is asked for.
#[derive(Clone, Copy, Debug)]
enum Pending<'a> {
    Nothing,
    /// Behind a name that the caller chose.
    Colon(&'a str),
    Value(Value<'a>),
}

impl<'a> Frame<'a> {
    const fn of(node: Node<'a>, overridden: Overridden) -> Self {
        Self { node, next_child: 0, overridden, begun: false, extra_written: false }
    }
}

impl<'a, D: Document<'a>> Walk<'a, D> {
    #[inline(always)] // It is large, and made where it goes.
    pub(crate) const fn new(document: D) -> Self {
        Self {
            document,
            // A constant: what is made at run time passes over the stack.
            frames: const { [Frame::of(Node::Root, Overridden(0)); MAX_DEPTH] },
            depth: 0,
            pending: Pending::Value(Value::Node(Node::Root)),
        }
    }

    /// The first part of a child.
    fn begin_child(&mut self, Child { key, value }: Child<'a>, first: bool) -> Part<'a> {
        const COMMA: Part<'_> = Part::Raw(",");
        match key {
            Key::Element if first => self.begin(value),
            Key::Element => self.then(Pending::Value(value), COMMA),
            Key::Name(name) => {
                let name = if first { name.without_comma() } else { name.with_comma() };
                self.then(Pending::Value(value), Part::Raw(name))
            }
        }
    }

    /// The first part of a value.
    fn begin(&mut self, value: Value<'a>) -> Part<'a> {
        match value {
            Value::Absent => Part::Raw("null"),
            Value::Bool(true) => Part::Raw("true"),
            Value::Bool(false) => Part::Raw("false"),
            Value::Unsigned(n) => Part::Number(n.into()),
            Value::Integer(n) => Part::Number(n.into()),
            Value::Float(x) => Part::Number(x.into()),
            Value::Str(text) => Part::Str(text),
            Value::Raw(text) => Part::Raw(text),
            Value::Node(node) => self.enter(node),
            Value::Label((name, text)) => self.then(Pending::Colon(text), Part::Str(name)),
            Value::Bias((token, bias)) => {
                self.then(Pending::Value(Value::Float(*bias)), Part::Number(Decimal::member_name(*token)))
            }
        }
    }

    fn enter(&mut self, node: Node<'a>) -> Part<'a> {
        let overridden =
            Overridden::find(self.document.extra(node), |index| self.document.child(node, index));
        if let Some(frame) = self.frames.get_mut(self.depth) {
            *frame = Frame::of(node, overridden);
            self.depth = self.depth.wrapping_add(1);
        }
        Part::Raw(node.opening())
    }

    const fn then(&mut self, pending: Pending<'a>, part: Part<'a>) -> Part<'a> {
        self.pending = pending;
        part
    }
}

impl<'a, D: Document<'a>> Iterator for Walk<'a, D> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        match mem::replace(&mut self.pending, Pending::Nothing) {
            Pending::Nothing => {}
            Pending::Colon(text) => {
                return Some(self.then(Pending::Value(Value::Str(text)), Part::Raw(":")));
            }
            Pending::Value(value) => return Some(self.begin(value)),
        }
        let frame = self.frames.get_mut(self.depth.checked_sub(1)?)?;
        while let Some(child) = self.document.child(frame.node, frame.next_child) {
            let index = frame.next_child;
            frame.next_child = index.wrapping_add(1);
            if !matches!(child.value, Value::Absent) && !frame.overridden.contains(index) {
                let first = !mem::replace(&mut frame.begun, true);
                return Some(self.begin_child(child, first));
            }
        }
        if !mem::replace(&mut frame.extra_written, true)
            && let Some(extra) = self.document.extra(frame.node)
            && let members = extra.inner()
            && !members.is_empty()
        {
            let members = Value::Raw(members);
            let first = !mem::replace(&mut frame.begun, true);
            return Some(self.begin_child(Child::element(members), first));
        }
        let closing = frame.node.closing();
        self.depth = self.depth.wrapping_sub(1);
        Some(Part::Raw(closing))
    }
}
