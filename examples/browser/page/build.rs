//! How the module is linked: addresses and calls in as few bytes as they need, and a stack that is far more than it takes, since
//! each call of a page has an instance of its own.

use std::env;

fn main() {
    println!("cargo::rustc-link-arg=-zstack-size=65536");
    // The linker cannot do it beside what a debugger wants, which a release has not.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rustc-link-arg=--compress-relocations");
    }
}
