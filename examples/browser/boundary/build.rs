//! How the examples are linked: as the page is.

use std::env;

fn main() {
    println!("cargo::rustc-link-arg=-zstack-size=65536");
    // The linker cannot do it beside what a debugger wants, which a release has not.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rustc-link-arg=--compress-relocations");
    }
}
