from odoo import api, fields, models
from odoo.fields import Domain

from .mixins.psa_intervention_calendar_mixin import QUIET

# What an appointment may be about.
SUBJECTS = ("psa_ticket_id", "psa_intervention_id")


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    psa_ticket_id = fields.Many2one(
        "psa.ticket",
        string="Ticket",
        index="btree_not_null",
        copy=False,
        ondelete="set null",
        groups="helpdesk_psa.group_psa_readonly",
        help="What the appointment is about.",
    )
    psa_intervention_id = fields.Many2one(
        "psa.intervention",
        string="Intervention",
        index="btree_not_null",
        copy=False,
        ondelete="set null",
        groups="helpdesk_psa.group_psa_readonly",
        help="Moving the appointment moves the intervention, and back.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._psa_check_subject()
        return events

    def _psa_check_subject(self):
        """Refuse appointments about what the user may not see.

        An appointment shows what its visit is about, whoever made it.
        """
        if self.env.su:
            return
        for name in SUBJECTS:
            # sudo: which they are; access is checked with the rights of the user
            if subjects_sudo := self.sudo()[name]:
                subjects_sudo.sudo(False).check_access("read")

    # === WHO READS THEM === #

    @api.model
    def _psa_renew_privacy(self, domain, subjects=SUBJECTS):
        """Hide the appointments of what became confidential, those of the past as well.

        Appointments of visits open again when the reason is gone; one about a ticket stays
        private, as somebody may have made it so.

        :param Domain domain: of tickets and of interventions: a team, a customer or his group
        :param subjects: fields that point to them
        """
        is_about = Domain.OR(Domain(name, "any", domain) for name in subjects)
        # sudo: all of them, whoever changes the team, the customer or his group
        events = self.sudo().with_context(**QUIET, active_test=False).search(is_about)
        private = events._psa_filter_confidential()
        public = (events - private).filtered("psa_intervention_id")
        private.filtered(lambda event: event.privacy != "private").privacy = "private"
        public.filtered(lambda event: event.privacy == "private").privacy = False

    def _psa_filter_confidential(self):
        """Return the appointments that other people's calendars must not show."""
        known = {}

        def is_confidential(subject):
            key = subject.team_id, subject.customer_group_id
            if key not in known:
                known[key] = subject._is_confidential()
            return known[key]

        return self.filtered(
            lambda event: any(
                is_confidential(subject)
                for subject in filter(None, (event[name] for name in SUBJECTS))
            )
        )

    def write(self, vals):
        """Override of `calendar` to move the intervention with its appointment."""
        follows = bool(vals.keys() & {"start", "stop", "partner_ids", "allday"})
        gone = vals.get("active") is False
        result = super().write(vals)
        if not vals.keys().isdisjoint(SUBJECTS):
            self._psa_check_subject()
        if gone:
            self._psa_unplan(self.sudo().psa_intervention_id)
        elif follows:
            self._psa_move_interventions()
        return result

    def unlink(self):
        """Override of `calendar` to plan anew what was taken off the calendar."""
        interventions = self.sudo().psa_intervention_id
        result = super().unlink()
        interventions.sudo(self.env.su).invalidate_recordset(["appointment_ids"])
        self._psa_unplan(interventions)
        return result

    def _psa_unplan(self, interventions_sudo):
        """Put visits that are still ahead back among those to plan.

        With the rights of the user: whoever may not plan the visit may not unplan it.
        """
        ahead = interventions_sudo.filtered(
            lambda one: one.state == "planned" and one._wants_event()
        )
        if ahead:
            ahead.sudo(self.env.su).write({"planned_start": False})

    def _psa_move_interventions(self):
        """Give the interventions the time and the technicians of their appointments.

        With the rights of the user: whoever may not plan the visit may not move it.
        """
        for event_sudo in self.sudo():
            intervention_sudo = event_sudo.psa_intervention_id
            if not intervention_sudo:
                continue
            values = event_sudo._psa_prepare_plan_values()
            changes = {
                name: value
                for name, value in values.items()
                if intervention_sudo[name] != value
            }
            if changes:
                if "planned_start" in changes:
                    changes["planned_end"] = values["planned_end"]
                if "technician_ids" in changes:
                    changes["technician_ids"] = [(6, 0, values["technician_ids"].ids)]
                intervention_sudo.sudo(self.env.su).write(changes)

    def _psa_prepare_plan_values(self):
        """Return when and by whom the visit takes place, as the appointment says."""
        self.ensure_one()
        colleagues = self._psa_get_colleagues()
        known = self.psa_intervention_id.technician_ids & colleagues
        return {
            "planned_start": self.start,
            "planned_end": self.stop,
            # Their order is kept: the first one answers for the appointment.
            "technician_ids": known | colleagues,
        }

    def _psa_get_colleagues(self):
        return self.partner_ids.user_ids.filtered(lambda user: not user.share)

    def _psa_get_guests(self):
        """Return the invited people who are not our colleagues."""
        return self.partner_ids - self._psa_get_colleagues().partner_id
