# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Starts programs on fixed cores, reads their resource use, and stops all of them."""

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

SERVER_CORE = min(os.sched_getaffinity(0))
LOAD_CORE = max(os.sched_getaffinity(0))

_libc = ctypes.CDLL(None)
_running = []
_next_port = 9400


class Missing(Exception):
    """A figure cannot be measured on this machine. Other figures can."""


def _child(core):
    def prepare():
        os.sched_setaffinity(0, {core})
        _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: the child ends with this program

    return prepare


def tool(name):
    """Returns the path of an installed program."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not found:
        raise Missing(f"there is no {name}")
    return found


def free_port():
    """Returns a port without a listener. Each call returns another port."""
    global _next_port
    while True:
        _next_port += 1
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", _next_port))
                return _next_port
            except OSError:
                pass


class Program:
    """A program that listens on a port. The constructor waits until it listens."""

    def __init__(self, argv, port, core=SERVER_CORE, wrap=()):
        self.port = port
        try:
            self.process = subprocess.Popen(
                [*wrap, *map(str, argv)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                preexec_fn=_child(core),
                text=True,
            )
        except OSError as e:
            raise Missing(f"{argv[0]} does not start: {e.strerror}") from e
        _running.append(self)
        os.set_blocking(self.process.stderr.fileno(), False)
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        said = (self.process.stderr.read() or "").strip().splitlines()
        self.stop()
        raise Missing(f"{Path(argv[0]).name} does not listen{': ' + said[-1] if said else ''}")

    def stop(self):
        if self in _running:
            _running.remove(self)
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stderr.close()

    def _family(self):
        pids, rest = [], [self.process.pid]
        while rest:
            pids.append(rest.pop())
            try:
                for task in Path(f"/proc/{pids[-1]}/task").iterdir():
                    rest += map(int, (task / "children").read_text().split())
            except OSError:
                pass
        return pids

    def cpu_seconds(self):
        """Returns the scheduler's CPU time of all threads, user and kernel mode."""
        total = 0
        for pid in self._family():
            for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                total += int(task.read_text().split()[0])
        return total / 1e9

    def _status(self, field):
        return sum(
            int(re.search(rf"^{field}:\s+(\d+)", text, re.M).group(1)) * 1024
            for text in (Path(f"/proc/{pid}/status").read_text() for pid in self._family())
        )

    def anonymous_bytes(self):
        return self._status("RssAnon")

    def forget_peak(self):
        for pid in self._family():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def peak_bytes(self):
        """Returns the peak memory since `forget_peak`."""
        return self._status("VmHWM")


def stop_all():
    while _running:
        _running[-1].stop()


def numbers(argv, core=LOAD_CORE, timeout=120, env=None):
    """Runs a program to its end and returns the numbers of its last output line."""
    name = Path(str(argv[0])).name
    try:
        run = subprocess.run(
            [*map(str, argv)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            preexec_fn=_child(core),
            text=True,
            timeout=timeout,
            env=env,
        )
    except subprocess.TimeoutExpired as e:
        raise Missing(f"{name} did not end") from e
    except OSError as e:
        raise Missing(f"{name} does not start: {e.strerror}") from e
    try:
        return [float(word) for word in run.stdout.strip().splitlines()[-1].split()]
    except (IndexError, ValueError) as e:
        said = run.stderr.strip().splitlines()
        raise Missing(f"{name} failed{': ' + said[-1] if said else ''}") from e


def cost_of(program, run):
    """Returns the figures of a server for each request while it gets load.

    `run` generates the load, and returns requests, seconds, and the generator's seconds of CPU time.
    """
    before = program.cpu_seconds()
    count, took, cpu = run()
    used = program.cpu_seconds() - before
    if count == 0:
        raise Missing("there were no responses")
    return {
        "cpu_us": used * 1e6 / count,
        "rate": count / took,
        "server_share": used / took,
        "load_share": cpu / took,
        "load_us": cpu * 1e6 / count,
    }


def load(build, port, connections, depth, amount, request, body=0):
    """Runs bench/load. Returns requests, seconds, and seconds of CPU time of the generator."""
    count, seconds, _, failures, cpu = numbers(
        [f"{build}/bench/load", port, connections, depth, amount, request, body]
    )
    if failures > count / 1000 + 1:
        raise Missing(f"{failures:.0f} of {count:.0f} requests failed")
    return count, seconds, cpu
