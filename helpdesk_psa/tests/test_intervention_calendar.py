from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .intervention_common import MONDAY_9AM, MONDAY_11AM, SIGNATURE, InterventionCommon

TUESDAY_9AM = MONDAY_9AM + timedelta(days=1)
TUESDAY_11AM = MONDAY_11AM + timedelta(days=1)


@tagged("post_install", "-at_install")
class TestInterventionCalendar(InterventionCommon):
    def _get_event(self, intervention):
        return intervention.appointment_ids.with_user(self.ada)

    def test_planned_visit_stands_in_the_technicians_calendars(self):
        intervention = self._create_planned(technician_ids=(self.ada | self.lea).ids)
        event = self._get_event(intervention)
        self.assertRecordValues(
            event,
            [
                {
                    "start": MONDAY_9AM,
                    "stop": MONDAY_11AM,
                    "partner_ids": (self.ada | self.lea).partner_id.ids,
                    "psa_intervention_id": intervention.id,
                    "categ_ids": self.type_repair.event_type_id.ids,
                }
            ],
        )
        self.assertIn("ACME", event.name)
        self.assertIn(intervention.number, event.name)

    def test_visit_without_date_stands_in_no_calendar(self):
        self.assertFalse(self._create_intervention().appointment_ids)

    def test_customer_is_never_invited(self):
        intervention = self._create_planned(partner_id=self.casey.id)
        partners = self._get_event(intervention).partner_ids
        self.assertFalse(partners & (self.casey | self.acme))

    def test_moving_the_visit_moves_the_appointment(self):
        intervention = self._create_planned()
        event = self._get_event(intervention)
        intervention.planned_start = TUESDAY_9AM
        self.assertRecordValues(event, [{"start": TUESDAY_9AM, "stop": TUESDAY_11AM}])
        self.assertEqual(intervention.appointment_ids, event)

    def test_moving_the_appointment_moves_the_visit(self):
        intervention = self._create_planned()
        event = self._get_event(intervention)
        event.write({"start": TUESDAY_9AM, "stop": TUESDAY_11AM})
        self.assertRecordValues(
            intervention,
            [{"planned_start": TUESDAY_9AM, "planned_end": TUESDAY_11AM}],
        )
        self.assertEqual(intervention.appointment_ids, event)

    def test_appointment_made_longer_makes_the_visit_longer(self):
        intervention = self._create_planned()
        event = self._get_event(intervention)
        event.write({"stop": MONDAY_11AM + timedelta(hours=1)})
        self.assertEqual(intervention.planned_hours, 3)

    def test_colleague_added_to_the_appointment_is_a_technician(self):
        intervention = self._create_planned()
        event = self._get_event(intervention)
        event.partner_ids += self.lea.partner_id
        self.assertEqual(intervention.technician_ids, self.ada | self.lea)
        event.partner_ids -= self.ada.partner_id
        self.assertEqual(intervention.technician_ids, self.lea)

    def test_guest_added_to_the_appointment_stays_when_the_visit_moves(self):
        intervention = self._create_planned()
        event = self._get_event(intervention)
        event.with_context(no_mail_to_attendees=True).partner_ids += self.zoe
        intervention.planned_start = TUESDAY_9AM
        self.assertEqual(event.partner_ids, self.ada.partner_id | self.zoe)
        self.assertEqual(intervention.technician_ids, self.ada)

    def test_appointment_taken_off_puts_the_visit_back_among_those_to_plan(self):
        intervention = self._create_planned()
        self._get_event(intervention).unlink()
        self.assertEqual(intervention.state, "to_plan")
        self.assertFalse(intervention.planned_start)
        self.assertEqual(intervention.technician_ids, self.ada)

    def test_cancelled_visit_leaves_the_calendar_and_keeps_its_reason(self):
        intervention = self._create_planned()
        event = self._get_event(intervention)
        intervention._cancel("Customer is away")
        self.assertFalse(event.exists())
        self.assertEqual(intervention.state, "cancelled")
        self.assertEqual(intervention.cancel_reason, "Customer is away")
        self.assertEqual(intervention.planned_start, MONDAY_9AM)

    def test_cancelled_visit_that_is_planned_again_is_back_in_the_calendar(self):
        intervention = self._create_planned()
        intervention._cancel("Customer is away")
        intervention.action_plan_again()
        self.assertEqual(intervention.state, "planned")
        self.assertEqual(len(intervention.appointment_ids), 1)
        self.assertFalse(intervention.cancel_reason)

    def test_planning_and_moving_write_to_nobody(self):
        with self.mock_mail_gateway():
            intervention = self._create_planned(
                technician_ids=(self.ada | self.lea).ids,
                planned_start="2035-01-01 09:00:00",
                planned_end="2035-01-01 11:00:00",
            )
            intervention.planned_start = "2035-01-02 09:00:00"
            intervention.technician_ids -= self.lea
        self.assertNotSentEmail()

    def test_appointment_of_a_signed_visit_does_not_move(self):
        intervention = self._create_planned()
        intervention._sign(SIGNATURE, SIGNATURE, "Casey")
        with self.assertRefused(UserError, "is signed"):
            self._get_event(intervention).write(
                {"start": TUESDAY_9AM, "stop": TUESDAY_11AM}
            )
        self.assertEqual(intervention.planned_start, MONDAY_9AM)

    def test_whoever_may_not_plan_may_not_move_the_appointment(self):
        intervention = self._create_planned()
        with self.assertRefused(AccessError):
            self._get_event(intervention).with_user(self.rita).write(
                {"start": TUESDAY_9AM, "stop": TUESDAY_11AM}
            )
        self.assertEqual(intervention.planned_start, MONDAY_9AM)

    def test_visit_to_a_closed_group_is_private_in_calendars(self):
        group = self.env["psa.customer.group"].create(
            {"name": "Law", "restrict": True, "user_ids": self.ada.ids}
        )
        self.acme.psa_customer_group_id = group
        event = self._create_planned().appointment_ids
        self.assertEqual(event.privacy, "private")
        self.assertEqual(event.with_user(self.rita).display_name, "Busy")

    def test_deleted_visit_leaves_no_appointment(self):
        intervention = self._create_planned()
        event = intervention.appointment_ids
        intervention.with_user(self.max).unlink()
        self.assertFalse(event.exists())

    def test_batch_is_planned_at_once(self):
        visits = [self._create_intervention().id for _index in range(20)]
        visits = self.env["psa.intervention"].with_user(self.ada).browse(visits)
        visits.technician_ids = self.ada
        self.env.flush_all()
        self.env.invalidate_all()
        visits.write({"planned_start": MONDAY_9AM, "planned_end": MONDAY_11AM})
        self.assertEqual(len(visits.appointment_ids), 20)
        self.assertEqual(set(visits.mapped("state")), {"planned"})
