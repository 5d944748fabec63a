from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .intervention_common import MONDAY_9AM, InterventionCommon


@tagged("post_install", "-at_install")
class TestInterventionFromTicket(InterventionCommon):
    def _create_intervention_from(self, ticket, user=None):
        action = ticket.with_user(user or self.ada).action_create_intervention()
        return self.env["psa.intervention"].browse(action["res_id"])

    def test_what_the_ticket_knows_comes_along(self):
        printer = self._create_equipment()
        ticket = self._create_ticket(
            equipment_ids=printer.ids,
            priority="3",
            requested_at=MONDAY_9AM,
            body="<p>It smokes</p>",
        )
        intervention = self._create_intervention_from(ticket)
        self.assertRecordValues(
            intervention,
            [
                {
                    "name": "Printer down",
                    "ticket_ids": ticket.ids,
                    "customer_id": self.acme.id,
                    "partner_id": self.casey.id,
                    "site_id": ticket.site_id.id,
                    "equipment_ids": printer.ids,
                    "priority": "3",
                    "requested_at": MONDAY_9AM,
                    "description": "It smokes",
                    "state": "to_plan",
                }
            ],
        )

    def test_agreement_of_the_ticket_comes_along(self):
        agreement = self.env["psa.agreement"].create(
            {"name": "CT-12", "customer_id": self.acme.id}
        )
        ticket = self._create_ticket(agreement_id=agreement.id)
        self.assertEqual(self._create_intervention_from(ticket).agreement_id, agreement)

    def test_unknown_customer_gets_no_visit(self):
        ticket = self._create_ticket(partner_id=False, email_from="who@example.org")
        with self.assertRefused(UserError, "which customer the ticket .* is from"):
            self._create_intervention_from(ticket)
        self.assertFalse(ticket.intervention_ids)

    def test_button_is_hidden_while_the_customer_is_unknown(self):
        view = self.env["psa.ticket"].get_view(
            self.env.ref("helpdesk_psa.psa_ticket_view_form").id
        )
        [condition] = [
            part.split('"')[0]
            for part in view["arch"].split('name="action_create_intervention"')[1:]
            for part in part.split('invisible="')[1:2]
        ]
        self.assertIn("not customer_id", condition)

    def test_reader_plans_no_visit(self):
        ticket = self._create_ticket()
        with self.assertRefused(AccessError):
            self._create_intervention_from(ticket, self.rita)
        self.assertFalse(ticket.intervention_ids)

    def test_equipment_of_another_customer_is_refused(self):
        theirs = self._create_equipment(customer_id=self.globex.id)
        intervention = self._create_intervention()
        with self.assertRefused(ValidationError, "is not an equipment of ACME"):
            intervention.equipment_ids = theirs
        self.assertFalse(intervention.equipment_ids)

    def test_ticket_found_on_site_says_where_it_came_from(self):
        printer = self._create_equipment()
        intervention = self._create_planned(
            partner_id=self.casey.id, equipment_ids=printer.ids
        )
        action = intervention.action_create_ticket()
        ticket = self.env["psa.ticket"].browse(action["res_id"])
        self.assertRecordValues(
            ticket,
            [
                {
                    "channel": "intervention",
                    "partner_id": self.casey.id,
                    "customer_id": self.acme.id,
                    "equipment_ids": printer.ids,
                    "intervention_ids": intervention.ids,
                }
            ],
        )

    def test_request_is_older_than_its_record(self):
        """Called on Friday, typed in on Monday."""
        intervention = self._create_intervention(requested_at="2026-02-27 15:00:00")
        self.assertLess(intervention.requested_at, intervention.create_date)

    def test_history_of_the_equipment_counts_its_visits(self):
        printer = self._create_equipment()
        self._create_planned(equipment_ids=printer.ids)
        printer = printer.with_user(self.ada)
        self.assertEqual(printer.intervention_count, 1)
        action = printer.action_open_interventions()
        self.assertEqual(
            self.env["psa.intervention"].search(action["domain"]),
            printer.intervention_ids,
        )

    def test_equipment_with_visits_is_not_deleted(self):
        printer = self._create_equipment()
        self._create_planned(equipment_ids=printer.ids)
        with self.assertRefused(UserError, "has interventions"):
            printer.unlink()
        self.assertTrue(printer.exists())

    def test_history_of_customer_and_site_shows_visits(self):
        intervention = self._create_planned()
        for place in (self.acme, intervention.site_id):
            place = place.with_user(self.ada)
            self.assertEqual(place.psa_intervention_count, 1, place)
            action = place.action_psa_open_interventions()
            self.assertEqual(
                self.env["psa.intervention"].search(action["domain"]), intervention
            )


@tagged("post_install", "-at_install")
class TestAppointmentOfTicket(InterventionCommon):
    def _create_appointment(self, ticket, user=None):
        """Save the form that the button opens."""
        user = user or self.ada
        action = ticket.with_user(user).action_create_appointment()
        return (
            self.env["calendar.event"]
            .with_user(user)
            .with_context(**action["context"])
            .create({"start": "2026-03-02 09:00:00", "stop": "2026-03-02 10:00:00"})
        )

    def test_appointment_and_ticket_know_each_other(self):
        ticket = self._create_ticket()
        event = self._create_appointment(ticket)
        self.assertEqual(event.psa_ticket_id, ticket)
        self.assertEqual(ticket.appointment_ids, event)
        self.assertEqual(ticket.appointment_count, 1)
        self.assertIn(ticket.number, event.name)

    def test_appointment_gets_the_usual_tag(self):
        event = self._create_appointment(self._create_ticket())
        self.assertEqual(
            event.categ_ids,
            self.env.ref("helpdesk_psa.calendar_event_type_psa_ticket"),
        )

    def test_team_has_a_tag_of_its_own(self):
        tag = self.env["calendar.event.type"].create({"name": "Call back"})
        self.team.event_type_id = tag
        event = self._create_appointment(self._create_ticket())
        self.assertEqual(event.categ_ids, tag)

    def test_agent_is_invited_and_the_customer_is_not(self):
        ticket = self._create_ticket(user_id=self.lea.id)
        event = self._create_appointment(ticket)
        self.assertEqual(event.partner_ids, self.lea.partner_id)

    def test_appointment_of_a_private_team_is_private(self):
        self.team.privacy = "members"
        event = self._create_appointment(self._create_ticket())
        self.assertEqual(event.privacy, "private")
        self.assertEqual(event.with_user(self.rita).display_name, "Busy")
