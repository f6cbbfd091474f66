//! The registers that are used, and the one place where they are accessed.

use core::ptr;

/// A 32-bit register of a peripheral, at an address of this file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Register(usize);

impl Register {
    pub(crate) fn read(self) -> u32 {
        // SAFETY: the field is private, so the address is one of those below: an aligned register of this
        // microcontroller, outside of all memory that Rust knows of.
        unsafe { ptr::with_exposed_provenance::<u32>(self.0).read_volatile() }
    }

    pub(crate) fn write(self, value: u32) {
        // SAFETY: as for `read`. None of the registers below makes the hardware write to memory.
        unsafe { ptr::with_exposed_provenance_mut::<u32>(self.0).write_volatile(value) }
    }

    pub(crate) fn set(self, bits: u32) {
        self.write(self.read() | bits);
    }

    pub(crate) fn clear(self, bits: u32) {
        self.write(self.read() & !bits);
    }
}

macro_rules! registers {
    ($($(#[$attribute:meta])* $module:ident at $base:literal { $($name:ident: $offset:literal,)* })*) => {$(
        $(#[$attribute])*
        pub(crate) mod $module {
            use super::Register;
            $(pub(crate) const $name: Register = Register($base + $offset);)*
        }
    )*};
}

registers! {
    /// System control (section 5).
    system at 0x400F_E000 {
        RAW_INTERRUPTS: 0x050,
        RUN_MODE_CLOCK: 0x060,
        CLOCK_GATES_1: 0x104,
        CLOCK_GATES_2: 0x108,
    }

    /// General-purpose port A (section 8), whose pins 0 and 1 are those of UART 0.
    port_a at 0x4000_4000 {
        ALTERNATE_FUNCTION: 0x420,
        DIGITAL_ENABLE: 0x51C,
    }

    /// UART 0 (section 12).
    uart at 0x4000_C000 {
        DATA: 0x000,
        FLAGS: 0x018,
        BAUD_INTEGER: 0x024,
        BAUD_FRACTION: 0x028,
        LINE_CONTROL: 0x02C,
        CONTROL: 0x030,
        INTERRUPT_MASK: 0x038,
        INTERRUPT_CLEAR: 0x044,
    }

    /// The Ethernet controller (section 15).
    #[cfg(feature = "ethernet")]
    ethernet at 0x4004_8000 {
        INTERRUPTS: 0x000,
        INTERRUPT_MASK: 0x004,
        RECEIVE_CONTROL: 0x008,
        SEND_CONTROL: 0x00C,
        DATA: 0x010,
        ADDRESS_LOW: 0x014,
        ADDRESS_HIGH: 0x018,
        FRAMES_RECEIVED: 0x034,
        SEND_REQUEST: 0x038,
    }
}
