# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Interleaved rounds: each round measures all programs one after another, because noise of the
machine then affects all of them. Figures are medians over the rounds. Ratios are medians of the
ratios within a round."""

import statistics
import sys

from programs import Missing


def interleave(name, steps, count, missing):
    """Calls each step `count` times, in rounds.

    `steps` maps a program's name to a function that returns its figures by name. A program that fails
    is skipped from then on and added to `missing`.
    """
    rows = {who: [] for who in steps}
    for _ in range(count):
        for who in [*rows]:
            try:
                rows[who].append(steps[who]())
            except Missing as e:
                note(missing, f"{name}, {who}", e)
                del rows[who]
    return rows


def medians(rows):
    """Returns the median of each figure of each program."""
    return {
        who: {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
        for who, rounds in rows.items()
        if rounds
    }


def ratio(rows, key, one, other):
    """Returns the median ratio of two programs within a round; None if one is missing."""
    if not rows.get(one) or not rows.get(other):
        return None
    return statistics.median(
        a[key] / b[key] for a, b in zip(rows[one], rows[other], strict=True) if b[key] > 0
    )


def compared(rows, floor, key="cpu_us"):
    """Returns the medians, the ratios to the floor, and the ratios of anode to each program."""
    result = medians(rows)
    for who, row in result.items():
        row["to_floor"] = ratio(rows, key, who, floor)
        row["anode_to_it"] = ratio(rows, key, "anode", who)
    return result


def note(missing, what, why):
    print(f"  {what}: {why}", file=sys.stderr)
    missing[what] = str(why)
