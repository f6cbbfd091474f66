#!/usr/bin/env python3
"""Lists the functions of a program that may come to its panic handler in another way than the one that is known.

    panicking.py LLVM_BIN PROGRAM

Known is an `async fn` that is polled after its end, of which the compiler cannot see that nobody does it where one waits.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "core/tests/no_panic"))
import call_graph  # noqa: E402

KNOWN = "^core::panicking::panic_const::panic_const_async_fn_resumed$"
HANDLER = "__rustc::rust_begin_unwind"
# What leads to the handler for everybody who comes there.
COMMON = {HANDLER, "core::panicking::panic_fmt"}


def main(llvm, program):
    found = call_graph.functions(llvm, program)
    if all(function.name != HANDLER for function in found.values()):
        return
    for name in call_graph.callers(found, HANDLER, KNOWN):
        if name not in COMMON:
            print(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
