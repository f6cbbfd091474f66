//! How the examples are linked: as the page is.

fn main() {
    println!("cargo::rustc-link-arg=--compress-relocations");
    println!("cargo::rustc-link-arg=-zstack-size=65536");
}
