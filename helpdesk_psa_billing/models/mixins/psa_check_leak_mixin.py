from odoo import fields, models
from odoo.tools import SQL

from ...tools.billing_probe import Probe
from .psa_check_period_mixin import BILLED_LINES, IS_BILLED, LINE_END, LINE_START


class PsaCheckLeakMixin(models.AbstractModel):
    """Looks for money that would be forgotten before invoices are drafted."""

    _name = "psa.check.leak.mixin"
    _description = "Leak Detector"
    _inherit = ["psa.check.mixin"]

    def _get_probes(self):
        """Add the probes of what is about to be forgotten."""
        return [
            *super()._get_probes(),
            self._probe_closed_tickets(),
            self._probe_done_visits(),
            self._probe_waiting_work(),
            self._probe_planned_lines(),
            self._probe_free_lines(),
            self._probe_counts(),
            self._probe_overdue_revisions(),
            self._probe_drafts(),
        ]

    # === WORK === #

    def _probe_closed_tickets(self):
        """Look for tickets that are done though nobody logged time or a part on them."""
        visits = self.env["psa.intervention"]._fields["ticket_ids"]
        source = SQL(
            """
            SELECT ticket.id, '' AS key, ticket.company_id, ticket.customer_id,
                   COALESCE(ticket.resolved_at, ticket.closed_at)::date AS done_day
              FROM psa_ticket ticket
              JOIN res_company company ON company.id = ticket.company_id
             WHERE ticket.stage_category IN ('resolved', 'closed')
               AND ticket.customer_id IS NOT NULL
               AND ticket.active
               AND ticket.channel IS DISTINCT FROM 'import'
               AND COALESCE(ticket.resolved_at, ticket.closed_at)::date
                   >= company.psa_work_billing_start
               AND NOT EXISTS (SELECT FROM account_analytic_line entry
                                WHERE entry.psa_ticket_id = ticket.id)
               AND NOT EXISTS (SELECT FROM psa_item item
                                WHERE item.ticket_id = ticket.id)
               AND NOT EXISTS (SELECT FROM %(visits)s visit
                                WHERE visit.%(ticket)s = ticket.id)
            """,
            visits=SQL.identifier(visits.relation),
            ticket=SQL.identifier(visits.column2),
        )
        return Probe(
            "psa.ticket",
            source,
            {
                "ticket_untimed": (
                    SQL("done_day < %s", self._get_deadline("ticket_untimed")),
                    {"on_date": SQL("done_day")},
                )
            },
        )

    def _probe_done_visits(self):
        """Look for visits that are done without time or parts."""
        source = SQL(
            """
            SELECT visit.id, '' AS key, visit.company_id, visit.customer_id,
                   visit.done_at::date AS done_day
              FROM psa_intervention visit
              JOIN res_company company ON company.id = visit.company_id
             WHERE visit.state IN ('done', 'closed')
               AND visit.active
               AND visit.done_at::date >= company.psa_work_billing_start
               AND NOT EXISTS (SELECT FROM account_analytic_line entry
                                WHERE entry.psa_intervention_id = visit.id)
               AND NOT EXISTS (SELECT FROM psa_item item
                                WHERE item.intervention_id = visit.id)
            """
        )
        return Probe(
            "psa.intervention",
            source,
            {
                "visit_untimed": (
                    SQL("done_day < %s", self._get_deadline("visit_untimed")),
                    {"on_date": SQL("done_day")},
                )
            },
        )

    def _probe_waiting_work(self):
        """Look for work of months that are over which is not on its way to an invoice.

        One finding per customer, month and currency: it is settled by one look at a list.
        """
        today = fields.Date.context_today(self)
        source = SQL(
            """
            SELECT charge.customer_id AS id,
                   company_id || ' ' || TO_CHAR(work_date, 'YYYY-MM') || ' '
                       || currency_id AS key,
                   company_id, charge.customer_id,
                   MIN(work_date) FILTER (WHERE is_time_open) AS time_day,
                   SUM(raw_minutes) FILTER (WHERE is_time_open) AS time_minutes,
                   COUNT(DISTINCT entry_id) FILTER (WHERE is_time_open) AS time_count,
                   MIN(work_date) FILTER (WHERE is_charge_open) AS charge_day,
                   SUM(amount) FILTER (WHERE is_charge_open) AS charge_amount,
                   COUNT(*) FILTER (WHERE is_charge_open) AS charge_count,
                   MIN(work_date) FILTER (WHERE is_late) AS late_day,
                   SUM(raw_minutes) FILTER (WHERE is_late) AS late_minutes,
                   COUNT(*) FILTER (WHERE is_late) AS late_count,
                   currency_id
              FROM (%(waiting)s) charge
             GROUP BY charge.customer_id, company_id, currency_id,
                      TO_CHAR(work_date, 'YYYY-MM')
            """,
            waiting=self._get_waiting_sql(today.replace(day=1)),
        )
        return Probe("res.partner", source, self._get_waiting_conditions())

    def _get_waiting_sql(self, month):
        """Return the query of the work before a month that is on no invoice."""
        return SQL(
            """
            SELECT charge.customer_id, charge.company_id, charge.work_date,
                   charge.analytic_line_id AS entry_id, charge.raw_minutes,
                   charge.amount, charge.currency_id,
                   charge.state = 'draft' AND charge.destination != 'pending'
                       AND entry.id IS NOT NULL AND entry.psa_approved_at IS NULL
                       AND charge.work_date < %(time_deadline)s AS is_time_open,
                   charge.state = 'draft' AND charge.destination = 'billed'
                       AND (entry.id IS NULL OR entry.psa_approved_at IS NOT NULL)
                       AND company.psa_billing_approves_work IS NOT TRUE
                       AND charge.work_date < %(charge_deadline)s AS is_charge_open,
                   charge.is_late IS TRUE
                       AND (charge.destination = 'pending'
                            OR charge.destination = 'billed' AND charge.amount != 0)
                       AS is_late
              FROM psa_charge charge
              JOIN res_company company ON company.id = charge.company_id
              LEFT JOIN account_analytic_line entry ON entry.id = charge.analytic_line_id
             WHERE charge.state != 'invoiced' AND charge.period_id IS NULL
               AND charge.invoice_line_id IS NULL AND charge.customer_id IS NOT NULL
               AND charge.reverses_id IS NULL AND charge.is_reversed IS NOT TRUE
               AND charge.work_date < %(month)s
            """,
            month=month,
            time_deadline=self._get_deadline("time_unapproved"),
            charge_deadline=self._get_deadline("charge_unapproved"),
        )

    def _get_waiting_conditions(self):
        return {
            "time_unapproved": (
                SQL("time_count > 0"),
                {
                    "from_date": SQL("time_day"),
                    "worked_minutes": SQL("time_minutes"),
                    "count": SQL("time_count"),
                },
            ),
            "charge_unapproved": (
                SQL("charge_count > 0"),
                {
                    "from_date": SQL("charge_day"),
                    "charged_amount": SQL("charge_amount"),
                    "count": SQL("charge_count"),
                    "currency_id": SQL("currency_id"),
                },
            ),
            "work_late": (
                SQL("late_count > 0"),
                {
                    "from_date": SQL("late_day"),
                    "worked_minutes": SQL("late_minutes"),
                    "count": SQL("late_count"),
                },
            ),
        }

    # === AGREEMENTS === #

    def _probe_planned_lines(self):
        """Look for lines that go on and have no period to come."""
        today = fields.Date.context_today(self)
        source = SQL(
            """
            SELECT line.id, '' AS key, line.company_id, line.customer_id,
                   planned.until_date, %(end)s AS line_until
              FROM %(lines)s
              JOIN (SELECT agreement_line_id, MAX(date_until) AS until_date
                      FROM psa_period GROUP BY agreement_line_id) planned
                ON planned.agreement_line_id = line.id
             WHERE %(is_billed)s AND line.charge_kind = 'recurring'
               AND agreement.state IN ('active', 'suspended')
            """,
            end=LINE_END,
            lines=BILLED_LINES,
            is_billed=IS_BILLED,
        )
        return Probe(
            "psa.agreement.line",
            source,
            {
                "period_unplanned": (
                    SQL(
                        """
                        until_date >= %(today)s AND until_date < %(soon)s
                        AND (line_until IS NULL OR line_until > until_date)
                        """,
                        today=today,
                        soon=fields.Date.add(today, months=1),
                    ),
                    {"until_date": SQL("until_date")},
                )
            },
        )

    def _probe_free_lines(self):
        """Look for lines in force that are invoiced at nothing."""
        source = SQL(
            """
            SELECT line.id, '' AS key, line.company_id, line.customer_id, line.name,
                   line.price_method, line.price_unit, %(start)s AS start_date,
                   %(end)s AS end_date
              FROM %(lines)s
             WHERE %(is_billed)s AND agreement.state IN ('active', 'suspended')
            """,
            start=LINE_START,
            end=LINE_END,
            lines=BILLED_LINES,
            is_billed=IS_BILLED,
        )
        return Probe(
            "psa.agreement.line",
            source,
            {
                "line_free": (
                    SQL(
                        """
                        price_method = 'fixed' AND COALESCE(price_unit, 0) = 0
                        AND start_date <= %(today)s
                        AND (end_date IS NULL OR end_date > %(today)s)
                        """,
                        today=fields.Date.context_today(self),
                    ),
                    {"line": SQL("name")},
                )
            },
        )

    def _probe_counts(self):
        """Look at what a counted period bills beside what was counted."""
        source = SQL(
            """
            SELECT period.id, '' AS key, period.company_id, period.customer_id,
                   period.date_from, period.quantity AS counted, charge.quantity AS billed
              FROM psa_period period
              JOIN psa_agreement_line line
                ON line.id = period.agreement_line_id AND line.quantity_method != 'fixed'
              JOIN (SELECT period_id, MAX(quantity) AS quantity
                      FROM psa_charge
                     WHERE period_id IS NOT NULL
                     GROUP BY period_id
                    HAVING COUNT(*) = 1 AND BOOL_AND(sequence = 0)) charge
                ON charge.period_id = period.id
            """
        )
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return Probe(
            "psa.period",
            source,
            {
                "period_miscounted": (
                    SQL("ABS(counted - billed) > %s", 0.5 * 10**-digits),
                    {
                        "from_date": SQL("date_from"),
                        "counted": SQL("counted"),
                        "billed": SQL("billed"),
                    },
                )
            },
        )

    def _probe_overdue_revisions(self):
        """Look for agreements whose prices should have changed and did not."""
        source = SQL(
            """
            SELECT id, '' AS key, company_id, customer_id, revision_date_next
              FROM psa_agreement
             WHERE state IN ('active', 'suspended') AND revision_date_next IS NOT NULL
            """
        )
        return Probe(
            "psa.agreement",
            source,
            {
                "revision_overdue": (
                    SQL(
                        "revision_date_next < %s",
                        self._get_deadline("revision_overdue"),
                    ),
                    {"on_date": SQL("revision_date_next")},
                )
            },
        )

    # === INVOICES === #

    def _probe_drafts(self):
        """Look for draft invoices that nobody posts."""
        source = SQL(
            """
            SELECT move.id, '' AS key, move.company_id,
                   move.commercial_partner_id AS customer_id,
                   move.create_date::date AS drafted_day, move.amount_untaxed,
                   move.currency_id
              FROM account_move move
             WHERE move.psa_is_charged AND move.state = 'draft'
            """
        )
        return Probe(
            "account.move",
            source,
            {
                "invoice_forgotten": (
                    SQL("drafted_day < %s", self._get_deadline("invoice_forgotten")),
                    {
                        "on_date": SQL("drafted_day"),
                        "untaxed_amount": SQL("amount_untaxed"),
                        "currency_id": SQL("currency_id"),
                    },
                )
            },
        )
