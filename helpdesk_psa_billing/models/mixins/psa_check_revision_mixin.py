from odoo import models
from odoo.tools import SQL

from ...tools.billing_probe import Probe


class PsaCheckRevisionMixin(models.AbstractModel):
    """Proves that prices were revised once, with evidence, and not afterwards (I-12)."""

    _name = "psa.check.revision.mixin"
    _description = "Checks of Price Revisions"
    _inherit = ["psa.check.mixin"]

    def _get_probes(self):
        """Add the probes of price revisions."""
        return [
            *super()._get_probes(),
            self._probe_revisions(),
            self._probe_revised_prices(),
        ]

    def _probe_revisions(self):
        """Look at each revision beside the others of its agreement."""
        source = SQL(
            """
            SELECT id, '' AS key, company_id, customer_id, date, method, state,
                   index_values,
                   COUNT(*) FILTER (WHERE state = 'applied') OVER (
                       PARTITION BY agreement_id, date) AS applied_count
              FROM psa_price_revision
             WHERE state = 'applied'
            """
        )
        return Probe(
            "psa.price.revision",
            source,
            {
                "revision_twice": (
                    SQL("applied_count > 1"),
                    {"count": SQL("applied_count"), "on_date": SQL("date")},
                ),
                "revision_unproven": (
                    SQL(
                        """
                        method = 'index' AND COALESCE(
                            jsonb_array_length(index_values->'terms'), 0) = 0
                        """
                    ),
                    {"on_date": SQL("date")},
                ),
            },
        )

    def _probe_revised_prices(self):
        """Look at each revised price beside what was invoiced before."""
        source = SQL(
            """
            SELECT revision.id, line.id::text AS key, revision.company_id,
                   revision.customer_id, line.name, line.date_from, revision.date,
                   charge.until_date
              FROM psa_price_revision revision
              JOIN psa_price_revision_line line
                ON line.revision_id = revision.id AND line.new_price != line.old_price
              LEFT JOIN LATERAL (
                   SELECT MAX(service_until) AS until_date FROM psa_charge
                    WHERE agreement_line_id = line.agreement_line_id
                      AND state = 'invoiced' AND reverses_id IS NULL
                      AND is_reversed IS NOT TRUE AND amount > 0
                      AND work_date >= line.date_from
                   ) charge ON TRUE
             WHERE revision.state = 'applied'
            """
        )
        return Probe(
            "psa.price.revision",
            source,
            {
                "revision_backwards": (
                    SQL("date_from < date OR until_date > date_from"),
                    {
                        "line": SQL("name"),
                        "from_date": SQL("date_from"),
                        "on_date": SQL("date"),
                    },
                )
            },
        )
