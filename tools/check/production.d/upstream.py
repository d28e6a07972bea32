#!/usr/bin/env python3
"""An upstream of tools/check/production.

usage: upstream.py KIND PORT JOURNAL

KIND is `slow` (answers after 20 to 200 ms), `resets` (resets some connections before it answers or in
large answers, and closes some kept ones) or `good`. Appends the serial number of each request for
/serial/N to the file JOURNAL when it is received. SIGTERM ends it after the requests in progress, SIGKILL
at once.
"""

import asyncio
import base64
import hashlib
import os
import random
import signal
import socket
import struct
import sys

KIND, PORT, JOURNAL = sys.argv[1], int(sys.argv[2]), sys.argv[3]
BIG = bytes(range(256)) * 8192  # 2 MiB
IDLE = 3  # seconds; clients must expect that a kept connection closes at any time
dice = random.Random(PORT)
stopping = asyncio.Event()


class Reset(Exception):
    """The connection is to be reset."""


async def read_body(reader, fields):
    digest = hashlib.sha256()
    if fields.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            digest.update(await reader.readexactly(size))
            await reader.readline()
        while (await reader.readline()).strip():
            pass
    else:
        left = int(fields.get("content-length", 0))
        while left > 0:
            piece = await reader.read(min(left, 65536))
            if not piece:
                raise ConnectionError
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()


async def echo_frames(reader, writer):
    """Echoes the frames of a WebSocket, which are short and masked. A frame without data is a close."""
    while True:
        first, size = await reader.readexactly(2)
        mask = await reader.readexactly(4)
        data = await reader.readexactly(size & 127)
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        writer.write(bytes([first, len(data)]) + data)
        await writer.drain()
        if first & 15 == 8:
            return


def head(status, fields):
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\nX-Upstream: {KIND}\r\n{lines}\r\n".encode()


async def upgrade(reader, writer, fields):
    key = fields["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    writer.write(
        head("101 Switching Protocols", {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Accept": accept})
    )
    await echo_frames(reader, writer)


async def answer(reader, writer, method, target, fields):
    """Answers a request; returns whether the connection is kept."""
    body = None
    if target.startswith("/serial/"):
        with open(JOURNAL, "a", encoding="ascii") as journal:
            journal.write(target[8:].split("?")[0] + "\n")
    if fields.get("expect") == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    digest = await read_body(reader, fields)
    if KIND == "slow":
        await asyncio.sleep(dice.uniform(0.02, 0.2))
    fault = dice.random() if KIND == "resets" else 1
    if fault < 0.02:
        raise Reset
    if target.startswith("/big"):
        body = BIG
    elif target.startswith("/hash"):
        body = digest.encode()
    else:
        body = target.split("?")[0].encode()
    keep = not stopping.is_set() and dice.random() > 0.02
    message = head("200 OK", {"Content-Length": len(body), **({} if keep else {"Connection": "close"})})
    if fault < 0.03:
        writer.write(message[: len(message) // 2])
        await writer.drain()
        raise Reset
    if method == "HEAD":
        body = b""
    if fault < 0.06 and len(body) > 65536:
        writer.write(message + body[: len(body) // 2])
        await writer.drain()
        raise Reset
    writer.write(message + body)
    await writer.drain()
    # Some kept connections close without an announcement.
    return keep and not (KIND == "resets" and dice.random() < 0.05)


async def read_head(reader):
    """Returns method, target and fields of the next request; nothing at the end of the connection."""
    first = asyncio.ensure_future(reader.readline())
    stop = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({first, stop}, timeout=IDLE, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not first.done():
        first.cancel()
        return None
    line = first.result().decode("latin-1").split()
    if len(line) != 3:
        return None
    fields = {}
    while field := (await reader.readline()).decode("latin-1").strip():
        name, _, value = field.partition(":")
        fields[name.lower()] = value.strip()
    return line[0], line[1], fields


async def serve(reader, writer):
    try:
        while request := await read_head(reader):
            method, target, fields = request
            if fields.get("upgrade") == "websocket":
                await upgrade(reader, writer, fields)
                break
            if not await answer(reader, writer, method, target, fields):
                break
    except Reset:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return
    except (ConnectionError, asyncio.IncompleteReadError, ValueError):
        pass
    writer.close()


async def main():
    running = set()

    async def count(reader, writer):
        running.add(asyncio.current_task())
        try:
            await serve(reader, writer)
        finally:
            running.discard(asyncio.current_task())

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    server = await asyncio.start_server(count, "127.0.0.1", PORT, backlog=1024, reuse_address=True)
    print("ready", flush=True)
    await stopping.wait()
    server.close()
    if running:
        await asyncio.wait(running, timeout=2)
    os._exit(0)


asyncio.run(main())
