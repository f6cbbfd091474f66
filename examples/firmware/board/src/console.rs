//! The console and the exit status, by semihosting: the debugger, or the emulator, does what the program asks.

use cortex_m::asm;
use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};
use cortex_m_semihosting::hio::{HostStream, hstdout};

/// What is printed appears at once, on the standard output of the debugger or emulator.
#[derive(Clone, Copy)]
pub struct Console(Option<HostStream>);

impl Console {
    /// The console; silent if nobody listens.
    pub fn open() -> Self {
        Self(hstdout().ok())
    }

    /// Prints `text` as it is.
    pub fn print(&mut self, text: &str) {
        if let Some(stdout) = &mut self.0 {
            // If it fails there is nobody to tell.
            let _ = stdout.write_all(text.as_bytes());
        }
    }

    /// Prints `number` in decimal.
    pub fn print_number(&mut self, number: u32) {
        let mut digits = [b'0'; 10];
        let mut rest = number;
        let mut start = digits.len();
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            start -= 1;
            if rest == 0 {
                break;
            }
        }
        self.print(digits.get(start..).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default());
    }
}

/// Ends the program, and with it the emulator.
pub fn exit(success: bool) -> ! {
    debug::exit(if success { EXIT_SUCCESS } else { EXIT_FAILURE });
    // A debugger may let it go on.
    loop {
        asm::wfi();
    }
}
