//! The JSON objects of answers, member by member.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::ExtraMembers;

/// How many members an object may have.
const MAX_MEMBERS: usize = 1024;

/// The members of an object, each value still as JSON text. Of several of one name the last counts.
pub(crate) struct Members<'b>(BTreeMap<String, &'b RawValue>);

impl<'b> Members<'b> {
    /// Reads the object that `text` is. An object with too many members is an error, too.
    pub(crate) fn parse(text: &'b str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Whether there is such a member, and it is not `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.get() != "null")
    }

    /// Takes a member out, unless it is `null`, which counts as absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'b RawValue> {
        self.0.remove(name).filter(|value| value.get() != "null")
    }

    /// An object of one member.
    pub(crate) fn of_one(name: &str, value: &'b RawValue) -> Self {
        Self(BTreeMap::from([(name.to_owned(), value)]))
    }

    /// Puts a member back, to be found among the unknown.
    pub(crate) fn put_back(&mut self, name: &str, value: &'b RawValue) {
        self.0.insert(name.to_owned(), value);
    }

    /// Takes a member out if it is of this type; one of another type stays, to be found among the unknown.
    pub(crate) fn take_as<V: Deserialize<'b>>(&mut self, name: &str) -> Option<V> {
        let value = self.take(name)?;
        let typed = serde_json::from_str(value.get()).ok();
        if typed.is_none() {
            self.put_back(name, value);
        }
        typed
    }

    /// What was not taken out, as JSON text by name.
    pub(crate) fn into_extra(self) -> ExtraMembers {
        ExtraMembers::of_object(self.0.into_iter().map(|(name, value)| (name, value.get().to_owned())))
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    members.insert(name, value);
                    if members.len() > MAX_MEMBERS {
                        return Err(A::Error::custom(format!("more than {MAX_MEMBERS} members")));
                    }
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// The elements of the array that `value` is, each still as JSON text; `None` if it is no array, or one of more than
/// `max` elements.
pub(crate) fn elements(value: &RawValue, max: usize) -> Option<Vec<&RawValue>> {
    struct Array(usize);

    impl<'de> Visitor<'de> for Array {
        type Value = Vec<&'de RawValue>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut elements = Vec::new();
            while let Some(element) = seq.next_element()? {
                if elements.len() == self.0 {
                    return Err(A::Error::custom("too many elements"));
                }
                elements.push(element);
            }
            Ok(elements)
        }
    }

    serde_json::Deserializer::from_str(value.get()).deserialize_seq(Array(max)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_name_counts_and_null_is_absent() {
        let mut members =
            Members::parse(r#" {"a": 1, "b": null, "a": [2, {"x": 3}], "c\u0041": "d", "n": 7, "s": null} "#)
                .unwrap();
        assert!(members.has("a") && !members.has("b") && !members.has("z"));
        assert!(members.take("b").is_none());
        assert_eq!(members.take("a").unwrap().get(), r#"[2, {"x": 3}]"#);
        assert_eq!(members.take_as::<String>("n"), None);
        assert_eq!(members.take_as::<String>("cA").as_deref(), Some("d"));
        assert_eq!(members.into_extra().iter().collect::<Vec<_>>(), [("n", "7"), ("s", "null")]);
    }

    #[test]
    fn only_objects_of_bounded_size_have_members() {
        for text in ["", "[]", "1", "null", "{", "{}x", r#"{"a": }"#, r#"{"a": NaN}"#] {
            assert!(Members::parse(text).is_err(), "{text}");
        }
        let object = |count: usize| {
            let members: Vec<_> = (0..count).map(|number| format!("\"{number}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(Members::parse(&object(MAX_MEMBERS)).is_ok());
        assert!(Members::parse(&object(MAX_MEMBERS + 1)).is_err());
    }

    #[test]
    fn arrays() {
        let read = |text: &str, max| {
            let value: &RawValue = serde_json::from_str(text).unwrap();
            elements(value, max)
                .map(|elements| elements.iter().map(|e| e.get().to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(read("[]", 0), Some(vec![]));
        assert_eq!(read("[1, [2 ], \"3\"]", 3), Some(vec!["1".into(), "[2 ]".into(), "\"3\"".into()]));
        assert_eq!(read("[1, 2]", 1), None);
        assert_eq!(read("{}", 1), None);
        assert_eq!(read("\"[]\"", 1), None);
    }
}
