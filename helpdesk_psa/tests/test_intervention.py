from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .intervention_common import MONDAY_9AM, MONDAY_11AM, InterventionCommon


@tagged("post_install", "-at_install")
class TestIntervention(InterventionCommon):
    def test_number_is_short_enough_to_read_out(self):
        self.assertRegex(self._create_intervention().number, r"^I-\d{5,}$")

    def test_visit_without_date_is_to_be_planned(self):
        self.assertEqual(self._create_intervention().state, "to_plan")

    def test_date_and_technician_make_it_planned(self):
        intervention = self._create_intervention()
        intervention.planned_start = MONDAY_9AM
        self.assertEqual(intervention.state, "to_plan")
        intervention.technician_ids = self.ada
        self.assertEqual(intervention.state, "planned")

    def test_taking_the_date_away_puts_it_back_among_those_to_plan(self):
        intervention = self._create_planned()
        intervention.planned_start = False
        self.assertEqual(intervention.state, "to_plan")
        self.assertFalse(intervention.planned_end)

    def test_end_follows_the_usual_duration_of_the_type(self):
        self.type_repair.planned_hours = 3
        intervention = self._create_intervention(
            type_id=self.type_repair.id, planned_start=MONDAY_9AM
        )
        self.assertEqual(intervention.planned_end, MONDAY_9AM + timedelta(hours=3))

    def test_moved_visit_keeps_its_duration(self):
        intervention = self._create_planned()
        intervention.planned_start = MONDAY_11AM
        self.assertEqual(intervention.planned_end, MONDAY_11AM + timedelta(hours=2))

    def test_site_is_the_main_one_unless_chosen(self):
        self.assertEqual(
            self._create_intervention().site_id, self.acme._psa_get_main_site()
        )

    def test_site_of_another_customer_is_refused(self):
        self.globex.psa_is_customer = True
        site = self.globex._psa_get_main_site()
        with self.assertRefused(ValidationError, "not a site of ACME"):
            self._create_intervention(site_id=site.id)

    def test_ticket_of_another_customer_is_refused(self):
        ticket = self._create_ticket(partner_id=self.zoe.id)
        intervention = self._create_intervention()
        with self.assertRefused(ValidationError, "is not one of ACME"):
            intervention.ticket_ids = ticket
        self.assertFalse(intervention.ticket_ids)

    def test_kilometres_are_booked_on_their_usual_product(self):
        item = Form(
            self.env["psa.item"]
            .with_user(self.ada)
            .with_context(default_intervention_id=self._create_intervention().id)
        )
        item.kind = "km"
        item.quantity = 42
        self.assertRecordValues(
            item.save(),
            [
                {
                    "product_id": self.env.ref(
                        "helpdesk_psa.product_product_psa_km"
                    ).id,
                    "quantity": 42,
                    "uom_id": self.env.ref("uom.product_uom_km").id,
                }
            ],
        )

    def test_step_that_no_visit_takes_is_refused(self):
        intervention = self._create_planned()
        with self.assertRefused(UserError, "cannot become “Signed”"):
            intervention.state = "closed"
        self.assertEqual(intervention.state, "planned")
