from datetime import datetime, timedelta
from random import Random

from odoo.tests import BaseCase

from ..tools.duration import (
    format_duration,
    hours_to_minutes,
    minutes_between,
    parse_duration,
)


class TestDuration(BaseCase):
    """What people type for a duration, and what it means."""

    def test_durations_are_read_as_people_type_them(self):
        for text, minutes in [
            ("1:30", 90),
            ("0:05", 5),
            ("1h30", 90),
            ("1 h 30", 90),
            ("1h30m", 90),
            ("2h", 120),
            ("1.5", 90),
            ("1,5", 90),
            (".25", 15),
            ("1.5 h", 90),
            ("2", 120),
            ("90m", 90),
            ("90 min", 90),
            ("45'", 45),
            (" 1:30 ", 90),
            ("1H", 60),
            ("0", 0),
            ("", 0),
            (None, 0),
        ]:
            with self.subTest(text=text):
                self.assertEqual(parse_duration(text), minutes)

    def test_what_is_no_duration_is_refused(self):
        for text in (
            "abc",
            "1:75",
            "-1",
            "1:2:3",
            "1h90",
            "h",
            ":",
            "1..5",
            "99999999",
        ):
            with self.subTest(text=text), self.assertRaises(ValueError):
                parse_duration(text)

    def test_each_written_duration_is_read_back(self):
        random = Random(5)
        for minutes in random.sample(range(24 * 60 + 1), 300):
            self.assertEqual(parse_duration(format_duration(minutes)), minutes)

    def test_minutes_survive_the_way_through_hours(self):
        for minutes in range(-3000, 3001):
            self.assertEqual(hours_to_minutes(minutes / 60), minutes)

    def test_half_a_minute_counts_as_one(self):
        start = datetime(2026, 3, 2, 9)
        for seconds, minutes in [(0, 0), (29, 0), (30, 1), (89, 1), (90, 2), (720, 12)]:
            stop = start + timedelta(seconds=seconds)
            self.assertEqual(minutes_between(start, stop), minutes)
