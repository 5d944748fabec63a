from odoo import api, fields, models


class PsaBillingPlanPreviewLine(models.TransientModel):
    """What the work for a customer would have brought in."""

    _name = "psa.billing.plan.preview.line"
    _description = "What a Customer's Work Would Have Been"

    preview_id = fields.Many2one(
        "psa.billing.plan.preview", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="preview_id.currency_id")
    customer_id = fields.Many2one("res.partner", readonly=True)
    minutes = fields.Integer(string="Minutes worked", readonly=True)
    hours = fields.Float(string="Worked", compute="_compute_hours")
    amount_now = fields.Monetary(string="As it was", readonly=True)
    amount_then = fields.Monetary(string="By this plan", readonly=True)
    difference = fields.Monetary(compute="_compute_hours")
    covered_minutes = fields.Integer(readonly=True)
    covered_hours = fields.Float(
        string="Not billed",
        compute="_compute_hours",
        help="Hours that are covered, prepaid or given away.",
    )
    pending_minutes = fields.Integer(readonly=True)
    pending_hours = fields.Float(
        string="To decide",
        compute="_compute_hours",
        help="Hours about which no rule says anything.",
    )

    @api.depends("minutes", "covered_minutes", "pending_minutes", "amount_then")
    def _compute_hours(self):
        for line in self:
            line.hours = line.minutes / 60
            line.covered_hours = line.covered_minutes / 60
            line.pending_hours = line.pending_minutes / 60
            line.difference = line.amount_then - line.amount_now
