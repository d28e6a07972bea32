#!/usr/bin/env python3
"""Performs the recorded client scenarios with parity_client and compares the results with Node.js.

usage: tools/node/replay_client.py BUILD_DIR [REGEX]    compares; prints every case that fails
       tools/node/replay_client.py --accept BUILD_DIR   records anode's results of deviating cases
       tools/node/replay_client.py --record NODE [REGEX]  records Node's results (use tools/node/record)
       tools/node/replay_client.py --record-later NODE [REGEX]  records those of the later release

A line of test/conformance/client/recorded/*.jsonl and test/conformance/agent/recorded/*.jsonl is a case: its
name, the scenario (see client/scenarios.py), and under `node` the result of Node 23.5.0: the bytes that
each connection received, whether it was open at the end, and the events of each request in order. A
case with a `deviation`, the name of a row in docs/deviations.md, must have the result under `ours`.
See lib/releases.py for `later`, the result of Node 26.12.1.

Ends with `N passed, N failed`.
"""

import asyncio
import json
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[:0] = [str(Path(__file__).resolve().parent / folder) for folder in ("client", "lib")]
import releases  # noqa: E402
from scenarios import Driver, Play  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("client", "agent")
TOGETHER = 24  # scenarios at the same time
GRACE = 0.15  # seconds after the expected result is complete
MEMBERS = ("name", "note", "deviation", "change", "scenario", "node", "later", "ours")


def files():
    return [f for d in FOLDERS for f in sorted((ROOT / "test" / "conformance" / d / "recorded").glob("*.jsonl"))]


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def write(path, cases):
    """Writes a file of cases, one per line, with members in a fixed order."""
    lines = (json.dumps({k: c[k] for k in MEMBERS if k in c}) for c in cases)
    path.write_text("".join(line + "\n" for line in lines))


def difference(wanted, got, path=""):
    """Returns the first difference of two values as text, or None."""
    if type(wanted) is type(got) and isinstance(wanted, dict):
        for key in sorted(wanted.keys() | got.keys(), reverse=True):
            found = difference(wanted.get(key), got.get(key), f"{path}/{key}")
            if found:
                return found
        return None
    if type(wanted) is type(got) and isinstance(wanted, list):
        for i in range(max(len(wanted), len(got))):
            w = wanted[i] if i < len(wanted) else None
            g = got[i] if i < len(got) else None
            if w != g:
                if isinstance(w, list) and isinstance(g, list) and w[:1] != g[:1]:
                    break
                return difference(w, g, f"{path}/{i}")
        else:
            return None
        return f"{path}/{i}: expected {json.dumps(w)[:400]}, got {json.dumps(g)[:400]}"
    if wanted == got:
        return None
    return f"{path}: expected {json.dumps(wanted)[:400]}, got {json.dumps(got)[:400]}"


async def perform(command, cases, expected):
    """Performs all cases; returns the results by name and the driver's exit code."""
    driver = Driver()
    await driver.begin(command)
    results = {}
    left = list(cases)

    async def worker():
        while left:
            case = left.pop(0)
            try:
                results[case["name"]] = await Play(driver, case["scenario"]).run(expected(case), GRACE)
            except Exception as problem:  # a broken scenario must not stop others
                results[case["name"]] = {"broken": repr(problem)}

    await asyncio.gather(*(worker() for _ in range(TOGETHER)))
    return results, await driver.end()


def deviations():
    return (ROOT / "docs" / "deviations.md").read_text()


def documented():
    """Returns the names of the rows of docs/deviations.md."""
    return set(re.findall(r"^\| `([\w.-]+)`", deviations(), re.M))


def wanted_of(case):
    return case["ours"] if "deviation" in case else case["node"]


def replay(build, only):
    command = [str(Path(build) / "test" / "conformance" / "client" / "parity_client")]
    all_cases = [c for f in files() for c in read(f)]
    cases = [c for c in all_cases if re.search(only, c["name"])]
    known = documented()
    failed = 0

    def complain(name, why):
        nonlocal failed
        failed += 1
        print(f"FAILED: {name}\n    {why}")

    playable = []
    unclear = {c["name"]: why for c, why in releases.complaints(cases, deviations())}
    for case in cases:
        name = case["name"]
        if sum(c["name"] == name for c in all_cases) > 1:
            complain(name, "the name stands twice")
        elif "node" not in case or ("deviation" in case and "ours" not in case):
            complain(name, "nothing is recorded")
        elif "deviation" in case and case["deviation"] not in known:
            complain(name, f"docs/deviations.md has no row `{case['deviation']}`")
        elif "deviation" in case and case["ours"] == case["node"]:
            complain(name, "names a deviation, and does what Node does")
        elif name in unclear:
            complain(name, unclear[name])
        else:
            playable.append(case)
    results, code = asyncio.run(perform(command, playable, wanted_of))
    passed = 0
    for case in playable:
        found = difference(wanted_of(case), results[case["name"]])
        if found:
            complain(case["name"], found)
        else:
            passed += 1
    if code != 0:
        complain("parity_client", f"ended with {code}")
    print(releases.summary(playable))
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


def accept(build):
    command = [str(Path(build) / "test" / "conformance" / "client" / "parity_client")]
    for path in files():
        cases = read(path)
        deviating = [c for c in cases if "deviation" in c]
        first, _ = asyncio.run(perform(command, deviating, lambda _: None))
        again, _ = asyncio.run(perform(command, deviating, lambda _: None))
        for case in deviating:
            if first[case["name"]] != again[case["name"]]:
                print(f"{case['name']}: two runs differ: {difference(first[case['name']], again[case['name']])}")
            case["ours"] = first[case["name"]]
        write(path, cases)
    return 0


def record(node, only, member):
    command = [node, str(ROOT / "tools" / "node" / "client" / "driver.mjs")]
    unstable = 0
    for path in files():
        cases = read(path)
        chosen = [c for c in cases if re.search(only, c["name"])]
        runs = [asyncio.run(perform(command, chosen, lambda _: None))[0] for _ in range(3)]
        for case in chosen:
            results = [r[case["name"]] for r in runs]
            if any(r != results[0] for r in results):
                unstable += 1
                print(f"{case['name']}: Node's runs differ")
                print(f"    {difference(results[0], next(r for r in results if r != results[0]))}")
            case[member] = results[0]
            if case.get("later") == case["node"]:
                del case["later"]
        write(path, cases)
        print(f"{path.relative_to(ROOT)}: {len(chosen)} recorded")
    return 1 if unstable else 0


def main(arguments):
    members = {"--record": "node", "--record-later": "later"}
    if arguments[:1] and arguments[0] in members and len(arguments) in (2, 3):
        return record(arguments[1], arguments[2] if len(arguments) == 3 else "", members[arguments[0]])
    if arguments[:1] == ["--accept"] and len(arguments) == 2:
        return accept(arguments[1])
    if len(arguments) not in (1, 2) or arguments[0].startswith("-"):
        print(__doc__.strip(), file=sys.stderr)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    return replay(arguments[0], arguments[1] if len(arguments) == 2 else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
