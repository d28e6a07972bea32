# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Requests and handshakes over TLS 1.3, with a certificate of an elliptic curve."""

import contextlib
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass

from counters import callgrind, total_of
from programs import Missing, Program, cost_of, free_port, load, numbers
from rounds import compared, interleave, note
from servers import BENCH, NGINX, SIZES

NGINX_TLS = NGINX.replace(
    "listen 127.0.0.1:{port} backlog=4096;",
    "listen 127.0.0.1:{port} ssl backlog=4096; ssl_certificate {cert}; ssl_certificate_key {key};"
    " ssl_protocols TLSv1.2 TLSv1.3;",
)
NAMES = ("plain", "anode", "beast", "nginx", "go", "node")


@dataclass(frozen=True)
class Workload:
    what: str
    connections: int = 64
    mode: str = "keep"  # see bench/load_tls.c
    path: str = "/hello"
    peers: tuple = NAMES


WORKLOADS = {
    "tls-hello-64": Workload("a small request over 64 connections"),
    "tls-64k": Workload("responses of 64 KiB, 64 connections", path="/64k"),
    "tls-1m": Workload("responses of 1 MiB, 16 connections", connections=16, path="/1m"),
    "tls-handshake": Workload("a full handshake for each request", 16, "handshake"),
    "tls-resume": Workload("a resumed session for each request", 16, "resume"),
}


def certificate(scratch):
    """Returns the files of a new certificate and its key."""
    cert, key = scratch / "bench.pem", scratch / "bench.key"
    if not cert.exists():
        argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        argv += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert]
        done = subprocess.run([*map(str, argv)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Missing(f"openssl makes no certificate: {done.stderr.strip()}")
    return cert, key


def argv_of(servers, name, port, path):
    files = certificate(servers.scratch)
    bench = servers.build / "bench"
    if name == "plain":
        return [bench / "anode_server", port]
    if name == "anode":
        return [bench / "anode_tls_server", port, *files]
    if name == "beast":
        return [bench / "beast_tls", port, SIZES.get(path, 13), *files]
    if name == "go":
        return [servers.build / "peers/go_server", port, *files]
    if name == "node":
        return [servers.node, BENCH / "peers/node_server.js", port, *files]
    values = {"port": port, "cert": files[0], "key": files[1]}
    conf = servers.written(f"nginx-{port}.conf", NGINX_TLS, **values)
    return [servers.tool("nginx"), "-c", conf, "-p", servers.scratch]


def start(servers, name, path, wrap=()):
    port = free_port()
    return Program(argv_of(servers, name, port, path), port, wrap=wrap)


def load_tls(servers, port, w, amount):
    """Returns requests, seconds, and seconds of CPU time of the generator."""
    count, took, _, failures, cpu, resumed = numbers(
        [servers.build / "bench/load_tls", port, w.connections, w.mode, amount, w.path]
    )
    if failures > count / 1000 + 1:
        raise Missing(f"{failures:.0f} of {count:.0f} requests failed")
    if w.mode == "resume" and resumed < 0.9 * count - w.connections:
        raise Missing(f"only {resumed:.0f} of {count:.0f} sessions were resumed")
    if w.mode == "handshake" and resumed > 0:
        raise Missing("sessions were resumed")
    return count, took, cpu


def measure_tls(servers, names, part, options, missing):
    w = WORKLOADS[part]
    running = {}

    def ask(name, program, amount):
        if name == "plain":
            sizes = w.connections, 1 if w.mode == "keep" else 0
            return cost_of(
                program, lambda: load(servers.build, program.port, *sizes, amount, w.path)
            )
        return cost_of(program, lambda: load_tls(servers, program.port, w, amount))

    try:
        for name in w.peers:
            if name in ("plain", "anode") or any(n.startswith(name) for n in names):
                try:
                    running[name] = start(servers, name, w.path)
                    ask(name, running[name], 0.2)
                except Missing as e:
                    note(missing, f"{part}, {name}", e)
                    running.pop(name, None)
        steps = {n: lambda n=n, p=p: ask(n, p, options.seconds) for n, p in running.items()}
        rows = interleave(part, steps, options.rounds, missing)
    finally:
        for program in running.values():
            program.stop()
    return compared(rows, "plain")


def measure_tls_instructions(servers, names, _options, missing):
    """Returns user instructions per small request, and per full handshake with one request."""
    result = {}
    for part, counts in (("tls-hello-64", (512, 2560)), ("tls-handshake", (64, 320))):
        for name in ("anode", "nginx", "beast"):
            if name != "anode" and not any(n.startswith(name) for n in names):
                continue
            try:
                totals = []
                for count in counts:
                    out = servers.scratch / f"callgrind.{name}.{part}.{count}"
                    program = start(servers, name, "/hello", callgrind(servers, out))
                    try:
                        load_tls(servers, program.port, WORKLOADS[part], f"x{count}")
                    finally:
                        program.stop()
                    totals.append(total_of(out))
                each = (totals[1] - totals[0]) / (counts[1] - counts[0])
                result[f"{name}, {part.removeprefix('tls-')}"] = each
            except Missing as e:
                note(missing, f"tls-instructions, {part}, {name}", e)
    return result


def held_connections(port, count):
    """Opens TLS connections, and gets a small response on each. Returns the connections."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    result = []
    for _ in range(count):
        link = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10))
        result.append(link)
        link.sendall(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        received = b""
        while b"\r\n\r\n" not in received:
            piece = link.recv(4096)
            if not piece:
                raise Missing("a connection got no response")
            received += piece
    return result


def measure_tls_idle(servers, names, _options, missing, connections=1000):
    """Returns the growth of anonymous memory per idle connection after one response."""
    result = {}
    for name in NAMES[1:]:
        if name != "anode" and not any(n.startswith(name) for n in names):
            continue
        try:
            program = start(servers, name, "/hello")
            with contextlib.ExitStack() as links:
                try:
                    for link in held_connections(program.port, 64):
                        link.close()
                    time.sleep(0.5)
                    before = program.anonymous_bytes()
                    for link in held_connections(program.port, connections):
                        links.callback(link.close)
                    time.sleep(1)
                    result[name] = (program.anonymous_bytes() - before) / connections
                finally:
                    program.stop()
        except (Missing, OSError) as e:
            note(missing, f"tls-idle, {name}", e)
    return result
