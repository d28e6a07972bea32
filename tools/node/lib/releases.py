# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Compares recorded cases of two releases of Node.

A case has the result of Node 23.5.0 under `node`. If that of Node 26.12.1 differs, it is under `later`. Then
either the case has a `deviation`, and its `ours` is the result of 26.12 or of neither release; or anode follows
23.5, and `change` names the row of the table "Node 26" in docs/deviations.md that says so.
"""

import re

HEADING = "## Node 26"


def changes(page):
    """Returns the names of the rows of the table "Node 26" in the text of docs/deviations.md."""
    at = page.find(HEADING)
    end = page.find("\n## ", at + 1)
    section = page[at : end if end >= 0 else len(page)] if at >= 0 else ""
    return set(re.findall(r"^\| `([\w.-]+)`", section, re.M))


def complaints(cases, page):
    """Yields the cases whose `later` or `change` is wrong, and the reason."""
    rows = changes(page)
    used = set()
    for case in cases:
        change = case.get("change")
        if change is not None:
            used.add(change)
        if "later" not in case:
            if change is not None:
                yield case, f"names the change '{change}', but both releases have the same result"
        elif case["later"] == case["node"]:
            yield case, "the result of the later release does not differ"
        elif "deviation" in case:
            if change is not None:
                yield case, "names a deviation and a change"
        elif change not in rows:
            yield case, f"docs/deviations.md has no row '{change}' in its table of Node 26"


def unused(cases, page):
    """Returns the rows of the table that no case names."""
    return changes(page) - {case.get("change") for case in cases}


def summary(cases):
    """Returns with which release the expected results agree, as text."""
    first = later = neither = 0
    for case in cases:
        ours = case.get("ours", case["node"])
        as_first, as_later = ours == case["node"], ours == case.get("later", case["node"])
        first += as_first
        later += as_later
        neither += not as_first and not as_later
    return f"{first} as Node 23.5, {later} as Node 26.12, {neither} as neither"
