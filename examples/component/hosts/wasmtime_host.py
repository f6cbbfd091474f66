"""Runs a component under wasmtime, with the network for `wasi:http` alone.

  wasmtime_host.py compile COMPONENT COMPILED
  wasmtime_host.py run COMPILED [ARGUMENTS...]
"""

import sys
from os import environ

from wasmtime import Engine, ExitTrap, Store, WasiConfig
from wasmtime.component import Component, Linker


def succeeds(engine: Engine, component: Component, arguments: list[str]) -> bool:
    linker = Linker(engine)
    linker.add_wasip2()
    linker.add_wasi_http()
    wasi = WasiConfig()
    wasi.argv = arguments
    wasi.env = [(name, value) for name, value in environ.items() if name.startswith("CHOREOAI_")]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    store = Store(engine)
    store.set_wasi(wasi)
    store.set_wasi_http()
    instance = linker.instantiate(store, component)
    name = next(name for name in component.type.exports(engine) if name.startswith("wasi:cli/run@"))
    interface = instance.get_export_index(store, name)
    run = instance.get_func(store, instance.get_export_index(store, "run", interface))
    try:
        return run(store).tag == "ok"
    except ExitTrap as ended:
        return ended.code == 0


engine = Engine()
command, path, *rest = sys.argv[1:]
if command == "compile":
    with open(rest[0], "wb") as compiled:
        compiled.write(Component.from_file(engine, path).serialize())
else:
    sys.exit(0 if succeeds(engine, Component.deserialize_file(engine, path), rest) else 1)
