from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestMailIn(HelpdeskCommon):
    """A mail to a team's address is a ticket."""

    def test_mail_to_a_team_opens_a_ticket_of_the_sender(self):
        line = self._receive(subject="Imprimante HS", body="Rien ne sort.")
        ticket = line.ticket_id
        self.assertEqual(line.state, "ticket")
        self.assertEqual(ticket.name, "Imprimante HS")
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.partner_id, self.casey)
        self.assertEqual(ticket.customer_id, self.acme)
        self.assertEqual(ticket.channel, "email")
        self.assertEqual(ticket.identified_by, "address")
        self.assertIn("Rien ne sort.", ticket.body)
