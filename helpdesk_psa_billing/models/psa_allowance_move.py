from odoo import api, fields, models
from odoo.exceptions import UserError

ALLOWANCE_MOVES = [
    ("grant", "Grant"),
    ("rollover", "Rollover"),
    ("expiry", "Expiry"),
    ("adjustment", "Adjustment"),
]


class PsaAllowanceMove(models.Model):
    """What was added to an allowance or taken from it, why and by whom. Kept for good.

    What work draws is not here: that is what its charges say.
    """

    _name = "psa.allowance.move"
    _description = "Allowance History"
    _order = "date, id"
    _check_company_auto = True

    allowance_id = fields.Many2one(
        "psa.allowance", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="allowance_id.company_id", store=True)
    customer_id = fields.Many2one(
        related="allowance_id.customer_id", store=True, index=True
    )
    customer_group_id = fields.Many2one(
        related="allowance_id.customer_group_id", store=True, index="btree_not_null"
    )
    unit = fields.Selection(related="allowance_id.unit")
    date = fields.Date(required=True, default=fields.Date.context_today)
    kind = fields.Selection(ALLOWANCE_MOVES, required=True)
    quantity = fields.Float(
        digits=(16, 4),
        required=True,
        help="In minutes, money or incidents; negative if it was taken away.",
    )
    quantity_text = fields.Char(string="Quantity", compute="_compute_quantity_text")
    reason = fields.Char(required=True)
    create_uid = fields.Many2one("res.users", string="By", readonly=True)

    # Where it comes from
    invoice_line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="set null"
    )
    invoice_id = fields.Many2one(related="invoice_line_id.move_id", string="Invoice")
    sale_line_id = fields.Many2one(
        "sale.order.line", index="btree_not_null", ondelete="set null"
    )
    other_id = fields.Many2one(
        "psa.allowance",
        string="From or to",
        index="btree_not_null",
        ondelete="restrict",
        help="The allowance that a rest was rolled over from or to.",
    )

    _quantity_check = models.Constraint(
        "CHECK (quantity <> 0)", "Nothing is not entered into the history."
    )

    @api.depends("quantity", "allowance_id.unit", "allowance_id.currency_id")
    @api.depends_context("lang")
    def _compute_quantity_text(self):
        for move in self:
            text = move.allowance_id._format_quantity(move.quantity)
            move.quantity_text = f"+{text}" if move.quantity > 0 else text

    def _get_kind_word(self):
        """Return what happened, in the language of the context; never the reason, which is
        ours."""
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def write(self, vals):
        if self:
            raise UserError(
                self.env._(
                    "The history of “%(allowance)s” is not edited. Enter an adjustment.",
                    allowance=self[0].allowance_id.display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "The history of “%(allowance)s” is kept. Enter an adjustment.",
                allowance=self[:1].allowance_id.display_name,
            )
        )
