from odoo import fields, models
from odoo.fields import Domain


class HrEmployee(models.Model):
    _name = "hr.employee"
    _inherit = ["psa.rating.fact.mixin", "hr.employee"]

    psa_level_id = fields.Many2one(
        "psa.technician.level",
        string="Technician level",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups="hr.group_hr_user",
        help="Billing rules may set another price for the work of some levels.",
    )

    def _psa_get_rating_fields(self):
        """Override: rules may be about a level."""
        return {"psa_level_id"}

    def _psa_get_dependent_domain(self):
        return Domain("analytic_line_id.employee_id", "in", self.ids)
