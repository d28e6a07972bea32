# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Compile time and size of a program that uses the library."""

import json
import shlex
import subprocess
import time
from pathlib import Path

from programs import Missing
from rounds import note
from servers import BENCH

# label: source, program
PROGRAMS = {
    "anode: samples/hello_server.cpp": ("samples/hello_server.cpp", "samples/hello_server"),
    "plain Beast with coroutines": ("bench/peers/beast_coroutines.cpp", "bench/beast_coroutines"),
}


def compile_command(servers, source):
    """Returns the compile command without its source, output and dependency options."""
    database = json.loads((servers.build / "compile_commands.json").read_text())
    for entry in database:
        if (Path(entry["directory"]) / entry["file"]).resolve() == BENCH.parent / source:
            words = shlex.split(entry["command"])
            drop = {"-o", "-MF", "-MQ", "-include"}
            kept = [
                w
                for before, w in zip(["", *words], words)
                if w not in drop
                and before not in drop
                and w not in ("-MD", "-c")
                and not w.endswith("ccache")
                and not w.endswith(".cpp")
            ]
            return kept, entry["directory"], entry["file"]
    raise Missing(f"{source} is not in the build")


def cost_of(servers, source, program):
    words, directory, file = compile_command(servers, source)
    run = lambda *argv: subprocess.run(
        argv, cwd=directory, capture_output=True, check=True, text=True, errors="replace"
    ).stdout
    try:
        lines = run(*words, "-E", "-P", file).count("\n")
        times = []
        for _ in range(2):
            start = time.monotonic()
            run(*words, "-c", file, "-o", "/dev/null")
            times.append(time.monotonic() - start)
        stripped = servers.scratch / "stripped"
        run("strip", "-o", str(stripped), str(servers.build / program))
    except (OSError, subprocess.CalledProcessError) as e:
        raise Missing(str(e)) from e
    return {"seconds": min(times), "lines": lines, "bytes": stripped.stat().st_size}


def measure_build(servers, missing):
    result = {}
    for name, (source, program) in PROGRAMS.items():
        try:
            result[name] = cost_of(servers, source, program)
        except Missing as e:
            note(missing, f"compile, {name}", e)
    return result
