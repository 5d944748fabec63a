from odoo import api, fields, models
from odoo.fields import Domain

from ..const import ALLOWANCE_OVERRUNS, ALLOWANCE_UNITS, ALLOWANCE_USABLE_FROM


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["psa.rating.fact.mixin", "product.template"]

    psa_recurring = fields.Boolean(
        string="Recurring",
        help="Offered on the lines of agreements, which invoice it period by period.",
    )

    # Prepaid blocks
    psa_allowance_unit = fields.Selection(
        ALLOWANCE_UNITS,
        string="Prepaid block of",
        help="Whoever buys it has hours, money or incidents that later work is paid from.",
    )
    psa_allowance_quantity = fields.Float(
        string="Size of the block",
        compute="_compute_psa_allowance_terms",
        store=True,
        readonly=False,
        precompute=True,
        help="Hours, money or incidents per unit that is sold. Money with 0: what it is "
        "sold for.",
    )
    psa_allowance_months = fields.Integer(
        string="Expires after",
        compute="_compute_psa_allowance_terms",
        store=True,
        readonly=False,
        precompute=True,
        help="Months. 0: it does not expire.",
    )
    psa_allowance_usable_from = fields.Selection(
        ALLOWANCE_USABLE_FROM,
        string="Usable",
        help="Empty: as the company's settings say.",
    )
    psa_allowance_overrun = fields.Selection(
        ALLOWANCE_OVERRUNS,
        string="Work beyond it",
        help="Empty: as the company's settings say.",
    )
    psa_allowance_overrun_price = fields.Monetary(
        string="Price beyond it",
        help="Per hour, of work beyond the block. 0: what the work costs without it.",
    )
    psa_allowance_service_type_ids = fields.Many2many(
        "psa.service.type",
        "psa_product_allowance_service_type_rel",
        "product_id",
        "service_type_id",
        string="For service types",
        groups="helpdesk_psa.group_psa_readonly",
        help="It pays for work of these types only. Empty: for all.",
    )

    _psa_allowance_check = models.Constraint(
        "CHECK (psa_allowance_quantity >= 0 AND psa_allowance_months >= 0 "
        "AND psa_allowance_overrun_price >= 0)",
        "The size, the life and the price of a block are not negative.",
    )

    @api.depends("psa_allowance_unit")
    def _compute_psa_allowance_terms(self):
        """Start with the company's usual block."""
        for product in self:
            company = product.company_id or self.env.company
            if product.psa_allowance_unit and not product.psa_allowance_quantity:
                is_hours = product.psa_allowance_unit == "minutes"
                product.psa_allowance_quantity = (
                    is_hours and company.psa_allowance_hours
                )
                product.psa_allowance_months = company.psa_allowance_months

    def _psa_get_rating_fields(self):
        """Override: the sales price is the base price, or that of pricelists."""
        return {"list_price", "uom_id"}

    def _psa_get_dependent_domain(self):
        # sudo: variants of other companies, too, and those that are archived
        variants = self.sudo().with_context(active_test=False).product_variant_ids
        return Domain("product_id", "in", variants.ids)
