from odoo import fields, models
from odoo.tools import SQL

from ...tools.billing_probe import Probe

# When a line begins and ends to be charged, as `_get_billing_bounds` says.
LINE_START = SQL("GREATEST(line.date_from, agreement.date_start)")
LINE_END = SQL(
    """
    LEAST(line.date_until, CASE
        WHEN agreement.termination_date IS NOT NULL THEN agreement.termination_date + 1
        WHEN agreement.renewal = 'tacit' THEN NULL
        ELSE agreement.date_end + 1 END)
    """
)
# Lines that are in force, now or another day, and are invoiced, as `_is_billable` says.
BILLED_LINES = SQL(
    """
    psa_agreement_line line
    JOIN psa_agreement agreement
      ON agreement.id = line.agreement_id AND agreement.state != 'draft'
    LEFT JOIN psa_agreement_amendment amendment ON amendment.id = line.amendment_id
    """
)
IS_BILLED = SQL(
    "line.product_id IS NOT NULL AND amendment.state IS DISTINCT FROM 'draft'"
)
# The day that periods are counted from, moved by whole periods, is their first day.
HAS_DRIFTED = SQL(
    """
    charge_kind = 'recurring' AND CASE
        WHEN billing_unit = 'week' AND billing_alignment = 'calendar'
            THEN EXTRACT(isodow FROM full_from) != 1
        WHEN billing_unit = 'week'
            THEN (full_from - date_start) %% (7 * billing_interval) != 0
        WHEN billing_alignment = 'calendar'
            THEN EXTRACT(day FROM full_from) != 1
        ELSE full_from != (date_start + make_interval(months => months))::date
             OR months %% (billing_interval * unit_months) != 0 END
    """
)


