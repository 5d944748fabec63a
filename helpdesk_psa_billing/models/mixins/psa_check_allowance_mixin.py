from odoo import models
from odoo.tools import SQL

from ...tools.billing_probe import Probe


class PsaCheckAllowanceMixin(models.AbstractModel):
    """Proves that allowances pay for what they cover, and for no more (I-7)."""

    _name = "psa.check.allowance.mixin"
    _description = "Checks of Allowances"
    _inherit = ["psa.check.mixin"]

    def _get_probes(self):
        """Add the probes of allowances."""
        return [
            *super()._get_probes(),
            self._probe_balances(),
            self._probe_uses(),
        ]

    def _probe_balances(self):
        """Look at what is left of each allowance."""
        source = SQL(
            """
            SELECT allowance.id, '' AS key, allowance.company_id, allowance.customer_id,
                   allowance.currency_id, allowance.unit, balance.remaining,
                   allowance.date_until, allowance.settle_problem
              FROM (%s) balance
              JOIN psa_allowance allowance ON allowance.id = balance.id
            """,
            self.env["psa.allowance"]._get_balance_sql(SQL("TRUE")),
        )
        return Probe(
            "psa.allowance",
            source,
            {
                "allowance_negative": (
                    SQL("remaining < -0.005"),
                    {
                        "left": SQL(
                            "CASE unit WHEN 'minutes' THEN remaining / 60 "
                            "ELSE remaining END"
                        )
                    },
                ),
                "allowance_unsettled": (
                    SQL("settle_problem IS NOT NULL AND remaining != 0"),
                    {"on_date": SQL("date_until"), "problem": SQL("settle_problem")},
                ),
            },
        )

    def _probe_uses(self):
        """Look at each piece of work beside the allowance that paid for it."""
        source = SQL(
            """
            SELECT charge.id, '' AS key, charge.company_id, charge.customer_id,
                   charge.work_date, charge.customer_id = allowance.customer_id
                       AND charge.company_id = allowance.company_id
                       AND charge.work_date >= allowance.date_from
                       AND (allowance.date_until IS NULL
                            OR charge.work_date < allowance.date_until) AS is_covered,
                   allowance.name
              FROM psa_charge charge
              JOIN psa_allowance allowance ON allowance.id = charge.allowance_id
             WHERE charge.destination = 'allowance'
            """
        )
        return Probe(
            "psa.charge",
            source,
            {
                "allowance_misused": (
                    SQL("NOT is_covered"),
                    {"on_date": SQL("work_date"), "allowance": SQL("name")},
                )
            },
        )
