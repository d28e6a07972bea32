# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Clients that repeat a small request to the null server over persistent connections."""

from programs import Program, free_port, numbers
from rounds import compared, interleave
from servers import BENCH

CLIENTS = ("raw", "anode", "go", "undici", "http.Agent")


def measure_client(servers, in_flight, options, missing):
    port = free_port()
    node = [servers.node, BENCH / "peers/node_clients.mjs"]
    undici = servers.build / "peers/node_modules/undici/index.js"
    commands = {
        "raw": lambda a: [servers.build / "bench/load", *a[:2], 1, a[2], "hello"],
        "anode": lambda a: [servers.build / "bench/anode_client", *a],
        "go": lambda a: [servers.build / "peers/go_client", *a],
        "undici": lambda a: [*node, *a, undici],
        "http.Agent": lambda a: [*node, *a],
    }

    def run(command):
        before = null.cpu_seconds()
        figures = numbers(command([port, in_flight, options.seconds]))
        count, took, cpu = figures[0], figures[1], figures[-1]
        return {
            "cpu_us": cpu * 1e6 / max(count, 1),
            "rate": count / took,
            "client_share": cpu / took,
            "server_seconds": null.cpu_seconds() - before,
        }

    null = Program(servers.argv("null", port), port)
    try:
        steps = {name: lambda c=c: run(c) for name, c in commands.items()}
        rows = interleave(f"client-{in_flight}", steps, options.rounds, missing)
    finally:
        null.stop()
    return compared(rows, "raw")
