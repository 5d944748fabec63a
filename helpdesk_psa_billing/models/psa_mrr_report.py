from odoo import fields, models
from odoo.tools import SQL

from .psa_agreement_line import MONTHS


class PsaMrrReport(models.Model):
    """How the monthly recurring revenue changed, month by month, and why.

    The revenue of a month is that of the lines in force on its last day, of the current
    month that of today, at today's exchange rates. Lines of the same product of an
    agreement are one: an amendment closes a line and opens another.
    """

    _name = "psa.mrr.report"
    _description = "MRR Movement"
    _inherit = ["psa.figures.mixin"]
    _auto = False
    _order = "month desc, customer_id, id"
    _rec_name = "month"
    _depends = {
        "psa.agreement": [
            "company_id",
            "currency_id",
            "customer_group_id",
            "customer_id",
            "date_end",
            "date_start",
            "state",
            "user_id",
        ],
        "psa.agreement.amendment": ["state"],
        "psa.agreement.line": [
            "agreement_id",
            "amendment_id",
            "billing_interval",
            "billing_unit",
            "charge_kind",
            "date_from",
            "date_until",
            "discount",
            "monthly_amount",
            "price_method",
            "product_id",
            "quantity",
            "quantity_method",
        ],
        "psa.period": ["agreement_line_id", "date_from", "price_unit", "quantity"],
        "psa.charge": ["period_id"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
    }

    month = fields.Date(readonly=True, help="Its first day.")
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    customer_group_id = fields.Many2one("psa.customer.group", readonly=True)
    agreement_id = fields.Many2one("psa.agreement", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    user_id = fields.Many2one("res.users", string="Owner", readonly=True)
    kind = fields.Selection(
        [
            ("new", "New"),
            ("expansion", "Expansion"),
            ("price", "Price change"),
            ("contraction", "Contraction"),
            ("churn", "Churn"),
        ],
        string="Movement",
        readonly=True,
        help="New: the customer brought in nothing the month before. Churn: nothing any "
        "more. Price change: the same quantity at another price. Expansion and "
        "contraction: the rest.",
    )
    amount = fields.Monetary(
        string="MRR",
        readonly=True,
        help="Change of the monthly recurring revenue. All changes up to a month add up to "
        "its revenue.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH term AS (%(terms)s),
            present AS (%(months)s),
            thread AS (
                SELECT agreement_id, product_id, company_id, currency_id, customer_id,
                       month, SUM(amount) AS amount, SUM(quantity) AS quantity,
                       BOOL_OR(is_tiered) AS is_tiered, MAX(digits) AS digits
                  FROM present
                 GROUP BY agreement_id, product_id, company_id, currency_id, customer_id,
                          month
            ),
            -- The month after the last one is a month without anything.
            grid AS (
                SELECT agreement_id, product_id, company_id, currency_id, customer_id,
                       GENERATE_SERIES(
                           MIN(month)::timestamp,
                           LEAST(MAX(month) + INTERVAL '1 month',
                                 DATE_TRUNC('month', %(today)s::timestamp)),
                           INTERVAL '1 month')::date AS month
                  FROM thread
                 GROUP BY agreement_id, product_id, company_id, currency_id, customer_id
            ),
            step AS (
                SELECT grid.*, COALESCE(thread.amount, 0) AS amount,
                       COALESCE(thread.quantity, 0) AS quantity,
                       COALESCE(thread.is_tiered, FALSE) AS is_tiered, thread.digits,
                       COALESCE(LAG(thread.amount) OVER line, 0) AS old_amount,
                       COALESCE(LAG(thread.quantity) OVER line, 0) AS old_quantity
                  FROM grid
             LEFT JOIN thread USING (agreement_id, product_id, company_id, currency_id,
                                     customer_id, month)
                WINDOW line AS (
                    PARTITION BY grid.agreement_id, grid.product_id, grid.company_id,
                                 grid.currency_id, grid.customer_id
                    ORDER BY grid.month)
            ),
            change AS (
                SELECT step.*, amount - old_amount AS delta,
                       SUM(amount * rates.rate) OVER customer AS after,
                       SUM(old_amount * rates.rate) OVER customer AS before,
                       rates.rate,
                       CASE WHEN amount > 0 AND old_amount > 0 AND quantity > 0
                                 AND old_quantity > 0 AND NOT is_tiered
                            THEN ROUND((amount / quantity - old_amount / old_quantity)
                                       * LEAST(quantity, old_quantity), digits)
                            ELSE 0 END AS price_delta
                  FROM step
                  JOIN %(rates)s ON rates.company_id = step.company_id
                                AND rates.currency_id = step.currency_id
                WINDOW customer AS (
                    PARTITION BY step.company_id, step.customer_id, step.month)
            )
            SELECT ROW_NUMBER() OVER (ORDER BY change.month, change.agreement_id,
                                               change.product_id, part.kind) AS id,
                   change.month, change.company_id, %(currency)s AS currency_id,
                   change.customer_id, agreement.customer_group_id, change.agreement_id,
                   change.product_id, agreement.user_id, part.kind,
                   (part.amount * change.rate)::float8 AS amount
              FROM change
              JOIN psa_agreement agreement ON agreement.id = change.agreement_id
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN change.before = 0 THEN 'new'
                               WHEN change.after = 0 THEN 'churn'
                               WHEN change.delta > change.price_delta THEN 'expansion'
                               ELSE 'contraction' END AS kind,
                          CASE WHEN change.before = 0 OR change.after = 0
                               THEN change.delta
                               ELSE change.delta - change.price_delta END AS amount
                   UNION ALL
                   SELECT 'price', change.price_delta
                    WHERE change.before != 0 AND change.after != 0) part
             WHERE part.amount != 0
            """,
            terms=self._get_terms(),
            months=self._get_months(),
            rates=self._get_rates("rates"),
            today=fields.Date.context_today(self),
            currency=self.env.company.currency_id.id,
        )

    def _get_terms(self):
        """Return the lines that bring in money each period, with the days of their life."""
        return SQL(
            """
            SELECT line.id, line.agreement_id, line.product_id, agreement.company_id,
                   agreement.currency_id, agreement.customer_id, line.monthly_amount,
                   currency.decimal_places AS digits,
                   line.quantity_method, line.quantity, line.discount,
                   line.price_method = 'tiers' AS is_tiered,
                   line.billing_interval * (CASE line.billing_unit
                       WHEN 'week' THEN %(week)s WHEN 'year' THEN %(year)s
                       ELSE %(month)s END)::numeric AS months,
                   GREATEST(line.date_from, agreement.date_start) AS date_from,
                   LEAST(COALESCE(line.date_until, 'infinity'),
                         COALESCE(agreement.date_end + 1, 'infinity'),
                         %(today)s::date + 1) AS date_until
              FROM psa_agreement_line line
              JOIN psa_agreement agreement ON agreement.id = line.agreement_id
              JOIN res_currency currency ON currency.id = agreement.currency_id
         LEFT JOIN psa_agreement_amendment amendment ON amendment.id = line.amendment_id
             WHERE line.product_id IS NOT NULL AND line.charge_kind = 'recurring'
               AND agreement.state != 'draft'
               AND (amendment.id IS NULL OR amendment.state != 'draft')
            """,
            today=fields.Date.context_today(self),
            **MONTHS,
        )

    def _get_months(self):
        """Return what each line brings in, in each month on whose last day it is in force.

        As its last period was charged up to then; as it stands if none was, and today.
        """
        return SQL(
            """
            SELECT term.agreement_id, term.product_id, term.company_id, term.currency_id,
                   term.customer_id, term.digits, term.is_tiered,
                   span.month::date AS month,
                   COALESCE(CASE WHEN moment.day < %(today)s THEN period.amount END,
                            term.monthly_amount, 0)::numeric AS amount,
                   COALESCE(period.quantity, CASE WHEN term.quantity_method = 'fixed'
                            THEN term.quantity ELSE 0 END)::numeric AS quantity
              FROM term
        CROSS JOIN LATERAL GENERATE_SERIES(
                   DATE_TRUNC('month', term.date_from::timestamp),
                   (term.date_until - 1)::timestamp,
                   INTERVAL '1 month') span(month)
        CROSS JOIN LATERAL (
                   SELECT LEAST((span.month + INTERVAL '1 month')::date - 1,
                                %(today)s::date) AS day) moment
         LEFT JOIN LATERAL (
                   SELECT period.quantity,
                          ROUND((period.quantity * period.price_unit)::numeric
                                * (100 - COALESCE(term.discount, 0))::numeric / 100
                                / term.months, term.digits) AS amount
                     FROM psa_period period
                    WHERE period.agreement_line_id = term.id
                      AND period.date_from <= moment.day
                      AND EXISTS (SELECT FROM psa_charge charge
                                   WHERE charge.period_id = period.id)
                 ORDER BY period.date_from DESC
                    LIMIT 1) period
                ON TRUE
             WHERE moment.day >= term.date_from AND moment.day < term.date_until
            """,
            today=fields.Date.context_today(self),
        )
