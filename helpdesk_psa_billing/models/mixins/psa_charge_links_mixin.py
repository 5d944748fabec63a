from odoo import api, fields, models


class PsaChargeLinksMixin(models.AbstractModel):
    """Where a charge comes from and where it is invoiced, one click away."""

    _name = "psa.charge.links.mixin"
    _description = "Links of a Charge"

    has_report = fields.Boolean(
        string="Signed report",
        compute="_compute_has_report",
        help="The customer signed for the visit: its report can be opened.",
    )

    @api.depends("intervention_id.report_attachment_id")
    def _compute_has_report(self):
        for charge in self:
            # sudo: whether there is one; whoever opens it needs the right to
            charge.has_report = bool(charge.sudo()._get_reported_visits())

    def action_open_invoice(self):
        """Open the invoice that bills the charge, or tells of it."""
        return self._open_form(self.move_id or self.told_move_id)

    def action_open_period(self):
        """Open the period that is charged."""
        return self._open_form(self.period_id)

    def action_open_work(self):
        """Open the ticket or visit of the work."""
        return self._open_form(self.ticket_id or self.intervention_id)

    def action_open_entry(self):
        """Open the time entry."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_time_entry_action"
        )
        return {
            **action,
            "display_name": self.env._("Time"),
            "domain": [("id", "=", self.analytic_line_id.id)],
            "context": {},
        }

    def action_open_report(self):
        """Open the signed report of the visit."""
        self.ensure_one()
        return self._get_reported_visits().action_open_report()

    def _get_reported_visits(self):
        """Return the visits of the work of which there is a signed report."""
        return self.intervention_id.filtered("report_attachment_id")

    def _open_form(self, record):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": record.display_name,
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
