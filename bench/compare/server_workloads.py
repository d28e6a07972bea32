# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Workloads of small and large requests for servers."""

from dataclasses import dataclass

from programs import Missing, cost_of, load
from rounds import compared, interleave, note


@dataclass(frozen=True)
class Workload:
    what: str
    connections: int = 64
    depth: int = 1  # requests per write; 0: one connection per request
    request: str = "hello"  # see bench/load.c
    body: int = 0  # bytes of the request body
    peers: tuple = ()  # empty: all


WORKLOADS = {
    "hello-1": Workload("a small request over 1 connection", connections=1),
    "hello-64": Workload("a small request over 64 connections"),
    "hello-512": Workload("a small request over 512 connections", connections=512),
    "varied": Workload("hello-64, with a field that differs in each request", request="varied"),
    "browser": Workload("a browser's request of 590 bytes, 64 connections", request="browser"),
    "pipeline-16": Workload("16 small requests in each write, 64 connections", depth=16),
    "64k": Workload("responses of 64 KiB, 64 connections", request="/64k"),
    "1m": Workload("responses of 1 MiB, 16 connections", connections=16, request="/1m"),
    "post-16k": Workload("requests with bodies of 16 KiB, 64 connections", body=16384),
    "close": Workload("a connection for each request, 64 at a time", depth=0),
}


def start_all(servers, names, workload, part, missing):
    """Starts the servers of a workload. A server that cannot start is added to `missing`."""
    running = {}
    for name in names:
        try:
            if program := servers.start(name, workload.request, workload.body):
                running[name] = program
        except Missing as e:
            note(missing, f"{part}, {name}", e)
    return running


def measure(servers, names, part, workload, options, missing):
    running = start_all(servers, names, workload, part, missing)

    def ask(program, seconds):
        w = workload
        sizes = w.connections, w.depth
        return cost_of(
            program,
            lambda: load(servers.build, program.port, *sizes, seconds, w.request, w.body),
        )

    try:
        for name, program in [*running.items()]:
            try:
                ask(program, 0.2)
            except Missing as e:
                note(missing, f"{part}, {name}", e)
                del running[name]
        rows = interleave(
            part,
            {n: lambda p=p: ask(p, options.seconds) for n, p in running.items()},
            options.rounds,
            missing,
        )
    finally:
        for program in running.values():
            program.stop()
    return compared(rows, "null")
