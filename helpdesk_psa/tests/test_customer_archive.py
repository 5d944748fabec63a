"""A former customer: archived with his sites and people, and back with them."""

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestArchivedCustomer(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme.psa_is_customer = True
        cls.site = cls.acme.psa_site_ids
        cls.people = cls.casey | cls.dana

    def test_sites_and_people_go_with_him(self):
        self.acme.with_user(self.lea).action_archive()
        self.assertFalse(any((self.site | self.people).mapped("active")))
        self.assertTrue(self.globex.active and self.zoe.active)

    def test_they_come_back_with_him(self):
        self.dana.active = False  # she had left before
        self.acme.with_user(self.lea).action_archive()
        self.acme.with_user(self.lea).action_unarchive()
        self.assertTrue(self.site.active and self.casey.active)
        self.assertFalse(self.dana.active)
        self.assertEqual(self.acme.psa_site_ids, self.site)

    def test_a_firm_that_belongs_to_him_stands_for_itself(self):
        branch = self._create_firm("ACME Branch", parent_id=self.acme.id)
        self.acme.with_user(self.lea).action_archive()
        self.assertTrue(branch.active)

    def test_a_partner_who_is_no_customer_goes_alone_as_in_odoo(self):
        self.globex.with_user(self.lea).action_archive()
        self.assertTrue(self.zoe.active)

    def test_portal_logins_are_closed(self):
        user = new_test_user(
            self.env, "casey_portal", "base.group_portal", partner_id=self.casey.id
        )
        self.acme.with_user(self.lea).action_archive()
        self.assertFalse(user.active or self.casey.active)

    def test_a_colleague_among_his_people_stops_it(self):
        self.ada.partner_id.parent_id = self.acme
        with self.assertRefused(ValidationError):
            self.acme.with_user(self.lea).action_archive()
        self.env.invalidate_all()
        self.assertTrue(self.acme.active and self.ada.active)

    def test_tickets_stay_where_they_are(self):
        ticket = self._create_ticket()
        self.acme.with_user(self.lea).action_archive()
        ticket = ticket.with_user(self.ada)
        self.assertEqual((ticket.customer_id, ticket.site_id), (self.acme, self.site))
        self.assertTrue(ticket.active)

    def test_a_mail_of_his_people_waits_in_the_queue(self):
        self.env["psa.email.domain"].create(
            {"name": "acme.example.com", "partner_id": self.acme.id}
        )
        self.acme.with_user(self.lea).action_archive()
        for sender in (self.casey.email, "somebody.new@acme.example.com"):
            with self.subTest(sender=sender):
                ticket = self._receive(email_from=sender).ticket_id
                self.assertEqual(ticket.identified_by, "unknown")
                self.assertFalse(ticket.partner_id)

    def test_the_domain_of_an_archived_site_leads_to_the_main_site(self):
        lyon = self.env["res.partner"].create(
            {"name": "Lyon", "type": "psa_site", "parent_id": self.acme.id}
        )
        self.env["psa.email.domain"].create(
            {"name": "lyon.acme.example.com", "partner_id": lyon.id}
        )
        lyon.with_user(self.lea).action_archive()
        ticket = self._receive(email_from="new@lyon.acme.example.com").ticket_id
        self.assertEqual((ticket.customer_id, ticket.site_id), (self.acme, self.site))
