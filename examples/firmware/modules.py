#!/usr/bin/env python3
"""Prints how much of the flash of programs the modules have that their symbols belong to.

    modules.py LLVM FOLDER PROGRAM...

A function that was inlined counts for its caller, so what of the client is in the program's own functions counts for the program.
"""

import re
import subprocess
import sys

# In this order: the first that is found in a symbol's name counts.
MODULES = [
    ("tools", r"chat::assemble"),
    ("retries", r"choreoai_core::(retry|deadline)"),
    ("http", r"choreoai_core::http1"),
    ("request", r"json::writer|json::decimal|choreoai_core::body|request_check|chat::encode|invalid_request"),
    ("decoder", r"choreoai_core::(chat|json|sse|hex)|str::converts"),
    ("client", r"choreoai_embedded"),
    ("program", r"."),
]


def flash(llvm, program):
    sections = subprocess.run([llvm + "/llvm-size", "-A", program], capture_output=True, text=True, check=True).stdout
    return sum(int(size) for size in re.findall(r"^\.(?:vector_table|text|rodata|data)\s+(\d+)", sections, re.MULTILINE))


def modules(llvm, program):
    """The bytes by module. The rest are constants, whose names do not tell whose they are, the vector table, and gaps."""
    symbols = subprocess.run([llvm + "/llvm-nm", "-SC", program], capture_output=True, text=True, check=True).stdout
    found = {name: 0 for name, _ in MODULES}
    for size, name in re.findall(r"^[0-9a-f]+ ([0-9a-f]+) [tT] (.+)$", symbols, re.MULTILINE):
        module = next(module for module, pattern in MODULES if re.search(pattern, name))
        found[module] += int(size, 16)
    found["rest"] = flash(llvm, program) - sum(found.values())
    return found


def main(llvm, folder, *programs):
    for program in programs:
        figures = modules(llvm, f"{folder}/{program}")
        print("modules", program, *(f"{name}={size}" for name, size in figures.items()))


if __name__ == "__main__":
    main(*sys.argv[1:])
