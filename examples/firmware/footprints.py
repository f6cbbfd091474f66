#!/usr/bin/env python3
"""Compares the footprints on standard input with those of footprints.txt, or writes them there.

    footprints.py check|record COMPILER

Figures depend on the compiler: each stands under the `rustc -V` that it was measured with, and of another compiler nothing
is known. A figure may be 5 % above the one that is written down, and a stack deeper by what an interrupt takes. Limits hold
for every compiler, as they are.
"""

import re
import sys
from pathlib import Path

FILE = Path(__file__).with_name("footprints.txt")
TOLERANCE = 1.05
# How deep an interrupt finds the stack is chance; so much it adds.
INTERRUPT = {"stack": 64}
LINE = re.compile(r"(footprint|limit) (\S+)((?: \w+=\S+)+)$")


def parse(lines):
    """The lines that give figures: kind, program, and the figures by name; those that are not numbers are left out."""
    for line in lines:
        if found := LINE.match(line.strip()):
            figures = (figure.split("=") for figure in found[3].split())
            yield found[1], found[2], {name: int(value) for name, value in figures if value.isdigit()}


def sections():
    """The lines of the file by compiler; those above all compilers by the empty name."""
    found, compiler = {"": []}, ""
    for line in FILE.read_text().splitlines():
        if line.startswith("rustc "):
            compiler = line
        found.setdefault(compiler, []).append(line)
    return found


def too_large(measured, kind, allowed, tolerance, slack):
    for program, figures in measured.items():
        for name, value in figures.items():
            most = allowed.get(program, {}).get(name)
            if most is not None and value > most * tolerance + slack.get(name, 0):
                yield f"{program}: {name}={value}, and the {kind} is {most}"


def check(measured, compiler):
    written = sections()
    limits = {program: figures for _, program, figures in parse(written[""])}
    problems = list(too_large(measured, "limit", limits, 1, {}))
    if compiler in written:
        known = {program: figures for _, program, figures in parse(written[compiler])}
        problems += too_large(measured, "figure on record", known, TOLERANCE, INTERRUPT)
        problems += (f"{program}: on record, but not measured" for program in known.keys() - measured.keys())
        problems += (f"{program}: not on record" for program in measured.keys() - known.keys())
    else:
        print(f"there are no figures of {compiler}: only the limits have been checked")
    print(*problems, sep="\n")
    return not problems


def record(lines, compiler):
    written = sections()
    written[compiler] = [compiler, *lines, ""]
    FILE.write_text("\n".join(line for section in written.values() for line in section).rstrip() + "\n")


def main(action, compiler):
    lines = [line.strip() for line in sys.stdin if line.startswith("footprint ")]
    if action == "record":
        record(lines, compiler)
        return True
    return check({program: figures for _, program, figures in parse(lines)}, compiler)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
