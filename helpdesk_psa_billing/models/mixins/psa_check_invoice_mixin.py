from odoo import models
from odoo.tools import SQL

from ...tools.billing_probe import Probe


class PsaCheckInvoiceMixin(models.AbstractModel):
    """Proves that invoices and the ledger say the same."""

    _name = "psa.check.invoice.mixin"
    _description = "Checks of Invoices"
    _inherit = ["psa.check.mixin"]

    def _get_probes(self):
        """Add the probes of invoices."""
        return [
            *super()._get_probes(),
            self._probe_invoice_lines(),
            self._probe_reversals(),
        ]

    def _probe_invoice_lines(self):
        """Look at each invoice line beside the charges that it bills.

        Amounts are added up as floats, whose sums take a fraction of the memory; what they
        are off by is far below a cent.
        """
        units = self.env["decimal.precision"].precision_get("Product Unit")
        source = SQL(
            """
            SELECT line.move_id AS id, line.id::text AS key, move.company_id,
                   move.commercial_partner_id AS customer_id, move.state, move.name,
                   line.name AS label, charge.invoice_line_id IS NOT NULL AS is_charged,
                   charge.company_id AS charge_company_id,
                   charge.currency_id AS charge_currency_id, line.currency_id,
                   charge.invoiced_count, charge.count, line.quantity,
                   CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                   * charge.units AS units,
                   CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                   * charge.amount AS charged_amount,
                   line.price_subtotal AS invoiced_amount,
                   (SELECT rounding FROM res_currency
                     WHERE id = line.currency_id) AS rounding,
                   line.psa_origin_line_id, EXISTS (
                       SELECT FROM sale_order_line_invoice_rel rel
                        WHERE rel.invoice_line_id = line.id) AS is_ordered
              FROM account_move move
              JOIN account_move_line line
                ON line.move_id = move.id AND line.display_type = 'product'
              LEFT JOIN (
                   SELECT invoice_line_id, MAX(company_id) AS company_id,
                          MAX(currency_id) AS currency_id, COUNT(*) AS count,
                          COUNT(*) FILTER (WHERE state = 'invoiced') AS invoiced_count,
                          CASE WHEN SUM(minutes) != 0
                               THEN SUM(minutes) / 60::float
                               ELSE COALESCE(SUM(COALESCE(
                                   NULLIF(ROUND(quantity, %(digits)s), 0), 1))
                                   FILTER (WHERE COALESCE(minutes, 0) = 0), 0)::float
                               END AS units,
                          SUM(amount::float) AS amount
                     FROM psa_charge WHERE invoice_line_id IS NOT NULL
                    GROUP BY invoice_line_id
                   ) charge ON charge.invoice_line_id = line.id
             WHERE move.psa_is_charged
            """,
            digits=units,
        )
        figures = {"invoice": SQL("name"), "line": SQL("SPLIT_PART(label, E'\\n', 1)")}
        money = {
            **figures,
            "charged_amount": SQL("ROUND(charged_amount::numeric, 6)"),
            "invoiced_amount": SQL("invoiced_amount"),
            "currency_id": SQL("currency_id"),
        }
        return Probe(
            "account.move",
            source,
            {
                "invoice_units": (
                    SQL(
                        """
                        is_charged AND state = 'posted'
                        AND ABS(units - quantity) > %s
                        """,
                        # Hours are not rounded: half a unit is no difference.
                        0.51 * 10**-units,
                    ),
                    {
                        **figures,
                        "units": SQL("ROUND(units::numeric, %s)", units),
                        "quantity": SQL("quantity"),
                    },
                ),
                "invoice_amount": (
                    SQL(
                        """
                        is_charged AND state = 'posted'
                        AND ABS(charged_amount - invoiced_amount) > 0.000001
                        AND ABS(charged_amount - invoiced_amount) > rounding / 2
                        """
                    ),
                    money,
                ),
                "invoice_unexplained": (
                    SQL(
                        """
                        NOT is_charged AND NOT is_ordered AND state = 'posted'
                        AND psa_origin_line_id IS NULL AND invoiced_amount != 0
                        """
                    ),
                    {
                        **figures,
                        "invoiced_amount": SQL("invoiced_amount"),
                        "currency_id": SQL("currency_id"),
                    },
                ),
                "invoice_state": (
                    SQL(
                        """
                        is_charged AND (
                            (state = 'posted' AND invoiced_count != count)
                            OR (state != 'posted' AND invoiced_count > 0)
                            OR state = 'cancel')
                        """
                    ),
                    figures,
                ),
                "invoice_party": (
                    SQL(
                        """
                        is_charged AND (charge_company_id != company_id
                                        OR charge_currency_id != currency_id)
                        """
                    ),
                    figures,
                ),
            },
        )

    def _probe_reversals(self):
        """Look at each charge beside what took it back."""
        source = SQL(
            """
            SELECT charge.id, '' AS key, charge.company_id, charge.customer_id,
                   charge.currency_id, charge.amount AS charged_amount,
                   -reversal.amount AS taken_amount, charge.is_reversed,
                   currency.rounding, ABS(charge.quantity) AS units,
                   reversal.units AS taken_units
              FROM (SELECT reversal.reverses_id, SUM(reversal.amount) AS amount,
                           SUM(ABS(reversal.quantity)) AS units
                      FROM psa_charge reversal
                      JOIN psa_charge charge ON charge.id = reversal.reverses_id
                     WHERE reversal.reverses_id IS NOT NULL
                       AND reversal.destination = charge.destination
                     GROUP BY reversal.reverses_id) reversal
              JOIN psa_charge charge ON charge.id = reversal.reverses_id
              JOIN res_currency currency ON currency.id = charge.currency_id
            """
        )
        return Probe(
            "psa.charge",
            source,
            {
                "reversal_excess": (
                    SQL(
                        """
                        ABS(taken_amount) > ABS(charged_amount) + rounding / 2
                        OR taken_amount * charged_amount < 0
                        """
                    ),
                    {
                        "charged_amount": SQL("charged_amount"),
                        "taken_amount": SQL("taken_amount"),
                        "currency_id": SQL("currency_id"),
                    },
                )
            },
        )
