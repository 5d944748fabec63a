from odoo import api, fields, models


class PsaInterventionSign(models.TransientModel):
    """Shows the sheet to the customer, on the technician's screen, and takes signatures."""

    _name = "psa.intervention.sign"
    _description = "Sign an Intervention"

    # What it shows is read with the rights of whoever opens it, not with all rights.
    intervention_id = fields.Many2one(
        "psa.intervention", required=True, ondelete="cascade"
    )
    number = fields.Char(related="intervention_id.number", related_sudo=False)
    customer_id = fields.Many2one(
        related="intervention_id.customer_id", related_sudo=False
    )
    time_hours = fields.Float(related="intervention_id.time_hours", related_sudo=False)
    item_ids = fields.One2many(related="intervention_id.item_ids", related_sudo=False)
    checklist_progress = fields.Char(
        related="intervention_id.checklist_progress", related_sudo=False
    )
    work_done = fields.Text(
        compute="_compute_work_done", compute_sudo=False, store=True, readonly=False
    )
    report_partner_id = fields.Many2one(
        "res.partner",
        string="Report to",
        compute="_compute_report_partner_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('type', '!=', 'psa_site'), ('commercial_partner_id', '=', customer_id)]",
        help="Who gets the signed report by mail.",
    )
    report_email = fields.Char(related="report_partner_id.email", related_sudo=False)
    customer_name = fields.Char(
        string="Signs for the customer",
        compute="_compute_customer_name",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    customer_signature = fields.Binary(attachment=False)
    is_unsigned = fields.Boolean(
        string="Nobody can sign", help="The customer is not there or will not sign."
    )
    unsigned_reason = fields.Char(string="Why")
    technician_name = fields.Char(default=lambda self: self.env.user.name)
    technician_signature = fields.Binary(attachment=False)

    @api.depends("intervention_id")
    def _compute_work_done(self):
        for dialog in self:
            dialog.work_done = dialog.intervention_id.work_done

    @api.depends("intervention_id")
    def _compute_report_partner_id(self):
        for dialog in self:
            dialog.report_partner_id = dialog.intervention_id.report_partner_id

    @api.depends("intervention_id")
    def _compute_customer_name(self):
        for dialog in self:
            dialog.customer_name = dialog.intervention_id.partner_id.name

    def action_sign(self):
        """Put the signatures on the sheet, lock it and send the report."""
        self.ensure_one()
        intervention = self.intervention_id
        intervention.check_access("write")
        intervention._lock_for_signing()
        intervention._check_signable()
        intervention.write(
            {
                "work_done": self.work_done,
                "report_partner_id": self.report_partner_id.id,
            }
        )
        intervention._sign(
            technician_signature=self.technician_signature,
            customer_signature=not self.is_unsigned and self.customer_signature,
            customer_name=self.customer_name,
            unsigned_reason=self.is_unsigned and self.unsigned_reason,
        )
        return {"type": "ir.actions.act_window_close"}
