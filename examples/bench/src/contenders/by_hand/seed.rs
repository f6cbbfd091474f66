//! A chunk for any `serde` deserializer, each text handed on as it is met: nothing is collected, nothing is copied.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::sink::Sink;

/// Delivers to the sink what it is deserialized from.
pub(super) struct Chunk<'s, S>(pub(super) &'s mut S);

struct Choices<'s, S>(&'s mut S);
struct Choice<'s, S>(&'s mut S);
struct Delta<'s, S>(&'s mut S);
struct Calls<'s, S>(&'s mut S);
struct Call<'s, S>(&'s mut S);
struct Function<'s, S>(&'s mut S);
struct Content<'s, S>(&'s mut S);
struct Arguments<'s, S>(&'s mut S);
struct FinishReason<'s, S>(&'s mut S);

/// The name of a member, compared as it is met.
struct Name<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for Name<F> {
    type Value = T;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Name<F> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a member")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        Ok((self.0)(name))
    }
}

/// An object, of which these members are read and all others skipped.
macro_rules! object {
    ($object:ident { $($name:literal => $seed:ident),* }) => {
        impl<'de, S: Sink> DeserializeSeed<'de> for $object<'_, S> {
            type Value = ();

            #[inline]
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_map(self)
            }
        }

        impl<'de, S: Sink> Visitor<'de> for $object<'_, S> {
            type Value = ();

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            #[inline]
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
                #[allow(non_camel_case_types)]
                enum Member { $($seed,)* Other }
                while let Some(member) = map.next_key_seed(Name(|name: &str| match name {
                    $($name => Member::$seed,)*
                    _ => Member::Other,
                }))? {
                    match member {
                        $(Member::$seed => map.next_value_seed($seed(&mut *self.0))?,)*
                        Member::Other => _ = map.next_value::<IgnoredAny>()?,
                    }
                }
                Ok(())
            }
        }
    };
}

/// A value of a form, or null.
macro_rules! nullable {
    ($value:ident, $what:literal, $deserialize:ident, { $($visit:item)* }) => {
        impl<'de, S: Sink> DeserializeSeed<'de> for $value<'_, S> {
            type Value = ();

            #[inline]
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_option(self)
            }
        }

        impl<'de, S: Sink> Visitor<'de> for $value<'_, S> {
            type Value = ();

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str($what)
            }

            #[inline]
            fn visit_none<E: Error>(self) -> Result<(), E> {
                Ok(())
            }

            /// How simd-json says it.
            #[inline]
            fn visit_unit<E: Error>(self) -> Result<(), E> {
                Ok(())
            }

            #[inline]
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.$deserialize(self)
            }

            $($visit)*
        }
    };
}

macro_rules! array {
    ($array:ident of $item:ident) => {
        nullable!($array, "an array or null", deserialize_seq, {
            #[inline]
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
                while items.next_element_seed($item(&mut *self.0))?.is_some() {}
                Ok(())
            }
        });
    };
}

macro_rules! text {
    ($text:ident, $deliver:expr) => {
        nullable!($text, "a text or null", deserialize_str, {
            #[inline]
            fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
                let deliver: fn(&mut S, &str) = $deliver;
                deliver(self.0, text);
                Ok(())
            }
        });
    };
}

object!(Chunk { "choices" => Choices });
array!(Choices of Choice);
object!(Delta { "content" => Content, "tool_calls" => Calls });
array!(Calls of Call);
object!(Call { "function" => Function });
object!(Function { "arguments" => Arguments });
text!(Content, |sink, text| sink.content(text));
text!(Arguments, |sink, text| sink.arguments(text));
text!(FinishReason, |sink, text| if !text.is_empty() {
    sink.finish();
});

impl<'de, S: Sink> DeserializeSeed<'de> for Choice<'_, S> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

/// Says which choice it was, at its end.
impl<'de, S: Sink> Visitor<'de> for Choice<'_, S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a choice")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        enum Member {
            Index,
            Delta,
            FinishReason,
            Other,
        }
        let mut index = 0;
        while let Some(member) = map.next_key_seed(Name(|name: &str| match name {
            "index" => Member::Index,
            "delta" => Member::Delta,
            "finish_reason" => Member::FinishReason,
            _ => Member::Other,
        }))? {
            match member {
                Member::Index => index = map.next_value()?,
                Member::Delta => map.next_value_seed(Delta(&mut *self.0))?,
                Member::FinishReason => map.next_value_seed(FinishReason(&mut *self.0))?,
                Member::Other => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        self.0.choice(index);
        Ok(())
    }
}
