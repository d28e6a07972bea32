# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Performance limits of anode: ratios of CPU time within a round, and absolute figures."""

# part, peer, maximum ratio of anode to the peer, target ratio
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
    ("tls-hello-64", "plain", 2.1, 1.6),
    ("tls-hello-64", "nginx", 1.10, 0.90),
    ("tls-hello-64", "beast", 0.70, 0.60),
    ("tls-hello-64", "go", 0.80, 0.55),
    ("tls-hello-64", "node", 0.33, 0.25),
    ("tls-64k", "nginx", 1.00, 0.85),
    ("tls-1m", "nginx", 1.00, 0.85),
    ("tls-handshake", "nginx", 1.02, 1.00),
)

# part, program, description, maximum, target
FIGURES = (
    ("instructions", "anode", "user instructions per request", 3500, 2500),
    ("tls-instructions", "anode, hello-64", "user instructions per request over TLS", 20500, 19000),
    ("tls-idle", "anode", "user-space bytes per idle connection over TLS", 18432, 15360),
    ("idle", "anode", "user-space bytes per idle connection", 2048, None),
    ("idle", "anode's client, pooled", "user-space bytes per pooled client connection", 3072, None),
)


def judged(results):
    """Returns rows of description, maximum, target and measured figure."""
    rows = []
    for part, other, most, aim in RATIOS:
        row = results.get(part, {}).get(other)
        if row and row.get("anode_to_it"):
            rows.append((f"{part}, against {other}", most, aim, row["anode_to_it"]))
    for part, whose, what, most, aim in FIGURES:
        if figure := results.get(part, {}).get(whose):
            rows.append((what, most, aim, figure))
    return rows
