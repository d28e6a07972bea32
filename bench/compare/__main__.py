#!/usr/bin/env python3
# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Compares anode with other programs. tools/bench compare builds the programs and runs this one.

usage: compare BUILD_DIR [--rounds N] [--seconds S] [--json FILE] [--write FILE] [NAME...]

A NAME is a workload, a group of workloads (server, stream, client, proxy, tls, counters), or a server.
Without a NAME, everything is measured. Parts that cannot be measured are listed at the end. If FILE
of --json exists, its results of other parts stay.
The server or proxy runs on the first core, the load generator on the last. A measured client also
runs on the last core. CPU time is the scheduler's count for all threads, user and kernel mode.
"""

import argparse
import json
import resource
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import counters
import programs
from build_cost import measure_build
from clients import measure_client
from growth import measure_growth
from machine import describe
from page import tables, write_page
from proxies import measure_relay, measure_reverse
from rounds import note
from server_workloads import WORKLOADS, measure
from servers import Servers
from streams import measure_stream
from tls import WORKLOADS as TLS_WORKLOADS
from tls import measure_tls, measure_tls_idle, measure_tls_instructions

GROUPS = {
    "server": (*WORKLOADS,),
    "stream": ("stream-down", "stream-up"),
    "client": ("client-1", "client-64"),
    "proxy": ("reverse-proxy", "connect-relay"),
    "tls": (*TLS_WORKLOADS, "tls-instructions", "tls-idle"),
    "counters": ("instructions", "syscalls", "idle", "growth", "compile"),
}
PARTS = [part for group in GROUPS.values() for part in group]


def measure_part(part, servers, names, options, missing):
    if part in WORKLOADS:
        return measure(servers, names, part, WORKLOADS[part], options, missing)
    if part in TLS_WORKLOADS:
        return measure_tls(servers, names, part, options, missing)
    if part in GROUPS["stream"]:
        return measure_stream(servers, names, part.split("-")[1], options, missing)
    if part in GROUPS["client"]:
        return measure_client(servers, int(part.split("-")[1]), options, missing)
    if part == "reverse-proxy":
        return measure_reverse(servers, options, missing)
    if part == "connect-relay":
        return measure_relay(servers, options, missing)
    if part == "compile":
        return measure_build(servers, missing)
    measured = {
        "instructions": counters.measure_instructions,
        "syscalls": counters.measure_syscalls,
        "idle": counters.measure_idle,
        "growth": measure_growth,
        "tls-instructions": measure_tls_instructions,
        "tls-idle": measure_tls_idle,
    }
    return measured[part](servers, names, options, missing)


def measure_all(options, scratch):
    servers = Servers(options.build, scratch)
    chosen = [n for n in options.names if n in servers.names]
    names = [n for n in servers.names if not chosen or n in chosen or n in ("null", "anode")]
    wanted = {p for n in options.names for p in GROUPS.get(n, (n,))}
    parts = [p for p in PARTS if p in wanted] or PARTS
    results = {"machine": describe(servers), "missing": {}}
    for part in parts:
        start = time.monotonic()
        print(f"{part}", file=sys.stderr, end="", flush=True)
        try:
            results[part] = measure_part(part, servers, names, options, results["missing"])
        except programs.Missing as e:
            note(results["missing"], part, e)
        except KeyboardInterrupt:
            note(results["missing"], part, "interrupted, with all following parts")
            break
        except Exception as e:  # a failure of one part must not stop the others
            traceback.print_exc()
            note(results["missing"], part, f"{type(e).__name__}: {e}")
        finally:
            programs.stop_all()
        print(f": {time.monotonic() - start:.0f} s", file=sys.stderr)
    return results


def with_earlier(earlier, results):
    """Returns the earlier results, with the parts that were run again replaced."""
    def is_kept(reason):
        return reason.split(",")[0] not in results

    missing = {k: v for k, v in earlier.get("missing", {}).items() if is_kept(k)}
    machine = earlier.get("machine", results["machine"])
    return {**earlier, **results, "machine": machine, "missing": {**missing, **results["missing"]}}


def main():
    parser = argparse.ArgumentParser(prog="tools/bench compare", usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()
    known = [*GROUPS, *PARTS, *Servers.names]
    for name in options.names:
        if name not in known:
            sys.exit(f"bench: no workload or server '{name}'; there are: {', '.join(known)}")

    def interrupted(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 20000), most))
    with tempfile.TemporaryDirectory() as directory:
        scratch = Path(directory)
        scratch.chmod(0o755)
        results = measure_all(options, scratch)
    if options.json and options.json.exists():
        results = with_earlier(json.loads(options.json.read_text()), results)
    print(tables(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    if options.write:
        write_page(options.write, results)


if __name__ == "__main__":
    main()
