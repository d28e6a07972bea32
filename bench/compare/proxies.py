# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""The two proxy samples, compared with haproxy and nginx."""

from programs import LOAD_CORE, Missing, Program, cost_of, free_port, load, numbers
from rounds import compared, interleave, note

NGINX = """
daemon off; master_process off; worker_processes 1; pid {dir}/proxy.pid;
error_log {dir}/proxy.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; tcp_nodelay on;
  client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};
  uwsgi_temp_path {dir}; scgi_temp_path {dir};
  upstream origin {{ server 127.0.0.1:{origin}; keepalive 128; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""
HAPROXY = """
global
  nbthread 1
  maxconn 4096
defaults
  timeout client 60s
  timeout connect 5s
  timeout server 60s
frontend front
  mode {mode}
  bind 127.0.0.1:{port}
  default_backend origin
backend origin
  mode {mode}
  {options}
  server one 127.0.0.1:{origin}
"""
BYTES = 2**30


def haproxy(servers, port, origin, mode, options):
    conf = servers.written(
        f"haproxy-{port}.cfg", HAPROXY, port=port, origin=origin, mode=mode, options=options
    )
    return [servers.tool("haproxy"), "-db", "-f", conf]


def start_all(part, commands, missing):
    """Starts the proxies on the server's core. A proxy that cannot start is added to `missing`."""
    running = {}
    for name, command in commands.items():
        port = free_port()
        try:
            running[name] = Program(command(port), port)
        except Missing as e:
            note(missing, f"{part}, {name}", e)
    return running


def measure_reverse(servers, options, missing):
    """Measures small requests on 64 connections, forwarded on persistent ones to the null server."""
    origin = free_port()
    commands = {
        "anode": lambda port: [
            servers.build / "samples/reverse_proxy",
            *("--port", port, "--upstream", f"http://127.0.0.1:{origin}"),
        ],
        "nginx": lambda port: [
            *(servers.tool("nginx"), "-p", servers.scratch, "-c"),
            servers.written(f"nginx-{port}.conf", NGINX, port=port, origin=origin),
        ],
        "haproxy": lambda port: haproxy(
            servers, port, origin, "http", "http-reuse always\n  option forwardfor"
        ),
    }

    def ask(program):
        return cost_of(
            program, lambda: load(servers.build, program.port, 64, 1, options.seconds, "hello")
        )

    null = Program(servers.argv("null", origin), origin, core=LOAD_CORE)
    running = {}
    try:
        running = start_all("reverse-proxy", commands, missing)
        for program in running.values():
            load(servers.build, program.port, 64, 1, 0.2, "hello")
        steps = {n: lambda p=p: ask(p) for n, p in running.items()}
        return compared(
            interleave("reverse-proxy", steps, options.rounds, missing), "haproxy"
        )
    finally:
        for program in (*running.values(), null):
            program.stop()


def measure_relay(servers, options, missing):
    """Measures 1 GiB through a tunnel. haproxy relays it in TCP mode, without CONNECT."""
    origin = free_port()
    commands = {
        "anode": lambda port: [
            servers.build / "samples/forward_proxy", "--private", "--port", port, "--quiet"
        ],
        "haproxy": lambda port: haproxy(servers, port, origin, "tcp", ""),
        "haproxy-splice": lambda port: haproxy(
            servers, port, origin, "tcp", "option splice-response\n  option splice-request"
        ),
    }

    def fetch(name, program):
        before = program.cpu_seconds()
        to = [f"127.0.0.1:{origin}"] if name == "anode" else []
        size, took, cpu = numbers([servers.build / "bench/bulk", "fetch", program.port, *to])
        if size != BYTES:
            raise Missing(f"only {size:.0f} bytes were received")
        used = program.cpu_seconds() - before
        return {
            "cpu_s": used,
            "rate": BYTES / 2**20 / took,
            "server_share": used / took,
            "load_share": cpu / took,
        }

    source = Program([servers.build / "bench/bulk", "serve", origin, BYTES], origin, core=LOAD_CORE)
    running = {}
    try:
        running = start_all("connect-relay", commands, missing)
        steps = {n: lambda n=n, p=p: fetch(n, p) for n, p in running.items()}
        rows = interleave("connect-relay", steps, options.rounds, missing)
        return compared(rows, "haproxy", "cpu_s")
    finally:
        for program in (*running.values(), source):
            program.stop()