class PsaCheckPeriodMixin(models.AbstractModel):
    """Proves that periods tile the lives of lines and are charged once (I-2, I-4, I-8)."""

    _name = "psa.check.period.mixin"
    _description = "Checks of Periods"
    _inherit = ["psa.check.mixin"]

    def _get_probes(self):
        """Add the probes of periods."""
        return [
            *super()._get_probes(),
            self._probe_tiling(),
            self._probe_lines(),
            self._probe_twins(),
            self._probe_period_charges(),
        ]

    def _probe_tiling(self):
        """Look at each period beside the one before it."""
        source = SQL(
            """
            SELECT period.id, '' AS key, period.company_id, period.customer_id,
                   period.date_from, period.date_until, period.full_from,
                   line.charge_kind, line.billing_unit, line.billing_interval,
                   line.billing_alignment, agreement.date_start,
                   CASE line.billing_unit WHEN 'year' THEN 12 ELSE 1 END AS unit_months,
                   (12 * (EXTRACT(year FROM period.full_from)
                          - EXTRACT(year FROM agreement.date_start))
                    + EXTRACT(month FROM period.full_from)
                    - EXTRACT(month FROM agreement.date_start))::integer AS months,
                   LAG(period.date_until, 1, %(start)s) OVER former AS previous_until,
                   %(end)s AS line_until
              FROM psa_period period
              JOIN psa_agreement_line line ON line.id = period.agreement_line_id
              JOIN psa_agreement agreement ON agreement.id = line.agreement_id
             WHERE period.is_void IS NOT TRUE
            WINDOW former AS (
                   PARTITION BY period.agreement_line_id
                   ORDER BY period.date_from, period.id)
            """,
            start=LINE_START,
            end=LINE_END,
        )
        days = {"from_date": SQL("date_from"), "before_date": SQL("previous_until")}
        return Probe(
            "psa.period",
            source,
            {
                "period_gap": (SQL("date_from > previous_until"), days),
                "period_overlap": (SQL("date_from < previous_until"), days),
                "period_outside": (
                    SQL("date_until > line_until"),
                    {"until_date": SQL("date_until"), "end_date": SQL("line_until")},
                ),
                "period_drift": (
                    HAS_DRIFTED,
                    {"from_date": SQL("full_from"), "start_date": SQL("date_start")},
                ),
            },
        )

    def _probe_lines(self):
        """Look at the end of what is planned of each line; the past must be there."""
        source = SQL(
            """
            SELECT line.id, '' AS key, line.company_id, line.customer_id,
                   line.charge_kind, planned.until_date,
                   %(start)s AS start_date, LEAST(%(end)s, %(today)s) AS end_date
              FROM %(lines)s
              LEFT JOIN (SELECT agreement_line_id, MAX(date_until) AS until_date
                           FROM psa_period GROUP BY agreement_line_id) planned
                ON planned.agreement_line_id = line.id
             WHERE %(is_billed)s
            """,
            start=LINE_START,
            end=LINE_END,
            today=fields.Date.context_today(self),
            lines=BILLED_LINES,
            is_billed=IS_BILLED,
        )
        return Probe(
            "psa.agreement.line",
            source,
            {
                "period_missing": (
                    SQL(
                        """
                        start_date < end_date
                        AND (until_date IS NULL
                             OR charge_kind = 'recurring' AND until_date < end_date)
                        """
                    ),
                    {
                        "from_date": SQL("COALESCE(until_date, start_date)"),
                        # Not today: a finding whose figures move is another one each day.
                        "until_date": SQL("until_date"),
                    },
                )
            },
        )

    def _probe_twins(self):
        """Look for two periods of a line that start on one day."""
        source = SQL(
            """
            SELECT MAX(id) AS id, '' AS key, MAX(company_id) AS company_id,
                   MAX(customer_id) AS customer_id, date_from, COUNT(*) AS count
              FROM psa_period
             GROUP BY agreement_line_id, date_from
            """
        )
        figures = {"count": SQL("count"), "from_date": SQL("date_from")}
        return Probe(
            "psa.period", source, {"period_twice": (SQL("count > 1"), figures)}
        )

    def _probe_period_charges(self):
        """Look at what each period is worth beside what was charged for it."""
        units = self.env["decimal.precision"].precision_get("Product Unit")
        source = SQL(
            """
            SELECT period.id, '' AS key, period.company_id, period.customer_id,
                   period.state, period.is_open, period.due_date, period.quantity,
                   period.date_from, period.settle_problem,
                   line.allowance_unit IS NOT NULL AND period.is_void IS NOT TRUE
                       AS is_including,
                   agreement.currency_id, charge.period_id IS NOT NULL AS is_charged,
                   COALESCE(charge.amount, 0) AS charged_amount,
                   period.quantity * period.price_unit AS worth_amount,
                   currency.rounding + ABS(period.price_unit) * %(half_unit)s AS tolerance,
                   counted.units AS counted_units,
                   CASE WHEN line.quantity_method != 'fixed' AND period.quantity != 0
                             AND charge.live
                        THEN line.count_by_day IS NOT TRUE END AS is_one_count,
                   GREATEST(counted.units - COALESCE(line.included_quantity, 0) * part.share,
                            COALESCE(line.minimum_quantity, 0) * part.share, 0)
                       AS counted_quantity
              FROM psa_period period
              JOIN psa_agreement_line line ON line.id = period.agreement_line_id
              JOIN psa_agreement agreement ON agreement.id = line.agreement_id
              JOIN res_currency currency ON currency.id = agreement.currency_id
             -- What is included of what is used is of whole periods.
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN line.quantity_method = 'usage'
                               THEN (period.date_until - period.date_from)::numeric
                                    / (period.full_until - period.full_from)
                               ELSE 1 END AS share) part
              LEFT JOIN (SELECT period_id, SUM(amount) AS amount,
                                BOOL_OR(reverses_id IS NULL AND is_reversed IS NOT TRUE)
                                    AS live
                           FROM psa_charge WHERE period_id IS NOT NULL
                          GROUP BY period_id) charge
                ON charge.period_id = period.id
              LEFT JOIN LATERAL (
                   SELECT COALESCE(SUM((thing->>'quantity')::numeric), 0) AS units
                     FROM jsonb_array_elements(
                          CASE WHEN jsonb_typeof(period.counted) = 'array'
                               THEN period.counted ELSE '[]' END) thing
                   ) counted ON line.quantity_method != 'fixed'
            """,
            half_unit=0.5 * 10**-units,
        )
        money = {
            "charged_amount": SQL("charged_amount"),
            "worth_amount": SQL("worth_amount"),
            "currency_id": SQL("currency_id"),
        }
        return Probe(
            "psa.period",
            source,
            {
                "period_overcharged": (
                    SQL(
                        """
                        is_open IS NOT TRUE
                        AND ABS(charged_amount) > ABS(worth_amount) + tolerance
                        """
                    ),
                    money,
                ),
                "period_missed": (
                    SQL(
                        """
                        is_open AND state = 'planned' AND NOT is_charged
                        AND due_date < %s
                        """,
                        self._get_deadline("period_missed"),
                    ),
                    {"due_date": SQL("due_date")},
                ),
                "period_ungranted": (
                    SQL("settle_problem IS NOT NULL AND is_including"),
                    {"from_date": SQL("date_from"), "problem": SQL("settle_problem")},
                ),
                "period_uncounted": (
                    SQL(
                        """
                        (is_one_count AND ABS(quantity - counted_quantity) > %(unit)s)
                        OR (is_one_count IS FALSE AND counted_units = 0)
                        """,
                        unit=10**-units,
                    ),
                    {
                        "charged": SQL("quantity"),
                        "counted": SQL("counted_units"),
                    },
                ),
            },
        )
