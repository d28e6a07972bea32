# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Describes the machine and the versions of the compared programs."""

import datetime
import json
import os
import platform
import re
import subprocess
from pathlib import Path


def version_of(argv, pattern):
    try:
        run = subprocess.run(list(map(str, argv)), capture_output=True, text=True)
        return re.search(pattern, run.stdout + run.stderr).group(1)
    except (OSError, AttributeError):
        return None


def package_version(path):
    try:
        return json.loads(path.read_text())["version"]
    except (OSError, KeyError, ValueError):
        return None


def describe(servers):
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    header = Path("/usr/include/boost/version.hpp")
    boost = header.exists() and re.search(r'BOOST_LIB_VERSION "(.*)"', header.read_text())
    modules = servers.build / "peers/node_modules"
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": f"{cpu.group(1) if cpu else platform.machine()}, {os.cpu_count()} cores",
        "kernel": platform.release(),
        "compiler": version_of([os.environ.get("CXX", "g++").split()[-1], "--version"], r"(.*)"),
        "Boost": boost.group(1).replace("_", ".") if boost else None,
        "nginx": version_of(["/usr/sbin/nginx", "-v"], r"nginx/(\S+)"),
        "haproxy": version_of(["/usr/sbin/haproxy", "-v"], r"version (\d[\d.]*)"),
        "Node.js": version_of([servers.node, "--version"], r"v(\S+)"),
        "undici": package_version(modules / "undici/package.json"),
        "Go": version_of(["go", "version"], r"go(\d\S+)"),
        "load average before": round(os.getloadavg()[0], 2),
    }
