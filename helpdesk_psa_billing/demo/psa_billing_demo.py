import json
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import file_open

ADDON = "helpdesk_psa_billing"
AGREEMENTS = f"{ADDON}/demo/agreements.json"


class PsaDemo(models.AbstractModel):
    """Bills the demo customers: agreements, the runs of the last months, payments."""

    _inherit = "psa.demo"

    @api.model
    def _install_billing(self):
        """Enter agreements that are invoiced, and what was invoiced since they began."""
        if self.env.ref(f"{ADDON}.psa_agreement_kestrel_demo", False):
            return
        company = self.env.ref("base.main_company")
        if not company.chart_template:
            return
        company.psa_billing_memo = self.env._(
            "<p>Please quote the number of the invoice when you pay.</p>"
        )
        with file_open(AGREEMENTS) as file:
            data = json.load(file)
        for values in data["products"]:
            self._create_billed_product(values)
        for values in data["agreements"]:
            self._create_billed_agreement(values)
        self._bill_the_past()

    # === AGREEMENTS === #

    def _create_billed_product(self, values):
        product = self.env["product.product"].create(
            {
                "name": values["name"],
                "type": "service",
                "list_price": values["price"],
                "psa_recurring": True,
                "purchase_ok": False,
            }
        )
        self._name_billed("product_product", values["key"], product)

    def _create_billed_agreement(self, values):
        agreement = self.env["psa.agreement"].create(
            {
                "name": values["name"],
                "title": values["title"],
                "type": "managed",
                "sequence": 50,
                "customer_id": self._find("res_partner", values["customer"]).id,
                "user_id": self.env.ref("helpdesk_psa.res_users_nina_demo").id,
                "date_start": self._get_demo_day(*values["start"]),
                "line_ids": [
                    Command.create(
                        {**self._prepare_billed_line(line), "sequence": index}
                    )
                    for index, line in enumerate(values["lines"])
                ],
                **values.get("values", {}),
            }
        )
        self._name_billed("psa_agreement", values["key"], agreement)
        if "payer" in values:
            agreement.partner_invoice_id = self._create_payer(values["payer"])
        if not values.get("draft"):
            agreement.action_activate()
            self._live_on_billed(agreement, values)

    def _create_payer(self, values):
        return self.env["res.partner"].create(
            {
                "name": values["name"],
                "is_company": True,
                "street": values["street"],
                "zip": values["zip"],
                "city": values["city"],
                "country_id": self.env.ref(values["country"]).id,
                "active": not values.get("archived"),
            }
        )

    def _prepare_billed_line(self, values):
        values = dict(values)
        product = self.env.ref(f"{ADDON}.product_product_{values.pop('product')}_demo")
        return {
            "product_id": product.id,
            "equipment_category_ids": [
                Command.set(
                    self._find_ids(
                        "psa_equipment_category", values.pop("categories", ())
                    )
                )
            ],
            "tier_ids": [
                Command.create({"quantity_above": above, "price_unit": price})
                for above, price in values.pop("tiers", ())
            ],
            **values,
        }

    def _live_on_billed(self, agreement, values):
        """Let happen to an agreement what its story tells."""
        if "amend" in values:
            what = values["amend"]
            amendment = self.env["psa.agreement.amendment"].create(
                {
                    "agreement_id": agreement.id,
                    "name": what["name"],
                    "date": self._get_demo_day(what["months_ago"], 11),
                }
            )
            amendment._copy_current_terms()
            line = amendment.line_ids.sorted("sequence")[what["line"]]
            line.quantity = what["quantity"]
            amendment.action_apply()
        if "suspend" in values:
            what = values["suspend"]
            start = self._get_demo_day(what["months_ago"], 8)
            until = fields.Date.add(start, days=what["days"])
            agreement._suspend(start, until, what["reason"])

    # === WHAT WAS INVOICED === #

    def _bill_the_past(self):
        """Bill month by month, as the accountant did."""
        for months_ago in range(5, 0, -1):
            run = self._bill(self._get_demo_day(months_ago, 1))
            run.move_ids.action_post()
            if months_ago > 1:
                self._pay(run.move_ids)
        run = self._bill(self._get_demo_day(0, 1))
        run.move_ids.sorted("amount_total")[:3].action_post()
        self._create_run(self._get_demo_day(-1, 1)).action_propose()

    def _bill(self, day):
        run = self._create_run(day)
        run.action_propose()
        run.action_draft()
        return run

    def _create_run(self, day):
        return self.env["psa.billing.run"].create(
            {
                "date": day,
                "invoice_date": min(day, fields.Date.context_today(self)),
                "company_id": self.env.ref("base.main_company").id,
                "user_id": self.env.ref(f"{ADDON}.res_users_bea_demo").id,
                # Work is billed by `_install_charges`.
                "take_work": False,
            }
        )

    def _pay(self, moves):
        """Register what customers paid: all but each fifth invoice."""
        invoices = moves.filtered(lambda it: it.move_type == "out_invoice").sorted("id")
        paid = invoices.browse(
            [move.id for number, move in enumerate(invoices) if number % 5 != 4]
        )
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        )
        day = fields.Date.add(paid[0].invoice_date, days=14)
        wizard.create({"payment_date": day})._create_payments()

    # === NAMES AND DAYS === #

    def _get_demo_day(self, months_ago, day):
        """Return a day of a month; the 31st is the last one.

        :param int months_ago: negative for a month to come
        """
        today = fields.Date.context_today(self)
        month = today.replace(day=1) - relativedelta(months=months_ago)
        return date(month.year, month.month, 1) + relativedelta(day=day)

    def _name_billed(self, kind, key, record):
        self.env["ir.model.data"]._update_xmlids(
            [
                {
                    "xml_id": f"{ADDON}.{kind}_{key}_demo",
                    "record": record,
                    "noupdate": True,
                }
            ]
        )
