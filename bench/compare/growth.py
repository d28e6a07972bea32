# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Growth of the cost per request with the number of connections and of header fields."""

from dataclasses import replace
from types import SimpleNamespace

from counters import instructions_of
from programs import Missing
from rounds import note
from server_workloads import Workload, measure

CONNECTIONS = (64, 1000, 4000, 10000)
FIELDS = (1, 10, 30, 100)
ASKED = ("null", "anode", "nginx")


def grow(servers, names, part, steps, options, missing):
    few = SimpleNamespace(rounds=min(options.rounds, 3), seconds=options.seconds)
    result = {}
    for size, workload in steps.items():
        asked = [n for n in ASKED if n in names]
        rows = measure(servers, asked, f"{part} {size}", workload, few, missing)
        row = {name: figures["cpu_us"] for name, figures in rows.items()}
        if "anode" in names:
            try:
                base = max(1024, 2 * workload.connections)
                row["instructions"] = instructions_of(
                    servers, "anode", workload.request, workload.connections, base, base + 8192
                )
            except Missing as e:
                note(missing, f"{part} {size}, instructions", e)
        result[size] = row
    return result


def measure_growth(servers, names, options, missing):
    one = Workload("growth")
    connections = {n: replace(one, connections=n) for n in CONNECTIONS}
    # bench/load adds four fields.
    fields = {n: replace(one, request=f"headers-{n}") for n in FIELDS}
    return {
        "connections": grow(servers, names, "connections", connections, options, missing),
        "fields": grow(servers, names, "fields", fields, options, missing),
    }
