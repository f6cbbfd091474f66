#!/usr/bin/env python3
"""Compares the footprints on standard input with those of a file, or writes them there.

    footprints.py check|record FILE COMPILER
    footprints.py costs                         prints what programs take more than others

Figures depend on the compiler: each stands under the `rustc -V` that it was measured with, and of another compiler nothing
is known. A figure may be 5 % above the one that is written down, and a stack deeper by what an interrupt takes. What is above
its goal is told, and is no failure.
"""

import re
import sys
from pathlib import Path

TOLERANCE = 1.05
# How deep an interrupt finds the stack is chance; so much it adds.
INTERRUPT = {"stack": 64}
# Programs, each with the one than which it takes one thing more.
COSTS = [
    ("cost_events", "cost_text"),
    ("cost_parts", "cost_text"),
    ("cost_request", "cost_text"),
    ("cost_deadlines", "cost_text"),
    ("cost_retries", "cost_deadlines"),
    ("cost_report", "cost_events"),
    ("cost_tools", "cost_events"),
]
LINE = re.compile(r"(footprint|goal) (\S+)((?: \w+=\S+)+)$")


def parse(lines, kind):
    """The figures of each program, by their names; those that are not numbers are left out."""
    found = {}
    for line in lines:
        if (match := LINE.match(line.strip())) and match[1] == kind:
            figures = (figure.split("=") for figure in match[3].split())
            found[match[2]] = {name: int(value) for name, value in figures if value.isdigit()}
    return found


def sections(file):
    """The lines of the file by compiler; those above all compilers by the empty name."""
    found, compiler = {"": []}, ""
    for line in file.read_text().splitlines():
        if line.startswith("rustc "):
            compiler = line
        found.setdefault(compiler, []).append(line)
    return found


def above_goals(measured, goals):
    for program, goal in goals.items():
        figures = measured[program]
        figures["memory"] = figures.get("ram", 0) + figures.get("stack", 0)
        for name, most in goal.items():
            if figures[name] > most:
                yield f"above its goal: {program} {name}={figures[name]}, not {most}"


def differences(measured, known):
    for program in measured.keys() | known.keys():
        if program not in measured or program not in known:
            yield f"{program} is " + ("not on record" if program in measured else "on record, but not measured")
            continue
        for name, most in known[program].items():
            value = measured[program].get(name, 0)
            if value > most * TOLERANCE + INTERRUPT.get(name, 0):
                yield f"{program}: {name}={value}, and {most} is on record"


def check(file, measured, compiler):
    written = sections(file)
    print(*above_goals(measured, parse(written[""], "goal")), sep="\n")
    if compiler not in written:
        print(f"nothing is on record of {compiler}: no figures are compared")
        return True
    problems = sorted(differences(measured, parse(written[compiler], "footprint")))
    print(*problems, sep="\n")
    return not problems


def record(file, lines, compiler):
    written = sections(file)
    written[compiler] = [compiler, *lines, ""]
    file.write_text("\n".join(line for section in written.values() for line in section).rstrip() + "\n")
    return True


def costs(measured):
    for program, other in COSTS:
        print(f"cost {program} - {other} =", measured[program]["flash"] - measured[other]["flash"])
    return True


def main(action, file="", compiler=""):
    file = Path(file)
    lines = [line.strip() for line in sys.stdin if line.startswith("footprint ")]
    if action == "record":
        return record(file, lines, compiler)
    measured = parse(lines, "footprint")
    return costs(measured) if action == "costs" else check(file, measured, compiler)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
