"""Every customer has a place, and Odoo's addresses leave it alone."""

from lxml import etree

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import HelpdeskCommon

OLD_ROAD = {"street": "1 Old Road", "zip": "OX1", "city": "Oxford"}
NEW_ROAD = {"street": "2 New Road", "zip": "BS1", "city": "Bristol"}
HARBOUR = {"street": "3 Harbour", "zip": "69001", "city": "Lyon"}


class SitesCommon(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme.psa_is_customer = True
        cls.main_site = cls.acme.psa_site_ids
        cls.lyon = cls._create_site("Lyon", cls.acme, **HARBOUR)

    @classmethod
    def _create_site(cls, name, customer, **values):
        return cls.env["res.partner"].create(
            {"name": name, "type": "psa_site", "parent_id": customer.id, **values}
        )

    def _get_address(self, partner):
        return {name: partner[name] for name in OLD_ROAD}


@tagged("post_install", "-at_install")
class TestMainSite(SitesCommon):
    def test_customer_set_by_hand_gets_a_main_site(self):
        self.globex.psa_is_customer = True
        self.assertEqual(self.globex.psa_site_ids.mapped("name"), ["Main site"])

    def test_customer_created_by_a_leader_gets_a_main_site_with_his_address(self):
        firm = (
            self.env["res.partner"]
            .with_user(self.lea)
            .create(
                {"name": "New", "is_company": True, "psa_is_customer": True, **OLD_ROAD}
            )
        )
        self.assertEqual(len(firm.psa_site_ids), 1)
        self.assertEqual(self._get_address(firm.psa_site_ids), OLD_ROAD)

    def test_first_ticket_makes_a_customer_with_a_main_site(self):
        ticket = self._create_ticket(partner_id=self.zoe.id)
        self.assertTrue(self.globex.psa_is_customer)
        self.assertEqual(ticket.site_id, self.globex.psa_site_ids)

    def test_first_domain_makes_a_customer_with_a_main_site(self):
        self.env["psa.email.domain"].with_user(self.lea).create(
            {"name": "globex.example.com", "partner_id": self.globex.id}
        )
        self.assertEqual(len(self.globex.psa_site_ids), 1)

    def test_private_person_gets_a_main_site_too(self):
        person = self._create_contact("Paul Private", "paul@private.example")
        ticket = self._create_ticket(partner_id=person.id)
        self.assertEqual(ticket.site_id.parent_id, person)

    def test_customer_created_with_a_named_site_gets_no_other(self):
        firm = self._create_firm(
            "New",
            psa_is_customer=True,
            psa_site_ids=[Command.create({"name": "Lyon", "type": "psa_site"})],
        )
        self.assertEqual(firm.psa_site_ids.mapped("name"), ["Lyon"])

    def test_a_batch_of_customers_gets_one_site_each(self):
        firms = self.env["res.partner"].create(
            [
                {"name": str(n), "is_company": True, "psa_is_customer": True}
                for n in range(3)
            ]
        )
        self.assertEqual([firm.psa_site_count for firm in firms], [1, 1, 1])

    def test_becoming_a_customer_again_makes_no_second_site(self):
        self.acme.psa_is_customer = False
        self.acme.psa_is_customer = True
        self.assertEqual(self.acme.psa_site_ids, self.main_site | self.lyon)


@tagged("post_install", "-at_install")
class TestLastSite(SitesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.globex.psa_is_customer = True
        cls.last = cls.globex.psa_site_ids

    def _assert_refused(self, action):
        with self.assertRefused(UserError, "needs at least one site"):
            action()
        self.env.invalidate_all()
        self.assertEqual(self.globex.psa_site_ids, self.last)
        self.assertTrue(self.last.active)

    def test_last_site_cannot_be_archived(self):
        self._assert_refused(
            lambda: self.last.with_user(self.lea).write({"active": False})
        )

    def test_last_site_cannot_be_archived_by_the_action(self):
        self._assert_refused(lambda: self.last.with_user(self.lea).action_archive())

    def test_last_site_cannot_be_deleted(self):
        self._assert_refused(lambda: self.last.with_user(self.lea).unlink())

    def test_last_site_cannot_move_to_another_customer(self):
        self._assert_refused(
            lambda: self.last.with_user(self.lea).write({"parent_id": self.acme.id})
        )

    def test_last_site_cannot_become_another_address(self):
        self._assert_refused(
            lambda: self.last.with_user(self.lea).write({"type": "delivery"})
        )

    def test_all_sites_of_a_customer_cannot_go_in_one_batch(self):
        sites = self.main_site | self.lyon
        with self.assertRefused(UserError, "ACME needs at least one site"):
            sites.with_user(self.lea).action_archive()
        self.env.invalidate_all()
        self.assertEqual(sites.mapped("active"), [True, True])

    def test_all_but_one_site_may_go(self):
        self.main_site.with_user(self.lea).action_archive()
        self.assertEqual(self.acme.psa_site_ids, self.lyon)

    def test_archived_sites_do_not_count_as_the_last(self):
        self.main_site.action_archive()
        with self.assertRefused(UserError, "needs at least one site"):
            self.lyon.with_user(self.lea).action_archive()
        self.assertTrue(self.lyon.active)

    def test_sites_go_with_their_customer(self):
        self.zoe.unlink()
        self.globex.with_user(self.lea).unlink()
        self.assertFalse(self.last.exists())

    def test_last_site_of_a_partner_who_is_no_customer_may_go(self):
        self.globex.psa_is_customer = False
        self.last.with_user(self.lea).action_archive()
        self.assertFalse(self.last.active)

    def test_a_site_cannot_be_a_company(self):
        with self.assertRefused(ValidationError, "not a company itself"):
            self.lyon.with_user(self.lea).is_company = True
        self.env.invalidate_all()
        self.assertFalse(self.lyon.is_company)

    def test_a_site_must_belong_to_a_customer(self):
        with self.assertRefused(ValidationError, "must belong to a customer"):
            self.lyon.with_user(self.lea).parent_id = False
        self.env.invalidate_all()
        self.assertEqual(self.lyon.parent_id, self.acme)

    def test_a_site_cannot_be_inside_a_site(self):
        with self.assertRefused(ValidationError, "must belong to a customer"):
            self._create_site("Basement", self.lyon)


@tagged("post_install", "-at_install")
class TestSiteAddress(SitesCommon):
    def test_moving_headquarters_leaves_the_sites_where_they_are(self):
        self.acme.with_user(self.lea).write(OLD_ROAD)
        self.assertEqual(self._get_address(self.lyon), HARBOUR)
        self.assertEqual(set(self._get_address(self.main_site).values()), {False})

    def test_moving_a_site_leaves_headquarters_and_contacts_where_they_are(self):
        self.acme.write(OLD_ROAD)
        self.lyon.with_user(self.lea).write(NEW_ROAD)
        self.assertEqual(self._get_address(self.acme), OLD_ROAD)
        self.assertEqual(self._get_address(self.casey), OLD_ROAD)

    def test_moving_a_contact_leaves_the_sites_where_they_are(self):
        self.casey.with_user(self.lea).write(NEW_ROAD)
        self.assertEqual(self._get_address(self.lyon), HARBOUR)

    def test_first_site_with_an_address_does_not_become_headquarters(self):
        firm = self._create_firm("Bare")
        self._create_site("Lyon", firm, **HARBOUR)
        self.assertEqual(set(self._get_address(firm).values()), {False})

    def test_first_contact_with_an_address_leaves_the_site_alone(self):
        firm = self._create_firm("Bare", psa_is_customer=True)
        self._create_contact("First", "first@bare.example", firm, **OLD_ROAD)
        self.assertEqual(set(self._get_address(firm.psa_site_ids).values()), {False})

    def test_working_at_a_site_does_not_change_a_contacts_address(self):
        self.acme.write(OLD_ROAD)
        self.casey.with_user(self.lea).psa_site_id = self.lyon
        self.assertEqual(self._get_address(self.casey), OLD_ROAD)

    def test_invoices_and_deliveries_never_go_to_a_site(self):
        addresses = self.acme.address_get(["invoice", "delivery", "other", "contact"])
        sites = {self.lyon.id, self.main_site.id}
        self.assertFalse(sites & {*addresses.values()})

    def test_an_invoice_address_is_still_found_beside_the_sites(self):
        billing = self.env["res.partner"].create(
            {"name": "Billing", "type": "invoice", "parent_id": self.acme.id}
        )
        self.assertEqual(self.acme.address_get(["invoice"])["invoice"], billing.id)

    def test_sites_are_not_invited_to_the_portal(self):
        wizard = (
            self.env["portal.wizard"].with_context(active_ids=self.acme.ids).create({})
        )
        self.assertEqual(wizard.user_ids.partner_id, self.acme | self.casey | self.dana)


@tagged("post_install", "-at_install")
class TestContactsAtSites(SitesCommon):
    def test_new_tickets_are_at_the_contacts_site(self):
        self.casey.psa_site_id = self.lyon
        self.assertEqual(self._create_ticket().site_id, self.lyon)

    def test_tickets_of_a_contact_without_site_are_at_the_main_site(self):
        self.assertEqual(self._create_ticket().site_id, self.main_site)

    def test_a_moved_contact_leaves_his_old_tickets_where_they_were(self):
        self.casey.psa_site_id = self.lyon
        old = self._create_ticket()
        self.casey.with_user(self.lea).psa_site_id = self.main_site
        new = self._create_ticket()
        self.assertEqual((old.site_id, new.site_id), (self.lyon, self.main_site))

    def test_another_requester_of_the_same_firm_leaves_a_ticket_where_it_is(self):
        self.casey.psa_site_id = self.lyon
        ticket = self._create_ticket()
        ticket.with_user(self.ada).partner_id = self.dana
        self.assertEqual(ticket.site_id, self.lyon)

    def test_requester_of_another_firm_takes_the_ticket_to_his_site(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).partner_id = self.zoe
        self.assertEqual(ticket.site_id.parent_id, self.globex)

    def test_a_new_ticket_follows_the_requester_until_it_is_saved(self):
        self.dana.psa_site_id = self.lyon
        form = Form(self.env["psa.ticket"].with_user(self.ada))
        form.partner_id = self.casey
        form.partner_id = self.dana
        self.assertEqual(form.site_id, self.lyon)

    def test_a_site_that_was_chosen_stays(self):
        ticket = self._create_ticket(site_id=self.lyon.id)
        self.assertEqual(ticket.site_id, self.lyon)

    def test_a_ticket_cannot_be_at_another_customers_site(self):
        ticket = self._create_ticket()
        self.globex.psa_is_customer = True
        with self.assertRefused(ValidationError, "is not a site of ACME"):
            ticket.with_user(self.ada).site_id = self.globex.psa_site_ids
        self.env.invalidate_all()
        self.assertEqual(ticket.site_id, self.main_site)

    def test_an_archived_site_gets_no_new_tickets(self):
        self.casey.psa_site_id = self.lyon
        self.lyon.action_archive()
        self.assertEqual(self._create_ticket().site_id, self.main_site)

    def test_a_contacts_site_must_be_of_his_firm(self):
        self.globex.psa_is_customer = True
        with self.assertRefused(ValidationError, "Casey Customer cannot work at"):
            self.casey.with_user(self.lea).psa_site_id = self.globex.psa_site_ids
        self.env.invalidate_all()
        self.assertFalse(self.casey.psa_site_id)

    def test_a_contact_who_changes_firms_leaves_the_site(self):
        self.casey.psa_site_id = self.lyon
        self.casey.with_user(self.lea).parent_id = self.globex
        self.assertFalse(self.casey.psa_site_id)

    def test_a_contact_who_changes_firms_and_site_at_once_is_at_the_new_one(self):
        self.globex.psa_is_customer = True
        self.casey.psa_site_id = self.lyon
        self.casey.with_user(self.lea).write(
            {"parent_id": self.globex.id, "psa_site_id": self.globex.psa_site_ids.id}
        )
        self.assertEqual(self.casey.psa_site_id, self.globex.psa_site_ids)

    def test_archived_customers_their_contacts_and_sites_are_not_offered(self):
        self.acme.action_archive()
        offered = self._get_offered_requesters()
        self.assertFalse(offered & (self.acme | self.casey | self.lyon))
        self.assertIn(self.zoe, offered)

    def test_sites_are_not_offered_as_requesters(self):
        offered = self._get_offered_requesters()
        self.assertFalse(offered & (self.main_site | self.lyon))
        self.assertIn(self.casey, offered)

    def _get_offered_requesters(self):
        """Return what the ticket's form offers as requesters."""
        domain = self.env["psa.ticket"].fields_get(["partner_id"])["partner_id"][
            "domain"
        ]
        return (
            self.env["res.partner"]
            .with_user(self.ada)
            .search(safe_eval(domain, {"company_id": self.company.id}))
        )


@tagged("post_install", "-at_install")
class TestSearchByAddress(SitesCommon):
    def _search_customers(self, text, name="street"):
        """Search as the field of the customers' search view does."""
        arch = self.env["res.partner"].get_view(
            self.env.ref("helpdesk_psa.psa_customer_view_search").id, "search"
        )["arch"]
        node = etree.fromstring(arch).find(f"field[@name='{name}']")
        domain = safe_eval(node.get("filter_domain"), {"self": text})
        return (
            self.env["res.partner"]
            .with_user(self.ada)
            .search([("psa_is_customer", "=", True), *domain])
        )

    def test_street_of_a_site_finds_the_customer(self):
        self.lyon.street = "12 rue de Metz"
        self.assertEqual(self._search_customers("rue de Metz"), self.acme)

    def test_street_of_headquarters_finds_the_customer(self):
        self.acme.street = "12 rue de Metz"
        self.assertEqual(self._search_customers("rue de metz"), self.acme)

    def test_address_of_somebody_else_finds_nobody(self):
        self.zoe.street = "12 rue de Metz"
        self.assertFalse(self._search_customers("rue de Metz"))


@tagged("post_install", "-at_install")
class TestPortalAddresses(SitesCommon, HttpCase):
    def test_addresses_of_the_portal_list_no_site(self):
        self.acme.write(OLD_ROAD)
        billing = self.env["res.partner"].create(
            {"name": "Billing Desk", "type": "invoice", "parent_id": self.acme.id}
        )
        self._create_portal_user(self.casey)
        self.authenticate("portal_casey", "portal_casey")
        page = self.url_open("/my/addresses").text
        self.assertIn(billing.name, page)
        self.assertNotIn(HARBOUR["street"], page)
        self.assertNotIn(self.main_site.name, page)

    def test_portal_users_cannot_archive_a_site(self):
        self._create_portal_user(self.casey)
        self.authenticate("portal_casey", "portal_casey")
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.make_jsonrpc_request(
                "/my/address/archive", {"partner_id": self.lyon.id}
            )
        self.assertTrue(self.lyon.active)

    def _create_portal_user(self, contact):
        return self.env["res.users"].create(
            {
                "login": "portal_casey",
                "password": "portal_casey",
                "partner_id": contact.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
