from odoo import models
from odoo.tools import SQL

from ...tools.billing_probe import Probe

# Amounts of a part of a charge follow its minutes, and these are whole.
MINUTE = 1 / 60


class PsaCheckWorkMixin(models.AbstractModel):
    """Proves that each minute and part is charged once, at its price (I-1, I-3, I-5)."""

    _name = "psa.check.work.mixin"
    _description = "Checks of Work"
    _inherit = ["psa.check.mixin"]

    def _get_probes(self):
        """Add the probes of work."""
        return [
            *super()._get_probes(),
            self._probe_entries(),
            self._probe_items(),
            self._probe_charges(),
        ]

    def _probe_entries(self):
        """Look at each time entry beside its charges, also at those without any.

        What corrects a charge adds up to nothing, so that the sum over all charges of an
        entry is what it is worth, and the sum over those on posted invoices what was
        invoiced less what was credited.
        """
        source = SQL(
            """
            SELECT entry.id, '' AS key, entry.company_id,
                   COALESCE(charge.customer_id, entry.partner_id) AS customer_id,
                   charge.analytic_line_id, charge.charge_company_id, charge.raw_minutes,
                   charge.minutes, charge.invoiced_minutes, charge.billed_minutes,
                   charge.is_ordered, charge.is_draft, charge.is_approved,
                   charge.first_date, charge.last_date,
                   entry.psa_minutes, entry.date, entry.so_line, entry.psa_approved_at,
                   entry.timesheet_invoice_id, ticket.customer_id AS ticket_customer_id,
                   (entry.psa_ticket_id IS NOT NULL
                    OR entry.psa_intervention_id IS NOT NULL)
                   AND entry.date >= company.psa_work_billing_start
                   AND entry.write_date < %(deadline)s AS is_due
              FROM account_analytic_line entry
              JOIN res_company company ON company.id = entry.company_id
              LEFT JOIN (SELECT analytic_line_id, MAX(customer_id) AS customer_id,
                                MAX(company_id) AS charge_company_id,
                                SUM(raw_minutes) AS raw_minutes,
                                SUM(minutes) AS minutes,
                                COALESCE(SUM(minutes) FILTER (
                                    WHERE state = 'invoiced'
                                    AND destination = 'billed'), 0) AS invoiced_minutes,
                                COALESCE(SUM(minutes) FILTER (
                                    WHERE destination = 'billed'), 0) AS billed_minutes,
                                BOOL_OR(destination = 'sale_order') AS is_ordered,
                                BOOL_AND(state = 'draft') AS is_draft,
                                BOOL_OR(state != 'draft'
                                        AND destination != 'written_off') AS is_approved,
                                MIN(work_date) AS first_date, MAX(work_date) AS last_date
                           FROM psa_charge WHERE analytic_line_id IS NOT NULL
                          GROUP BY analytic_line_id) charge
                ON charge.analytic_line_id = entry.id
              LEFT JOIN psa_ticket ticket ON ticket.id = entry.psa_ticket_id
            """,
            deadline=self._get_deadline("work_uncharged"),
        )
        return Probe("account.analytic.line", source, self._get_entry_conditions())

    def _get_entry_conditions(self):
        return {
            "work_minutes": (
                SQL("raw_minutes != psa_minutes"),
                {
                    "charged_minutes": SQL("raw_minutes"),
                    "worked_minutes": SQL("psa_minutes"),
                },
            ),
            "work_overbilled": (
                SQL("invoiced_minutes > minutes OR invoiced_minutes < 0"),
                {
                    "invoiced_minutes": SQL("invoiced_minutes"),
                    "billable_minutes": SQL("minutes"),
                },
            ),
            "work_unapproved": (
                SQL("is_approved AND psa_approved_at IS NULL"),
                {"worked_minutes": SQL("psa_minutes"), "on_date": SQL("date")},
            ),
            "work_ordered_twice": (
                SQL(
                    """
                    billed_minutes > 0
                    AND (so_line IS NOT NULL OR timesheet_invoice_id IS NOT NULL)
                    """
                ),
                {"billed_minutes": SQL("billed_minutes")},
            ),
            "work_unordered": (
                SQL("is_ordered AND so_line IS NULL"),
                {"worked_minutes": SQL("psa_minutes")},
            ),
            "work_misplaced": (
                SQL(
                    """
                    first_date != date OR last_date != date
                    OR charge_company_id != company_id
                    OR (is_draft AND customer_id != ticket_customer_id)
                    """
                ),
                {"on_date": SQL("date"), "charged_date": SQL("last_date")},
            ),
            "work_uncharged": (
                SQL("is_due AND analytic_line_id IS NULL AND psa_minutes != 0"),
                {"worked_minutes": SQL("psa_minutes"), "on_date": SQL("date")},
            ),
        }

    def _probe_items(self):
        """Look at each item beside its charges."""
        source = SQL(
            """
            SELECT item.id, '' AS key, item.company_id, item.customer_id,
                   item.quantity, item.date,
                   charge.item_id IS NOT NULL AS is_charged, charge.invoiced,
                   item.date >= company.psa_work_billing_start
                   AND item.write_date < %(deadline)s AS is_due
              FROM psa_item item
              JOIN res_company company ON company.id = item.company_id
              LEFT JOIN (SELECT item_id, COALESCE(SUM(quantity) FILTER (
                                    WHERE state = 'invoiced' AND destination = 'billed'
                                    AND product_id IS NOT NULL), 0) AS invoiced
                           FROM psa_charge WHERE item_id IS NOT NULL
                          GROUP BY item_id) charge ON charge.item_id = item.id
            """,
            deadline=self._get_deadline("item_uncharged"),
        )
        return Probe(
            "psa.item",
            source,
            {
                "item_uncharged": (
                    SQL("is_due AND NOT is_charged"),
                    {"quantity": SQL("quantity"), "on_date": SQL("date")},
                ),
                "item_overbilled": (
                    SQL("invoiced > quantity OR invoiced < 0"),
                    {"invoiced": SQL("invoiced"), "quantity": SQL("quantity")},
                ),
            },
        )

    def _probe_charges(self):
        """Look at each charge by itself."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        source = SQL(
            """
            SELECT charge.id, '' AS key, charge.company_id, charge.customer_id,
                   charge.state, charge.destination, charge.work_date, charge.reason,
                   charge.period_id, charge.invoice_line_id, charge.currency_id,
                   charge.raw_minutes, charge.quantity, charge.is_stale, charge.reverses_id,
                   charge.amount AS charged_amount,
                   CASE WHEN charge.minutes != 0 THEN charge.minutes / 60::float
                        ELSE charge.quantity::float END
                   * charge.price_unit::float
                   * CASE WHEN COALESCE(charge.discount, 0) = 0 THEN 1
                          ELSE 1 - charge.discount::float / 100 END
                   * CASE WHEN charge.period_id IS NULL OR charge.sequence != 0
                               OR line.quantity_method = 'usage' THEN 1
                          ELSE (charge.service_until - charge.service_from)::float
                               / (period.full_until - period.full_from) END
                       AS expected_amount,
                   charge.period_id IS NOT NULL AND EXISTS (
                       SELECT FROM psa_agreement_suspension suspension
                        WHERE suspension.agreement_id = charge.agreement_id)
                       AS is_suspended,
                   (SELECT rounding FROM res_currency
                     WHERE id = charge.currency_id) AS rounding,
                   ABS(charge.price_unit) * %(unit)s AS tolerance
              FROM psa_charge charge
              LEFT JOIN psa_period period ON period.id = charge.period_id
              LEFT JOIN psa_agreement_line line ON line.id = period.agreement_line_id
            """,
            unit=MINUTE + 0.5 * 10**-digits,
        )
        return Probe("psa.charge", source, self._get_charge_conditions())

    def _get_charge_conditions(self):
        waiting = {"worked_minutes": SQL("raw_minutes"), "on_date": SQL("work_date")}
        return {
            "charge_amount": (
                SQL(
                    """
                    reverses_id IS NULL AND destination = 'billed'
                    AND ABS(charged_amount - expected_amount) > 0.000001
                    AND ABS(charged_amount - expected_amount) > rounding + tolerance
                    AND NOT is_suspended
                    """
                ),
                {
                    "charged_amount": SQL("charged_amount"),
                    "expected_amount": SQL("ROUND(expected_amount::numeric, 2)"),
                    "currency_id": SQL("currency_id"),
                },
            ),
            "charge_free": (
                SQL(
                    """
                    period_id IS NULL AND destination = 'billed' AND charged_amount = 0
                    AND quantity != 0 AND TRIM(COALESCE(reason, '')) = ''
                    """
                ),
                {"quantity": SQL("quantity"), "on_date": SQL("work_date")},
            ),
            "charge_state": (
                SQL(
                    """
                    (state = 'invoiced' AND invoice_line_id IS NULL)
                    OR (state = 'draft' AND invoice_line_id IS NOT NULL)
                    """
                ),
                {"on_date": SQL("work_date")},
            ),
            "charge_stale": (
                SQL("is_stale AND %s", self._is_rating_late()),
                {"on_date": SQL("work_date")},
            ),
            "work_pending": (
                SQL(
                    "destination = 'pending' AND work_date < %s",
                    self._get_deadline("work_pending"),
                ),
                waiting,
            ),
            "charge_waiting": (
                SQL(
                    """
                    destination = 'billed' AND state = 'approved'
                    AND invoice_line_id IS NULL AND reverses_id IS NULL
                    AND charged_amount != 0 AND work_date < %s
                    """,
                    self._get_deadline("charge_waiting"),
                ),
                {
                    "on_date": SQL("work_date"),
                    "charged_amount": SQL("charged_amount"),
                    "currency_id": SQL("currency_id"),
                },
            ),
        }

    def _is_rating_late(self):
        """Tell whether the scheduler has not decided anything anew for too long."""
        cron = self.env.ref("helpdesk_psa_billing.psa_charge_cron_rate")
        deadline = self._get_deadline("charge_stale")
        return not cron.lastcall or cron.lastcall.date() < deadline
