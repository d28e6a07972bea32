# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Formats results as Markdown."""

from limits import judged
from server_workloads import WORKLOADS
from tls import WORKLOADS as TLS_WORKLOADS

MARK = "<!-- results of tools/bench compare -->"


def number(value, digits=2):
    return "-" if value is None else f"{value:,.{digits}f}"


def share(value):
    return "-" if value is None else f"{value:.0%}"


def table(title, head, rows):
    if not rows:
        return []
    line = lambda cells: "| " + " | ".join(cells) + " |"
    return [f"### {title}", "", line(head), line(["---"] * len(head)), *map(line, rows), ""]


def limits(results):
    rows = [
        [what, number(most, 0 if most > 100 else 2), number(aim, 0 if most > 100 else 2),
         number(figure, 0 if most > 100 else 2), "yes" if figure <= most else "no"]
        for what, most, aim, figure in judged(results)
    ]
    return table("Limits", ["figure", "maximum", "target", "measured", "met"], rows)


def workload(name, what, rows):
    head = ["server", "CPU µs/request", "to null", "anode to it", "requests/s", "server busy"]
    head += ["generator busy"]
    return table(f"{name}: {what}", head, [
        [who, number(r["cpu_us"]), number(r["to_floor"]), number(r["anode_to_it"]),
         number(r["rate"], 0), share(r["server_share"]), share(r["load_share"])]
        for who, r in rows.items()
    ])


def tls(name, what, rows):
    head = ["server", "CPU µs/request", "to anode without TLS", "anode to it", "requests/s"]
    head += ["server busy", "generator busy"]
    return table(f"{name}: {what}", head, [
        [who, number(r["cpu_us"]), number(r["to_floor"]), number(r["anode_to_it"]),
         number(r["rate"], 0), share(r["server_share"]), share(r["load_share"])]
        for who, r in rows.items()
    ])


def stream(name, what, rows):
    head = ["server", "CPU µs/MiB", "to null", "anode to it", "MiB/s", "peak MiB", "server busy"]
    head += ["generator busy"]
    return table(f"{name}: {what}", head, [
        [who, number(r["cpu_us"], 0), number(r["to_floor"]), number(r["anode_to_it"]),
         number(r["rate"], 0), number(r["peak"], 1), share(r["server_share"]),
         share(r["load_share"])]
        for who, r in rows.items()
    ])


def client(name, what, rows):
    head = ["client", "CPU µs/request", "to raw", "anode to it", "requests/s", "client busy"]
    return table(f"{name}: {what}", head, [
        [who, number(r["cpu_us"]), number(r["to_floor"]), number(r["anode_to_it"]),
         number(r["rate"], 0), share(r["client_share"])]
        for who, r in rows.items()
    ])


def reverse(rows):
    head = ["proxy", "CPU µs/request", "anode to it", "requests/s", "requests/CPU second"]
    head += ["proxy busy", "generator busy"]
    return table("reverse-proxy: small requests, 64 connections, to the null server", head, [
        [who, number(r["cpu_us"]), number(r["anode_to_it"]), number(r["rate"], 0),
         number(1e6 / r["cpu_us"], 0), share(r["server_share"]), share(r["load_share"])]
        for who, r in rows.items()
    ])


def relay(rows):
    head = ["proxy", "CPU seconds", "anode to it", "MiB/s", "MiB/CPU second", "proxy busy"]
    return table("connect-relay: 1 GiB through a tunnel", head, [
        [who, number(r["cpu_s"], 3), number(r["anode_to_it"]), number(r["rate"], 0),
         number(1024 / r["cpu_s"], 0), share(r["server_share"])]
        for who, r in rows.items()
    ])


def growth(kind, what, rows):
    names = [n for n in ("null", "anode", "nginx") if any(n in r for r in rows.values())]
    head = [what, *(f"{n}, CPU µs/request" for n in names), "anode, user instructions/request"]
    return table(f"Growth with the number of {kind}", head, [
        [f"{int(size):,}", *(number(r.get(n)) for n in names), number(r.get("instructions"), 0)]
        for size, r in rows.items()
    ])


