from odoo import fields, models
from odoo.tools import SQL


class PsaFiguresMixin(models.AbstractModel):
    """Figures that are read from the ledger at the moment of asking.

    Money is in the currency of the company that one works in. Ratios of a group are those
    of its sums, never the average of the ratios of its rows.
    """

    _name = "psa.figures.mixin"
    _description = "Figures"

    # {field: (field above the line, field below it, factor)}
    _psa_ratios = {}

    def _read_group_select(self, aggregate_spec, query):
        """Override of `base` to divide the sums of a group."""
        name = aggregate_spec.partition(":")[0]
        if name not in self._psa_ratios:
            return super()._read_group_select(aggregate_spec, query)
        above, below, factor = self._psa_ratios[name]
        return self._get_ratio(
            SQL("SUM(%s)", self._field_to_sql(self._table, above, query)),
            SQL("SUM(%s)", self._field_to_sql(self._table, below, query)),
            factor,
        )

    def _get_ratio(self, above, below, factor=1):
        """Return the SQL of a quotient, NULL where there is nothing to divide by."""
        return SQL(
            "(%s * %s / NULLIF(ROUND((%s)::numeric, 6), 0)::float8)",
            float(factor),
            above,
            below,
        )

    def _get_ratio_columns(self):
        """Return the SQL of the ratios of a single row, from its other columns."""
        return [
            SQL(
                "%s AS %s",
                self._get_ratio(SQL.identifier(above), SQL.identifier(below), factor),
                SQL.identifier(name),
            )
            for name, (above, below, factor) in self._psa_ratios.items()
        ]

    def _get_rates(self, alias):
        """Return the SQL of a table of rates: company_id, currency_id, rate, is_home.

        The rate turns an amount of the currency into one of the company that one works in,
        as the row's company reckons today. `is_home` tells its own currency.
        """
        return SQL(
            """
            (SELECT company.id AS company_id, currency.id AS currency_id,
                    (%(target_rate)s / %(rate)s)::float8 AS rate,
                    currency.id = company.currency_id AS is_home
               FROM res_company company
               JOIN res_currency currency
                 ON currency.active OR currency.id = company.currency_id
                 OR EXISTS (SELECT FROM res_currency_rate known
                             WHERE known.currency_id = currency.id)
              -- Reckoned once, not again for each row that it is joined with.
             OFFSET 0) %(alias)s
            """,
            rate=self._get_rate(SQL("currency.id")),
            target_rate=self._get_rate(SQL("%s", self.env.company.currency_id.id)),
            alias=SQL.identifier(alias),
        )

    def _get_rate(self, currency):
        """Return the SQL of today's rate of a currency, as `res.currency` finds it.

        :param SQL currency: its id
        """
        query = SQL(
            """
            SELECT rate.rate FROM res_currency_rate rate
             WHERE rate.currency_id = %s AND (rate.company_id IS NULL OR
                   rate.company_id = SPLIT_PART(company.parent_path, '/', 1)::int)
            """,
            currency,
        )
        return SQL(
            """
            COALESCE((%(query)s AND rate.name <= %(today)s
                      ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                     (%(query)s ORDER BY rate.company_id, rate.name LIMIT 1), 1.0)
            """,
            query=query,
            today=fields.Date.context_today(self),
        )
