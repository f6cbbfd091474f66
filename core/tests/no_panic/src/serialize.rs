//! `Serialize` of the core's types, into a serializer that does nothing and may fail anywhere. What a real serializer does
//! with the values is its own affair: serde-json-core's can panic.
//!
//! This alone does not link: to serialise [`RawJson`](choreoai_core::json::RawJson) is to turn its decimal numbers into `f64`,
//! and the standard library's conversion (`core::num::dec2flt`) indexes arrays in ways that the compiler cannot prove. Hence the
//! feature, and a check of its own in `./run`: no panic is reachable but from there.

use core::fmt;

use serde::ser::{self, Serialize, Serializer};

use choreoai_core::chat::{
    Content, ContentPart, Function, LogitBias, Message, Metadata, ResponseFormat, Stop, Tool, ToolCall,
    ToolChoice,
};
use choreoai_core::embedding::{EmbeddingInput, EncodingFormat};

use crate::chat::message::{content_parts, message, tool_calls};
use crate::opaque::{consume, display, opaque, raw, raw_object, text};
use crate::{chat, embedding};

pub(crate) const EXERCISES: &[fn()] = &[requests, messages, options, json];

fn serialize<T: Serialize>(value: T) {
    consume(opaque(value).serialize(Sink));
}

fn requests() {
    serialize(chat::request::request());
    serialize(embedding::request());
}

fn messages() {
    serialize::<Message<'_>>(message());
    serialize::<Content<'_>>(Content::Parts(content_parts()));
    serialize::<&[ContentPart<'_>]>(content_parts());
    serialize::<&[ToolCall<'_>]>(tool_calls());
}

fn options() {
    serialize(Function::new(text()));
    serialize(Tool::Raw(raw()));
    serialize(ToolChoice::Raw(raw()));
    serialize(ResponseFormat::Raw(raw()));
    serialize(Stop::Raw(raw()));
    serialize(LogitBias::Raw(raw_object()));
    serialize(Metadata::Raw(raw_object()));
    serialize(EmbeddingInput::Raw(raw()));
    serialize(EncodingFormat::Float);
}

fn json() {
    serialize(raw());
    serialize(raw_object());
}

struct Sink;

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl ser::StdError for Refused {}

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(message: T) -> Self {
        display(message);
        Self
    }
}

type Outcome<T = ()> = Result<T, Refused>;

fn take<T>(value: T) -> Outcome {
    consume(value);
    opaque(Ok(()))
}

fn open() -> Outcome<Sink> {
    opaque(Ok(Sink))
}

macro_rules! scalars {
    ($($method:ident: $type:ty;)*) => {$(
        fn $method(self, value: $type) -> Outcome {
            take(value)
        }
    )*};
}

impl Serializer for Sink {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    scalars! {
        serialize_bool: bool;
        serialize_i8: i8;
        serialize_i16: i16;
        serialize_i32: i32;
        serialize_i64: i64;
        serialize_u8: u8;
        serialize_u16: u16;
        serialize_u32: u32;
        serialize_u64: u64;
        serialize_f32: f32;
        serialize_f64: f64;
        serialize_char: char;
        serialize_str: &str;
        serialize_bytes: &[u8];
        serialize_unit_struct: &'static str;
    }

    fn serialize_none(self) -> Outcome {
        take(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Outcome {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Outcome {
        take(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Outcome {
        take(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Outcome {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Outcome {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Outcome<Self> {
        open()
    }

    fn serialize_tuple(self, _: usize) -> Outcome<Self> {
        open()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Outcome<Self> {
        open()
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Outcome<Self> {
        open()
    }

    fn serialize_map(self, _: Option<usize>) -> Outcome<Self> {
        open()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Outcome<Self> {
        open()
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Outcome<Self> {
        open()
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Outcome {
        display(value);
        take(())
    }
}

/// The serializers of compound values: each part is serialised by a new `Sink`.
macro_rules! compounds {
    ($($trait:ident: $method:ident($($name:ty)?);)*) => {$(
        impl ser::$trait for Sink {
            type Ok = ();
            type Error = Refused;

            fn $method<T: Serialize + ?Sized>(&mut self, $(_: $name,)? value: &T) -> Outcome {
                value.serialize(Self)
            }

            fn end(self) -> Outcome {
                take(())
            }
        }
    )*};
}

compounds! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}

impl ser::SerializeMap for Sink {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Outcome {
        key.serialize(Self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Outcome {
        value.serialize(Self)
    }

    fn end(self) -> Outcome {
        take(())
    }
}
