"""What tools/check/production has noted, and its judgement."""

import re
import time
from collections import Counter, defaultdict

FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)')
NUMBER = re.compile(r"[?&]n=(\d+)")
SECOND = re.compile(r"ts=(\S+)")
# A safe request of these kinds is expected to succeed whatever happens.
SAFE = ("safe",)
MOST_SHOWN = 10


class Generation:
    """One process of the proxy."""

    def __init__(self, begin, pid):
        self.begin, self.pid = begin, pid
        self.samples = []  # time, bytes of memory, descriptors
        self.metrics = ""

    def counter(self, pattern):
        return sum(float(v) for v in re.findall(pattern + r" ([0-9.]+)$", self.metrics, re.M))

    def grows(self):
        """Returns the memory of the middle third and of the last one; nothing if it is too short."""
        sizes = [size for at, size, _ in self.samples if at > self.begin + 8]
        if len(sizes) < 15:
            return None
        third = len(sizes) // 3
        return max(sizes[third : 2 * third]), max(sizes[2 * third :])


def parse(line):
    return {name: value.strip('"') for name, value in FIELD.findall(line)}


class Facts:
    def __init__(self):
        self.generations = []
        self.restarts = []  # begin, end
        self.cycles = []  # of the upstream
        self.exit_codes = []
        self.checks = []  # name, right

    def check(self, name, right):
        self.checks.append((name, bool(right)))

    def expect_reload(self, begin, turn, metrics, wanted):
        """Waits until the counter of reloads has changed."""
        generation = self.generations[-1]
        counts = getattr(generation, "reload_counts", Counter())
        counts[wanted] += 1
        generation.reload_counts = counts
        line = f"{wanted}{counts[wanted]}\n"
        while time.time() < begin + 5:
            if line in metrics():
                return
            time.sleep(0.05)
        self.check(f"reload {turn} is counted as '{line.strip()}'", False)

    def during_restart(self, begin, end):
        return any(begin < b + 1 and end > a - 1 for a, b in self.restarts)

    def during_cycle(self, begin, end):
        return any(begin < b + 1 and end > a - 1 for a, b in self.cycles)

    # The judgement.

    def judge(self, results, lines, serials, words):
        by_number = defaultdict(list)
        unnumbered = Counter()
        for line in lines:
            record = parse(line)
            number = NUMBER.search(record.get("target", ""))
            if number:
                by_number[int(number[1])].append(record)
            else:
                unnumbered[record.get("end", "none")] += 1
        self.judge_clients(results, by_number)
        self.judge_log(results, by_number)
        twice = [s for s, n in Counter(serials).items() if n > 1]
        self.check(f"no POST arrives twice {twice[:5]}", not twice)
        for g in self.generations:
            grown = g.grows()
            if grown:
                self.check(
                    f"memory is flat ({grown[0] >> 20} and {grown[1] >> 20} MiB)", grown[1] <= grown[0] * 1.1 + (2 << 20)
                )
        self.check(f"the proxy ends with 0, not {self.exit_codes}", not any(self.exit_codes) and None not in self.exit_codes)
        self.check("the proxy prints no surprise", "ERROR" not in words and "runtime error" not in words)
        self.print_figures(results, by_number, unnumbered)
        wrong = [name for name, right in self.checks if not right]
        for name in wrong:
            print(f"WRONG: {name}")
        print(f"{len(self.checks) - len(wrong)} passed, {len(wrong)} failed")
        return not wrong

    def excuse(self, r, record):
        """Returns why a request may fail; empty if it must not."""
        side = record.get("end", "--")[0] if record else ""
        if r["kind"] == "abort":
            return "it is aborted"
        if r["kind"] in SAFE:
            return ""
        if r["kind"] in ("websocket", "slow") and self.during_restart(r["begin"], r["end"]):
            return "the proxy restarts"
        if r["kind"] == "websocket":
            cut = r["status"] == 101 and r["upstream"] == "good" and self.during_cycle(r["begin"], r["end"])
            return "its upstream restarts" if cut else ""
        # What changes something is sent once, and what has begun cannot be sent again.
        if side in "Ss" and record.get("upstream") in ("resets", "good"):
            return "its upstream fails"
        return ""

    def judge_clients(self, results, by_number):
        wrong = defaultdict(list)
        for r in results:
            lines = by_number[r["number"]]
            if r["wrong"] and not self.excuse(r, lines[0] if lines else None):
                wrong[r["kind"]].append((r, lines))
        for kind in sorted({r["kind"] for r in results}):
            self.check(f"{kind}: {len(wrong[kind])} requests fail without a cause", not wrong[kind])
            for r, lines in wrong[kind][:MOST_SHOWN]:
                print(f"  {kind} {r['number']} at {r['begin']:.3f}: {r['wrong']} {r['upstream']} {lines}")

    def judge_log(self, results, by_number):
        kinds = {r["number"]: r for r in results}
        wrong = []
        for r in results:
            n = len(by_number[r["number"]])
            # Without a status the request may never have been received.
            if n > 1 or (n == 0 and r["status"] != 0):
                wrong.append(f"{r['kind']} {r['number']} ({r['status']} {r['wrong']}) has {n} lines")
        for number, records in by_number.items():
            r = kinds.get(number)
            for record in records:
                if r and (why := self.blames_wrongly(r, record)):
                    wrong.append(f"{why}: {record}, the client: {r}")
        self.check(f"{len(wrong)} lines of the log are wrong or missing", not wrong)
        for line in wrong[:MOST_SHOWN]:
            print(f"  {line}")

    def blames_wrongly(self, r, record):
        end = record.get("end", "??")
        restarting = self.during_restart(r["begin"], r["end"])
        side = end[0]
        if side == "-":
            # An upstream that ends in order ends its tunnels in order.
            failed = r["wrong"] and not self.excuse(r, record)
            return "the line says that all is well" if failed else ""
        if side in "Ss":
            if record.get("upstream") == "slow" and not restarting:
                return "the line blames an upstream that does not fail"
            return ""
        if side in "Cc":
            left = r["kind"] == "abort" or restarting
            return "" if left else "the line blames a client that does not fail"
        if side == "K":
            return "" if restarting else "the line blames a restart"
        return "the line blames the proxy"

    def print_figures(self, results, by_number, unnumbered):
        count = Counter(r["kind"] for r in results)
        failed = Counter(r["kind"] for r in results if r["wrong"])
        times = defaultdict(list)
        for r in results:
            times[r["kind"]].append(r["end"] - r["begin"])
        print("requests (with a failure, median and 99 % in ms):")
        for kind in sorted(count):
            t = sorted(times[kind])
            print(f"  {kind:10} {count[kind]:7} ({failed[kind]}, {t[len(t) // 2] * 1000:.0f} and {t[len(t) * 99 // 100] * 1000:.0f})")
        ends = Counter(record.get("end") for records in by_number.values() for record in records)
        tries = Counter(record.get("tries", "0") for records in by_number.values() for record in records)
        print(f"ends in the log: {dict(ends.most_common())}, without a number: {dict(unnumbered)}")
        print(f"tries: {dict(sorted(tries.items()))}")
        print(f"restarts of the proxy: {len(self.restarts)}, the longest {max([b - a for a, b in self.restarts], default=0):.1f} s")
        print(f"restarts of an upstream: {len(self.cycles)}")
        for g in self.generations:
            sizes = [size for _, size, _ in g.samples] or [0]
            descriptors = [d for _, _, d in g.samples] or [0]
            print(
                f"process {g.pid}: {len(sizes)} s, memory {max(sizes) >> 20} MiB, descriptors up to {max(descriptors)},"
                f" ejections {g.counter('anode_upstream_ejections_total.*'):.0f},"
                f" retries denied {g.counter('anode_pool_retries_total.*denied.*'):.0f},"
                f" reloads {g.counter('anode_config_reloads_total.*done.*'):.0f} and"
                f" {g.counter('anode_config_reloads_total.*failed.*'):.0f} refused"
            )
