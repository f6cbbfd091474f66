//! Memory, as the compiler has it copied, filled and compared.

use core::arch::global_asm;

global_asm!(include_str!("memory.s"));
