from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

# Charges that a preview looks at: more takes longer than anybody waits.
MAX_WORK = 5000


class PsaBillingPlanPreview(models.TransientModel):
    """What the work of a past month would have brought in by a plan as it stands now."""

    _name = "psa.billing.plan.preview"
    _description = "What Last Month Would Have Been"

    plan_id = fields.Many2one("psa.billing.plan", required=True, readonly=True)
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="Work from",
        required=True,
        default=lambda self: fields.Date.subtract(
            fields.Date.context_today(self), months=1
        ).replace(day=1),
    )
    date_until = fields.Date(
        string="Until",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="First day that no longer counts.",
    )
    rule_date = fields.Date(
        string="Rules of",
        required=True,
        default=fields.Date.context_today,
        help="The rules that are in force on this day are applied, whatever the day of the "
        "work. Prices of pricelists are those of the day of the work.",
    )
    customer_ids = fields.Many2many(
        "res.partner",
        "psa_billing_plan_preview_customer_rel",
        "preview_id",
        "customer_id",
        string="As if it were the plan of",
        domain="[('psa_is_customer', '=', True)]",
        help="Customers that do not have the plan yet. Empty: those whose work it decides "
        "about today.",
    )
    line_ids = fields.One2many(
        "psa.billing.plan.preview.line", "preview_id", string="Customers", readonly=True
    )
    amount_now = fields.Monetary(string="Billed as it was", compute="_compute_totals")
    amount_then = fields.Monetary(string="By this plan", compute="_compute_totals")
    difference = fields.Monetary(compute="_compute_totals")
    is_computed = fields.Boolean()

    @api.depends("line_ids.amount_now", "line_ids.amount_then")
    def _compute_totals(self):
        for preview in self:
            preview.amount_now = sum(preview.line_ids.mapped("amount_now"))
            preview.amount_then = sum(preview.line_ids.mapped("amount_then"))
            preview.difference = preview.amount_then - preview.amount_now

    def action_compute(self):
        """Rate the work of the span by the plan, without storing anything."""
        self.ensure_one()
        if self.date_from >= self.date_until:
            raise UserError(
                self.env._("The span ends before it begins. Exchange the two days.")
            )
        # What the user may not see does not enter the sums.
        self.env["psa.charge"].check_access("read")
        works = self._find_works()
        before = self._get_ledger(works)
        rating = self.env["psa.charge"].with_context(
            psa_trial_date=self.rule_date,
            psa_trial_plan_id=self.plan_id.id if self.customer_ids else False,
        )
        found = rating._foresee(works)
        self.line_ids = [
            Command.clear(),
            *(Command.create(vals) for vals in self._sum_up(works, found, before)),
        ]
        self.is_computed = True
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What would have been"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # === WHAT WAS DONE === #

    def _find_works(self):
        """Return the `Work` of the span about which the plan decides, or would.

        :raise UserError: if it is too much to wait for
        """
        charges = self.env["psa.charge"].search(
            self._get_charge_domain(), limit=MAX_WORK + 1
        )
        if len(charges) > MAX_WORK:
            raise UserError(
                self.env._(
                    "There are more than %(number)s charges in this span. Choose a shorter "
                    "one, or some customers.",
                    number=MAX_WORK,
                )
            )
        # sudo: whoever sees what is charged for work may see what would be
        entries, items = charges.sudo().analytic_line_id, charges.sudo().item_id
        works = self.env["psa.charge"]._get_works(entries, items)
        if self.customer_ids:
            return works
        plans = self.env["psa.billing.plan"]._get_plan_terms(works)
        return [
            work
            for work, asked in zip(works, plans, strict=True)
            if self.plan_id.id in (it.id for it in asked)
        ]

    def _get_charge_domain(self):
        """Return the domain of the charges of the work of the span that the user sees."""
        domain = (
            Domain("work_date", ">=", self.date_from)
            & Domain("work_date", "<", self.date_until)
            & Domain("company_id", "=", self.company_id.id)
            & (Domain("analytic_line_id", "!=", False) | Domain("item_id", "!=", False))
        )
        if self.customer_ids:
            domain &= Domain("customer_id", "child_of", self.customer_ids.ids)
        return domain

    def _get_ledger(self, works):
        """Return the net amount that charges bill for works: {key: amount}."""
        amounts = defaultdict(float)
        for kind, name in (("time", "analytic_line_id"), ("item", "item_id")):
            ids = [work.key[1] for work in works if work.key[0] == kind]
            groups = self.env["psa.charge"]._read_group(
                [(name, "in", ids), ("destination", "=", "billed")],
                [name, "currency_id"],
                ["amount:sum"],
            )
            for record, currency, amount in groups:
                amounts[kind, record.id] += self._convert(amount, currency)
        return amounts

    def _sum_up(self, works, found, before):
        """Yield the values of a line per customer, the largest difference first."""
        lines = {}
        for work in works:
            line = lines.setdefault(
                work.customer,
                {
                    "customer_id": work.customer,
                    "minutes": 0,
                    "amount_now": 0.0,
                    "amount_then": 0.0,
                    "covered_minutes": 0,
                    "pending_minutes": 0,
                },
            )
            line["minutes"] += work.minutes
            line["amount_now"] += before[work.key]
            for part, _text in found[work.key]:
                if part.destination == "billed":
                    currency = self.env["res.currency"].browse(part.deal.currency)
                    line["amount_then"] += self._convert(part.amount, currency)
                elif part.destination == "pending":
                    line["pending_minutes"] += part.raw
                else:
                    line["covered_minutes"] += part.raw
        return sorted(
            lines.values(),
            key=lambda it: abs(it["amount_then"] - it["amount_now"]),
            reverse=True,
        )

    def _convert(self, amount, currency):
        return currency._convert(
            amount, self.currency_id, self.company_id, self.date_from
        )
