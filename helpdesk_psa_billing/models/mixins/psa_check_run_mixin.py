from odoo import models
from odoo.tools import SQL

from ...tools.billing_probe import Probe


class PsaCheckRunMixin(models.AbstractModel):
    """Proves that runs end, and say why they refuse (I-10)."""

    _name = "psa.check.run.mixin"
    _description = "Checks of Runs"
    _inherit = ["psa.check.mixin"]

    def _get_probes(self):
        """Add the probes of runs."""
        return [*super()._get_probes(), self._probe_runs(), self._probe_refusals()]

    def _probe_runs(self):
        """Look for runs that the scheduler does not go on with."""
        source = SQL(
            """
            SELECT id, '' AS key, company_id, NULL::integer AS customer_id, state,
                   date, write_date, done_count, total_count
              FROM psa_billing_run
             WHERE state IN ('proposing', 'drafting', 'posting')
            """
        )
        return Probe(
            "psa.billing.run",
            source,
            {
                "run_stuck": (
                    SQL("write_date < %s", self._get_deadline("run_stuck")),
                    {
                        "date_date": SQL("date"),
                        "done": SQL("done_count"),
                        "total": SQL("total_count"),
                    },
                )
            },
        )

    def _probe_refusals(self):
        """Look for what runs refused without a word."""
        source = SQL(
            """
            SELECT run_id AS id, line.id::text AS key, line.company_id,
                   line.customer_id, line.reason, customer.name
              FROM psa_billing_run_line line
              JOIN res_partner customer ON customer.id = line.customer_id
             WHERE line.state = 'refused'
            """
        )
        return Probe(
            "psa.billing.run",
            source,
            {
                "refusal_unexplained": (
                    SQL("TRIM(COALESCE(reason, '')) = ''"),
                    {"customer": SQL("name")},
                )
            },
        )
