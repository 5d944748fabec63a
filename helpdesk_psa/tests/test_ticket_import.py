from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestImport(HelpdeskCommon):
    """Lists of tickets through Odoo's import dialog."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.name = "First line"  # the team that ships is called Support, too

    def _import(self, *rows):
        """Import rows of subject, team, type, severity and status.

        :return: (tickets, messages of the refusal)
        """
        result = (
            self.env["psa.ticket"]
            .with_user(self.max)
            .load(
                ["name", "team_id", "type_id", "severity_id", "stage_id"],
                [list(row) for row in rows],
            )
        )
        tickets = self.env["psa.ticket"].browse(result["ids"] or [])
        return tickets, [message["message"] for message in result["messages"]]

    def test_rows_become_tickets_by_the_names_people_use(self):
        tickets, messages = self._import(
            ("Old printer", "First line", "Incident", "Major", "In progress"),
            ("Old server", "First line", "Service request", "", "Closed"),
        )
        self.assertFalse(messages)
        self.assertEqual(tickets.mapped("name"), ["Old printer", "Old server"])
        self.assertEqual(tickets[0].priority, "2")
        self.assertEqual(tickets[0].stage_id, self.stage_open)
        self.assertTrue(tickets[1].closed_at)
        self.assertEqual(len(set(tickets.mapped("number"))), 2)

    def test_unknown_severity_is_named_and_nothing_is_written(self):
        count = self.env["psa.ticket"].search_count([])
        tickets, messages = self._import(
            ("Good", "First line", "Incident", "Major", ""),
            ("Bad", "First line", "Incident", "Terrible", ""),
        )
        self.assertFalse(tickets)
        self.assertEqual(len(messages), 1)
        self.assertIn("Terrible", messages[0])
        self.assertIn("Severity", messages[0])
        self.assertEqual(self.env["psa.ticket"].search_count([]), count)

    def test_status_not_allowed_is_named_and_nothing_is_written(self):
        self.env["psa.ticket.stage"].create({"name": "Elsewhere", "category": "open"})
        count = self.env["psa.ticket"].search_count([])
        tickets, messages = self._import(
            ("Bad", "First line", "Incident", "", "Elsewhere")
        )
        self.assertFalse(tickets)
        self.assertIn("“Elsewhere” is not allowed", "".join(messages))
        self.assertEqual(self.env["psa.ticket"].search_count([]), count)

    def test_team_of_another_company_is_not_found(self):
        tickets, messages = self._import(("Bad", "Support Abroad", "Incident", "", ""))
        self.assertFalse(tickets)
        self.assertIn("Support Abroad", "".join(messages))

    def test_import_tells_the_customers_nothing(self):
        result = (
            self.env["psa.ticket"]
            .with_user(self.max)
            .load(
                ["name", "partner_id", "channel", "team_id"],
                [["Old printer", "ACME, Casey Customer", "Import", "First line"]],
            )
        )
        ticket = self.env["psa.ticket"].browse(result["ids"])
        self.assertEqual(ticket.partner_id, self.casey)
        self.assertFalse(self.env["psa.notice"].search([("ticket_id", "=", ticket.id)]))
