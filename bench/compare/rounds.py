# Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
"""Interleaved rounds: each asks all that are compared one after the other, so that they meet the same
moments of a noisy machine. Figures are medians over the rounds, ratios medians of the ratios within
a round."""

import statistics
import sys

from programs import Missing


def interleave(name, steps, count, missing):
    """Calls each step `count` times, in rounds.

    `steps` maps who is measured to a function that returns figures by name. Who fails is left out
    from there on, and noted in `missing`.
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
    """Returns for each who was measured the median of each figure."""
    return {
        who: {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
        for who, rounds in rows.items()
        if rounds
    }


def ratio(rows, key, one, other):
    """Returns the median ratio of two in the same round; None if either is missing."""
    if not rows.get(one) or not rows.get(other):
        return None
    return statistics.median(
        a[key] / b[key] for a, b in zip(rows[one], rows[other], strict=True) if b[key] > 0
    )


def compared(rows, floor, key="cpu_us"):
    """Returns the medians, with the ratios to the floor and of anode to each."""
    result = medians(rows)
    for who, row in result.items():
        row["to_floor"] = ratio(rows, key, who, floor)
        row["anode_to_it"] = ratio(rows, key, "anode", who)
    return result


def note(missing, what, why):
    print(f"  {what}: {why}", file=sys.stderr)
    missing[what] = str(why)
