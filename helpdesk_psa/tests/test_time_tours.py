from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTimeTours(HttpCase):
    """How an agent logs time in a browser, with the rights of an agent only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = new_test_user(
            cls.env,
            "ada_time",
            groups="helpdesk_psa.group_psa_agent",
            name="Ada Agent",
            email="ada@desk.example.com",
            lang="en_US",
            tz="UTC",
        )
        cls.env["hr.employee"].create(
            {
                "name": "Ada Agent",
                "user_id": cls.agent.id,
                "company_id": cls.agent.company_id.id,
            }
        )
        casey = cls.env["res.partner"].create(
            {"name": "Casey Customer", "email": "casey@acme.example.com"}
        )
        cls.ticket = cls.env["psa.ticket"].create(
            {
                "name": "Label printer jams",
                "partner_id": casey.id,
                "priority": "3",
                "company_id": cls.agent.company_id.id,
            }
        )

    def _get_entries(self):
        return self.env["account.analytic.line"].search(
            [("psa_ticket_id", "=", self.ticket.id)]
        )

    def test_the_timer_follows_the_agent_until_the_time_is_logged(self):
        self.start_tour(
            "/odoo/helpdesk-tickets",
            "psa_timer_journey",
            login="ada_time",
            timeout=180,
        )
        entry = self._get_entries()
        self.assertEqual(entry.psa_minutes, 12)
        self.assertEqual(entry.name, "Cleaned the rollers")
        self.assertEqual(entry.user_id, self.agent)
        self.assertEqual(self.ticket.user_id, self.agent)
        self.assertEqual(self.ticket.stage_category, "open")
        self.assertFalse(
            self.env["psa.timer"].search([("user_id", "=", self.agent.id)])
        )

    def test_a_week_is_filled_in_with_the_keyboard(self):
        self.start_tour(
            "/odoo/helpdesk-week", "psa_week_grid", login="ada_time", timeout=180
        )
        self.assertEqual(self._get_entries().psa_minutes, 75)
