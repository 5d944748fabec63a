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

    def _psa_prepare_entry_values(self):
        """Override of `psa.timed.mixin`: time on a visit is that of its ticket, too."""
        return {
            **super()._psa_prepare_entry_values(),
            **self._prepare_entry_values(),
        }

    def _get_time_project_candidates(self):
        """Override of `psa.timed.mixin`: as its ticket, else by whom the visit is for."""
        if len(self.ticket_ids) == 1:
            yield from self.ticket_ids._get_time_project_candidates()
        yield self.agreement_id.project_id, self.env._("project of the agreement")
        yield self.customer_id.psa_project_id, self.env._("project of the customer")
        for team in self.ticket_ids.team_id:
            yield team.project_id, self.env._("project of the team")

    def _prepare_entry_values(self):
        """Return the values that make a time entry one of this visit's.

        An entry of a visit for one ticket names the ticket; of a visit for several it
        counts for each of them.
        """
        self.ensure_one()
        # sudo: a technician may not see the ticket he is sent for
        tickets = self.sudo().ticket_ids
        on_site = self.env.ref(
            "helpdesk_psa.psa_service_type_on_site", raise_if_not_found=False
        )
        values = {
            "psa_intervention_id": self.id,
            "psa_ticket_id": tickets.id if len(tickets) == 1 else False,
        }
        if on_site:
            values["psa_service_type_id"] = on_site.id
        return values
