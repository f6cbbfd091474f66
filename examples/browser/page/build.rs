//! How the module is linked: addresses and calls in as few bytes as they need, and a stack that is far more than it takes, since
//! each call of a page has an instance of its own.

fn main() {
    println!("cargo::rustc-link-arg=--compress-relocations");
    println!("cargo::rustc-link-arg=-zstack-size=65536");
}
