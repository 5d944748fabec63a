"""Builds the queries of the billing check: one pass over a table answers several checks."""

from dataclasses import dataclass

from odoo.tools import SQL


@dataclass(frozen=True)
class Probe:
    """One look at the database that proves several promises at once.

    :param str res_model: model of the records that findings are about
    :param SQL source: query with the columns `id`, `company_id`, `customer_id`, `key`
        and whatever the conditions name. `id` and `key` are unique; `key` tells several
        findings about a record apart, and is empty if there is one.
    :param dict conditions: {code of the check: (SQL of what is wrong, figures)}; figures
        are {name in the sentence of the check: SQL}
    """

    res_model: str
    source: SQL
    conditions: dict

    def get_query(self, codes):
        """Return the SQL of what is wrong, None if nobody asks for any of its checks.

        :param codes: of the checks that are wanted
        """
        wanted = {
            code: terms for code, terms in self.conditions.items() if code in codes
        }
        if not wanted:
            return None
        # First what is wrong at all, then each row is asked what it is.
        return SQL(
            """
            SELECT verdict.code, %(res_model)s AS res_model, suspect.id AS res_id,
                   suspect.key, suspect.company_id, suspect.customer_id, verdict.details
              FROM (SELECT * FROM (%(source)s) fact WHERE %(any_wrong)s OFFSET 0) suspect
             CROSS JOIN LATERAL (VALUES %(verdicts)s) verdict (code, is_wrong, details)
             WHERE verdict.is_wrong
            """,
            res_model=self.res_model,
            source=self.source,
            any_wrong=SQL(" OR ").join(SQL("(%s)", it) for it, _ in wanted.values()),
            verdicts=SQL(", ").join(
                SQL("(%s, (%s), %s)", code, condition, _build_object(figures))
                for code, (condition, figures) in wanted.items()
            ),
        )


def _build_object(figures):
    """Return the SQL of a JSON object."""
    pairs = [
        part
        for name, value in figures.items()
        for part in (SQL("%s::text", name), value)
    ]
    return SQL("jsonb_build_object(%s)", SQL(", ").join(pairs))
