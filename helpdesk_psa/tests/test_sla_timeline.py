from odoo.exceptions import AccessError
from odoo.tests import tagged

from .sla_common import SlaCommon, when

HOUR = 3600


@tagged("post_install", "-at_install")
class TestSlaTimeline(SlaCommon):
    """Why is it late? What an agent reads on the clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_policy("Standard", ("resolution", 4), ("first_response", 2))

    def _get_timeline(self, ticket, user=None):
        clock = self._get_clock(ticket).with_user(user or self.rita)
        return clock.get_timeline()

    def test_it_tells_of_running_waiting_and_closed_hours(self):
        ticket = self._open("mon 16:00")
        self._write("mon 17:00", ticket, stage_id=self.stage_waiting.id)
        self._write("mon 17:30", ticket, stage_id=self.stage_open.id)
        with when("tue 10:00"):
            timeline = self._get_timeline(ticket)
        self.assertEqual(
            [
                (line["phase"], line["start"][8:16], line["stop"][8:16])
                for line in timeline["intervals"]
            ],
            [
                ("running", "05 16:00", "05 17:00"),
                ("paused", "05 17:00", "05 17:30"),
                ("running", "05 17:30", "05 18:00"),
                ("closed", "05 18:00", "06 09:00"),
                ("running", "06 09:00", "06 10:00"),
            ],
        )

    def test_the_running_intervals_add_up_to_the_time_used(self):
        ticket = self._open("mon 16:00")
        self._write("mon 17:00", ticket, stage_id=self.stage_waiting.id)
        self._write("tue 11:00", ticket, stage_id=self.stage_open.id)
        self._write("wed 10:15", ticket, stage_id=self.stage_resolved.id)
        with when("fri 10:00"):
            timeline = self._get_timeline(ticket)
        used = sum(line["seconds"] for line in timeline["intervals"])
        self.assertEqual(used, self._get_clock(ticket).elapsed_seconds)
        self.assertEqual(used, timeline["used_seconds"])
        self.assertEqual(used, (1 + 7 + 1.25) * HOUR)

    def test_a_pause_names_its_status_and_a_holiday_its_name(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Epiphany",
                "date_from": "2026-01-06 00:00:00",
                "date_to": "2026-01-06 23:59:59",
                "company_id": self.company.id,
            }
        )
        ticket = self._open("mon 17:00")
        self._write("wed 09:30", ticket, stage_id=self.stage_waiting.id)
        with when("wed 10:00"):
            labels = [line["label"] for line in self._get_timeline(ticket)["intervals"]]
        self.assertIn("Epiphany", labels)
        self.assertEqual(labels[-1], self.stage_waiting.name)

    def test_another_company_does_not_read_it(self):
        ticket = self._open("mon 16:00")
        with self.assertRaises(AccessError):
            self._get_timeline(ticket, self.bob)


@tagged("post_install", "-at_install")
class TestSlaPanel(SlaCommon):
    """The clocks on the form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_policy("Standard", ("resolution", 4), ("first_response", 2))

    def _get_panel(self, ticket, moment, user=None):
        with when(moment):
            return ticket.with_user(user or self.rita).get_sla_panel()

    def test_what_is_due_first_comes_first(self):
        ticket = self._open("mon 09:00")
        clocks = self._get_panel(ticket, "mon 10:00")["clocks"]
        self.assertEqual(
            [(clock["metric"], clock["used_seconds"]) for clock in clocks],
            [("first_response", HOUR), ("resolution", HOUR)],
        )

    def test_clock_knows_when_the_service_closes(self):
        ticket = self._open("mon 17:00")
        clock = self._get_panel(ticket, "mon 17:30")["clocks"][0]
        self.assertEqual(
            clock["open"][:2],
            [
                ["2026-01-05 17:30:00", "2026-01-05 18:00:00"],
                ["2026-01-06 09:00:00", "2026-01-06 18:00:00"],
            ],
        )

    def test_clock_on_hold_does_not_move(self):
        ticket = self._open("mon 09:00")
        self._write("mon 10:00", ticket, stage_id=self.stage_waiting.id)
        clocks = self._get_panel(ticket, "mon 15:00")["clocks"]
        resolution = next(c for c in clocks if c["metric"] == "resolution")
        self.assertEqual(
            (resolution["state"], resolution["used_seconds"], resolution["open"]),
            ("paused", HOUR, []),
        )

    def test_what_is_over_stands_last(self):
        ticket = self._open("mon 09:00")
        self._say("mon 09:30", ticket)
        clocks = self._get_panel(ticket, "mon 10:00")["clocks"]
        self.assertEqual(
            [(clock["metric"], clock["state"]) for clock in clocks],
            [("resolution", "running"), ("first_response", "met")],
        )

    def test_another_company_does_not_read_it(self):
        ticket = self._open("mon 09:00")
        with self.assertRaises(AccessError):
            self._get_panel(ticket, "mon 10:00", self.bob)
