from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.mail.tests.common import mail_new_test_user


@tagged("post_install", "-at_install")
class TestSlaTours(HttpCase):
    """Clocks in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["psa.sla.policy"].search([]).active = False
        cls.team = cls.env["psa.team"].create({"name": "Tour team"})
        cls.policy = cls.env["psa.sla.policy"].create(
            {
                "name": "Tour policy",
                "team_ids": cls.team.ids,
                "enforced_from_at": False,
                "target_ids": [(0, 0, {"metric": "resolution", "hours": 2})],
            }
        )

    def _create_user(self, group):
        mail_new_test_user(
            self.env,
            login=f"tour_{group}",
            password=f"tour_{group}",
            groups=f"helpdesk_psa.group_psa_{group}",
        )
        return f"tour_{group}"

    def _create_ticket(self, name, hours):
        """Create a ticket that was asked for some hours ago."""
        asked_at = fields.Datetime.now() - timedelta(hours=hours, minutes=1)
        return self.env["psa.ticket"].create(
            {"name": name, "team_id": self.team.id, "requested_at": asked_at}
        )

    def test_an_agent_reads_why_a_ticket_is_late(self):
        self._create_ticket("Server is down", 3)
        self.start_tour(
            "/odoo/helpdesk-tickets?view_type=list",
            "psa_sla_timeline",
            login=self._create_user("agent"),
            timeout=120,
        )

    def test_a_manager_tries_a_policy_out_on_past_tickets(self):
        ticket = self._create_ticket("Printer is slow", 1.5)
        ticket.action_resolve()
        self.start_tour(
            "/odoo/helpdesk-sla-policies",
            "psa_sla_what_if",
            login=self._create_user("manager"),
            timeout=120,
        )
        self.assertEqual(ticket.sla_clock_ids.state, "met", "nothing was changed")
