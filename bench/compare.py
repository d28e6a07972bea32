#!/usr/bin/env python3
# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Measures servers beside each other: tools/bench server calls this with the programs built.

usage: compare.py BUILD_DIR [--rounds N] [--seconds S] [--json FILE] [--write FILE] [NAME...]

A NAME is a workload, a server, or `instructions`, `syscalls`, `idle`; without any, all.
Each round asks all servers one after the other, so that they meet the same moments of a noisy
machine; figures are medians over the rounds, ratios medians of the ratios within a round. The
server runs on the first core, what asks it on the second. CPU time is the scheduler's of all of the
server's threads, user and kernel together.
"""

import argparse
import datetime
import json
import os
import platform
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# name: (connections, depth, request, bytes of the request's body, what it is)
WORKLOADS = {
    "hello-1": (1, 1, "hello", 0, "a small request over 1 connection"),
    "hello-64": (64, 1, "hello", 0, "the same over 64 connections"),
    "hello-512": (512, 1, "hello", 0, "over 512"),
    "hello-4096": (4096, 1, "hello", 0, "over 4,096"),
    "browser-64": (64, 1, "browser", 0, "a browser's request of 590 bytes, 64 connections"),
    "pipeline-16": (64, 16, "hello", 0, "16 requests in each write, 64 connections"),
    "64k": (64, 1, "/64k", 0, "responses of 64 KiB, 64 connections"),
    "1m": (16, 1, "/1m", 0, "responses of 1 MiB, 16 connections"),
    "post-16k": (64, 1, "hello", 16384, "requests with bodies of 16 KiB, 64 connections"),
    "close": (64, 0, "hello", 0, "a connection for each request"),
}
EXTRAS = ("instructions", "syscalls", "idle")
NGINX = """
daemon off; worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/error.log crit;
worker_rlimit_nofile 20000;
events {{ worker_connections 10000; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type text/plain; tcp_nodelay on;
  client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};
  uwsgi_temp_path {dir}; scgi_temp_path {dir}; open_file_cache max=10; client_body_buffer_size 32k;
  server {{
    listen 127.0.0.1:{port} backlog=4096; root {dir};
    location = /64k {{ }}
    location = /1m {{ }}
    location / {{ return 200 "Hello World!\\n"; }}
  }}
}}
"""


def commands(build, scratch):
    """Returns how each server is started: a function of port, workload's body sizes."""
    sizes = {"/64k": 65536, "/1m": 1048576}

    def beast(program):
        return lambda port, request, body: (
            None if body else [f"{build}/bench/{program}", str(port), str(sizes.get(request, 13))]
        )

    def nginx(port, _request, body):
        if body:
            return None  # it answers before it has read the body
        for name, size in sizes.items():
            (scratch / name[1:]).write_bytes(b"x" * size)
        conf = scratch / f"nginx-{port}.conf"
        conf.write_text(NGINX.format(dir=scratch, port=port))
        return [shutil.which("nginx"), "-c", str(conf), "-p", str(scratch)]

    found = {
        "null": lambda port, request, body: [
            f"{build}/bench/null_server", str(port), str(sizes.get(request, 13)), str(body)
        ],
        "anode": lambda port, _r, _b: [f"{build}/bench/anode_server", str(port)],
        "beast-callbacks": beast("beast_callbacks"),
        "beast-coroutines": beast("beast_coroutines"),
    }
    if shutil.which("nginx"):
        found["nginx"] = nginx
    node = os.environ.get("NODE") or shutil.which("node")
    if node:
        found["node"] = lambda port, _r, _b: [node, str(ROOT / "bench/node_server.js"), str(port)]
    if shutil.which("go"):
        go = scratch / "go_server"
        subprocess.run(["go", "build", "-o", go, ROOT / "bench/go_server.go"], check=True)
        found["go"] = lambda port, _r, _b: [str(go), str(port)]
    return found


def family(pid):
    """Returns a process and those that it has started."""
    pids, rest = [], [pid]
    while rest:
        pids.append(rest.pop())
        try:
            for task in Path(f"/proc/{pids[-1]}/task").iterdir():
                rest += map(int, (task / "children").read_text().split())
        except OSError:
            pass
    return pids


def cpu_seconds(pid):
    total = 0
    for p in family(pid):
        for task in Path(f"/proc/{p}/task").glob("*/schedstat"):
            total += int(task.read_text().split()[0])
    return total / 1e9


def anonymous_bytes(pid):
    return sum(
        int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{p}/status").read_text()).group(1)) * 1024
        for p in family(pid)
    )


