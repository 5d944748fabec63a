from odoo import fields, models
from odoo.fields import Command
from odoo.tools.misc import clean_context

# What an appointment shows of its intervention.
SHOWN_FIELDS = {
    "active",
    "customer_id",
    "description",
    "name",
    "planned_end",
    "planned_start",
    "site_id",
    "state",
    "team_id",
    "technician_ids",
    "type_id",
}
# In these states a visit stands in the technicians' calendars.
CALENDAR_STATES = ("planned", "on_the_way", "in_progress", "done", "closed")
# Nobody outside is written to because a visit was planned or moved.
QUIET = {
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "skip_contact_description": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class PsaInterventionCalendarMixin(models.AbstractModel):
    """Keeps a planned visit and its appointment in the technicians' calendars equal.

    Each side writes to the other only what differs there, so that nothing goes in circles.
    """

    _name = "psa.intervention.calendar.mixin"
    _description = "Appointment of an Intervention"

    appointment_ids = fields.One2many(
        "calendar.event",
        "psa_intervention_id",
        string="Appointments",
        context={"active_test": False},
        groups="base.group_user",
    )

    def _wants_event(self):
        """Tell whether the visit belongs in calendars."""
        self.ensure_one()
        return bool(
            self.active
            and self.planned_start
            and self.technician_ids
            and self.state in CALENDAR_STATES
        )

    def _sync_events(self):
        """Make the appointments say what the interventions say."""
        # sudo: planners need no rights on the technicians' calendars
        context = {**clean_context(self.env.context), **QUIET}
        records = self.sudo().with_context(**context)
        create_vals = []
        for intervention in records:
            events = intervention.appointment_ids
            if not intervention._wants_event():
                events.unlink()
                continue
            if not events:
                create_vals.append(intervention._prepare_event_values())
            for event in events:
                intervention._update_event(event)
        if create_vals:
            events = records.env["calendar.event"].create(create_vals)
            events.attendee_ids.write({"state": "accepted"})
            records.invalidate_recordset(["appointment_ids"])

    def _prepare_event_values(self):
        """Return the values of a new appointment."""
        event = self.env["calendar.event"]
        return {
            **event._convert_to_write(self._get_event_facts(event)),
            "categ_ids": [Command.set(self.type_id.event_type_id.ids)],
            "psa_intervention_id": self.id,
        }

    def _update_event(self, event):
        """Write what an appointment shows wrongly; a tag added by hand stays."""
        changes = {
            name: value
            for name, value in self._get_event_facts(event).items()
            if event[name] != value
        }
        if {"start", "stop"} & changes.keys():
            # Both, or else Odoo computes the end from the old duration.
            changes.update(
                start=self.planned_start, stop=self.planned_end, allday=False
            )
        if changes:
            event.write(event._convert_to_write(changes))

    def _get_event_facts(self, event):
        """Return what an appointment must show, by field.

        :param event: the present one; guests whom somebody invited by hand stay in it
        """
        self.ensure_one()
        return {
            "name": f"{self.customer_id.name}: {self.number} {self.name}",
            "start": self.planned_start,
            "stop": self.planned_end,
            "partner_ids": self.technician_ids.partner_id | event._psa_get_guests(),
            "user_id": self.technician_ids[:1],
            "location": self.address_line or False,
            "privacy": "private" if self._is_confidential() else False,
        }

    def _is_confidential(self):
        """Tell whether other people's calendars must not show whom the visit is for."""
        self.ensure_one()
        return (
            self.team_id.privacy == "members" or self.customer_group_id._is_restricted()
        )
