//! Puts the linker scripts where `cortex-m-rt`'s `link.x` includes them from.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::copy("memory.x", out.join("memory.x"))?;
    // The table of interrupts names its handlers itself: there is nothing for the linker to provide.
    fs::write(out.join("device.x"), "")?;
    println!("cargo::rustc-link-search={}", Path::display(&out));
    println!("cargo::rerun-if-changed=memory.x");
    Ok(())
}
