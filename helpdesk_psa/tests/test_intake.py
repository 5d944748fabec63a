from markupsafe import Markup

from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestIntake(HelpdeskCommon):
    """The one door of all channels."""

    def _intake(self, **vals):
        values = {"channel": "api", "name": "Printer down", "team_id": self.team.id}
        return self.env["psa.ticket"].with_user(self.ada)._intake([{**values, **vals}])

    # Who

    def test_known_address_is_its_contact(self):
        ticket = self._intake(email_from="Casey <CASEY@acme.example.com>")
        self.assertEqual(ticket.partner_id, self.casey)
        self.assertEqual(ticket.customer_id, self.acme)
        self.assertEqual(ticket.identified_by, "address")

    def test_unknown_address_stays_an_address(self):
        partners = self.env["res.partner"].search_count([])
        ticket = self._intake(email_from="Zed <zed@away.example>")
        self.assertFalse(ticket.partner_id)
        self.assertEqual(ticket.email_from, "Zed <zed@away.example>")
        self.assertEqual(ticket.identified_by, "unknown")
        self.assertEqual(self.env["res.partner"].search_count([]), partners)

    def test_request_without_any_sender_is_welcome(self):
        ticket = self._intake()
        self.assertFalse(ticket.partner_id)
        self.assertEqual(ticket.identified_by, "unknown")

    def test_chosen_requester_beats_the_address(self):
        ticket = self._intake(
            partner_id=self.zoe.id, email_from="casey@acme.example.com"
        )
        self.assertEqual(ticket.partner_id, self.zoe)
        self.assertEqual(ticket.identified_by, "explicit")

    def test_person_is_chosen_before_a_firm_with_the_same_address(self):
        self.acme.email = "casey@acme.example.com"
        ticket = self._intake(email_from="casey@acme.example.com")
        self.assertEqual(ticket.partner_id, self.casey)

    def test_contact_of_another_company_is_never_chosen(self):
        self._create_contact("Ida", "ida@both.example", company_id=self.company_2.id)
        ticket = self._intake(email_from="ida@both.example")
        self.assertFalse(ticket.partner_id)
        own = self._create_contact(
            "Ida", "ida@both.example", company_id=self.company.id
        )
        ticket = self._intake(email_from="ida@both.example")
        self.assertEqual(ticket.partner_id, own)

    # Where

    def test_address_of_a_team_chooses_the_team(self):
        billing = self.team.copy({"name": "Billing", "alias_name": "billing"})
        ticket = self._intake(
            team_id=False, to=f"Someone <x@away.example>, BILLING@{self.alias_domain}"
        )
        self.assertEqual(ticket.team_id, billing)

    def test_address_of_another_companys_team_opens_the_ticket_there(self):
        ticket = (
            self.env["psa.ticket"]
            .with_user(self.bob)
            ._intake([{"channel": "api", "name": "Help", "to": self.team_2_address}])
        )
        self.assertEqual(ticket.team_id, self.team_2)
        self.assertEqual(ticket.company_id, self.company_2)

    def test_chosen_team_beats_the_address(self):
        self.team.copy({"name": "Billing", "alias_name": "billing"})
        ticket = self._intake(to=f"billing@{self.alias_domain}")
        self.assertEqual(ticket.team_id, self.team)

    def test_unknown_address_leaves_the_default_team(self):
        ticket = self._intake(team_id=False, to="nobody@away.example")
        self.assertEqual(ticket.team_id, self.team)

    def test_explicit_choices_are_never_overridden(self):
        critical = self.env.ref("helpdesk_psa.psa_severity_critical")
        self.team.assign_method = "balanced"
        ticket = self._intake(
            type_id=self.type_request.id,
            stage_id=self.stage_open.id,
            severity_id=critical.id,
            priority="0",
            user_id=self.lea.id,
            customer_id=self.globex.id,
            partner_id=self.casey.id,
            requested_at="2026-01-02 03:04:05",
            email_from="other@away.example",
        )
        self.assertRecordValues(
            ticket,
            [
                {
                    "type_id": self.type_request.id,
                    "stage_id": self.stage_open.id,
                    "severity_id": critical.id,
                    "priority": "0",
                    "user_id": self.lea.id,
                    "customer_id": self.globex.id,
                    "partner_id": self.casey.id,
                    "email_from": "other@away.example",
                }
            ],
        )
        self.assertEqual(str(ticket.requested_at), "2026-01-02 03:04:05")

    # What

    def test_every_channel_opens_tickets(self):
        channels = dict(self.env["psa.ticket"]._fields["channel"].selection)
        for channel in channels:
            with self.subTest(channel=channel):
                self.assertEqual(self._intake(channel=channel).channel, channel)

    def test_plain_text_is_escaped(self):
        ticket = self._intake(body="<script>alert(1)</script>\nBye & good luck")
        self.assertNotIn("<script>", ticket.body)
        self.assertIn("&lt;script&gt;", ticket.body)
        self.assertIn("Bye &amp; good luck", ticket.body)

    def test_markup_is_kept(self):
        ticket = self._intake(body=Markup("<p>It <b>smokes</b></p>"))
        self.assertEqual(ticket.body, "<p>It <b>smokes</b></p>")

    def test_subject_is_one_line(self):
        self.assertEqual(self._intake(name="  Printer\n\tdown ").name, "Printer down")

    def test_missing_subject_is_said(self):
        for name in (False, "", "  \n"):
            with self.subTest(name=name):
                self.assertEqual(self._intake(name=name).name, "(no subject)")

    def test_values_of_the_caller_are_left_alone(self):
        values = {"channel": "api", "name": " Help ", "to": "x@away.example"}
        self.env["psa.ticket"].with_user(self.ada)._intake([values])
        self.assertEqual(
            values, {"channel": "api", "name": " Help ", "to": "x@away.example"}
        )

    # In batch

    def test_batch_keeps_its_order_and_resolves_each_request(self):
        tickets = (
            self.env["psa.ticket"]
            .with_user(self.ada)
            ._intake(
                [
                    {
                        "channel": "api",
                        "name": "1",
                        "email_from": "casey@acme.example.com",
                    },
                    {"channel": "api", "name": "2", "email_from": "zed@away.example"},
                    {
                        "channel": "api",
                        "name": "3",
                        "email_from": "zoe@globex.example.com",
                    },
                ]
            )
        )
        self.assertEqual(tickets.mapped("name"), ["1", "2", "3"])
        self.assertEqual(
            [ticket.partner_id for ticket in tickets],
            [self.casey, self.env["res.partner"], self.zoe],
        )

    def test_empty_batch_is_harmless(self):
        self.assertFalse(self.env["psa.ticket"].with_user(self.ada)._intake([]))
