//! The console, the command line, the time of day and the exit status, by semihosting: the debugger, or the emulator, does what the
//! program asks. With neither, asking is a fault.

use cortex_m::asm;
use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};
use cortex_m_semihosting::hio::{HostStream, hstdout};
use cortex_m_semihosting::nr::{GET_CMDLINE, TIME};
use cortex_m_semihosting::syscall1;

/// What is printed appears at once, on the standard output of the debugger or emulator.
#[derive(Clone, Copy)]
pub struct Console(Option<HostStream>);

impl Console {
    /// The console; silent if whoever listens has none.
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

/// What the program was given on its command line, behind its name; nothing if that does not fit `buffer`, or is not known.
pub fn arguments(buffer: &mut [u8]) -> &str {
    let mut block = [buffer.as_mut_ptr().expose_provenance(), buffer.len()];
    // SAFETY: the call takes a pointer to an address and a length, writes no more than so many bytes to there, and then puts
    // the length of what it has written in place of theirs. Both are borrowed mutably meanwhile.
    let status = unsafe { syscall1(GET_CMDLINE, block.as_mut_ptr().expose_provenance()) };
    let line = buffer.get(..block[1]).filter(|_| status == 0).unwrap_or_default();
    let line = str::from_utf8(line).unwrap_or_default().trim_end_matches('\0');
    line.split_once(' ').map_or("", |(_, arguments)| arguments)
}

/// The time of day, in seconds since 1970; nothing if whoever listens does not know it.
pub fn time_of_day() -> Option<u32> {
    // SAFETY: the call takes no argument, and touches no memory.
    let seconds = unsafe { syscall1(TIME, 0) };
    u32::try_from(seconds).ok().filter(|&seconds| seconds != 0 && seconds != u32::MAX)
}

/// Ends the program, and with it the emulator.
pub fn exit(success: bool) -> ! {
    debug::exit(if success { EXIT_SUCCESS } else { EXIT_FAILURE });
    // A debugger may let it go on.
    loop {
        asm::wfi();
    }
}
