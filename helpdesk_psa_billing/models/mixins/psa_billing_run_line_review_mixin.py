from odoo import api, fields, models
from odoo.tools import format_date


class PsaBillingRunLineReviewMixin(models.AbstractModel):
    """What people look at and press on a line of a run."""

    _name = "psa.billing.run.line.review.mixin"
    _description = "Review of a Line of a Billing Run"

    summary = fields.Char(
        string="What",
        compute="_compute_summary",
        help="How many periods are charged, and from when to when.",
    )

    @api.depends("charge_ids.service_from", "charge_ids.service_until")
    def _compute_summary(self):
        for line in self:
            charges = line.charge_ids.filtered("service_until")
            line.summary = charges and line._summarize(charges)

    def _summarize(self, charges):
        """Return in words from when to when charges are, and how many if there are several."""
        last = fields.Date.subtract(max(charges.mapped("service_until")), days=1)
        text = self.env._(
            "%(start)s – %(end)s",
            start=format_date(self.env, min(charges.mapped("service_from"))),
            end=format_date(self.env, last),
        )
        if len(charges) == 1:
            return text
        return self.env._(
            "%(dates)s, %(count)s charges", dates=text, count=len(charges)
        )

    def action_open_agreements(self):
        """Open the agreement of the line, or the list if there are several."""
        self.ensure_one()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Agreements"),
            "res_model": "psa.agreement",
        }
        agreements = self.agreement_ids
        if len(agreements) == 1:
            return {
                **action,
                "views": [(False, "form")],
                "res_id": agreements.id,
            }
        return {
            **action,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", agreements.ids)],
        }

    def action_open_invoice(self):
        """Open the invoice that was drafted."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoice"),
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    # === THE PROOF === #

    def action_preview_proof(self):
        """Show what is invoiced, entry by entry, also before anything is drafted."""
        self.ensure_one()
        if self.move_id:
            return self.move_id.action_psa_preview_proof()
        report = self.env.ref("helpdesk_psa_billing.psa_proposal_preview")
        return report.report_action(self, config=False)
