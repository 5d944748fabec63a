from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import ALLOWANCE_OVERRUNS, ALLOWANCE_UNITS, ALLOWANCE_USABLE_FROM
from ..tools.allowance_unit import to_units

# What work was paid by depends on these; once it was, they stay.
FIXED_FIELDS = {"company_id", "customer_id", "unit", "currency_id", "agreement_id"}


class PsaAllowance(models.Model):
    """Hours, money or incidents that a customer has paid for ahead, and what is left.

    A block that was sold and the hours included in a period of an agreement are the same
    thing. What is left is what was granted less what charges drew, never a number of its
    own.
    """

    _name = "psa.allowance"
    _description = "Allowance"
    _inherit = [
        "psa.billing.parameter.mixin",
        "psa.allowance.balance.mixin",
        "psa.allowance.draw.mixin",
        "psa.allowance.sold.mixin",
        "psa.allowance.included.mixin",
        "psa.allowance.alert.mixin",
        "psa.allowance.proof.mixin",
        "psa.charges.button.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    # The order in which they are used up.
    _order = "date_until, granted_date, id"
    _check_company_auto = True

    _psa_charge_field = "allowance_id"

    name = fields.Char(
        string="Number", required=True, copy=False, readonly=True, default="/"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        domain="[('psa_is_customer', '=', True)]",
        ondelete="restrict",
    )
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id", store=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Account manager",
        domain="[('share', '=', False)]",
        tracking=True,
        help="Is told when little is left.",
    )

    # Where it comes from
    agreement_id = fields.Many2one(
        "psa.agreement",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('customer_id', '=', customer_id)]",
        help="It pays for work under this agreement only. Empty: for any of the customer's.",
    )
    product_id = fields.Many2one(
        "product.product", readonly=True, ondelete="restrict", help="The block sold."
    )

    # What it is
    unit = fields.Selection(ALLOWANCE_UNITS, required=True, default="minutes")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Of a stock of money, and of the price beyond it.",
    )
    date_from = fields.Date(
        string="Usable from",
        required=True,
        tracking=True,
        default=fields.Date.context_today,
        help="It pays for work of this day and later.",
    )
    date_until = fields.Date(
        string="Expires on",
        tracking=True,
        help="First day on which it no longer pays. Empty: it does not expire.",
    )
    granted_date = fields.Date(
        string="Granted on",
        required=True,
        default=fields.Date.context_today,
        help="Of two allowances that expire together, the one granted first pays first.",
    )
    service_type_ids = fields.Many2many(
        "psa.service.type",
        "psa_allowance_service_type_rel",
        "allowance_id",
        "service_type_id",
        string="For service types",
        ondelete="restrict",
        check_company=True,
        help="It pays for work of these types only. Empty: for all.",
    )
    site_ids = fields.Many2many(
        "res.partner",
        "psa_allowance_site_rel",
        "allowance_id",
        "site_id",
        string="For sites",
        ondelete="restrict",
        domain="[('type', '=', 'psa_site'), ('parent_id', 'child_of', customer_id)]",
        help="It pays for work for these sites only. Empty: for all.",
    )
    usable_from = fields.Selection(
        ALLOWANCE_USABLE_FROM,
        string="Usable",
        tracking=True,
        help="For a block that is sold: what must have happened before it pays for work.",
    )
    overrun = fields.Selection(
        ALLOWANCE_OVERRUNS,
        string="Once it is empty",
        required=True,
        tracking=True,
        default=lambda self: self.env.company.psa_allowance_overrun,
        help="What becomes of work that nothing is left for. Of several allowances, the "
        "one that expires last decides.",
    )
    overrun_price = fields.Monetary(
        string="Price beyond it",
        tracking=True,
        help="Per hour, of work beyond it. 0: what the work costs without an allowance.",
    )
    rolled_to_id = fields.Many2one(
        "psa.allowance",
        string="Rest went to",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
        help="The allowance that got what was left when this one ended.",
    )
    draw_count = fields.Integer(
        readonly=True, default=0, help="Counts up while work draws on it."
    )
    opening_quantity = fields.Float(
        string="Quantity",
        store=False,
        help="Hours, money or incidents to begin with, for one that is entered by hand.",
    )

    source_text = fields.Char(string="From", compute="_compute_source_text")

    # What happened to it
    move_ids = fields.One2many(
        "psa.allowance.move", "allowance_id", string="Grants and expiry", readonly=True
    )

    _dates_check = models.Constraint(
        "CHECK (date_until IS NULL OR date_until > date_from)",
        "An allowance is usable for at least one day.",
    )
    _price_check = models.Constraint(
        "CHECK (overrun_price >= 0)", "The price beyond an allowance is not negative."
    )
    # What the drawing and the lists of a customer look for.
    _customer_idx = models.Index("(customer_id, company_id, date_until)")

    # === COMPUTES === #

    @api.depends("sale_line_id", "invoice_line_id", "agreement_line_id")
    def _compute_source_text(self):
        for allowance in self:
            # sudo: the number is shown to whoever may not open it
            allowance.source_text = allowance._get_source().sudo().display_name

    @api.depends("company_id", "agreement_id")
    def _compute_currency_id(self):
        for allowance in self:
            if not allowance.currency_id:
                allowance.currency_id = (
                    allowance.agreement_id.currency_id
                    or allowance.company_id.currency_id
                )

    @api.model
    def _get_parameter_fields(self):
        """Override: the terms; quantities have a history of their own."""
        return (
            "customer_id",
            "date_from",
            "date_until",
            "service_type_ids",
            "site_ids",
            "usable_from",
            "overrun",
            "overrun_price",
        )

    def _is_parameter_kept(self):
        """Override: once something was granted."""
        return bool(self.move_ids)

    # === CHECKS === #

    @api.constrains("agreement_id", "customer_id")
    def _check_agreement(self):
        for allowance in self.filtered("agreement_id"):
            if allowance.agreement_id.customer_id != allowance.customer_id:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s is not an agreement of %(customer)s. Choose one "
                        "of this customer, or none.",
                        agreement=allowance.agreement_id.display_name,
                        customer=allowance.customer_id.display_name,
                    )
                )

    # === LIFE === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("psa.allowance")
        openings = [vals.pop("opening_quantity", 0) for vals in vals_list]
        allowances = super().create(vals_list)
        for allowance, opening in zip(allowances, openings, strict=True):
            if opening:
                allowance._book(
                    "grant",
                    to_units(allowance.unit, opening),
                    self.env._("Entered by hand."),
                    date=allowance.granted_date,
                )
        return allowances

    def write(self, vals):
        changed = vals.keys() & FIXED_FIELDS
        # sudo: what is charged is checked for those who may not see it
        if changed and any(it.move_ids or it.sudo().charge_ids for it in self):
            raise UserError(
                self.env._(
                    "“%(allowance)s” was granted already: whose it is and what it is a "
                    "stock of stay. Take it back with an adjustment, and enter another.",
                    allowance=self[0].display_name,
                )
            )
        result = super().write(vals)
        if vals.keys() & self._get_draw_fields():
            self._rate_again()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_granted(self):
        if granted := self.filtered("move_ids")[:1]:
            raise UserError(
                self.env._(
                    "“%(allowance)s” has a history, which is kept. Take back what is left "
                    "with an adjustment instead.",
                    allowance=granted.display_name,
                )
            )

    # === ACTIONS === #

    def action_open_source(self):
        """Open the order, the invoice or the agreement that it comes from."""
        self.ensure_one()
        record = self._get_source()
        record.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": record.display_name,
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _get_source(self):
        """Return what it comes from; empty if it was entered by hand."""
        self.ensure_one()
        # sudo: it is named to whoever may not open it
        allowance = self.sudo()
        source = (
            allowance.sale_line_id.order_id
            or allowance.invoice_line_id.move_id
            or allowance.agreement_line_id.agreement_id
        )
        return source.sudo(False)

    # === HISTORY === #

    def _book(self, kind, quantity, reason, **values):
        """Append a line to the history of each allowance, and rate its work again.

        :param str kind: grant, rollover, expiry or adjustment
        :param quantity: in the unit of the allowance, negative if it takes away
        :return: the new `psa.allowance.move` records
        """
        # sudo: the history is written by what happens, whoever makes it happen
        moves = (
            self.env["psa.allowance.move"]
            .sudo()
            .create(
                [
                    {
                        "allowance_id": allowance.id,
                        "kind": kind,
                        "quantity": quantity,
                        "reason": reason,
                        **values,
                    }
                    for allowance in self
                ]
            )
        )
        if quantity > 0 and kind != "expiry":
            self._rearm_alerts()
        # What expired is there for late work all the same.
        if kind != "expiry" and not self.env.context.get("psa_drawn"):
            self._rate_again()
        return moves
