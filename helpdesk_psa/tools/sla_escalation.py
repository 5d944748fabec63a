"""When the steps of an escalation fall due: pure functions of a clock's figures.

No database, no records. All moments are naive UTC datetimes, all durations seconds.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from .working_time import HorizonError, WorkingTime


class Step(NamedTuple):
    """What a policy does at some point of a clock's life."""

    id: int
    timing: str  # percent, before, after
    amount: (
        int  # per cent of the promised time, or seconds before or after the due time
    )
    is_in_service_hours: bool
    since: datetime | None = None  # what came before then is past: the step is newer
    metric: str | None = None  # None: each


class Standing(NamedTuple):
    """Where a clock stands."""

    state: str  # running, paused, met, breached, cancelled
    due_at: datetime | None
    target_seconds: int
    elapsed_seconds: int  # of service hours, up to `elapsed_at`
    elapsed_at: datetime
    time: WorkingTime
    metric: str | None = None


def plan(steps, standing, fired=()):
    """Return the steps that are still to come, in the order in which they happen.

    Those that should have happened already come first; the caller tells them by their
    moment. A clock that does not run plans nothing: what happens after a pause depends
    on how long it takes.

    :param steps: iterable of `Step` in the order in which simultaneous ones happen
    :param fired: ids of the steps that have happened
    :return: list of (moment, step)
    :rtype: list[tuple[datetime, Step]]
    """
    if standing.state != "running":
        return []
    planned = []
    for step in steps:
        if step.id in fired or (step.metric and step.metric != standing.metric):
            continue
        moment = get_moment(step, standing)
        if moment and not (step.since and moment < step.since):
            planned.append((moment, step))
    # Sorting is stable: simultaneous steps keep their order.
    return sorted(planned, key=lambda item: item[0])


def get_moment(step, standing):
    """Return when a step happens if the clock runs on, or None if it never does.

    In service hours only, minutes are service minutes and a step that falls outside
    waits for the next opening.

    :rtype: datetime | None
    """
    try:
        moment = _locate(step, standing)
        if moment and step.is_in_service_hours:
            moment = standing.time.next_open(moment)
    except HorizonError:
        return None
    return moment


def _locate(step, standing):
    if step.timing == "percent":
        needed = -(-standing.target_seconds * step.amount // 100)
        remaining = needed - standing.elapsed_seconds
        return _shift(standing.time, standing.elapsed_at, remaining)
    if not standing.due_at:
        return None
    seconds = step.amount if step.timing == "after" else -step.amount
    if step.is_in_service_hours:
        return _shift(standing.time, standing.due_at, seconds)
    return standing.due_at + timedelta(seconds=seconds)


def _shift(time, moment, seconds):
    """Move a moment in service hours; by nothing, it stays where it is."""
    return time.add(moment, seconds) if seconds else moment