class Server:
    next_port = 9400

    def __init__(self, command, request="hello", body=0, wrap=()):
        Server.next_port += 1
        self.port = Server.next_port
        argv = command(self.port, request, body)
        self.process = None
        if argv is None:
            return
        self.process = subprocess.Popen(
            [*wrap, *argv],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, {0}),
        )
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{argv[0]} does not listen")

    def stop(self, how=signal.SIGTERM):
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()


def load(build, port, connections, depth, amount, request, body):
    run = subprocess.run(
        [f"{build}/bench/load", *map(str, (port, connections, depth, amount, request, body))],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}),
    )
    requests, seconds, received, failures = run.stdout.split()
    if int(failures):
        print(f"  {failures} failures", file=sys.stderr)
    return int(requests), float(seconds), int(received)


def measure_workload(build, found, name, options):
    connections, depth, request, body, what = WORKLOADS[name]
    print(f"{name}: {what}", file=sys.stderr)
    servers = {n: Server(c, request, body) for n, c in found.items()}
    running = {n: s for n, s in servers.items() if s.process is not None}
    rounds = {n: [] for n in running}
    try:
        for server in running.values():
            load(build, server.port, connections, depth, 0.3, request, body)
        for _ in range(options.rounds):
            for n, server in running.items():
                before = cpu_seconds(server.process.pid)
                count, seconds, _ = load(
                    build, server.port, connections, depth, options.seconds, request, body
                )
                used = cpu_seconds(server.process.pid) - before
                rounds[n].append({"rate": count / seconds, "cpu": used * 1e6 / max(count, 1)})
    finally:
        for server in servers.values():
            server.stop()
    result = {}
    for n, rows in rounds.items():
        ratio = lambda other: statistics.median(
            a["cpu"] / b["cpu"] for a, b in zip(rows, rounds[other])
        )
        result[n] = {
            "rate": statistics.median(r["rate"] for r in rows),
            "cpu_us": statistics.median(r["cpu"] for r in rows),
            "to_null": ratio("null") if "null" in rounds else None,
            "anode_to_it": 1 / ratio("anode") if "anode" in rounds else None,
        }
    return result


def measure_instructions(build, found, scratch):
    """User instructions a request, 64 connections: of a long run minus those of a short one."""
    if not shutil.which("valgrind"):
        return {}
    result = {}
    for n in ("null", "anode", "beast-callbacks", "beast-coroutines"):
        if n not in found:
            continue
        totals = []
        for count in (2048, 10240):
            out = scratch / f"callgrind.{n}.{count}"
            server = Server(
                found[n], wrap=("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}")
            )
            load(build, server.port, 64, 1, f"x{count}", "hello", 0)
            time.sleep(0.5)
            server.stop()
            totals.append(int(re.search(r"^totals: (\d+)", out.read_text(), re.M).group(1)))
        result[n] = (totals[1] - totals[0]) / 8192
    return result


def measure_syscalls(build, found, scratch):
    """System calls a request, 64 connections, by name."""
    if not shutil.which("strace"):
        return {}
    result = {}
    for n in ("null", "anode", "beast-callbacks", "beast-coroutines"):
        if n not in found:
            continue
        server = Server(found[n])
        load(build, server.port, 64, 1, "x1024", "hello", 0)
        out = scratch / f"strace.{n}"
        strace = subprocess.Popen(
            ["strace", "-f", "-c", "-p", str(server.process.pid), "-o", str(out)],
            stderr=subprocess.DEVNULL,
        )
        time.sleep(0.5)
        load(build, server.port, 64, 1, "x20480", "hello", 0)
        strace.send_signal(signal.SIGINT)
        strace.wait()
        server.stop()
        calls = {}
        for line in out.read_text().splitlines():
            cells = line.split()
            if len(cells) >= 5 and cells[3].isdigit() and cells[-1] != "total":
                calls[cells[-1]] = int(cells[3]) / 20480
        result[n] = {k: v for k, v in calls.items() if v >= 0.01}
    return result


def measure_idle(build, found):
    """Anonymous memory that each of 5,000 connections costs once it has been answered."""
    result = {}
    for n, command in found.items():
        server = Server(command)
        load(build, server.port, 64, 1, "x4096", "hello", 0)
        before = anonymous_bytes(server.process.pid)
        asking = subprocess.Popen(
            [f"{build}/bench/load", str(server.port), "5000", "1", "3", "idle"],
            stdout=subprocess.PIPE,
        )
        asking.stdout.readline()
        time.sleep(1)
        result[n] = (anonymous_bytes(server.process.pid) - before) / 5000
        asking.kill()
        asking.wait()
        server.stop()
    return result


