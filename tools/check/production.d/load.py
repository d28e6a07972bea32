#!/usr/bin/env python3
"""The clients of tools/check/production.

usage: load.py PORT SECONDS RESULTS

Sends requests over TLS to a reverse proxy for a time: ordinary ones on kept connections, slow ones,
uploads, WebSockets, and downloads that are aborted. Each request has a number of its own in its query.
Writes one line of JSON for each to the file RESULTS: kind, number, begin, end, status, what is wrong.
"""

import asyncio
import base64
import hashlib
import json
import os
import random
import socket
import ssl
import struct
import sys
import time

PORT, SECONDS, RESULTS = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
LIMIT = 30  # seconds for anything; it includes the wait for a restarted proxy
BIG = bytes(range(256)) * 8192
dice = random.Random(int.from_bytes(os.urandom(4), "big"))
until = time.time() + SECONDS
results = []
numbers = iter(range(1, 10**9))

tls = ssl.create_default_context()
tls.check_hostname = False
tls.verify_mode = ssl.CERT_NONE


class Failed(Exception):
    """What the client has seen instead of a correct answer."""


class Connection:
    """A connection to the proxy."""

    def __init__(self):
        self.keep = True
        self.upstream = ""

    async def open(self, receive_buffer=0):
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await self.wait(loop.sock_connect(sock, ("127.0.0.1", PORT)))
        self.reader, self.writer = await self.wait(
            asyncio.open_connection(sock=sock, ssl=tls, server_hostname="a.test", ssl_handshake_timeout=LIMIT)
        )
        return self

    async def wait(self, what):
        try:
            return await asyncio.wait_for(what, LIMIT)
        except asyncio.TimeoutError:
            raise Failed(f"nothing within {LIMIT} s") from None
        except asyncio.IncompleteReadError as e:
            raise Failed(f"cut after {len(e.partial)} bytes") from None
        except OSError as e:
            raise Failed(f"{type(e).__name__}: {e}") from None

    async def send(self, data):
        try:
            self.writer.write(data)
            await self.wait(self.writer.drain())
        except Failed:
            pass  # an answer can still be there

    async def head(self):
        line = (await self.wait(self.reader.readline())).decode("latin-1")
        if not line:
            raise Failed("closed without an answer")
        status = int(line.split()[1])
        fields = {}
        while field := (await self.wait(self.reader.readline())).decode("latin-1").strip():
            name, _, value = field.partition(":")
            fields[name.lower()] = value.strip()
        if status == 100:
            return await self.head()
        self.keep = "close" not in fields.get("connection", "").lower()
        self.upstream = fields.get("x-upstream", "")
        return status, fields

    async def body(self, fields):
        if fields.get("transfer-encoding", "").lower() == "chunked":
            data = b""
            while size := int(await self.wait(self.reader.readline()), 16):
                data += await self.wait(self.reader.readexactly(size))
                await self.wait(self.reader.readline())
            await self.wait(self.reader.readline())
            return data
        return await self.wait(self.reader.readexactly(int(fields.get("content-length", 0))))

    async def ask(self, method, target, fields="", body=b""):
        await self.send(f"{method} {target} HTTP/1.1\r\nHost: a.test\r\n{fields}\r\n".encode() + body)
        status, got = await self.head()
        return status, b"" if method == "HEAD" else await self.body(got)

    def close(self):
        self.writer.close()

    def reset(self):
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Request:
    """Records one request."""

    def __init__(self, kind):
        self.kind, self.number, self.begin = kind, next(numbers), time.time()
        self.status, self.wrong, self.connection = 0, "", None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, _):
        if kind and not isinstance(value, Failed):
            value = Failed(repr(value))
        self.wrong = self.wrong or (str(value) if value else "")
        results.append(
            {
                "kind": self.kind,
                "number": self.number,
                "begin": self.begin,
                "end": time.time(),
                "status": self.status,
                "wrong": self.wrong,
                "upstream": self.connection.upstream if self.connection else "",
            }
        )
        if value and self.connection:
            self.connection.keep = False
        return not isinstance(value, asyncio.CancelledError)

    def check(self, status, right):
        self.status = status
        if status != 200:
            self.wrong = f"status {status}"
        elif not right:
            self.wrong = "a wrong body"


async def pause(least, most):
    await asyncio.sleep(dice.uniform(least, most))


