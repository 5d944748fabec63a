from odoo import fields, models

from ...const import MONEY_GROUPS


class PsaAgreementRevenueMixin(models.AbstractModel):
    """The screens of an agreement about money: its periods, invoices and revenue."""

    _name = "psa.agreement.revenue.mixin"
    _description = "Agreement Revenue"

    period_count = fields.Integer(
        string="Number of periods", compute="_compute_period_count", groups=MONEY_GROUPS
    )

    def _compute_period_count(self):
        counts = dict(
            self.env["psa.period"]._read_group(
                [("agreement_id", "in", self.ids)], ["agreement_id"], ["__count"]
            )
        )
        for agreement in self:
            agreement.period_count = counts.get(agreement, 0)

    def _open_schedule(self):
        """Return the calendar of the periods, which is shown after activation."""
        action = self.action_open_periods()
        views = sorted(action["views"], key=lambda view: view[1] != "calendar")
        return {**action, "views": views}

    def action_open_mrr(self):
        """Open the lines that bring in money each month."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_agreement_line_action_mrr"
        )
        views = sorted(action["views"], key=lambda view: view[1] != "list")
        return {
            **action,
            "display_name": self.display_name,
            "views": views,
            "domain": [
                ("agreement_id", "=", self.id),
                ("product_id", "!=", False),
                ("charge_kind", "=", "recurring"),
            ],
            "context": {},
        }