def generator(results):
    """Returns a paragraph on where the load generator was busier than the measured program."""
    limited, seen = {}, False
    for part, rows in results.items():
        for who, row in rows.items() if isinstance(rows, dict) else ():
            if who != "null" and isinstance(row, dict) and "load_share" in row:
                seen = True
                if row["load_share"] > row["server_share"]:
                    limited.setdefault(part, []).append(who)
    if not seen:
        return []
    if not limited:
        return ["Except with the null server, the load generator was less busy than the measured"
                " program. Therefore it is not the bottleneck.", ""]
    return ["With the null server, and in the following rows, the load generator was busier than the"
            " measured program. There it limits the requests per second; the CPU time is valid.", "",
            *(f"- {part}: {', '.join(names)}" for part, names in limited.items()), ""]


def tables(results):
    lines = limits(results) + generator(results)
    for name, w in WORKLOADS.items():
        lines += workload(name, w.what, results.get(name, {}))
    for name, what in (("down", "responses"), ("up", "requests")):
        lines += stream(f"stream-{name}", f"{what} of 64 MiB, chunked, one at a time",
                        results.get(f"stream-{name}", {}))
    for name in ("client-1", "client-64"):
        n = name.split("-")[1]
        lines += client(name, f"GETs from the null server, {n} in flight", results.get(name, {}))
    lines += reverse(results.get("reverse-proxy", {}))
    lines += relay(results.get("connect-relay", {}))
    for name, w in TLS_WORKLOADS.items():
        lines += tls(name, w.what, results.get(name, {}))
    lines += table("User instructions over TLS, per small request and per full handshake",
                   ["program", "instructions"],
                   [[n, number(v, 0)] for n, v in results.get("tls-instructions", {}).items()])
    lines += table("Memory per idle connection over TLS, 1,000 connections",
                   ["server", "user-space bytes"],
                   [[n, number(v, 0)] for n, v in results.get("tls-idle", {}).items()])
    lines += table("User instructions per request, 64 connections", ["program", "instructions"],
                   [[n, number(v, 0)] for n, v in results.get("instructions", {}).items()])
    lines += table("System calls per request, 64 connections", ["server", "calls"], [
        [n, ", ".join(f"{k} {v:.2f}" for k, v in sorted(c.items(), key=lambda c: -c[1]))]
        for n, c in results.get("syscalls", {}).items()
    ])
    lines += table("Memory per idle keep-alive connection, 5,000 connections",
                   ["server", "user-space bytes"],
                   [[n, number(v, 0)] for n, v in results.get("idle", {}).items()])
    found = results.get("growth", {})
    lines += growth("connections", "connections", found.get("connections", {}))
    lines += growth("header fields", "fields in addition to four", found.get("fields", {}))
    lines += table("Compile time and size",
                   ["program", "seconds", "preprocessed lines", "stripped bytes"],
                   [[n, number(r["seconds"], 1), number(r["lines"], 0), number(r["bytes"], 0)]
                    for n, r in results.get("compile", {}).items()])
    if results.get("missing"):
        lines += ["### Not measured", ""]
        lines += [f"- {what}: {why}" for what, why in results["missing"].items()] + [""]
    return "\n".join(lines)


def write_page(path, results):
    """Replaces the results after the mark in a page."""
    text = path.read_text(encoding="utf-8")
    facts = "; ".join(f"{k} {v}" for k, v in results["machine"].items() if v and k != "date")
    facts = facts.replace("cpu ", "").replace("kernel", "Linux")
    head = f"Measured on {results['machine']['date']}: {facts}."
    path.write_text(f"{text.split(MARK)[0]}{MARK}\n\n{head}\n\n{tables(results)}", encoding="utf-8")
