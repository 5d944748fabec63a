from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .sla_common import SlaCommon, when


@tagged("post_install", "-at_install")
class TestSlaSimulation(SlaCommon):
    """What if the promises of the last months had been others?"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_policy("Standard", ("resolution", 4))
        cls.strict = cls._create_policy("Strict", ("resolution", 2), active=False)

    def _replay(self, policy=None, user=None, **values):
        with when("fri 12:00"):
            simulation = (
                self.env["psa.sla.simulation"]
                .with_user(user or self.max)
                .create(
                    {
                        "policy_id": (policy or self.strict).id,
                        "date_from": date(2026, 1, 5),
                        "date_to": date(2026, 1, 9),
                        **values,
                    }
                )
            )
            simulation.action_replay()
        return simulation

    def _work(self, hours, **values):
        """Open a ticket on Monday at 9 and resolve it some hours later."""
        ticket = self._open("mon 09:00", **values)
        self._write(f"mon {9 + hours:02}:00", ticket, stage_id=self.stage_resolved.id)
        return ticket

    def test_figures_before_and_after(self):
        for hours in (1, 3, 6):
            self._work(hours)
        figure = self._replay().figure_ids
        self.assertEqual(
            (figure.met_before, figure.breached_before), (2, 1), "4 hours promised"
        )
        self.assertEqual(
            (figure.met_after, figure.breached_after), (1, 2), "2 hours promised"
        )

    def test_differences_name_the_tickets(self):
        self._work(1)
        late = self._work(3)
        line = self._replay().line_ids
        self.assertEqual(line.ticket_id, late)
        self.assertEqual(
            (line.outcome_before, line.outcome_after, line.used_hours),
            ("met", "breached", 3.0),
        )

    def test_the_same_policy_makes_no_difference(self):
        for hours in (1, 3, 6):
            ticket = self._work(hours)
            self._write("tue 09:00", ticket, stage_id=self.stage_open.id)
        same = self._create_policy("Same", ("resolution", 4), active=False)
        simulation = self._replay(same)
        self.assertFalse(simulation.difference_count)
        self.assertEqual(simulation.ticket_count, 3)

    def test_only_tickets_that_the_policy_fits_are_replayed(self):
        self._work(3)
        self._work(3, partner_id=self.zoe.id)
        self.strict.customer_ids = self.acme
        self.assertEqual(self._replay().ticket_count, 1)
        self.assertEqual(self._replay(is_everywhere=True).ticket_count, 2)

    def test_no_clock_is_touched(self):
        ticket = self._work(3)
        clock = self._get_clock(ticket)
        before = clock.read()
        self._replay()
        clock.invalidate_recordset()
        self.assertEqual(clock.read(), before)

    def test_days_without_a_ticket_are_refused(self):
        with self.assertRaisesRegex(UserError, "No ticket of that time"):
            self._replay()

    def test_only_managers_and_leads_try_policies(self):
        self._work(3)
        with self.assertRaises(AccessError):
            self._replay(user=self.ada)
        self.assertEqual(self._replay(user=self.lea).ticket_count, 1)
