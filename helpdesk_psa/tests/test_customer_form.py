"""The customer's form and list: made in one go, and cheap."""

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tests.common import freeze_time
from odoo.tools.safe_eval import safe_eval

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestNewCustomer(HelpdeskCommon):
    def _open_form(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_customer_action"
        )
        partners = self.env["res.partner"].with_user(self.lea)
        return Form(
            partners.with_context(**safe_eval(action["context"])),
            "helpdesk_psa.psa_customer_view_form",
        )

    def test_site_notes_time_zone_and_contact_are_there_after_one_save(self):
        form = self._open_form()
        form.name = "Acorn Construction"
        form.ref = "C-100"
        form.street = "12 rue de Metz"
        form.tz = "Europe/Paris"
        form.comment = "Rings before eight."
        form.psa_main_site_name = "Toulouse"
        form.psa_main_contact_name = "Olive Oak"
        form.psa_main_contact_email = "olive@acorn.example"
        form.psa_main_contact_phone = "+33 5 00 00"
        firm = form.save()
        self.assertTrue(firm.is_company and firm.psa_is_customer)
        site = firm.psa_site_ids
        self.assertEqual((site.name, site.street), ("Toulouse", "12 rue de Metz"))
        self.assertFalse(site.is_company or site.psa_is_customer)
        contact = firm.psa_contact_ids
        self.assertEqual(
            (contact.name, contact.email), ("Olive Oak", "olive@acorn.example")
        )
        self.assertEqual((contact.phone, contact.tz), ("+33 5 00 00", "Europe/Paris"))
        self.assertEqual(contact.psa_site_id, site)
        self.assertFalse(contact.is_company or contact.psa_is_customer)
        self.assertIn("Rings before eight", firm.comment)

    def test_a_customer_without_details_has_a_main_site_and_nobody_in_it(self):
        form = self._open_form()
        form.name = "Bare Ltd"
        firm = form.save()
        self.assertEqual(firm.psa_site_ids.mapped("name"), ["Main site"])
        self.assertFalse(firm.psa_contact_ids)

    def test_a_contact_without_a_name_is_called_after_his_address(self):
        form = self._open_form()
        form.name = "Bare Ltd"
        form.psa_main_contact_email = "olive.oak@bare.example"
        self.assertEqual(form.save().psa_contact_ids.name, "Olive Oak")

    def test_several_sites_and_contacts_may_be_entered_at_once(self):
        form = self._open_form()
        form.name = "Big Ltd"
        for name in ("Paris", "Lyon"):
            with form.psa_site_ids.new() as site:
                site.name = name
        with form.psa_contact_ids.new() as contact:
            contact.name = "Ann"
        firm = form.save()
        self.assertEqual(set(firm.psa_site_ids.mapped("name")), {"Paris", "Lyon"})
        self.assertEqual(set(firm.psa_site_ids.mapped("type")), {"psa_site"})
        self.assertEqual(firm.psa_contact_ids.mapped("name"), ["Ann"])

    def test_renaming_the_main_site_makes_no_other(self):
        self.acme.psa_is_customer = True
        self.acme.with_user(self.lea).psa_main_site_name = "Headquarters"
        self.assertEqual(self.acme.psa_site_ids.mapped("name"), ["Headquarters"])

    def test_agents_read_customers_but_need_odoos_right_to_edit_them(self):
        self.assertEqual(self.acme.with_user(self.ada).name, "ACME")
        with self.assertRefused(AccessError):
            self.acme.with_user(self.ada).psa_vip = True
        self.assertFalse(self.acme.psa_vip)


