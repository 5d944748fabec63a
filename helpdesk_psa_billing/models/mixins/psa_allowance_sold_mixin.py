from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.allowance_unit import to_units


class PsaAllowanceSoldMixin(models.AbstractModel):
    """Blocks that are sold: what the order and the invoices say is what is granted.

    What should be granted is computed from these, and the difference is booked. To confirm,
    post, pay, cancel or credit again and again therefore grants once.
    """

    _name = "psa.allowance.sold.mixin"
    _description = "Allowance that is sold"

    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Order line",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    sale_order_id = fields.Many2one(
        related="sale_line_id.order_id", string="Sales order"
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The line of the invoice, if it was sold without an order.",
    )
    unit_quantity = fields.Float(
        digits=(16, 4),
        readonly=True,
        help="Minutes, money or incidents per unit of the product that is sold.",
    )
    owed_quantity = fields.Float(
        digits=(16, 4),
        readonly=True,
        copy=False,
        help="Minutes, money or incidents that were to be taken back and are used already.",
    )
    life_months = fields.Integer(
        readonly=True, help="Months for which it is usable, 0 for ever."
    )

    _sale_line_uniq = models.UniqueIndex(
        "(sale_line_id) WHERE sale_line_id IS NOT NULL",
        "A line of an order gives one allowance.",
    )
    _invoice_line_uniq = models.UniqueIndex(
        "(invoice_line_id) WHERE invoice_line_id IS NOT NULL",
        "A line of an invoice gives one allowance.",
    )

    @api.model
    def _settle_sold(self, sources):
        """Grant what was sold, and take back what was credited or cancelled.

        :param sources: `sale.order.line` records, or `account.move.line` records of
            invoices without an order
        """
        # sudo: whoever confirms an order or posts an invoice need not manage allowances
        sources = sources.sudo().exists()
        if not sources:
            return
        name = (
            "sale_line_id" if sources._name == "sale.order.line" else "invoice_line_id"
        )
        allowances = self.sudo().search(Domain(name, "in", sources.ids))
        known = allowances[name]
        new = (sources - known).filtered(lambda it: it._psa_is_block())
        allowances |= self.sudo().create(
            [
                {name: source.id, **source._psa_prepare_allowance_values()}
                for source in new
            ]
        )
        for allowance in allowances:
            allowance._settle_grant(allowance[name])

    def _settle_grant(self, source):
        """Book the difference between what a source grants now and what it granted."""
        self.ensure_one()
        units, day = source._psa_get_granted_units(self.usable_from)
        missing = self._round(units * self.unit_quantity - self._get_granted())
        if missing > 0:
            if not self.move_ids:
                self._begin(day)
            self._book("grant", missing, source._psa_explain_grant(), date=day)
        self._take_back(max(-missing, 0), source._psa_explain_return())

    def _get_granted(self):
        """Return what its source granted so far."""
        self.ensure_one()
        return self._round(
            sum(it.quantity for it in self.move_ids if it.kind == "grant")
        )

    def _begin(self, day):
        """Let the life of the allowance start on the day of its first grant."""
        self.ensure_one()
        self.write(
            {
                "date_from": day,
                "granted_date": day,
                "date_until": self.life_months
                and fields.Date.add(day, months=self.life_months),
            }
        )

    def _take_back(self, quantity, reason):
        """Take units back, and tell the account manager of those that are used already.

        :param quantity: in minutes, money or incidents; 0 if nothing is taken back
        """
        self.ensure_one()
        owed = self.owed_quantity
        if quantity:
            self._lock_balances()
            self.invalidate_recordset(["approved_quantity"])
            free = max(self.granted_quantity - self.approved_quantity, 0)
            if taken := self._round(min(quantity, free)):
                self._book("grant", -taken, reason)
            quantity = self._round(quantity - taken)
        if quantity != owed:
            self.owed_quantity = quantity
        if quantity > owed:
            self._warn_used(quantity, reason)

    def _warn_used(self, quantity, reason):
        """Have somebody decide about units that are taken back though they are used."""
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self._get_account_manager().id,
            summary=self.env._(
                "%(quantity)s to bill: taken back, and used already",
                quantity=self._format_quantity(quantity),
            ),
            note=reason,
        )

    def _round(self, quantity):
        """Return a quantity in whole minutes or incidents, or in money as it is paid."""
        self.ensure_one()
        if self.unit == "money":
            return self.currency_id.round(quantity)
        return round(quantity)

    @api.model
    def _prepare_company_values(self, company):
        """Return the terms that a company's settings say."""
        return {
            "company_id": company.id,
            "overrun": company.psa_allowance_overrun,
            "alert_percent": company.psa_allowance_alert_percent,
            "alert_percent_2": company.psa_allowance_alert_percent_2,
            "alert_expiry_days": company.psa_allowance_alert_days,
        }

    @api.model
    def _prepare_sold_values(self, product, company, price):
        """Return the values of an allowance of which a product is sold.

        :param float price: of one unit, which a stock of money without a size is worth
        """
        product = product.with_company(company)
        values = self._prepare_company_values(company)
        unit = product.psa_allowance_unit
        size = product.psa_allowance_quantity
        return {
            **values,
            "product_id": product.id,
            "unit": unit,
            "unit_quantity": to_units(unit, size) if size or unit != "money" else price,
            "life_months": product.psa_allowance_months,
            "usable_from": product.psa_allowance_usable_from
            or company.psa_allowance_usable_from,
            "overrun": product.psa_allowance_overrun or values["overrun"],
            "overrun_price": product.psa_allowance_overrun_price,
            "service_type_ids": [
                fields.Command.set(product.psa_allowance_service_type_ids.ids)
            ],
        }
