# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""What anode holds itself to: ratios of CPU time in the same round, and figures of its own."""

# part, with whom anode is compared, the most that the ratio may be, the ratio that is aimed at
RATIOS = (
    ("hello-64", "null", 1.20, 1.10),
    ("hello-64", "beast-coroutines", 0.60, None),
    ("pipeline-16", "null", 1.9, 1.4),
    ("64k", "nginx", 1.0, None),
    ("close", "nginx", 1.0, None),
    ("client-64", "go", 0.5, None),
    ("client-64", "undici", 0.45, None),
    ("client-64", "http.Agent", 0.2, None),
    ("reverse-proxy", "nginx", 1.0, None),
    ("reverse-proxy", "haproxy", 1.0, None),
    ("connect-relay", "haproxy", 1.0, None),
)

# part, whose figure, what, the most that it may be, the figure that is aimed at
FIGURES = (
    ("instructions", "anode", "user instructions a request", 3500, 2500),
    ("idle", "anode", "user-space bytes of an idle connection", 2048, None),
    ("idle", "anode's client, pooled", "the same of a client's pooled one", 3072, None),
)


def judged(results):
    """Returns rows: what, the most, the aim, what was measured."""
    rows = []
    for part, other, most, aim in RATIOS:
        row = results.get(part, {}).get(other)
        if row and row.get("anode_to_it"):
            rows.append((f"{part}, against {other}", most, aim, row["anode_to_it"]))
    for part, whose, what, most, aim in FIGURES:
        if figure := results.get(part, {}).get(whose):
            rows.append((what, most, aim, figure))
    return rows
