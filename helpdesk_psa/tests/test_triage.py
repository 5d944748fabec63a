"""Unknown senders: the queue, and saying once who they are."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .common import HelpdeskCommon

STRANGER = "Jean Stranger <jean@stranger.example>"


@tagged("post_install", "-at_install")
class TestTriage(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme.psa_is_customer = True
        cls.older = cls._intake_from(STRANGER)
        cls.ticket = cls._intake_from("jean@stranger.example")
        cls.other_sender = cls._intake_from("other@stranger.example")

    @classmethod
    def _intake_from(cls, sender, **values):
        return cls.env["psa.ticket"]._intake(
            [
                {
                    "channel": "email",
                    "name": "Help",
                    "email_from": sender,
                    "team_id": cls.team.id,
                    **values,
                }
            ]
        )

    def _identify(self, user=None, **values):
        return (
            self.env["psa.ticket.identify"]
            .with_user(user or self.ada)
            .create({"ticket_id": self.ticket.id, **values})
        )

    def _get_queue(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_ticket_action_triage"
        )
        domain = Domain(safe_eval(action["domain"])) & Domain(
            "team_id", "=", self.team.id
        )
        return self.env["psa.ticket"].with_user(self.ada).search(domain)

    # === THE QUEUE === #

    def test_unknown_senders_wait_in_the_queue(self):
        self.assertEqual(
            self._get_queue(), self.older | self.ticket | self.other_sender
        )

    def test_tickets_whose_requester_was_chosen_leave_the_queue(self):
        self.ticket.with_user(self.ada).partner_id = self.zoe
        self.assertEqual(self.ticket.identified_by, "explicit")
        self.assertNotIn(self.ticket, self._get_queue())

    def test_tickets_whose_requester_was_taken_off_come_back(self):
        ticket = self._intake_from("casey@acme.example.com")
        ticket.with_user(self.ada).partner_id = False
        self.assertIn(ticket, self._get_queue())

    # === ONE CLICK === #

    def test_one_click_makes_a_contact_of_the_name_and_address(self):
        self.older.with_user(self.ada).action_create_contact()
        contact = self.older.partner_id
        self.assertEqual(
            (contact.name, contact.email), ("Jean Stranger", "jean@stranger.example")
        )
        self.assertEqual(self.older.identified_by, "address")

    def test_the_name_is_guessed_when_the_sender_wrote_none(self):
        self.ticket.with_user(self.ada).action_create_contact()
        self.assertEqual(self.ticket.partner_id.name, "Jean")

    def test_older_tickets_of_the_address_get_the_contact_too(self):
        self.ticket.with_user(self.ada).action_create_contact()
        self.assertEqual(self.older.partner_id, self.ticket.partner_id)
        self.assertFalse(self.other_sender.partner_id)

    def test_closed_tickets_of_the_address_get_the_contact_too(self):
        self.older.with_user(self.ada).action_close()
        self.ticket.with_user(self.ada).action_create_contact()
        self.assertEqual(self.older.partner_id, self.ticket.partner_id)
        self.assertEqual(self.older.stage_category, "closed")

    def test_another_companys_tickets_of_the_address_do_not(self):
        abroad = self._intake_from(STRANGER, team_id=self.team_2.id)
        self.ticket.with_user(self.ada).action_create_contact()
        self.assertFalse(abroad.partner_id)

    def test_the_contact_follows_his_tickets(self):
        self.ticket.with_user(self.ada).action_create_contact()
        self.assertIn(self.ticket.partner_id, self.older.message_partner_ids)

    def test_several_tickets_of_one_sender_make_one_contact(self):
        (self.older | self.ticket).with_user(self.ada).action_create_contact()
        contacts = self.env["res.partner"].search(
            [("email", "=", "jean@stranger.example")]
        )
        self.assertEqual(contacts, self.ticket.partner_id)

    def test_a_known_requester_is_left_alone(self):
        ticket = self._intake_from("casey@acme.example.com")
        ticket.with_user(self.ada).action_create_contact()
        self.assertEqual(ticket.partner_id, self.casey)

    def test_readers_create_no_contact(self):
        known = self.env["res.partner"].search_count([])
        with self.assertRefused(AccessError):
            self.ticket.with_user(self.rita).action_create_contact()
        self.assertFalse(self.ticket.partner_id)
        self.assertEqual(self.env["res.partner"].search_count([]), known)

    def test_the_next_mail_finds_the_new_contact(self):
        self.ticket.with_user(self.ada).action_create_contact()
        line = self._receive(email_from=STRANGER, to=self.team_address)
        self.assertEqual(line.ticket_id.partner_id, self.ticket.partner_id)

    # === THE QUESTION === #

    def test_linking_gives_all_tickets_of_the_address_to_the_contact(self):
        self._identify(partner_id=self.casey.id).action_identify()
        tickets = self.older | self.ticket
        self.assertEqual(tickets.partner_id, self.casey)
        self.assertEqual(tickets.customer_id, self.acme)
        self.assertEqual(set(tickets.mapped("identified_by")), {"explicit"})

    def test_linking_completes_a_contact_without_address(self):
        contact = self._create_contact("Nora Newcomer", False, self.acme)
        self._identify(partner_id=contact.id).action_identify()
        self.assertEqual(contact.email, "jean@stranger.example")
        self.assertEqual(self.ticket.identified_by, "address")

    def test_linking_keeps_the_address_a_contact_has(self):
        self._identify(partner_id=self.casey.id).action_identify()
        self.assertEqual(self.casey.email, "casey@acme.example.com")

    def test_an_agent_creates_a_contact_at_a_customers_site(self):
        form = Form(
            self.env["psa.ticket.identify"]
            .with_user(self.ada)
            .with_context(default_ticket_id=self.older.id)
        )
        form.mode = "create"
        self.assertEqual(form.name, "Jean Stranger")
        form.customer_id = self.acme
        self.assertEqual(form.site_id, self.acme.psa_site_ids)
        form.save().action_identify()
        contact = self.ticket.partner_id
        self.assertEqual(contact.parent_id, self.acme)
        self.assertEqual(contact.psa_site_id, self.acme.psa_site_ids)
        self.assertEqual(self.ticket.site_id, self.acme.psa_site_ids)

    def test_a_leader_may_have_the_domain_remembered(self):
        wizard = self._identify(
            self.lea, mode="create", customer_id=self.acme.id, remember_domain=True
        )
        self.assertEqual(wizard.mail_domain, "stranger.example")
        wizard.action_identify()
        self.assertEqual(
            self.env["psa.email.domain"]
            .search([])
            .mapped(lambda d: (d.name, d.partner_id)),
            [("stranger.example", self.acme.psa_site_ids)],
        )

    def test_agents_are_not_asked_about_the_domain(self):
        wizard = self._identify(mode="create", customer_id=self.acme.id)
        self.assertFalse(wizard.mail_domain)

    def test_public_domains_are_not_remembered(self):
        self.ticket = self._intake_from("someone@gmail.com")
        wizard = self._identify(
            self.lea, mode="create", customer_id=self.acme.id, remember_domain=True
        )
        wizard.action_identify()
        self.assertFalse(self.env["psa.email.domain"].search([]))
        self.assertEqual(self.ticket.customer_id, self.acme)

    def test_a_ticket_whose_requester_is_known_is_not_given_away(self):
        wizard = self._identify(partner_id=self.zoe.id)
        self.ticket.partner_id = self.casey
        with self.assertRefused(UserError, "is known already"):
            wizard.action_identify()
        self.assertEqual(self.ticket.partner_id, self.casey)

    def test_readers_identify_nobody(self):
        with self.assertRefused(AccessError):
            self._identify(self.rita, partner_id=self.casey.id).action_identify()
        self.assertFalse(self.ticket.partner_id)

    def test_the_wizard_says_how_many_other_tickets_follow(self):
        self.assertEqual(self._identify().other_ticket_count, 1)
