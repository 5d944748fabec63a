"""Examples of docs/features.md that no other test shows from end to end."""

from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged

from .common import HelpdeskCommon
from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestMailboxes(HelpdeskCommon):
    """Mailboxes in, what happened to mails out."""

    def _fetch(self, server, **values):
        """Let a mail come out of a mailbox, as the incoming server's job does."""
        gateway = self.env["mail.thread"].with_context(
            default_fetchmail_server_id=server.id
        )
        with self._own_cursors(), self.mock_mail_gateway():
            ticket_id = gateway.message_process(
                server.object_id.model, self._build_mail(**values).as_bytes()
            )
            self._end_transaction()
        return self.env["psa.ticket"].browse(ticket_id)

    def test_two_mailboxes_feed_two_teams(self):
        billing = self.team.copy({"name": "Billing", "alias_name": False})
        teams = self.env["psa.team"]
        for team in (billing, self.team):
            server = self.env["fetchmail.server"].create(
                {
                    "name": team.name,
                    "object_id": self.env["ir.model"]._get_id("psa.ticket"),
                    "psa_team_id": team.id,
                }
            )
            teams |= self._fetch(server, to="box@elsewhere.example.com").team_id
        self.assertEqual(list(teams), [billing, self.team])

    def test_bounced_answer_shows_on_its_message_with_the_reason(self):
        ticket = self._create_ticket()
        with self.mock_mail_gateway():
            message = ticket.with_user(self.ada).message_post(
                body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        self._receive(
            (
                f"From: postmaster@mx.example.com\nTo: {self.team_address}\n"
                "Subject: Undelivered\nMessage-Id: <report@mx.example.com>\n"
                'Content-Type: multipart/report; boundary="b"; '
                "report-type=delivery-status\n\n"
                "--b\nContent-Type: text/plain\n\nNo such user.\n"
                "--b\nContent-Type: message/delivery-status\n\n"
                "Reporting-MTA: dns; mx.example.com\n\n"
                "Final-Recipient: rfc822; casey@acme.example.com\nAction: failed\n"
                "Status: 5.1.1\n\n"
                f"--b\nContent-Type: message/rfc822\n\nMessage-Id: {message.message_id}\n"
                "Subject: Hello\n\nHello\n--b--\n"
            ).encode()
        )
        notification = message.with_user(self.ada).notification_ids
        self.assertEqual(notification.res_partner_id, self.casey)
        self.assertEqual(notification.notification_status, "bounce")
        self.assertIn("No such user.", notification.failure_reason)


@tagged("post_install", "-at_install")
class TestTicketPageFeatures(PortalCommon):
    """What a visitor of the ticket's page sees, and what his visit leaves alone."""

    def test_visitor_does_not_mark_the_ticket_as_read(self):
        self._open_page()
        self.authenticate("zoe_portal", "zoe_portal")
        self._open_page()
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.zoe_user).mark_read()
        self.assertFalse(self.ticket.read_at)
        self.assertNotIn("read", self.ticket.event_ids.mapped("kind"))

    def test_message_that_is_not_mailed_shows_on_the_page(self):
        composer = Form(
            self.env["mail.compose.message"]
            .with_user(self.ada)
            .with_context(
                default_model="psa.ticket",
                default_res_ids=self.ticket.ids,
                default_composition_mode="comment",
                default_partner_ids=self.casey.ids,
                default_subtype_xmlid="mail.mt_comment",
            )
        )
        composer.body = "<p>Read this when you come by.</p>"
        composer.psa_send_mail = False
        composer = composer.save()
        with self.mock_mail_gateway():
            composer.action_send_mail()
        self.assertFalse(self._mails)
        self.assertIn("Read this when you come by.", self._open_page().text_content())


@tagged("post_install", "-at_install")
class TestListTours(HelpdeskCommon, HttpCase):
    """Lists and columns in a browser, as an agent."""

    def test_card_dragged_to_another_status_is_one_line_of_history(self):
        ticket = self._create_ticket(name="Label printer jams")
        self.start_tour(
            "/odoo/helpdesk-tickets?view_type=kanban", "psa_kanban_drag", login="ada"
        )
        self.assertEqual(ticket.stage_id, self.stage_open)
        event = ticket.event_ids.filtered(lambda event: event.kind == "stage")
        self.assertEqual(event.summary, "Status: New → In progress")
        self.assertEqual(event.user_id, self.ada)

    def test_filter_of_a_queue_is_removed_with_one_click(self):
        self._create_ticket()
        self._create_ticket(name="Label printer jams", stage_id=self.stage_closed.id)
        self.start_tour("/odoo/helpdesk-inbox", "psa_search_facets", login="ada")

    def test_manager_adds_an_extra_field_from_a_ticket_of_the_type(self):
        ticket = self._create_ticket()
        self.start_tour(f"/odoo/psa.ticket/{ticket.id}", "psa_extra_field", login="max")
        labels = [field["string"] for field in self.type_incident.ticket_properties]
        self.assertEqual(labels, ["Serial number"])
        self.assertFalse(self.type_request.ticket_properties)
