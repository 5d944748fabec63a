from odoo import api, fields, models

# The product that stands for a kind of item unless another one is chosen.
USUAL_PRODUCTS = {
    "km": "helpdesk_psa.product_product_psa_km",
    "overnight": "helpdesk_psa.product_product_psa_overnight",
}


class PsaItem(models.Model):
    """What work costs besides time: a part, kilometres, a night away, an expense."""

    _name = "psa.item"
    _description = "Item"
    _inherit = ["psa.intervention.part.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    kind = fields.Selection(
        [
            ("part", "Part"),
            ("km", "Kilometres"),
            ("overnight", "Overnight stay"),
            ("expense", "Expense"),
        ],
        required=True,
        default="part",
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    name = fields.Char(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Printed on the customer's report.",
    )
    lot = fields.Char(
        string="Lot/serial",
        help="Serial or lot number of the part, as it is written on it.",
    )
    quantity = fields.Float(default=1.0, required=True, digits="Product Unit")
    uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    service_type_id = fields.Many2one(
        "psa.service.type",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The kind of work it belongs to, if that decides its price.",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    is_billable = fields.Boolean(
        string="Billable",
        default=True,
        help="Off: it is recorded, and the customer does not pay for it.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Technician",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        index="btree_not_null",
        ondelete="restrict",
    )
    customer_id = fields.Many2one(
        "res.partner",
        compute="_compute_customer_id",
        store=True,
        index="btree_not_null",
    )

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity must be above 0."
    )
    _owner = models.Constraint(
        "CHECK (ticket_id IS NOT NULL OR intervention_id IS NOT NULL)",
        "An item belongs to a ticket or to an intervention.",
    )

    @api.onchange("kind")
    def _onchange_kind(self):
        """Offer the product that kilometres and nights are usually booked on."""
        xmlid = USUAL_PRODUCTS.get(self.kind)
        if xmlid:
            usual = self.env.ref(xmlid, raise_if_not_found=False)
            self.product_id = usual or self.product_id

    @api.depends("product_id")
    def _compute_name(self):
        for item in self:
            item.name = item.product_id.display_name or item.name

    @api.depends("product_id")
    def _compute_uom_id(self):
        for item in self:
            item.uom_id = item.product_id.uom_id

    @api.depends("intervention_id.customer_id", "ticket_id.customer_id")
    def _compute_customer_id(self):
        for item in self:
            owner = item.intervention_id or item.ticket_id
            item.customer_id = owner.customer_id
