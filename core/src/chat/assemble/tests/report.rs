//! Error reports, in growable memory and in memory of fixed size.

use std::string::String;
use std::vec::Vec;

use super::{pieces, whole};
use crate::chat::assemble::{ErrorAssembler, ErrorReport, FixedErrorReport, FixedValue, Kept, Overflow};
use crate::chat::{ErrorMember, Event};

fn gather(events: &[Event<'_>]) -> (Option<ErrorReport>, FixedErrorReport<16, 8>) {
    let mut grown = ErrorAssembler::new();
    let mut fixed = FixedErrorReport::new();
    for event in events {
        grown.push(event);
        fixed.push(event);
    }
    (grown.into_report(), fixed)
}

fn error<'e>(member: ErrorMember, text: &'e str) -> Event<'e> {
    Event::Error(member, whole(text))
}

/// Whole members in their order: message, type, code, param.
fn members(fixed: &FixedErrorReport<16, 8>) -> [Option<&str>; 4] {
    [fixed.message(), fixed.error_type(), fixed.code(), fixed.param()]
        .map(|member| member.map(|kept| kept.whole().unwrap()))
}

#[test]
fn a_report_is_gathered_from_its_pieces() {
    for cuts in [&[][..], &[4], &[0, 10]] {
        let mut events: Vec<_> = pieces("quota is up", cuts)
            .into_iter()
            .map(|piece| Event::Error(ErrorMember::Message, piece))
            .collect();
        events.extend([
            error(ErrorMember::Type, "limit"),
            error(ErrorMember::Code, "old"),
            error(ErrorMember::Code, "429"),
            error(ErrorMember::Param, "model"),
            Event::ErrorEnd,
            Event::ChunkEnd,
        ]);
        let (grown, fixed) = gather(&events);
        let expected = ErrorReport {
            message: Some("quota is up".into()),
            error_type: Some("limit".into()),
            code: Some("429".into()),
            param: Some("model".into()),
            truncated: false,
        };
        assert_eq!(grown, Some(expected));
        assert!(fixed.is_confirmed());
        assert_eq!(members(&fixed), [Some("quota is up"), Some("limit"), Some("429"), Some("model")]);
    }
}

#[test]
fn what_is_not_confirmed_is_forgotten() {
    let tentative = [error(ErrorMember::Message, "Success"), error(ErrorMember::Code, "0"), Event::ChunkEnd];
    let (grown, fixed) = gather(&tentative);
    assert_eq!(grown, None);
    assert!(!fixed.is_confirmed());
    assert_eq!(members(&fixed), [None; 4]);

    let (grown, fixed) = gather(&tentative[..2]);
    assert_eq!(grown, None);
    assert_eq!(members(&fixed), [None; 4]);

    let confirmed = [&tentative[..], &[error(ErrorMember::Message, "down"), Event::ErrorEnd]].concat();
    let (grown, fixed) = gather(&confirmed);
    assert_eq!(grown, Some(ErrorReport { message: Some("down".into()), ..ErrorReport::default() }));
    assert_eq!(members(&fixed), [Some("down"), None, None, None]);
}

#[test]
fn the_first_confirmed_report_is_kept() {
    let events = [
        error(ErrorMember::Message, "cause"),
        Event::ErrorEnd,
        Event::ChunkEnd,
        error(ErrorMember::Message, "effect"),
        error(ErrorMember::Code, "500"),
        Event::ErrorEnd,
        Event::ChunkEnd,
    ];
    let (grown, fixed) = gather(&events);
    assert_eq!(grown, Some(ErrorReport { message: Some("cause".into()), ..ErrorReport::default() }));
    assert_eq!(members(&fixed), [Some("cause"), None, None, None]);
}

#[test]
fn a_report_may_be_empty() {
    let (grown, fixed) = gather(&[Event::ErrorEnd]);
    assert_eq!(grown, Some(ErrorReport::default()));
    assert!(fixed.is_confirmed());
}

#[test]
fn what_is_too_long_says_so() {
    for (member, limit) in [
        (ErrorMember::Message, 16 * 1024),
        (ErrorMember::Type, 1024),
        (ErrorMember::Code, 1024),
        (ErrorMember::Param, 1024),
    ] {
        // Two bytes each, from an odd position on: the last one that begins within the limit does not end within it.
        for (text, kept, truncated) in [
            ("x".repeat(limit), limit, false),
            ("x".repeat(limit + 1), limit, true),
            (String::from("x") + &"ü".repeat(limit / 2), limit - 1, true),
        ] {
            for cuts in [&[][..], &[1], &[limit - 1]] {
                let mut events: Vec<_> =
                    pieces(&text, cuts).into_iter().map(|piece| Event::Error(member, piece)).collect();
                events.push(Event::ErrorEnd);
                let report = gather(&events).0.unwrap();
                assert_eq!(report.truncated, truncated);
                let value = match member {
                    ErrorMember::Message => report.message,
                    ErrorMember::Type => report.error_type,
                    ErrorMember::Code => report.code,
                    ErrorMember::Param => report.param,
                };
                assert_eq!(value.as_deref(), Some(&text[..kept]));
            }
        }
    }
}

#[test]
fn nothing_follows_a_gap_and_a_later_value_begins_anew() {
    let long = "sixteen bytes and more";
    let mut events: Vec<_> =
        pieces(long, &[20]).into_iter().map(|piece| Event::Error(ErrorMember::Message, piece)).collect();
    events.push(Event::ErrorEnd);
    let overflow = Overflow { value: FixedValue::ErrorMessage, capacity: 16 };
    let fixed = gather(&events).1;
    assert_eq!(fixed.message().map(Kept::whole), Some(Err(overflow)));
    assert_eq!(fixed.message().map(Kept::beginning), Some("sixteen bytes an"));

    events.insert(2, error(ErrorMember::Message, "short"));
    assert_eq!(members(&gather(&events).1), [Some("short"), None, None, None]);
}

#[test]
fn a_label_has_its_capacity_in_fixed_memory() {
    let (_, fixed) = gather(&[error(ErrorMember::Code, "12345678"), Event::ErrorEnd]);
    assert_eq!(fixed.code().map(Kept::whole), Some(Ok("12345678")));
    let (_, fixed) = gather(&[error(ErrorMember::Code, "123456789"), Event::ErrorEnd]);
    let overflow = Overflow { value: FixedValue::ErrorCode, capacity: 8 };
    assert_eq!(fixed.code().map(Kept::whole), Some(Err(overflow)));
}
