from odoo import fields, models


class PsaTechnicianLevel(models.Model):
    """How skilled a technician is, as far as customers pay for it."""

    _name = "psa.technician.level"
    _description = "Technician Level"
    _inherit = ["psa.remembered.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to use it in every company."
    )
    employee_ids = fields.One2many(
        "hr.employee",
        "psa_level_id",
        string="Technicians",
        groups="hr.group_hr_user",
    )
