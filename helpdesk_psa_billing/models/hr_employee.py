from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    psa_level_id = fields.Many2one(
        "psa.technician.level",
        string="Technician level",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups="hr.group_hr_user",
        help="Billing rules may set another price for the work of some levels.",
    )
