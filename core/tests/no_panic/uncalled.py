#!/usr/bin/env python3
"""uncalled.py CORE_SRC CALLER_SRC: lists what is public in the core and called nowhere in the mirroring module of the caller.

The core's modules are followed from `lib.rs`, less those for tests and for `alloc`. Wanted are, in the form in which rustfmt
leaves them: `pub fn` in impls and on their own, functions of public traits, those that `setters!` makes (as `Type::name(`), and
`Display` of public types (as `display::<Type`). Items that are public in name alone cannot occur: the lint `unreachable_pub`
refuses them.
"""

import re
import sys
from pathlib import Path

GATE = re.compile(r'^#\[cfg\((test|feature = "alloc"|all\(feature = "alloc".*)\)\]$')


def items(source):
    """The items at the left margin, without the gated ones: each a list of its lines, less attributes and comments."""
    item, gated = [], False
    for line in source.splitlines():
        if GATE.match(line):
            gated = True
        elif not re.match(r"#|\s*//|$", line):
            item.append(line)
        if item and re.match(r"\S.*[;}]$|\}|\)", line):
            if not gated:
                yield item
            item, gated = [], False


def wanted(path):
    """Pairs of a top-level module's name and what has to be called, from this module of the core on."""
    source = path.read_text()
    directory = path.parent if path.stem in ("lib", "mod") else path.with_suffix("")
    for item in items(source):
        if module := re.match(r"(?:pub(?:\(\w+\))? )?mod (\w+);", item[0]):
            file = directory / f"{module[1]}.rs"
            yield from wanted(file if file.exists() else directory / module[1] / "mod.rs")
        elif function := re.match(r"pub (?:const )?fn (\w+)", item[0]):
            yield path, function[1]
        elif item[0].startswith(("impl", "pub trait")):
            head = plain(" ".join(item).split("{")[0])
            name = head.split()[-1].split("::")[-1]
            if re.search(r"\bDisplay for", head):
                if re.search(rf"^pub (struct|enum) {name}\b", source, re.M):
                    yield path, f"display::<{name}"
            elif " for " not in head:
                yield from ((path, f"{name}::{function}") for function in functions(item))


def functions(item):
    fn = r"    fn (\w+)" if item[0].startswith("pub trait") else r"    pub (?:const |unsafe )*fn (\w+)"
    in_setters = False
    for line in item:
        in_setters = (in_setters or line == "    setters! {") and line != "    }"
        if found := re.match(r"        (\w+): .*;$" if in_setters else fn, line):
            yield found[1]


def plain(head):
    """The head of an impl or trait without generics, bounds and the where clause."""
    head = head.replace("->", "")
    while (shorter := re.sub(r"<[^<>]*>", "", head)) != head:
        head = shorter
    return re.split(r"\bwhere\b|: ", head)[0].strip()


def main(core, caller):
    core, caller = Path(core), Path(caller)
    found = list(wanted(core / "lib.rs"))
    missing = 0
    for path, what in found:
        module = path.relative_to(core).parts[0].removesuffix(".rs")
        files = [*caller.glob(f"{module}.rs"), *caller.glob(f"{module}/**/*.rs")]
        code = re.sub(r"//.*", "", "".join(file.read_text() for file in files))
        pattern = r"\b" + what.replace("::", r"(?:::<[^()]*>)?::", 1) + r"\b"
        if not re.search(pattern, code):
            print(f"core/src/{path.relative_to(core)}: {what} is called nowhere in {module}")
            missing += 1
    print(f"{len(found) - missing} of {len(found)} public functions are called")
    sys.exit(missing != 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
