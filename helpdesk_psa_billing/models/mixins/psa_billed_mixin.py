from odoo import fields, models
from odoo.fields import Domain

GROUPS = "helpdesk_psa_billing.group_psa_billing_user"


class PsaBilledMixin(models.AbstractModel):
    """An invoice, or a line of it: what it bills is one click away.

    Everybody opens what they may see; the numbers on the buttons are of that.
    """

    _name = "psa.billed.mixin"
    _description = "Billed by Charges"

    # Override with the fields of charges that point to this model.
    _psa_billed_fields = ()

    psa_ticket_count = fields.Integer(
        string="Number of tickets", compute="_compute_psa_origin_counts", groups=GROUPS
    )
    psa_entry_count = fields.Integer(
        string="Number of time entries",
        compute="_compute_psa_origin_counts",
        groups=GROUPS,
    )
    psa_report_count = fields.Integer(
        string="Number of signed reports",
        compute="_compute_psa_origin_counts",
        groups=GROUPS,
    )

    def _psa_get_origin_domain(self):
        """Return the domain of the charges that these bill or tell of."""
        return Domain.OR(
            Domain(name, "in", self.ids) for name in self._psa_billed_fields
        )

    def _psa_get_origins(self):
        """Return the charges, as far as the user may see them."""
        return self.env["psa.charge"].search(self._psa_get_origin_domain())

    def _compute_psa_origin_counts(self):
        for record in self:
            charges = record._psa_get_origins()
            record.psa_ticket_count = len(charges.ticket_id)
            record.psa_entry_count = len(charges.analytic_line_id)
            record.psa_report_count = len(charges._get_reported_visits())

    # === WHAT PEOPLE PRESS === #

    def action_psa_open_tickets(self):
        """Open the tickets of the work that is billed."""
        return self._psa_open(self._psa_get_origins().ticket_id, self.env._("Tickets"))

    def action_psa_open_entries(self):
        """Open the time that is billed."""
        entries = self._psa_get_origins().analytic_line_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_time_entry_action"
        )
        return {
            **action,
            "display_name": self.env._("Time"),
            "domain": [("id", "in", entries.ids)],
            "context": {},
        }

    def action_psa_open_reports(self):
        """Open the signed report of the work; the visits if there are several."""
        visits = self._psa_get_origins()._get_reported_visits()
        if len(visits) == 1:
            return visits.action_open_report()
        return self._psa_open(visits, self.env._("Signed visits"))

    def _psa_open(self, records, name):
        """Open a record, or the list if there are several."""
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": records._name,
        }
        if len(records) == 1:
            return {**action, "views": [(False, "form")], "res_id": records.id}
        return {
            **action,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", records.ids)],
        }
