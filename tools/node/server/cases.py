# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Sends recorded cases to a server, each over its own connection, and returns the outcomes.

A case is a JSON object: its name, the mode of the server (`default`), and steps:

  {"send": bytes}    one write; with "each": n in segments of n bytes, each read before the next
  {"settle": true}   waits until the server has read all sent bytes
  {"await": bytes}   waits until these bytes were received; with "count": n, until n times
  {"end": true}      sends FIN
  {"closed": true}   waits until the server closes
  {"pause": true}, {"resume": true}   stops and continues reading
  {"close": true}, {"reset": true}    the client disconnects

With "cuts": true the case is repeated with its first write split in two at every offset, and all outcomes
must be equal. The outcome is {"bytes": the received bytes, "close": "open", "closed" or "left"}.

Bytes are JSON strings with one character U+0000..U+00FF for each byte; {"rep": bytes, "n": times}
repeats; a list concatenates. The value of a Date field is written as {DATE}. Each wait has an event
and a generous time limit; nothing waits for a fixed time. The server has read earlier bytes when it has
answered a request that was sent later over another connection.
"""

import asyncio
import json
import re
import socket
import struct

# Limit of each wait in seconds, for a slow machine. A failing case takes as long.
LIMIT = 20

# Seconds after which a server can close a connection that must stay open, because the machine was too
# slow to finish the case. The case is repeated then.
STALLED = 4
TRIES = 5

# Seconds without a byte that end a case with an unknown outcome.
QUIET = 0.35

PROBE = b"OPTIONS * HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"
DATE = re.compile(rb"(?i)(\r\ndate: )\w\w\w, \d\d \w\w\w \d{4} \d\d:\d\d:\d\d GMT(?=\r\n)")
MASKED = len("Sun, 06 Nov 1994 08:49:37 GMT") - len("{DATE}")
RUN = re.compile(r"(?s)(.)\1{63,}")


def to_bytes(value):
    """Returns the bytes that a JSON value describes."""
    if isinstance(value, list):
        return b"".join(map(to_bytes, value))
    if isinstance(value, dict):
        return to_bytes(value["rep"]) * value["n"]
    return value.encode("latin-1")


def to_json(data):
    """Returns the JSON value of bytes: a text, or a list of texts and long runs."""
    text = data.decode("latin-1")
    parts = []
    at = 0
    for run in RUN.finditer(text):
        if run.start() > at:
            parts.append(text[at : run.start()])
        parts.append({"rep": run[1], "n": run.end() - run.start()})
        at = run.end()
    if not parts:
        return text
    return parts + [text[at:]] if at < len(text) else parts


class Server:
    """A server process in one mode."""

    def __init__(self, command, mode):
        self.command = [*command, "--mode", mode]
        self.process = None
        self.port = None
        self.running = None  # the probe in progress
        self.waiting = None  # the next probe, which starts when `running` has ended

    async def __aenter__(self):
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        self.process = await asyncio.create_subprocess_exec(
            *self.command, stdin=pipe, stdout=pipe, stderr=nothing
        )
        line = await asyncio.wait_for(self.process.stdout.readline(), LIMIT)
        if not line:
            raise RuntimeError(f"{' '.join(self.command)}: ended with {await self.process.wait()}")
        self.port = json.loads(line)["port"]
        return self

    async def __aexit__(self, *_):
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), LIMIT)
        except asyncio.TimeoutError:
            self.process.kill()
            await self.process.wait()

    def crashed(self):
        return self.process.returncode is not None

    async def probe(self):
        """Returns when the server has answered a request sent after this call."""
        if self.running is not None:
            if self.waiting is None:
                self.waiting = asyncio.ensure_future(self.probe_behind(self.running))
            await asyncio.shield(self.waiting)
            return
        self.running = asyncio.ensure_future(self.probe_once())
        try:
            await asyncio.shield(self.running)
        finally:
            self.running = None

    async def probe_behind(self, first):
        await asyncio.wait([first])
        self.waiting = None
        await self.probe()

    async def probe_once(self):
        try:
            connection = await Connection.open(self.port)
        except OSError:
            return  # the server does not listen any more
        await connection.send(PROBE)
        await connection.until(lambda: connection.closed)
        await connection.leave(False)


class Connection:
    """One connection of a case."""

    @classmethod
    async def open(cls, port):
        self = cls()
        self.loop = asyncio.get_running_loop()
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await self.loop.sock_connect(self.socket, ("127.0.0.1", port))
        except OSError:
            self.socket.close()
            raise
        self.received = bytearray()
        self.closed = False  # by the server
        self.changed = asyncio.Event()
        self.reading = asyncio.Event()
        self.reading.set()
        self.reader = asyncio.ensure_future(self.read())
        return self

    async def read(self):
        try:
            while True:
                await self.reading.wait()
                piece = await self.loop.sock_recv(self.socket, 65536)
                if not piece:
                    break
                self.received += piece
                self.changed.set()
        except OSError:
            pass
        self.closed = True
        self.changed.set()

    async def send(self, data):
        try:
            await self.loop.sock_sendall(self.socket, data)
        except OSError:
            pass  # closed by the server, as the reader will find

    async def until(self, condition, limit=LIMIT):
        """Waits for the condition; returns whether it becomes true."""
        end = self.loop.time() + limit
        while not condition():
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), end - self.loop.time())
            except asyncio.TimeoutError:
                return condition()
        return True

    async def leave(self, reset):
        # The event loop must release the descriptor before another connection gets it.
        self.reader.cancel()
        await asyncio.gather(self.reader, return_exceptions=True)
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def masked(self):
        return DATE.sub(rb"\1{DATE}", bytes(self.received))


async def perform(connection, server, steps):
    """Performs the steps. Returns whether the client has disconnected."""
    for step in steps:
        if connection.closed:
            return False
        if "send" in step:
            data = to_bytes(step["send"])
            each = step.get("each", len(data))
            for at in range(0, len(data), each):
                if at > 0:
                    await server.probe()
                await connection.send(data[at : at + each])
        elif "settle" in step:
            await server.probe()
        elif "await" in step:
            wanted, count = to_bytes(step["await"]), step.get("count", 1)
            await connection.until(
                lambda: connection.closed or connection.received.count(wanted) >= count
            )
        elif "end" in step:
            try:
                connection.socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        elif "closed" in step:
            await connection.until(lambda: connection.closed)
        elif "pause" in step:
            connection.reading.clear()
        elif "resume" in step:
            connection.reading.set()
        else:
            return True
    return False


async def play(server, steps, wanted):
    """Performs the steps and returns the outcome. `wanted` is the expected outcome, or None."""
    loop = asyncio.get_running_loop()
    for _ in range(TRIES):
        begin = loop.time()
        found = await play_once(server, steps, wanted)
        stalled = loop.time() - begin > STALLED
        if not stalled or wanted is None or (wanted["close"], found["close"]) != ("open", "closed"):
            break
    return found


async def play_once(server, steps, wanted):
    connection = await Connection.open(server.port)
    left = await perform(connection, server, steps)
    if left:
        pass
    elif wanted is None:
        while True:
            size = len(connection.received)
            await connection.until(lambda: connection.closed or len(connection.received) > size, QUIET)
            await server.probe()
            if connection.closed or len(connection.received) == size:
                break
    else:
        text = to_bytes(wanted["bytes"])
        size = len(text) + text.count(b"{DATE}") * MASKED
        await connection.until(lambda: connection.closed or len(connection.received) >= size)
        if wanted["close"] == "closed":
            await connection.until(lambda: connection.closed)
        else:
            # Unexpected bytes arrive before the responses to these probes.
            await server.probe()
            await server.probe()
    close = "left" if left else "closed" if connection.closed else "open"
    await connection.leave(left and "reset" in steps[-1])
    return {"bytes": to_json(connection.masked()), "close": close}


def cuts(steps):
    """Yields the steps with the first write split in two at every offset."""
    data = to_bytes(steps[0]["send"])
    for at in range(1, len(data)):
        parts = (data[:at].decode("latin-1"), data[at:].decode("latin-1"))
        yield [{"send": parts[0]}, {"settle": True}, {"send": parts[1]}, *steps[1:]]


async def outcome(server, case, wanted=None):
    """Returns the outcome of a case; with "cuts", the first different outcome of a split."""
    found = await play(server, case["steps"], wanted)
    if case.get("cuts"):
        for steps in cuts(case["steps"]):
            other = await play(server, steps, found)
            if other != found:
                return {"uncut": found, **other}
    return found
