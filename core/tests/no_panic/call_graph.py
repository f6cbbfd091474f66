#!/usr/bin/env python3
"""Questions about the call graph of a linked Thumb-2 program.

    call_graph.py LLVM_BIN PROGRAM callers TARGET EXCEPT
        Lists the functions that may call TARGET, at once or through others, other than by way of functions whose name matches
        the pattern EXCEPT.
    call_graph.py LLVM_BIN PROGRAM stack FUNCTION
        Prints the most stack that FUNCTION can take with all that it calls, in bytes. Fails if there is no such bound: recursion,
        or a call through a pointer. The program has to be built with `-Z emit-stack-sizes`; of the few functions that the
        compiler did not see, such as `memcpy`, the pushes count.
"""

import bisect
import re
import subprocess
import sys

HEADER = re.compile(r"^([0-9a-f]+) <([^$].*)>:$")
BRANCH = re.compile(r"\t(?:bl?|cbn?z|b(?:eq|ne|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le))(?:\.w)?\s.*?0x([0-9a-f]+) <")
INDIRECT = re.compile(r"\t(?:blx\s+r|bx\s+r|(?:mov|ldr)(?:\.w)?\s+pc)")
PUSH = re.compile(r"\tpush(?:\.w)?\s+\{(.*)\}")
RESERVE = re.compile(r"\tsub(?:\.w)?\s+sp, (?:sp, )?#0x([0-9a-f]+)")

# What the linker fills the gaps between functions with, d4d4, reads as a branch to 88 bytes before it.
PADDING = re.compile(r"\n[^\n]*\tbmi\t[^\n]*#-0x58(?=\n\n|\n*$)")


class Function:
    def __init__(self, name):
        self.name, self.branches, self.is_indirect, self.pushed = name, set(), False, 0


def functions(llvm, program):
    """The functions by address, each with the addresses of those it may call."""
    text = run(f"{llvm}/llvm-objdump", "-d", "--demangle", "--no-show-raw-insn", "--print-imm-hex", program)
    text = PADDING.sub("", text)
    found, current = {}, None
    for line in text.splitlines():
        if header := HEADER.match(line):
            current = found.setdefault(int(header[1], 16), Function(header[2]))
        elif branch := BRANCH.search(line):
            current.branches.add(int(branch[1], 16))
        elif INDIRECT.search(line):
            current.is_indirect = True
        elif push := PUSH.search(line):
            current.pushed += 4 * sum(map(registers, push[1].split(", ")))
        elif reserve := RESERVE.search(line):
            current.pushed += int(reserve[1], 16)
    starts = sorted(found)
    for start, function in found.items():
        targets = {starts[bisect.bisect(starts, to) - 1] for to in function.branches}
        function.calls = targets - ({start} if start not in function.branches else set())
    return found


def registers(group):
    ends = [int(end[1:]) for end in group.split("-")] if "-" in group else [0]
    return ends[-1] - ends[0] + 1


def callers(found, target, exempt):
    reached = {start for start, function in found.items() if function.name == target}
    if not reached:
        sys.exit(f"the program has no function {target}")
    while True:
        more = {
            start
            for start, function in found.items()
            if start not in reached and function.calls & reached and not re.search(exempt, function.name)
        }
        if not more:
            return sorted(found[start].name for start in reached)
        reached |= more


def stack(found, sizes, name):
    known = {}

    def depth(start, path):
        function = found[start]
        if start in path:
            sys.exit(f"{function.name} is recursive")
        if function.is_indirect:
            sys.exit(f"{function.name} calls through a pointer")
        if start not in known:
            below = max((depth(call, path | {start}) for call in function.calls), default=0)
            known[start] = sizes.get(function.name, function.pushed) + below
        return known[start]

    roots = [start for start, function in found.items() if function.name == name]
    if not roots or name not in sizes:
        sys.exit(f"the size of {name} is not known")
    return max(depth(start, frozenset()) for start in roots)


def stack_sizes(llvm, program):
    text = run(f"{llvm}/llvm-readobj", "--stack-sizes", "--demangle", program)
    entries = re.findall(r"Functions: \[(.*)\]\n\s+Size: 0x([0-9A-Fa-f]+)", text)
    sizes = {}
    for name, size in entries:
        sizes[name] = max(int(size, 16), sizes.get(name, 0))
    return sizes


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main(llvm, program, question, *arguments):
    found = functions(llvm, program)
    if question == "callers":
        print(*callers(found, *arguments), sep="\n")
    else:
        print(stack(found, stack_sizes(llvm, program), *arguments))


if __name__ == "__main__":
    main(*sys.argv[1:])
