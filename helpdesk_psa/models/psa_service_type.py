from odoo import api, fields, models, tools


class PsaServiceType(models.Model):
    """How work is done: remote, on site, on the road. It decides whether it is billable."""

    _name = "psa.service.type"
    _description = "Service Type"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer(string="Colour")
    icon = fields.Char(
        default="fa-clock-o",
        help="Font Awesome 4 class shown in the week grid, for example fa-car.",
    )
    description = fields.Text(translate=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer it in every company."
    )
    product_id = fields.Many2one(
        "product.product",
        domain="[('type', '=', 'service')]",
        check_company=True,
        ondelete="restrict",
        help="The service that is sold. Its price in the customer's pricelist is the "
        "price of an hour of this work.",
    )
    billable = fields.Boolean(
        default=True,
        help="Whether time of this type is billable unless a team, a ticket type or the "
        "technician says otherwise.",
    )
    entry_properties = fields.PropertiesDefinition(
        string="Extra fields of the time entries"
    )

    def _get_first(self, company):
        """Return the service type of work when nothing else decides: the first one."""
        return self.browse(self._get_first_id(company.id))

    @api.model
    @tools.ormcache("company_id")
    def _get_first_id(self, company_id):
        # sudo: remembered for everybody
        found = self.sudo().search(
            [("company_id", "in", [False, company_id])], limit=1, order="sequence, id"
        )
        return found.id

    @api.model_create_multi
    def create(self, vals_list):
        service_types = super().create(vals_list)
        self.env.registry.clear_cache()
        return service_types

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
