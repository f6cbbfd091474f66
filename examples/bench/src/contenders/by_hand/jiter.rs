//! By iteration, with one tape for the text of all strings that are escaped.

use jiter::{Jiter as Iter, JiterResult, NumberInt, Peek};

use super::lines::for_each_data;
use crate::contenders::Decode;
use crate::reads::Reads;
use crate::sink::Sink;

pub(in super::super) struct Jiter;

impl Decode for Jiter {
    fn decode(reads: &Reads<'_>, sink: &mut impl Sink) {
        let mut tape = Vec::new();
        for_each_data(reads, |data| {
            let mut iter = Iter::with_tape(data, std::mem::take(&mut tape));
            chunk(&mut iter, sink).and_then(|()| iter.finish()).expect("the body is valid");
            tape = iter.into_tape();
        });
    }
}

fn chunk(iter: &mut Iter<'_>, sink: &mut impl Sink) -> JiterResult<()> {
    let mut key = iter.next_object_bytes()?;
    while let Some(name) = key {
        if name == b"choices" {
            let mut item = iter.next_array()?;
            while item.is_some() {
                choice(iter, sink)?;
                item = iter.array_step()?;
            }
        } else {
            iter.next_skip()?;
        }
        key = iter.next_key_bytes()?;
    }
    Ok(())
}

fn choice(iter: &mut Iter<'_>, sink: &mut impl Sink) -> JiterResult<()> {
    let mut index = 0;
    let mut key = iter.next_object_bytes()?;
    while let Some(name) = key {
        match name {
            b"index" => {
                let NumberInt::Int(number) = iter.next_int()?;
                index = number as u32;
            }
            b"delta" => delta(iter, sink)?,
            b"finish_reason" => {
                if iter.peek()? == Peek::String {
                    if !iter.known_bytes()?.is_empty() {
                        sink.finish();
                    }
                } else {
                    iter.next_null()?;
                }
            }
            _ => iter.next_skip()?,
        }
        key = iter.next_key_bytes()?;
    }
    sink.choice(index);
    Ok(())
}

fn delta(iter: &mut Iter<'_>, sink: &mut impl Sink) -> JiterResult<()> {
    let mut key = iter.next_object_bytes()?;
    while let Some(name) = key {
        match name {
            b"content" => {
                if iter.peek()? == Peek::String {
                    sink.content(iter.known_str()?);
                } else {
                    iter.next_null()?;
                }
            }
            b"tool_calls" => {
                if iter.peek()? == Peek::Array {
                    let mut item = iter.known_array()?;
                    while item.is_some() {
                        call(iter, sink)?;
                        item = iter.array_step()?;
                    }
                } else {
                    iter.next_null()?;
                }
            }
            _ => iter.next_skip()?,
        }
        key = iter.next_key_bytes()?;
    }
    Ok(())
}

fn call(iter: &mut Iter<'_>, sink: &mut impl Sink) -> JiterResult<()> {
    let mut key = iter.next_object_bytes()?;
    while let Some(name) = key {
        if name == b"function" {
            let mut key = iter.next_object_bytes()?;
            while let Some(name) = key {
                if name == b"arguments" {
                    sink.arguments(iter.next_str()?);
                } else {
                    iter.next_skip()?;
                }
                key = iter.next_key_bytes()?;
            }
        } else {
            iter.next_skip()?;
        }
        key = iter.next_key_bytes()?;
    }
    Ok(())
}
