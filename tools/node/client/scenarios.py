# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Plays the servers of client scenarios, which a driver (a program with an HTTP client) performs.

A scenario is a JSON object:

  server           list of scripts, one for each accepted connection in order; a script is a list of steps
  server_default   the script of further connections
  rules            instead: scripts by request path ("*": any other), played for each received request
  servers          number of origins (default: 1); {PORT}, {PORT1} in texts are replaced by their ports
  refuse           connections are refused
  kind, request, requests, agents, steps: the driver's actions, see driver.mjs

Steps: {"wait": bytes} waits for these bytes of the client; {"send": bytes}; {"answer": {status,
headers, body}} sends a response with a Content-Length; {"await": "a response", "count": n} waits until
the driver has reported that event; {"tell": name} resumes the driver's operation {"op": "until", "req":
"server", "event": name}; {"end": true} sends FIN; {"destroy": true}; {"reset": true};
{"wait_end": true} waits for the client's FIN.

Bytes are JSON strings with one character U+0000..U+00FF for each byte; {"rep": bytes, "n": times}
repeats; a list concatenates. Each wait has an event and a generous time limit; nothing waits for a
fixed time.
"""

import asyncio
import json
import os
import re
import socket
import struct

# Limit of each wait in seconds, for a slow machine. A failing scenario takes as long.
LIMIT = float(os.environ.get("REPLAY_LIMIT", "20"))
DATE = re.compile(rb"Date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


def to_bytes(value):
    """Returns the bytes that the notation describes."""
    if isinstance(value, str):
        return value.encode("latin-1")
    if isinstance(value, list):
        return b"".join(map(to_bytes, value))
    return to_bytes(value["rep"]) * value["n"]


def from_bytes(data):
    """Returns bytes in the notation. Runs of 128 or more equal bytes are folded."""
    parts = []
    at = 0
    for run in re.finditer(rb"(.)\1{127,}", data, re.S):
        if run.start() > at:
            parts.append(data[at : run.start()].decode("latin-1"))
        parts.append({"rep": run[1].decode("latin-1"), "n": run.end() - run.start()})
        at = run.end()
    if not parts:
        return data.decode("latin-1")
    if at < len(data):
        parts.append(data[at:].decode("latin-1"))
    return parts


class Connection(asyncio.Protocol):
    """A connection accepted by a server."""

    def __init__(self, play, server):
        self.play = play
        self.server = server
        self.received = b""
        self.position = 0
        self.open = True

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.play.accepted(self)

    def data_received(self, data):
        self.received += data
        self.play.wake()

    def eof_received(self):
        self.open = False
        self.play.wake()
        return True  # our direction stays open

    def connection_lost(self, _):
        self.open = False
        self.play.wake()

    def reset(self):
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.transport.abort()

    async def head(self):
        """Consumes the next request and returns its path; None at the end of input."""
        await self.play.until(lambda: b"\r\n\r\n" in self.received[self.position :] or not self.open)
        at = self.received.find(b"\r\n\r\n", self.position)
        if at < 0:
            return None
        lines = self.received[self.position : at].split(b"\r\n")
        self.position = at + 4
        length = [n for n in (re.fullmatch(rb"(?i)content-length: *(\d+)", l) for l in lines) if n]
        if length:
            self.position += int(length[0][1])
            await self.play.until(lambda: len(self.received) >= self.position or not self.open)
        return lines[0].split(b" ")[1].decode("latin-1")


class Play:
    """A running scenario: its servers, their received bytes, and the driver's reports."""

    def __init__(self, driver, scenario):
        self.driver = driver
        self.scenario = scenario
        self.connections = []
        self.events = []
        self.told = []
        self.over = False  # the driver has nothing more to do
        self.waiting = set()
        self.tasks = []

    def wake(self):
        for future in self.waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, condition, limit=LIMIT):
        """Waits until `condition()` is true; returns whether that happens within `limit` seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + limit
        while not condition():
            future = loop.create_future()
            self.waiting.add(future)
            try:
                await asyncio.wait_for(future, end - loop.time())
            except asyncio.TimeoutError:
                return condition()
            finally:
                self.waiting.discard(future)
        return True

    def event(self, what):
        self.events.append(what)
        self.told.append(" ".join(what[:2]))
        self.wake()

    def accepted(self, connection):
        of_server = sum(c.server == connection.server for c in self.connections)
        connection.label = f"{connection.server}#{of_server}"
        at = len(self.connections)
        self.connections.append(connection)
        self.wake()
        if "rules" in self.scenario:
            script = self.obey(connection, self.scenario["rules"])
        else:
            scripts = self.scenario.get("server", [])
            default = self.scenario.get("server_default", [])
            script = self.perform(connection, scripts[at] if at < len(scripts) else default)
        self.tasks.append(asyncio.ensure_future(script))

    async def obey(self, connection, rules):
        while (path := await connection.head()) is not None:
            steps = rules.get(path, rules.get("*", [{"answer": {"body": path}}]))
            await self.perform(connection, steps)
        connection.transport.close()

    async def perform(self, connection, steps):
        transport = connection.transport
        for step in steps:
            if "wait" in step:
                wanted = to_bytes(step["wait"])
                await self.until(
                    lambda: wanted in connection.received[connection.position :] or not connection.open
                )
                at = connection.received.find(wanted, connection.position)
                connection.position = at + len(wanted) if at >= 0 else connection.position
            elif "await" in step:
                await self.until(lambda: self.told.count(step["await"]) >= step.get("count", 1))
            elif "tell" in step:
                self.driver.tell(self, step["tell"])
            elif transport.is_closing():
                return
            elif "send" in step:
                transport.write(to_bytes(step["send"]))
            elif "answer" in step:
                answer = step["answer"]
                body = to_bytes(answer.get("body", "ok"))
                lines = [f"HTTP/1.1 {answer.get('status', 200)} OK", *answer.get("headers", [])]
                lines.append(f"Content-Length: {len(body)}\r\n\r\n")
                transport.write("\r\n".join(lines).encode("latin-1") + body)
            elif "end" in step:
                transport.write_eof()
            elif "destroy" in step:
                transport.close()
            elif "reset" in step:
                connection.reset()
            elif "wait_end" in step:
                await self.until(lambda: not connection.open)
            else:
                raise ValueError(f"unknown step {step}")

    def masked(self, data):
        for i, port in enumerate(self.ports):
            data = data.replace(str(port).encode(), b"{PORT}" if i == 0 else b"{PORT%d}" % i)
        return DATE.sub(b"Date: {DATE}", data)

    def result(self):
        """Returns the received bytes, the open connections, and the events of each request."""
        events = {}
        for who, *what in self.events:
            mine = events.setdefault(who, [])
            if what[0] in ("data", "tunnel.data") and mine and mine[-1][0] == what[0]:
                whole = to_bytes(mine[-1][1]) + to_bytes(what[1])
                mine[-1] = [what[0], from_bytes(whole)]
            else:
                mine.append(judged(what))
        connections = {
            c.label: {"sent": from_bytes(self.masked(c.received)), "open": c.open} for c in self.connections
        }
        return {
            "connections": dict(sorted(connections.items())),
            "events": dict(sorted(events.items())),
        }

    async def run(self, expected, grace):
        """Runs the scenario until its result is `expected`; if `expected` is None, until the driver reports
        the end. Returns the result.
        """
        loop = asyncio.get_running_loop()
        servers = []
        for index in range(self.scenario.get("servers", 1)):
            make = lambda index=index: Connection(self, index)
            servers.append(await loop.create_server(make, "127.0.0.1", 0, backlog=64))
        self.ports = [s.sockets[0].getsockname()[1] for s in servers]
        if self.scenario.get("refuse"):
            for server in servers:
                server.close()
                await server.wait_closed()
        self.driver.start(self, expected is not None)
        if expected is None:
            await self.until(lambda: self.over, 3 * LIMIT)
        elif await self.until(lambda: self.result() == expected or self.driver.ended):
            # The result is complete. Unexpected events get some time to arrive.
            await self.until(lambda: self.result() != expected, grace)
        result = self.result()
        self.driver.clean_up(self)
        for task in self.tasks:
            task.cancel()
        for connection in self.connections:
            connection.transport.abort()
        if not self.scenario.get("refuse"):
            for server in servers:
                server.close()
        return result


def judged(event):
    """Returns an event without the parts that are not compared: texts of system and parser errors."""
    if len(event) < 2 or not isinstance(event[1], dict) or "code" not in event[1]:
        return event
    fields = {k: v for k, v in event[1].items() if k not in ("bytesParsed", "rawPacket")}
    code = fields["code"] or ""
    ours = code.startswith("ERR_") and code not in ("ERR_OUT_OF_RANGE", "ERR_INVALID_ARG_TYPE")
    if not ours and fields.get("message") not in ("socket hang up", "aborted"):
        fields.pop("message", None)
    return [event[0], fields]


class Driver:
    """A program that performs scenarios: JSON lines in, JSON lines out."""

    async def begin(self, command):
        self.process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26
        )
        self.ended = False
        self.next = 1
        self.plays = {}
        self.reader = asyncio.ensure_future(self.read())

    async def read(self):
        while line := await self.process.stdout.readline():
            message = json.loads(line)
            play = self.plays.get(message["id"])
            if play and "ev" in message:
                play.event(message["ev"])
            elif play and "done" in message:
                play.over = True
                play.wake()
        self.ended = True
        for play in self.plays.values():
            play.over = True
            play.wake()

    def say(self, message):
        if not self.ended:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")

    def start(self, play, patient):
        play.id = self.next
        self.next += 1
        self.plays[play.id] = play
        told = ("kind", "request", "requests", "agents", "steps")
        scenario = {k: v for k, v in play.scenario.items() if k in told}
        scenario["limit_ms"] = int(LIMIT * 1000)
        if patient:  # the driver must not end the scenario before all events have arrived
            scenario |= {"idle_ms": int(LIMIT * 2000), "settle_ms": int(LIMIT * 2000)}
        self.say({"id": play.id, "run": scenario, "ports": play.ports})

    def tell(self, play, name):
        play.told.append(f"server {name}")
        self.say({"id": play.id, "tell": name})

    def clean_up(self, play):
        del self.plays[play.id]
        self.say({"cleanup": play.id})

    async def end(self):
        """Closes the driver's input, which ends the driver; returns its exit code."""
        self.process.stdin.close()
        try:
            return await asyncio.wait_for(self.process.wait(), LIMIT)
        except asyncio.TimeoutError:
            self.process.kill()
            await self.process.wait()
            return 1
        finally:
            self.reader.cancel()
