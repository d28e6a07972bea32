#!/usr/bin/env python3
"""Sends the recorded cases to parity_server and compares the responses with those of Node.js.

usage: tools/node/replay_server.py BUILD_DIR [REGEX]    compares; prints every case that fails
       tools/node/replay_server.py --beast BUILD_DIR [REGEX]  compares with Beast's parser for all heads
       tools/node/replay_server.py --accept BUILD_DIR   records anode's responses of deviating cases
       tools/node/replay_server.py --record NODE [REGEX]  records Node's responses (use tools/node/record)
       tools/node/replay_server.py --record-later NODE [REGEX]  records those of the later release

A line of test/conformance/server/recorded/*.jsonl is a case (see server/cases.py), and under `node` the
result of Node 23.5.0: the bytes, and whether it closed the connection. A case with a `deviation`, the
name of a row in docs/deviations.md, must have the result under `ours`. See lib/releases.py for `later`,
the result of Node 26.12.1.

Ends with `N passed, N failed`.
"""

import asyncio
import json
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).resolve().parent / folder) for folder in ("server", "lib")]
import releases  # noqa: E402
from cases import Server, outcome, to_bytes  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "test" / "conformance" / "server" / "recorded"
TOGETHER = 40  # cases at the same time
SERVERS = 8  # servers of one case each at the same time
TAKES = 3  # recordings, which must agree
OPTIONS = ("--accept", "--record", "--record-later", "--beast")
MEMBERS = ("name", "note", "deviation", "change", "mode", "cuts", "steps", "node", "later", "ours")


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def write(path, cases):
    """Writes a file of cases, one per line, with members in a fixed order."""
    lines = (json.dumps({k: c[k] for k in MEMBERS if k in c}) for c in cases)
    path.write_text("".join(line + "\n" for line in lines))


async def run_all(command, cases, wanted):
    """Runs the cases, each mode on its own server; returns the outcomes by name."""
    outcomes = {}
    connections, servers = asyncio.Semaphore(TOGETHER), asyncio.Semaphore(SERVERS)

    async def one(server, case):
        async with connections:
            try:
                outcomes[case["name"]] = await outcome(server, case, wanted(case))
            except OSError as problem:
                outcomes[case["name"]] = {"bytes": "", "close": str(problem)}

    async def mode(name, chosen):
        async with Server(command, name) as server:
            await asyncio.gather(*(one(server, case) for case in chosen))
            if server.crashed():
                for case in chosen:
                    outcomes[case["name"]] = {"bytes": "", "close": f"the server of mode {name} died"}

    async def alone(case):
        async with servers:
            await mode("fresh", [case])

    modes = {}
    for case in cases:
        modes.setdefault(case.get("mode", "default"), []).append(case)
    fresh = modes.pop("fresh", [])
    await asyncio.gather(*(mode(n, c) for n, c in modes.items()), *(alone(c) for c in fresh))
    return outcomes


def difference(wanted, got):
    """Returns the differences of two outcomes as text."""
    if "uncut" in got:
        return "split in two, the outcome differs: " + difference(got.pop("uncut"), got)
    a, b = to_bytes(wanted["bytes"]), to_bytes(got["bytes"])
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    begin = max(0, at - 30)
    lines = [f"wanted {wanted['close']}, got {got['close']}"]
    if a != b:
        lines.append(f"    byte {at}: wanted {a[begin : at + 60]!r}")
        lines.append(f"    {' ' * len(str(at))}       got    {b[begin : at + 60]!r}")
    return "\n".join(lines)


def excused(cases):
    """Yields the cases with an invalid deviation, and the reason."""
    rows = set(re.findall(r"^\| `([^`]+)`", (ROOT / "docs" / "deviations.md").read_text(), re.M))
    for case in cases:
        row = case.get("deviation")
        if row is None:
            if "ours" in case:
                yield case, "differs without naming a deviation"
        elif row not in rows:
            yield case, f"docs/deviations.md has no row '{row}'"
        elif "ours" not in case:
            yield case, "anode's response is not recorded; use --accept"
        elif case["ours"] == case["node"]:
            yield case, f"does not differ, so '{row}' excuses nothing"


async def replay(command, cases):
    page = (ROOT / "docs" / "deviations.md").read_text()
    wrong = {case["name"]: why for case, why in (*excused(cases), *releases.complaints(cases, page))}
    wanted = {c["name"]: c.get("ours", c["node"]) for c in cases}
    got = await run_all(command, cases, lambda case: wanted[case["name"]])
    for name, found in got.items():
        if name not in wrong and found != wanted[name]:
            wrong[name] = difference(wanted[name], found)
    for name in sorted(wrong):
        print(f"  FAILED: {name}: {wrong[name]}")
    print(releases.summary(cases))
    print(f"{len(cases) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong or not cases else 0


async def record(command, files, chosen, member):
    """Records Node's responses as `member`. Reports a case with varying outcomes and keeps its old record."""
    cases = [c for f in files.values() for c in f if chosen(c)]
    takes = [await run_all(command, cases, lambda case: None) for _ in range(TAKES)]
    unsure = 0
    for case in cases:
        found = [take[case["name"]] for take in takes]
        if any(f != found[0] or "uncut" in f for f in found):
            unsure += 1
            print(f"  UNSURE: {case['name']}: {difference(found[0], found[-1])}")
        else:
            case[member] = found[0]
            if case.get("later") == case["node"]:
                del case["later"]
    for path, all_of_it in files.items():
        write(path, all_of_it)
    print(f"{len(cases) - unsure} recorded, {unsure} unsure")
    return 1 if unsure else 0


async def accept(command, files):
    cases = [c for f in files.values() for c in f]
    got = await run_all(command, cases, lambda case: None)
    for case in cases:
        case.pop("ours", None)
        if "deviation" in case:
            case["ours"] = got[case["name"]]
    for path, all_of_it in files.items():
        write(path, all_of_it)
    return 0


def main(arguments):
    files = {f: read(f) for f in sorted(FOLDER.glob("*.jsonl"))}
    names = [c["name"] for f in files.values() for c in f]
    assert len(set(names)) == len(names), "two cases have the same name"
    option = arguments.pop(0) if arguments and arguments[0] in OPTIONS else None
    if not 1 <= len(arguments) <= 2 or arguments[0].startswith("-"):
        print(__doc__.strip(), file=sys.stderr)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    expression = re.compile(arguments[1] if len(arguments) == 2 else "")
    program = "parity_server_beast" if option == "--beast" else "parity_server"
    ours = [str(Path(arguments[0]) / "test" / "conformance" / "server" / program)]
    if option in ("--record", "--record-later"):
        node = [arguments[0], "--no-warnings", str(Path(__file__).parent / "server" / "oracle.mjs")]
        member = "node" if option == "--record" else "later"
        return asyncio.run(record(node, files, lambda c: expression.search(c["name"]), member))
    if option == "--accept":
        return asyncio.run(accept(ours, files))
    cases = [c for f in files.values() for c in f if expression.search(c["name"])]
    return asyncio.run(replay(ours, cases))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
