from odoo import fields, models
from odoo.tools import float_compare, float_round

from ..tools.complete_values import CompleteValues

BILLING = "helpdesk_psa_billing.group_psa_billing_user"


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = [
        "account.move.line",
        "psa.line.block.mixin",
        "psa.line.proof.mixin",
        "psa.line.export.mixin",
    ]

    psa_charge_ids = fields.One2many(
        "psa.charge",
        "invoice_line_id",
        string="Charges",
        help="What the line bills, each with its reason.",
    )
    psa_origin_line_id = fields.Many2one(
        "account.move.line",
        string="Line taken back",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        help="The line of the invoice that this line of a credit note takes back.",
    )

    # What its charges say of it, see `psa.line.proof.mixin`.
    psa_charged_amount = fields.Monetary(
        string="By its charges",
        compute="_compute_psa_charged",
        currency_field="currency_id",
        groups=BILLING,
        help="What the charges of the line add up to, before tax; a credit note counts up, "
        "as it does on the line.",
    )
    psa_difference = fields.Monetary(
        string="Difference",
        compute="_compute_psa_charged",
        currency_field="currency_id",
        groups=BILLING,
        help="How much more the line says than its charges, for example because somebody "
        "changed its price.",
    )

    # === CREATION === #

    def _prepare_create_values(self, vals_list):
        """Override of `account`: items that `psa.invoice.writer` completed stay as they are.

        They come without debit and credit, which `create` takes away from its values.
        """
        values = self.env.context.get("psa_complete_values")
        if not (isinstance(values, CompleteValues) and values.take_items()):
            return super()._prepare_create_values(vals_list)
        # The values follow from each other already: no inverse has anything to add.
        computed = {
            field
            for name, field in self._fields.items()
            if field.inverse and not name.startswith("psa_")
        }
        return [
            {
                **vals,
                "debit": max(vals["balance"] or 0.0, 0.0),
                "credit": max(-(vals["balance"] or 0.0), 0.0),
                "__precomputed__": computed,
            }
            for vals in vals_list
        ]

    def _create(self, data_list):
        """Override of `orm`: totals that came with completed items are not computed again."""
        if isinstance(self.env.context.get("psa_complete_values"), CompleteValues):
            totals = {self._fields["price_subtotal"], self._fields["price_total"]}
            for data in data_list:
                if "price_subtotal" in data["stored"]:
                    data["protected"].update(totals)
        return super()._create(data_list)

    # === LIFE === #

    def unlink(self):
        """Override of `account`: what a deleted line bills is due again."""
        charged = self.filtered(
            lambda it: it.move_id.psa_is_charged and it.move_id.state != "posted"
        )
        charged._psa_get_charges()._release()
        return super().unlink()

    def _copy_data_extend_business_fields(self, values):
        """Override of `account`: a reversed line is known line by line."""
        result = super()._copy_data_extend_business_fields(values)
        if self.move_id.psa_is_charged or self._psa_is_block():
            values["psa_origin_line_id"] = self.id
        return result

    # === CHARGES === #

    def _psa_get_charges(self):
        """Return the charges of the lines.

        In sudo: whoever may change an invoice may not see the agreements behind it, yet
        the ledger has to follow.
        """
        charges_sudo = self.env["psa.charge"].sudo()
        if not self:
            return charges_sudo
        return charges_sudo.search([("invoice_line_id", "in", self.ids)])

    def _psa_settle_charges(self):
        """Let the ledger say what posted lines say.

        What is left out of an invoice is due again; what a credit note takes back is
        reversed, also if it was posted before with other quantities.
        """
        charges = self._psa_get_charges()
        origins = self.filtered(lambda it: it._psa_takes_back()).psa_origin_line_id
        by_line = (charges | origins._psa_get_charges()).grouped("invoice_line_id")
        for line in self:
            line._psa_settle(
                by_line.get(line, charges.browse()),
                by_line.get(line.psa_origin_line_id, charges.browse())
                if line._psa_takes_back()
                else charges.browse(),
            )
        self._psa_get_charges().write({"state": "invoiced"})

    def _psa_settle(self, charges, taken_back):
        """Bring the charges of a line in line with its quantity.

        :param charges: those on the line
        :param taken_back: those on the line that it credits
        """
        self.ensure_one()
        has = self._psa_count_units(charges)
        sign = -1 if (has or self._psa_count_units(taken_back)) < 0 else 1
        units = (charges | taken_back)._to_units(self.quantity)
        wants = sign * (0.0 if self._psa_is_discount() else units)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        excess = float_round(sign * has - max(wants, 0.0), precision_digits=digits)
        if excess > 0:
            charges._cut(excess)
        elif excess < 0 and taken_back:
            taken_back._reverse(-excess, self, self.move_id.psa_credit_disposition)

    def _psa_count_units(self, charges):
        """Return how many units of its line some charges are; a credit note counts down."""
        units = sum(charge._get_units() for charge in charges)
        is_credit = charges.move_id[:1].move_type == "out_refund"
        return -units if is_credit else units

    def _psa_is_discount(self):
        """Return whether a credit note lowers the price of a line, and gives no unit back."""
        self.ensure_one()
        origin = self.psa_origin_line_id
        return self._psa_takes_back() and (
            float_compare(self.price_unit, origin.price_unit, precision_digits=6) != 0
            or self.discount != origin.discount
        )

    def _psa_takes_back(self):
        """Return whether the line takes back what another one says."""
        self.ensure_one()
        types = {self.move_id.move_type, self.psa_origin_line_id.move_id.move_type}
        return types == {"out_invoice", "out_refund"}