def version_of(argv, pattern):
    try:
        run = subprocess.run(argv, capture_output=True, text=True)
        return re.search(pattern, run.stdout + run.stderr).group(1)
    except (OSError, AttributeError):
        return None


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    boost = re.search(
        r'BOOST_LIB_VERSION "(.*)"', Path("/usr/include/boost/version.hpp").read_text()
    )
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": f"{cpu.group(1) if cpu else platform.machine()}, {os.cpu_count()} cores",
        "kernel": platform.release(),
        "compiler": version_of([os.environ.get("CXX", "g++").split()[-1], "--version"], r"(.*)"),
        "Boost": boost.group(1).replace("_", ".") if boost else None,
        "nginx": version_of(["nginx", "-v"], r"nginx/(\S+)"),
        "Node.js": version_of([os.environ.get("NODE") or "node", "--version"], r"v(\S+)"),
        "Go": version_of(["go", "version"], r"go(\d\S+)"),
        "load average": os.getloadavg()[0],
    }


def tables(results):
    """Writes the results as Markdown."""
    lines = []
    for name, rows in results.get("workloads", {}).items():
        lines += [f"### {name}: {WORKLOADS[name][4]}", ""]
        lines += ["| server | CPU µs/request | to null | anode to it | requests/s |"]
        lines += ["|---|---|---|---|---|"]
        for n, r in rows.items():
            to_null = f"{r['to_null']:.2f}" if r["to_null"] else "-"
            to_it = f"{r['anode_to_it']:.2f}" if r["anode_to_it"] else "-"
            lines += [f"| {n} | {r['cpu_us']:.2f} | {to_null} | {to_it} | {r['rate']:,.0f} |"]
        lines += [""]
    if results.get("instructions"):
        lines += ["### User instructions a request, 64 connections", "", "| server | instructions |"]
        lines += ["|---|---|"]
        lines += [f"| {n} | {v:,.0f} |" for n, v in results["instructions"].items()] + [""]
    if results.get("syscalls"):
        lines += ["### System calls a request, 64 connections", "", "| server | calls |", "|---|---|"]
        for n, calls in results["syscalls"].items():
            shown = ", ".join(f"{k} {v:.2f}" for k, v in sorted(calls.items(), key=lambda c: -c[1]))
            lines += [f"| {n} | {shown} |"]
        lines += [""]
    if results.get("idle"):
        lines += ["### Memory of an idle kept-alive connection, of 5,000", ""]
        lines += ["| server | bytes in user space |", "|---|---|"]
        lines += [f"| {n} | {v:,.0f} |" for n, v in results["idle"].items()] + [""]
    return "\n".join(lines)


def write_page(path, results):
    """Puts the results behind the mark in a page, in place of earlier ones."""
    mark = "<!-- results of tools/bench server -->"
    text = path.read_text()
    facts = "; ".join(f"{k} {v}" for k, v in results["machine"].items() if v and k != "date")
    facts = facts.replace("cpu ", "").replace("kernel", "Linux")
    head = f"Measured on {results['machine']['date']}: {facts}."
    path.write_text(f"{text.split(mark)[0]}{mark}\n\n{head}\n\n{tables(results)}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 20000), most))
    with tempfile.TemporaryDirectory() as directory:
        scratch = Path(directory)
        scratch.chmod(0o755)
        found = commands(options.build, scratch)
        names = options.names
        unknown = [n for n in names if n not in (*WORKLOADS, *found, *EXTRAS)]
        if unknown:
            known = ", ".join((*WORKLOADS, *found, *EXTRAS))
            sys.exit(f"bench: no workload or server '{unknown[0]}'; there are: {known}")
        servers = [n for n in names if n in found]
        if servers:
            found = {n: c for n, c in found.items() if n in servers or n in ("null", "anode")}
        parts = [n for n in names if n not in servers] or [*WORKLOADS, *EXTRAS]
        results = {"machine": machine(), "workloads": {}}
        for n in parts:
            if n in WORKLOADS:
                results["workloads"][n] = measure_workload(options.build, found, n, options)
        if "instructions" in parts:
            results["instructions"] = measure_instructions(options.build, found, scratch)
        if "syscalls" in parts:
            results["syscalls"] = measure_syscalls(options.build, found, scratch)
        if "idle" in parts:
            results["idle"] = measure_idle(options.build, found)
    print(tables(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    if options.write:
        write_page(options.write, results)


if __name__ == "__main__":
    main()
