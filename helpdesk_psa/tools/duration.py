"""Durations as people type and read them. Whole minutes, no database."""

import math
import re

DAY_MINUTES = 24 * 60

# 1:30, 1h30, 1 h, 1h
CLOCK = re.compile(r"^(\d{1,4})\s*(?::|h)\s*(\d{1,2})?\s*(?:m|min)?$")
# 90m, 90 min
MINUTES = re.compile(r"^(\d{1,5})\s*(?:m|min|mins|minutes|')$")
# 1.5, 1,5, .5, 2, each with or without h
HOURS = re.compile(r"^(\d{0,4}[.,]\d{1,4}|\d{1,4})\s*(?:h|hours)?$")


def parse_duration(text):
    """Return the minutes that somebody means by “1:30”, “1.5”, “1h30”, “90m” or “2”.

    A bare number is hours. An empty text is 0.

    :raise ValueError: if the text is no duration
    """
    text = (text or "").strip().lower()
    if not text:
        return 0
    if found := CLOCK.match(text):
        hours, minutes = int(found[1]), int(found[2] or 0)
        if minutes < 60:
            return hours * 60 + minutes
    elif found := MINUTES.match(text):
        return int(found[1])
    elif found := HOURS.match(text):
        return hours_to_minutes(float(found[1].replace(",", ".")))
    raise ValueError(text)


def format_duration(minutes):
    """Return minutes as ``h:mm``; negative ones with a sign before."""
    sign = "-" if minutes < 0 else ""
    hours, minutes = divmod(abs(minutes), 60)
    return f"{sign}{hours}:{minutes:02d}"


def hours_to_minutes(hours):
    """Return the whole minutes nearest to hours; half a minute counts as one."""
    minutes = math.floor(abs(hours) * 60 + 0.5 + 1e-9)
    return minutes if hours >= 0 else -minutes


def minutes_between(start, stop):
    """Return the whole minutes nearest to the time between two moments."""
    return hours_to_minutes((stop - start).total_seconds() / 3600)
