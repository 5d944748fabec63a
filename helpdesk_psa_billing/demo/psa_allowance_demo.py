from odoo import api, fields, models
from odoo.fields import Command

ADDON = "helpdesk_psa_billing"

# (key, name, price, unit, size, months)
BLOCKS = (
    ("hours10", "Support block, 10 hours", 890, "minutes", 10, 12),
    ("hours20", "Support block, 20 hours", 1700, "minutes", 20, 12),
    ("retainer", "Retainer", 1500, "money", 0, 12),
    ("incidents", "Ten incidents", 650, "incidents", 10, 12),
)

# (key, customer, product, months ago, minutes of the work since)
SALES = (
    ("low", "harbour", "hours20", 3, (180, 240, 150, 210, 120, 150)),
    ("expired", "bluepeak", "hours10", 14, (120, 90, 105, 135)),
    ("open", "kestrel", "hours10", 1, (75, 45)),
    ("retainer", "alder", "retainer", 2, (60, 90)),
    ("incidents", "oakridge", "incidents", 4, (30, 45, 20)),
)


class PsaDemo(models.AbstractModel):
    """Sells blocks to the demo customers, and lets work use them up."""

    _inherit = "psa.demo"

    @api.model
    def _install_allowances(self):
        """Sell blocks, include hours in an agreement, and use some of both."""
        company = self.env.ref("base.main_company")
        if (
            self.env.ref(f"{ADDON}.psa_allowance_low_demo", False)
            or not company.chart_template
        ):
            return
        for values in BLOCKS:
            self._create_block_product(*values)
        company.psa_allowance_product_id = self.env.ref(
            f"{ADDON}.product_product_hours10_demo"
        )
        for values in SALES:
            self._sell_demo_block(*values)
        self._include_demo_hours()
        self.env["psa.allowance"]._settle_all_ended()

    def _create_block_product(self, key, name, price, unit, size, months):
        product = self.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "purchase_ok": False,
                "invoice_policy": "order",
                "psa_allowance_unit": unit,
                "psa_allowance_quantity": size,
                "psa_allowance_months": months,
            }
        )
        self._name_billed("product_product", key, product)

    def _sell_demo_block(self, key, customer, product, months_ago, works):
        day = self._get_demo_day(months_ago, 2)
        customer = self._find("res_partner", customer)
        product = self.env.ref(f"{ADDON}.product_product_{product}_demo")
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": day,
                "invoice_user_id": self.env.ref("helpdesk_psa.res_users_nina_demo").id,
                "invoice_line_ids": [Command.create({"product_id": product.id})],
            }
        )
        invoice.action_post()
        allowance = self.env["psa.allowance"].search(
            [("invoice_line_id", "in", invoice.invoice_line_ids.ids)]
        )
        self._name_billed("psa_allowance", key, allowance)
        for number, minutes in enumerate(works):
            self._draw_demo_work(
                allowance, fields.Date.add(day, days=5 + 9 * number), minutes
            )

    def _include_demo_hours(self):
        """Agree with Nova on five hours a month, of which three may be saved."""
        product = self.env["product.product"].create(
            {
                "name": "Support, 5 hours a month",
                "type": "service",
                "list_price": 400,
                "psa_recurring": True,
                "purchase_ok": False,
            }
        )
        self._name_billed("product_product", "monthly", product)
        agreement = self.env["psa.agreement"].create(
            {
                "name": "AGR-HRS-01",
                "title": "Support hours",
                "type": "managed",
                "sequence": 70,
                "customer_id": self._find("res_partner", "nova").id,
                "user_id": self.env.ref("helpdesk_psa.res_users_nina_demo").id,
                "date_start": self._get_demo_day(2, 1),
                "line_ids": [
                    Command.create(
                        {
                            "name": "Support hours",
                            "product_id": product.id,
                            "allowance_unit": "minutes",
                            "allowance_quantity": 5,
                            "allowance_rollover": True,
                            "allowance_rollover_cap": 3,
                        }
                    )
                ],
            }
        )
        self._name_billed("psa_agreement", "hours", agreement)
        agreement.action_activate()
        months = agreement.allowance_ids.sorted("date_from")
        for number, allowance in enumerate(months):
            self._name_billed("psa_allowance", f"month_{number}", allowance)
        for allowance, minutes in zip(months, (160, 285, 80), strict=False):
            self._draw_demo_work(allowance, allowance.date_from, minutes)

    def _draw_demo_work(self, allowance, day, minutes):
        """Log approved work on a ticket of the customer, paid from an allowance."""
        if day > fields.Date.context_today(self):
            return
        ticket = self.env["psa.ticket"].search(
            [("customer_id", "=", allowance.customer_id.id)], limit=1, order="id"
        )
        user = self.env.ref("helpdesk_psa.res_users_ada_demo")
        entry = (
            self.env["account.analytic.line"]
            .with_user(user)
            .create(
                {
                    "psa_ticket_id": ticket.id,
                    "name": ticket.name,
                    "date": day,
                    "psa_minutes": minutes,
                }
            )
            .with_env(self.env)
        )
        entry.action_psa_approve()
        charges = self.env["psa.charge"]
        # What the rules of the day say of it is not the story.
        charges.search([("analytic_line_id", "=", entry.id)]).unlink()
        drawn = {"minutes": minutes, "money": minutes * 1.5, "incidents": 1}
        charges.create(
            {
                "name": entry.name,
                "analytic_line_id": entry.id,
                "ticket_id": ticket.id,
                "user_id": user.id,
                "service_type_id": entry.psa_service_type_id.id,
                "company_id": allowance.company_id.id,
                "customer_id": allowance.customer_id.id,
                "currency_id": allowance.currency_id.id,
                "agreement_id": allowance.agreement_id.id,
                "work_date": day,
                "raw_minutes": minutes,
                "minutes": minutes,
                "quantity": minutes / 60,
                "destination": "allowance",
                "state": "approved",
                "allowance_id": allowance.id,
                "allowance_quantity": drawn[allowance.unit],
                "explanation": self.env._(
                    "%(quantity)s from %(allowance)s",
                    quantity=allowance._format_quantity(drawn[allowance.unit]),
                    allowance=allowance.name,
                ),
            }
        )
