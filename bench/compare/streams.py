# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Chunked bodies of 64 MiB, in both directions."""

from programs import Missing, Program, free_port, numbers
from rounds import compared, interleave, note


def measure_stream(servers, names, direction, options, missing):
    def start(name):
        if name == "null":
            port = free_port()
            return Program([servers.build / "bench/stream", "serve", port], port)
        return servers.start(name, "/stream")

    def ask(program):
        before = program.cpu_seconds()
        program.forget_peak()
        bodies, took, size, cpu = numbers(
            [servers.build / "bench/stream", direction, program.port, options.seconds]
        )
        used = program.cpu_seconds() - before
        return {
            "cpu_us": used * 1e6 / (size / 2**20),  # per MiB
            "rate": size / 2**20 / took,
            "peak": program.peak_bytes() / 2**20,
            "server_share": used / took,
            "load_share": cpu / took,
        }

    running = {}
    try:
        for name in ("null", "anode", "go", "node"):
            if name in names:
                try:
                    running[name] = start(name)
                except Missing as e:
                    note(missing, f"stream-{direction}, {name}", e)
        steps = {n: lambda p=p: ask(p) for n, p in running.items()}
        rows = interleave(f"stream-{direction}", steps, options.rounds, missing)
    finally:
        for program in running.values():
            program.stop()
    return compared(rows, "null")
