@ What the compiler calls to copy, fill and compare memory, for size: those of compiler_builtins are unrolled, and take one to
@ four KiB. They may be called with any alignment; a Cortex-M3 loads and stores words at any address (A3.2.1).

    .syntax unified
    .thumb

    .macro function names:vararg
    .irp name, \names
    .global \name
    .type \name, %function
    .thumb_func
\name:
    .endr
    .endm

    .section .text.memory_copy, "ax", %progbits
    function __aeabi_memcpy, __aeabi_memcpy4, __aeabi_memcpy8, __aeabi_memmove, __aeabi_memmove4, __aeabi_memmove8, memcpy, memmove
    subs r3, r0, r1
    cmp r3, r2
    blo 4f                      @ The end of the source lies in the target, and is copied first.
    mov r12, r0                 @ memcpy returns the target.
1:  subs r2, #4
    blo 2f
    ldr r3, [r1], #4
    str r3, [r12], #4
    b 1b
2:  adds r2, #4
3:  subs r2, #1
    it lo
    bxlo lr
    ldrb r3, [r1], #1
    strb r3, [r12], #1
    b 3b
4:  subs r2, #1
    it lo
    bxlo lr
    ldrb r3, [r1, r2]
    strb r3, [r0, r2]
    b 4b

    .section .text.memory_fill, "ax", %progbits
    function __aeabi_memclr, __aeabi_memclr4, __aeabi_memclr8
    movs r2, #0
    function __aeabi_memset, __aeabi_memset4, __aeabi_memset8
    mov r3, r1                  @ Unlike memset, they take the length before the byte.
    mov r1, r2
    mov r2, r3
    function memset
    mov r12, r0
1:  subs r2, #1
    it lo
    bxlo lr
    strb r1, [r12], #1
    b 1b

    .section .text.memory_compare, "ax", %progbits
    function memcmp, bcmp
    mov r12, r0
    movs r0, #0
1:  subs r2, #1
    it lo
    bxlo lr
    ldrb r0, [r12], #1
    ldrb r3, [r1], #1
    subs r0, r3
    beq 1b
    bx lr
