# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Figures that do not depend on the load of the machine: instructions, system calls, memory."""

import re
import signal
import subprocess
import time

from programs import LOAD_CORE, Missing, Program, free_port, load, numbers
from rounds import note

MEASURED = ("null", "anode", "beast-callbacks", "beast-coroutines")


def callgrind(servers, out):
    return (servers.tool("valgrind"), "--tool=callgrind", f"--callgrind-out-file={out}")


def total_of(out):
    return int(re.search(r"^totals: (\d+)", out.read_text(), re.M).group(1))


def instructions_of(servers, name, request="hello", connections=64, fewer=2048, more=10240):
    """Returns user instructions per request: the difference between a long and a short run."""
    totals = []
    for count in (fewer, more):
        out = servers.scratch / f"callgrind.{name}.{count}"
        server = servers.start(name, request, wrap=callgrind(servers, out))
        try:
            load(servers.build, server.port, connections, 1, f"x{count}", request)
            time.sleep(0.3)
        finally:
            server.stop()
        totals.append(total_of(out))
    return (totals[1] - totals[0]) / (more - fewer)


def client_instructions(servers, in_flight):
    """Returns user instructions per request of the client."""
    totals = []
    port = free_port()
    null = Program(servers.argv("null", port), port)
    try:
        for count in (2048, 10240):
            out = servers.scratch / f"callgrind.client.{count}"
            client = [servers.build / "bench/anode_client", port, in_flight, f"x{count}"]
            numbers([*callgrind(servers, out), *client])
            totals.append(total_of(out))
    finally:
        null.stop()
    return (totals[1] - totals[0]) / 8192


def measure_instructions(servers, names, _options, missing):
    result = {}
    for name in MEASURED:
        if name in names:
            try:
                result[name] = instructions_of(servers, name)
            except Missing as e:
                note(missing, f"instructions, {name}", e)
    for in_flight in (1, 64):
        try:
            result[f"anode's client, {in_flight} in flight"] = client_instructions(
                servers, in_flight
            )
        except Missing as e:
            note(missing, "instructions, client", e)
    return result


def count_syscalls(servers, name):
    count = 20480
    server = servers.start(name)
    out = servers.scratch / f"strace.{name}"
    try:
        load(servers.build, server.port, 64, 1, "x1024", "hello")
        strace = subprocess.Popen(
            [servers.tool("strace"), "-f", "-c", "-p", str(server.process.pid), "-o", str(out)],
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(0.5)
            load(servers.build, server.port, 64, 1, f"x{count}", "hello")
        finally:
            strace.send_signal(signal.SIGINT)
            strace.wait()
    finally:
        server.stop()
    calls = {}
    for line in out.read_text().splitlines():
        cells = line.split()
        if len(cells) >= 5 and cells[3].isdigit() and cells[-1] != "total":
            calls[cells[-1]] = int(cells[3]) / count
    return {k: v for k, v in calls.items() if v >= 0.01}


def measure_syscalls(servers, names, _options, missing):
    """Measures system calls per request by name, with 64 connections."""
    result = {}
    for name in MEASURED:
        if name in names:
            try:
                result[name] = count_syscalls(servers, name)
            except (Missing, OSError) as e:
                note(missing, f"syscalls, {name}", e)
    return result


def idle_bytes(servers, name, connections=5000):
    server = servers.start(name)
    asking = None
    try:
        load(servers.build, server.port, 64, 1, "x4096", "hello")
        before = server.anonymous_bytes()
        asking = subprocess.Popen(
            ["taskset", "-c", str(LOAD_CORE), f"{servers.build}/bench/load"]
            + [str(server.port), str(connections), "1", "30", "idle"],
            stdout=subprocess.PIPE,
        )
        if not asking.stdout.readline():
            raise Missing("some connections got no response")
        time.sleep(1)
        return (server.anonymous_bytes() - before) / connections
    finally:
        if asking:
            asking.kill()
            asking.wait()
        server.stop()


def pooled_bytes(servers, connections=5000):
    port = free_port()
    null = Program(servers.argv("null", port), port)
    try:
        return numbers([servers.build / "bench/idle_client", port, connections])[1]
    finally:
        null.stop()


def measure_idle(servers, names, _options, missing):
    """Measures anonymous memory per connection, with 5,000 idle connections after one response."""
    result = {}
    for name in names:
        try:
            result[name] = idle_bytes(servers, name)
        except Missing as e:
            note(missing, f"idle, {name}", e)
    try:
        result["anode's client, pooled"] = pooled_bytes(servers)
    except Missing as e:
        note(missing, "idle, client", e)
    return result
