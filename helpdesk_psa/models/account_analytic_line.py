from odoo import api, fields, models

from ..tools.duration import hours_to_minutes


class AccountAnalyticLine(models.Model):
    _name = "account.analytic.line"
    _inherit = ["psa.intervention.entry.mixin", "account.analytic.line"]

    psa_ticket_id = fields.Many2one(
        "psa.ticket",
        string="Ticket",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    psa_service_type_id = fields.Many2one(
        "psa.service.type",
        string="Service type",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="How the work was done. It decides the price of an hour.",
    )
    psa_start = fields.Datetime(
        string="Start", help="When the work began. Not needed, but kept if known."
    )
    psa_stop = fields.Datetime(
        string="Stop", help="When the work ended. Not needed, but kept if known."
    )
    psa_minutes = fields.Integer(
        string="Minutes",
        compute="_compute_psa_minutes",
        store=True,
        readonly=False,
        copy=False,
        help="Minutes worked, as they were, never rounded. The duration in hours "
        "follows them.",
    )
    psa_billable = fields.Boolean(
        string="Billable",
        help="Whether the customer may be charged for this time.",
    )
    psa_approved_at = fields.Datetime(
        string="Approved",
        readonly=True,
        copy=False,
        help="An approved entry is locked: nobody changes or deletes it.",
    )
    psa_approved_by = fields.Many2one("res.users", readonly=True, copy=False)
    psa_properties = fields.Properties(
        definition="psa_service_type_id.entry_properties",
        string="Extra fields",
        copy=True,
    )

    _psa_stop_after_start = models.Constraint(
        "CHECK (psa_stop >= psa_start)", "Work cannot stop before it starts."
    )

    @api.depends("unit_amount", "project_id")
    def _compute_psa_minutes(self):
        """Follow a duration in hours that somebody else wrote: Odoo's screens, imports."""
        for line in self:
            line.psa_minutes = line.project_id and hours_to_minutes(line.unit_amount)
