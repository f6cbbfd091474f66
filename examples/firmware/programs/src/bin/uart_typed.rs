//! Everything over the UART, and the arguments of the tool call as a type.
#![no_std]
#![no_main]

use choreoai_embedded::json;
use serde::Deserialize;

programs::panics_are_failures!();

/// The arguments of a call.
#[derive(Deserialize)]
struct Place<'a> {
    city: &'a str,
}

#[board::entry]
fn main() -> ! {
    programs::ask_over_uart(|arguments| {
        // Of a string with escapes in it.
        let mut scratch = [0; 32];
        match json::parse_str(arguments, &mut scratch) {
            Ok(Place { city: "K\u{f6}ln" }) => "21 degrees",
            Ok(_) => "there is no thermometer in that city",
            // A model that reads it can call again.
            Err(_) => "the arguments are not as the schema says",
        }
    })
}