async def ordinary():
    """GET and HEAD, PUT and POST, on kept connections."""
    connection = None
    while time.time() < until:
        if not connection or not connection.keep or dice.random() < 0.05:
            if connection:
                connection.close()
            connection = None
        method = dice.choice(["GET"] * 6 + ["HEAD", "HEAD", "PUT", "POST"])
        with Request({"PUT": "put", "POST": "post"}.get(method, "safe")) as r:
            if not connection:
                connection = await Connection().open()
            r.connection = connection
            data = os.urandom(dice.randrange(2000)) if method in ("PUT", "POST") else b""
            path = {"PUT": "/hash", "POST": f"/serial/{r.number}"}.get(method, f"/echo/{r.number}")
            wanted = hashlib.sha256(data).hexdigest().encode() if method == "PUT" else path.encode()
            length = f"Content-Length: {len(data)}\r\n" if method in ("PUT", "POST") else ""
            status, got = await connection.ask(method, f"{path}?n={r.number}", length, data)
            r.check(status, method == "HEAD" or got == wanted)
        await pause(0.01, 0.15)
    if connection:
        connection.close()


async def slow():
    """Heads byte by byte, and answers that are read slowly."""
    while time.time() < until - 5:
        with Request("slow") as r:
            c = r.connection = await Connection().open(receive_buffer=8192)
            if dice.random() < 0.5:
                head = f"GET /echo/s?n={r.number} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n".encode()
                for i in range(len(head)):
                    await c.send(head[i : i + 1])
                    await asyncio.sleep(0.03)
                status, fields = await c.head()
                r.check(status, await c.body(fields) == b"/echo/s")
            else:
                await c.send(f"GET /big?n={r.number} HTTP/1.1\r\nHost: a.test\r\n\r\n".encode())
                r.status, fields = await c.head()
                got = b""
                while r.status == 200 and len(got) < len(BIG):
                    piece = await c.wait(c.reader.read(65536))
                    if not piece:
                        raise Failed(f"cut after {len(got)} bytes")
                    got += piece
                    await asyncio.sleep(0.05)
                r.check(r.status, got == BIG)
            c.close()
        await pause(0.2, 1)


async def uploads():
    """Bodies with a hash, with a length or in chunks."""
    while time.time() < until - 3:
        with Request("upload") as r:
            c = r.connection = await Connection().open()
            data = os.urandom(dice.randrange(100_000, 3_000_000))
            if dice.random() < 0.5:
                fields, body = f"Content-Length: {len(data)}\r\n", data
            else:
                fields, body = "Transfer-Encoding: chunked\r\n", b""
                at = 0
                while at < len(data):
                    piece = data[at : at + dice.randrange(1, 200_000)]
                    body += b"%x\r\n" % len(piece) + piece + b"\r\n"
                    at += len(piece)
                body += b"0\r\n\r\n"
            if dice.random() < 0.3:
                fields += "Expect: 100-continue\r\n"
            status, got = await c.ask("PUT", f"/hash?n={r.number}", fields, body)
            r.check(status, got == hashlib.sha256(data).hexdigest().encode())
            c.close()
        await pause(0.1, 0.5)


async def aborted():
    """Downloads that the client resets."""
    while time.time() < until - 1:
        with Request("abort") as r:
            c = r.connection = await Connection().open(receive_buffer=8192)
            await c.send(f"GET /big?n={r.number} HTTP/1.1\r\nHost: a.test\r\n\r\n".encode())
            r.status, _ = await c.head()
            left = dice.randrange(0, 1_000_000)
            while r.status == 200 and left > 0:
                piece = await c.wait(c.reader.read(min(left, 65536)))
                if not piece:
                    break
                left -= len(piece)
            c.reset()
        await pause(0.05, 0.3)


async def websocket():
    """Frames that come back in order."""
    while time.time() < until - 3:
        with Request("websocket") as r:
            c = r.connection = await Connection().open()
            key = base64.b64encode(os.urandom(16)).decode()
            await c.send(
                f"GET /ws?n={r.number} HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
            )
            r.status, _ = await c.head()
            if r.status != 101:
                raise Failed(f"status {r.status}")
            end = min(until - 1, time.time() + dice.uniform(2, 40))
            count = 0
            while time.time() < end:
                await exchange_frame(c, 0x81, str(count).encode())
                count += 1
                await asyncio.sleep(0.2)
            await exchange_frame(c, 0x88, b"\x03\xe8")
            c.close()
        await pause(0.1, 0.5)


async def exchange_frame(c, first, data):
    mask = os.urandom(4)
    await c.send(bytes([first, 128 | len(data)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))
    got = await c.wait(c.reader.readexactly(2 + len(data)))
    if got != bytes([first, len(data)]) + data:
        raise Failed(f"a wrong frame: {got!r}")


async def main():
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # of connections that are reset
    clients = [ordinary() for _ in range(16)] + [slow() for _ in range(6)] + [uploads() for _ in range(3)]
    clients += [aborted() for _ in range(2)] + [websocket() for _ in range(10)]
    await asyncio.gather(*clients)
    with open(RESULTS, "w", encoding="ascii") as file:
        for r in results:
            file.write(json.dumps(r) + "\n")


asyncio.run(main())
