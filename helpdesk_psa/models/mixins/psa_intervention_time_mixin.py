from odoo import fields, models


class PsaInterventionTimeMixin(models.AbstractModel):
    """Knows how long a visit took: the sum of its time entries, one per technician."""

    _name = "psa.intervention.time.mixin"
    _description = "Time of an Intervention"

    time_ids = fields.One2many("psa.time.entry", "intervention_id")
    time_hours = fields.Float(
        string="Time spent",
        compute="_compute_time_hours",
        help="Hours of all technicians, travel included.",
    )

    def _compute_time_hours(self):
        # sudo: the total tells nothing of what the time costs
        minutes = dict(
            self.env["account.analytic.line"]
            .sudo()
            ._read_group(
                [("psa_intervention_id", "in", self.ids)],
                ["psa_intervention_id"],
                ["psa_minutes:sum"],
            )
        )
        for intervention in self:
            intervention.time_hours = minutes.get(intervention._origin, 0) / 60

    # === WHERE THE TIME GOES === #

    def _psa_prepare_entry_values(self):
        """Override of `psa.timed.mixin`: time on a visit is that of its ticket, too.

        An entry of a visit for several tickets names none, and counts for each of them.
        """
        self.ensure_one()
        return {
            **super()._psa_prepare_entry_values(),
            "psa_intervention_id": self.id,
            "psa_ticket_id": self._get_only_ticket().id,
        }

    def _get_only_ticket(self):
        """Return the ticket of the visit if it has exactly one."""
        self.ensure_one()
        # sudo: a technician may not see the ticket he is sent for
        tickets = self.sudo().ticket_ids
        return (tickets if len(tickets) == 1 else tickets.browse()).sudo(self.env.su)

    def _get_time_project_candidates(self):
        """Override of `psa.timed.mixin`: as its ticket, else by whom the visit is for."""
        ticket = self._get_only_ticket()
        if ticket:
            yield from ticket._get_time_project_candidates()
        yield self.agreement_id.project_id, self.env._("project of the agreement")
        yield self.customer_id.psa_project_id, self.env._("project of the customer")
        yield self.team_id.project_id, self.env._("project of the team")

    def _get_time_defaults(self):
        """Override of `psa.timed.mixin`: travel on the road, then work on site."""
        kind = "travel" if self.state == "on_the_way" else "on_site"
        service_type = self.env.ref(
            f"helpdesk_psa.psa_service_type_{kind}", raise_if_not_found=False
        )
        if not service_type or not service_type.active:
            return super()._get_time_defaults()
        return {
            "psa_service_type_id": service_type.id,
            "psa_billable": self._is_time_billable(service_type),
        }

    def _is_time_billable(self, service_type):
        """Override of `psa.timed.mixin`: as the ticket says, if there is one."""
        ticket = self._get_only_ticket().sudo()  # only yes or no is told
        if ticket:
            return ticket._is_time_billable(service_type)
        return super()._is_time_billable(service_type)

    def _psa_check_can_log(self):
        """Override of `psa.timed.mixin`: no clock runs on a signed sheet."""
        self._hold_unlocked()
        return super()._psa_check_can_log()
