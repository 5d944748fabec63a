from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import freeze_all_time

from ..models import psa_agreement_rematch
from ..models.mixins import psa_ticket_agreement_mixin
from .work_common import WorkCommon


@tagged("-at_install", "post_install")
class TestAgreementOfTicket(WorkCommon):
    """The ticket finds its agreement, says why, and respects who chose one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_all_time(datetime(2026, 5, 15, 9)))
        cls.agreement = cls._create_agreement()
        cls.general = cls._create_agreement(
            name="CT-20", line_ids=[(0, 0, {"name": "Everything"})]
        )

    def test_ticket_about_the_printer_is_under_its_agreement(self):
        ticket = self._create_ticket(equipment_ids=[(6, 0, self.printer.ids)])
        self.assertEqual(ticket.agreement_id, self.agreement)
        self.assertEqual(ticket.agreement_source, "automatic")
        self.assertEqual(
            ticket.agreement_reason,
            "CT-12: covers HP-3 [VNB3K12345] (equipment), valid 01/01/2026–12/31/2026",
        )

    def test_ticket_about_nothing_special_is_under_the_general_one(self):
        self.assertEqual(self._create_ticket().agreement_id, self.general)

    def test_agreement_follows_the_equipment(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).equipment_ids = self.printer
        self.assertEqual(ticket.agreement_id, self.agreement)

    def test_choice_by_hand_is_not_overridden(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).agreement_id = self.agreement
        ticket.with_user(self.ada).type_id = self.type_request
        ticket.with_user(self.ada).equipment_ids = self.server
        self.assertEqual(ticket.agreement_id, self.agreement)
        self.assertIn("chosen by hand", ticket.agreement_reason)

    def test_agreement_given_with_a_new_ticket_is_a_choice(self):
        ticket = self._create_ticket(agreement_id=self.agreement.id)
        ticket.site_id = self.plant
        self.assertEqual(ticket.agreement_id, self.agreement)

    def test_no_agreement_may_be_a_choice_too(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).agreement_id = False
        ticket.equipment_ids = self.printer
        self.assertFalse(ticket.agreement_id)

    def test_second_choice_counts_even_if_the_rule_agrees(self):
        ticket = self._create_ticket(agreement_id=self.agreement.id)
        ticket.with_user(self.ada).agreement_id = self.general
        self.assertEqual(ticket.agreement_id, self.general)
        self.assertEqual(ticket.agreement_source, "explicit")

    def test_choice_can_be_taken_back(self):
        ticket = self._create_ticket(agreement_id=self.agreement.id)
        ticket.with_user(self.ada).action_find_agreement()
        self.assertEqual(ticket.agreement_id, self.general)
        self.assertEqual(ticket.agreement_source, "automatic")

    def test_form_shows_the_agreement_at_once_and_keeps_it_automatic(self):
        form = Form(self.env["psa.ticket"].with_user(self.ada))
        form.name = "Paper jam"
        form.partner_id = self.casey
        self.assertEqual(form.agreement_id, self.general)
        form.equipment_ids.add(self.printer)
        self.assertEqual(form.agreement_id, self.agreement)
        ticket = form.save()
        self.assertEqual(ticket.agreement_id, self.agreement)
        self.assertEqual(ticket.agreement_source, "automatic")

    def test_choice_in_the_form_is_kept(self):
        ticket = self._create_ticket()
        with Form(ticket.with_user(self.ada)) as form:
            form.agreement_id = self.agreement
        self.assertEqual(ticket.agreement_source, "explicit")
        self.assertEqual(ticket.agreement_id, self.agreement)

    def test_agreement_of_another_customer_is_refused(self):
        ticket = self._create_ticket(partner_id=self.zoe.id)
        with self.assertRefused(ValidationError, "not with Globex"):
            ticket.with_user(self.ada).agreement_id = self.agreement
        self.assertFalse(ticket.agreement_id)

    def test_choice_falls_when_the_ticket_goes_to_another_customer(self):
        ticket = self._create_ticket(
            agreement_id=self.agreement.id,
            equipment_ids=[(6, 0, self.printer.ids)],
        )
        ticket.with_user(self.ada).write(
            {
                "partner_id": self.zoe.id,
                "customer_id": self.globex.id,
            }
        )
        self.assertFalse(ticket.agreement_id)
        self.assertFalse(ticket.equipment_ids)

    def test_parent_company_covers_its_subsidiary(self):
        branch = self._create_firm("ACME Sud", parent_id=self.acme.id)
        contact = self._create_contact("Sue", "sue@sud.example.com", branch)
        ticket = self._create_ticket(partner_id=contact.id)
        self.assertEqual(ticket.customer_id, branch)
        self.assertEqual(ticket.agreement_id, self.general)

    def test_new_agreement_is_found_by_the_open_tickets(self):
        ticket = self._create_ticket(partner_id=self.zoe.id)
        self.assertFalse(ticket.agreement_id)
        agreement = self._create_agreement(
            name="CT-30",
            customer_id=self.globex.id,
            line_ids=[(0, 0, {"name": "Everything"})],
        )
        self.assertEqual(ticket.agreement_id, agreement)

    def _agree_with_globex(self):
        return self._create_agreement(
            name="CT-30",
            customer_id=self.globex.id,
            line_ids=[(0, 0, {"name": "Everything"})],
        )

    def _run_rematch(self):
        self.env.flush_all()
        with self._own_cursors():
            self.env.ref(
                "helpdesk_psa.ir_cron_psa_agreement_rematch"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def test_older_tickets_find_a_new_agreement_in_the_background(self):
        tickets = [self._create_ticket(partner_id=self.zoe.id) for _ in range(7)]
        self._patch_sizes(at_once=2, batch=2)
        agreement = self._agree_with_globex()
        found = [bool(ticket.agreement_id) for ticket in tickets]
        self.assertEqual(found, [False] * 5 + [True] * 2)
        self._run_rematch()
        for ticket in tickets:
            self.assertEqual(ticket.agreement_id, agreement)
        self.assertFalse(self.env["psa.agreement.rematch"].search([]))

    def test_interrupted_search_for_agreements_goes_on_where_it_stopped(self):
        tickets = [self._create_ticket(partner_id=self.zoe.id) for _ in range(7)]
        self._patch_sizes(at_once=1, batch=2)
        self._agree_with_globex()
        job = self.env["psa.agreement.rematch"].search([])
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=0
        ):
            job._cron_rematch()  # its time is over after a batch
        self.assertEqual(job.last_ticket_id, tickets[4].id)
        self.assertFalse(tickets[3].agreement_id)
        self._run_rematch()
        self.assertTrue(all(ticket.agreement_id for ticket in tickets))
        self.assertFalse(job.exists())

    def test_search_in_the_background_leaves_choices_and_closed_tickets_alone(self):
        chosen, closed, other = (
            self._create_ticket(partner_id=self.zoe.id) for _ in range(3)
        )
        self._create_ticket(partner_id=self.zoe.id)
        chosen.with_user(self.ada).write(
            {"agreement_id": False, "agreement_source": "explicit"}
        )
        closed.action_close()
        self._patch_sizes(at_once=1, batch=2)
        agreement = self._agree_with_globex()
        self._run_rematch()
        self.assertFalse(chosen.agreement_id)
        self.assertFalse(closed.agreement_id)
        self.assertEqual(other.agreement_id, agreement)

    def test_few_tickets_need_no_background(self):
        self._create_ticket(partner_id=self.zoe.id)
        self._agree_with_globex()
        self.assertFalse(self.env["psa.agreement.rematch"].search([]))

    def _patch_sizes(self, at_once, batch):
        for module, name, size in (
            (psa_ticket_agreement_mixin, "REMATCH_LIMIT", at_once),
            (psa_agreement_rematch, "BATCH_SIZE", batch),
        ):
            self.startPatcher(patch.object(module, name, size))

    def test_closed_ticket_keeps_what_it_had(self):
        ticket = self._create_ticket(partner_id=self.zoe.id)
        ticket.action_close()
        self._create_agreement(
            name="CT-30",
            customer_id=self.globex.id,
            line_ids=[(0, 0, {"name": "Everything"})],
        )
        self.assertFalse(ticket.agreement_id)

    def test_ticket_costs_no_query_where_there_is_no_agreement(self):
        self._create_ticket(partner_id=self.zoe.id)
        self.env.flush_all()
        customers = self.globex
        self.env["psa.agreement"]._is_covered(self.company, customers)
        with self.assertQueryCount(0):
            self.assertFalse(
                self.env["psa.agreement"]._is_covered(self.company, customers)
            )

    def test_hundred_tickets_find_their_agreement_in_few_queries(self):
        tickets = self._create_ticket() | self.env["psa.ticket"].browse()
        for _index in range(29):
            tickets |= self._create_ticket(equipment_ids=[(6, 0, self.printer.ids)])
        self.env.flush_all()
        self.env.invalidate_all()
        tickets.fetch(["customer_id", "site_id", "type_id", "category_id"])
        with self.assertQueryCount(12):
            matches = tickets._match_agreements()
        self.assertEqual(len(matches), 30)

    def test_other_company_has_its_own_agreements(self):
        self.assertFalse(self.agreement.with_user(self.bob).has_access("read"))
        ticket = self._create_ticket(
            user=self.bob, partner_id=self.casey.id, team_id=self.team_2.id
        )
        self.assertFalse(ticket.agreement_id)

    def test_closed_group_hides_agreements_and_equipment_from_other_pods(self):
        group = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [(6, 0, self.lea.ids)]}
        )
        self.acme.psa_customer_group_id = group
        for record in (self.agreement, self.agreement.line_ids, self.printer):
            self.assertFalse(record.with_user(self.ada).has_access("read"))
            self.assertTrue(record.with_user(self.lea).has_access("read"))
            self.assertTrue(record.with_user(self.max).has_access("read"))

    def test_reader_sets_no_agreement(self):
        ticket = self._create_ticket()
        with self.assertRefused(AccessError):
            ticket.with_user(self.rita).agreement_id = self.agreement
        self.assertEqual(ticket.agreement_id, self.general)
