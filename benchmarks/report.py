"""Turns samples into the table of results: ratios, and whether the targets hold."""

import os
import platform
from dataclasses import dataclass
from statistics import median

from odoo import release

from .operations import OPERATIONS, Sample

OURS = "ticket"
FLOORS = ("task", "lead")
PEERS = ("oca",)


@dataclass
class Target:
    """One promise: what is compared with what, and the most it may be.

    `versus` is the label of a floor or peer, ``best`` for the faster floor, ``queries``
    for our own number of queries, ``smallest`` for ourselves at the smallest size, or
    another operation of ours. `size` is the number of records at which it counts, all if
    empty.
    """

    versus: str
    limit: float
    size: int = 0


SCREEN_TARGETS = [
    Target("task", 0.5, 100_000),
    Target("oca", 0.7, 100_000),
    Target("smallest", 1.25, 1_000_000),
]
TARGETS = {
    "A1": [
        Target("task", 0.74),
        Target("lead", 0.87),
        Target("queries", 56),
        Target("smallest", 1.05, 100_000),
    ],
    "A1b": [Target("A2", 0.5)],
    "A2": [Target("lead", 0.95)],
    "A3": [Target("best", 1.0)],
    "B1": [Target("task", 0.6), Target("smallest", 1.05, 100_000)],
    "B2": [Target("oca", 0.6)],
    "B3": [Target("lead", 1.5)],
    "C": [
        Target("task", 0.45),
        Target("queries", 4),
        Target("smallest", 1.05, 100_000),
    ],
    "C one by one": [Target("task", 0.53), Target("smallest", 1.05, 100_000)],
    "D1": SCREEN_TARGETS,
    "D2": SCREEN_TARGETS,
    "D3": SCREEN_TARGETS,
    "D4": [Target("task", 1.2), Target("smallest", 1.25, 1_000_000)],
    "D5 rare": [Target("task", 0.8, 100_000), Target("smallest", 1.5, 1_000_000)],
    "S1": [Target("best", 0.01)],
    "S2": [Target("best", 1.0), Target("smallest", 1.25)],
    "D5 common": [Target("task", 0.8, 100_000), Target("smallest", 1.5, 1_000_000)],
}


class Results:
    """Median of each operation, by number of records and desk."""

    def __init__(self):
        self.medians = {}
        # Of PostgreSQL, by operation and number of records.
        self.plans = {}

    def add(self, operation, total, desk, samples):
        """Keep the median of the samples of all rounds."""
        self.medians[operation, total, desk] = Sample(
            median(sample.milliseconds for sample in samples),
            median(sample.queries for sample in samples),
            median(sample.processor for sample in samples),
        )

    def get(self, operation, total, desk):
        """Return the median, or None if it was not measured."""
        return self.medians.get((operation, total, desk))

    def describe(self, operation, total):
        """Return the medians of all desks in one line."""
        samples = {desk: self.get(operation, total, desk) for desk in self.get_desks()}
        return "; ".join(
            f"{desk} {_write_sample(sample)}"
            for desk, sample in samples.items()
            if sample
        )

    def get_desks(self):
        """Return the labels of what was measured, ours first."""
        known = {desk for _operation, _total, desk in self.medians}
        return [desk for desk in (OURS, *FLOORS, *PEERS) if desk in known]

    def get_totals(self):
        """Return the numbers of records measured, smallest first."""
        return sorted({total for _operation, total, _desk in self.medians})

    def get_ratio(self, operation, total, target):
        """Return what a target compares, or None where it does not apply."""
        ours = self.get(operation, total, OURS)
        if not ours or target.size not in (0, total):
            return None
        if target.versus == "queries":
            return ours.queries
        if target.versus == "smallest":
            smallest = self.get_totals()[0]
            base = self.get(operation, smallest, OURS) if smallest < total else None
            return base and ours.milliseconds / base.milliseconds
        if target.versus in OPERATIONS:
            floors = [self.get(target.versus, total, OURS)]
        else:
            names = FLOORS if target.versus == "best" else (target.versus,)
            floors = [self.get(operation, total, name) for name in names]
        floors = [floor.milliseconds for floor in floors if floor]
        return ours.milliseconds / min(floors) if floors else None


def write_report(results, versions, started):
    """Return the results as Markdown."""
    lines = [
        f"# Benchmark of {started:%Y-%m-%d %H:%M} UTC",
        "",
        f"{versions}, Odoo {release.version}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f} at the "
        "end. One process, medians.",
        "Milliseconds and queries per unit; only the ratios of one run mean anything. In"
        " brackets the ratio of the processor time of the Python process alone.",
        "",
    ]
    for total in results.get_totals():
        lines += [f"## {total:,} records", "", *_write_table(results, total), ""]
        for (operation, size), plan in results.plans.items():
            if size == total:
                lines += [f"How {operation} finds its records:", ""]
                lines += ["```", plan, "```", ""]
    return "\n".join(lines)


def _write_table(results, total):
    others = results.get_desks()[1:]
    heads = ["operation", OURS, *others, *(f"× {name}" for name in others), "targets"]
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for operation, (title, _function) in OPERATIONS.items():
        ours = results.get(operation, total, OURS)
        if not ours:
            continue
        samples = [results.get(operation, total, name) for name in others]
        cells = [
            f"{operation} {title}" if " " not in operation else f"{operation}: {title}",
            *(_write_sample(sample) for sample in (ours, *samples)),
            *(_write_ratio(ours, sample) for sample in samples),
            "; ".join(_write_targets(results, operation, total)),
        ]
        yield f"| {' | '.join(cells)} |"


def _write_sample(sample):
    return f"{sample.milliseconds:.2f} ms, {sample.queries:.1f} q" if sample else ""


def _write_ratio(ours, floor):
    if not floor:
        return ""
    elapsed = ours.milliseconds / floor.milliseconds
    return f"{elapsed:.2f} ({ours.processor / floor.processor:.2f})"


def _write_targets(results, operation, total):
    for target in TARGETS.get(operation, []):
        ratio = results.get_ratio(operation, total, target)
        if ratio is not None:
            verdict = "holds" if ratio <= target.limit else "**missed**"
            yield f"{target.versus} {ratio:.2f} ≤ {target.limit:g} {verdict}"