@tagged("post_install", "-at_install")
class TestCustomerTabs(HelpdeskCommon):
    def test_open_tickets_are_counted_and_the_button_opens_just_them(self):
        tickets = [self._create_ticket() for _number in range(5)]
        (tickets[0] | tickets[1]).with_user(self.ada).action_close()
        acme = self.acme.with_user(self.ada)
        self.assertEqual(acme.psa_open_ticket_count, 3)
        action = acme.action_psa_open_tickets()
        self.assertEqual(action["context"]["search_default_open"], 1)
        found = self.env["psa.ticket"].with_user(self.ada).search(action["domain"])
        self.assertEqual(len(found), 5)

    def test_activity_tells_of_agents_and_customers_newest_first(self):
        with freeze_time("2026-03-02 09:00:00"):
            ticket = self._create_ticket()
        with freeze_time("2026-03-02 10:00:00"):
            ticket.with_user(self.ada).action_assign_to_me()
        with freeze_time("2026-03-02 11:00:00"):
            ticket.message_post(
                body="News?",
                author_id=self.casey.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self._create_ticket(partner_id=self.zoe.id)
        events = self.acme.with_user(self.ada).psa_recent_event_ids
        self.assertEqual(events.ticket_id, ticket)
        self.assertEqual(
            events.mapped("kind"), ["customer_message", "assign", "created"]
        )

    def test_the_activity_log_is_found_by_customer(self):
        ticket = self._create_ticket()
        self._create_ticket(partner_id=self.zoe.id)
        events = self.env["psa.event"].with_user(self.ada)
        found = events.search([("customer_id", "=", self.acme.id)])
        self.assertEqual(found.ticket_id, ticket)

    def test_satisfaction_is_summed_up_by_month(self):
        for rating in (5, 5, 1):
            ticket = self._create_ticket()
            ticket.rating_apply(
                rating, token=ticket._rating_get_access_token(), feedback="So it was"
            )
        overview = self.acme.with_user(self.ada)._psa_get_overview()
        self.assertEqual(
            overview["months"][-1]["ratings"], {"count": 3, "percent": 67, "bad": 1}
        )
        self.assertEqual(overview["months"][-1]["tickets"], 3)

    def test_open_tickets_are_shown_by_status_and_priority(self):
        self._create_ticket(priority="3")
        self._create_ticket()
        overview = self.acme.with_user(self.ada)._psa_get_overview()
        self.assertEqual(overview["priorities"], [("Urgent", 1), ("Normal", 1)])
        self.assertEqual(overview["statuses"], [("New", 2)])

    def test_documents_of_the_customer_and_his_sites_are_listed(self):
        self.acme.psa_is_customer = True
        site = self.acme.psa_site_ids
        files = self.env["ir.attachment"].create(
            [
                {
                    "name": f"{owner.id}.pdf",
                    "raw": b"%PDF",
                    "res_model": "res.partner",
                    "res_id": owner.id,
                }
                for owner in (self.acme, site, self.globex)
            ]
        )
        acme = self.acme.with_user(self.ada)
        self.assertEqual(acme.psa_document_ids, files[1] | files[0])
        self.assertEqual(acme.psa_document_ids[0].raw, b"%PDF")

    def test_a_note_on_the_customer_is_on_no_ticket(self):
        ticket = self._create_ticket()
        known = ticket.message_ids
        self.acme.with_user(self.lea).message_post(body="Pays late")
        self.assertIn("Pays late", self.acme.message_ids[0].body)
        self.assertEqual(ticket.message_ids, known)


@tagged("post_install", "-at_install")
class TestCustomerList(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firms = cls.env["res.partner"].create(
            [
                {"name": f"Firm {number}", "is_company": True, "psa_is_customer": True}
                for number in range(40)
            ]
        )
        cls._create_ticket(partner_id=cls.firms[0].id)

    def _count_queries(self, firms):
        """Return the number of queries that showing these rows takes."""
        partners = self.env["res.partner"].with_user(self.ada)
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        rows = partners.browse(firms.ids).web_read(self._get_specification())
        self.assertEqual(len(rows), len(firms))
        return self.env.cr.sql_log_count - start

    def _get_specification(self):
        """Return what the list's columns read."""
        view = self.env.ref("helpdesk_psa.psa_customer_view_list")
        fields = (
            self.env["res.partner"]
            .with_user(self.ada)
            .get_view(view.id, "list")["models"]["res.partner"]
        )
        relational = {"many2one": {"fields": {"display_name": {}}}}
        return {
            name: relational.get(self.env["res.partner"]._fields[name].type, {})
            for name in fields
        }

    def test_forty_customers_take_as_many_queries_as_two(self):
        self._count_queries(self.firms[:2])  # warms the caches
        few = self._count_queries(self.firms[:2])
        self.assertEqual(self._count_queries(self.firms), few)

    def test_the_counts_are_right(self):
        firms = self.firms.with_user(self.ada)
        self.assertEqual(firms.mapped("psa_open_ticket_count"), [1] + [0] * 39)
        self.assertEqual(firms.mapped("psa_site_count"), [1] * 40)
