//! How deep the stack has been.

/// What the start-up code of `cortex-m-rt` fills the stack with.
const PAINT: u32 = 0xCCCC_CCCC;

unsafe extern "C" {
    /// Of `link.x`: the highest address of the stack, which grows down, and the lowest.
    static _stack_start: u32;
    static _stack_end: u32;
}

/// The most bytes of stack that were in use at any one time since the start, interrupts included: all above the lowest word
/// that does not look like the paint any more.
pub fn high_water() -> usize {
    let (bottom, top) = (&raw const _stack_end, &raw const _stack_start);
    let mut lowest = bottom;
    // SAFETY: the words between the two are RAM that the start-up code has written, and reading them disturbs nobody;
    // volatile, because the deeper ones belong to no object that Rust knows of.
    while lowest < top && unsafe { lowest.read_volatile() } == PAINT {
        lowest = lowest.wrapping_add(1);
    }
    top.addr() - lowest.addr()
}
