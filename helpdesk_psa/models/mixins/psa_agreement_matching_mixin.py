from datetime import timedelta

from odoo import api, models, tools
from odoo.tools.misc import format_date

from ...tools.agreement_match import Work, find_term

DAY = timedelta(days=1)
# Most steps from a company up to the top of its group.
MAX_PARENTS = 10


class PsaAgreementMatchingMixin(models.AbstractModel):
    """Finds the agreement that covers a piece of work, and says why.

    The rule itself is in `tools/agreement_match.py`. The terms of a customer are
    remembered, so that a ticket costs no query where there is no agreement.
    """

    _name = "psa.agreement.matching.mixin"
    _description = "Agreement Matching"

    # === WHAT COVERS THIS WORK? === #

    @api.model
    def _find_matches(self, company, requests):
        """Return what covers each of some pieces of work.

        Each request is a dict: ``day`` (a date) and ``customer`` are needed; ``site``,
        ``equipment`` (several), ``service``, ``ticket_type``, ``ticket_category`` are
        records and may be left out while they are not known; ``agreement`` looks among the
        lines of one only.

        :param company: `res.company` that does the work
        :param list requests: dicts
        :return: list of `Match` or None, in the order of `requests`
        """
        covered = self._get_covered_customer_ids(company.id)
        return [
            self._find_match(company, covered, request) if covered else None
            for request in requests
        ]

    def _find_match(self, company, covered, request):
        customer = request["customer"]
        lineage = self._get_lineage_ids(customer)
        terms = [
            term
            for customer_id in lineage
            if customer_id in covered
            for term in self._get_terms(company.id, customer_id)
            if request.get("agreement", self)._allows_term(term)
        ]
        return find_term(self._build_work(lineage, request), terms) if terms else None

    @api.model
    def _is_covered(self, company, customer):
        """Tell whether a customer or a company above has or had an agreement.

        Most have none: this costs nothing once the company's customers are remembered.
        """
        covered = self._get_covered_customer_ids(company.id)
        return bool(covered) and not covered.isdisjoint(self._get_lineage_ids(customer))

    def _allows_term(self, term):
        """Tell whether a term belongs to these agreements; no agreement means any."""
        return not self or term.agreement_id in self.ids

    @api.model
    def _get_lineage_ids(self, customer):
        """Return the ids of a customer and of the companies above him, nearest first."""
        # sudo: who belongs to whom does not depend on who asks
        customer = customer._origin.sudo()
        lineage = []
        while customer and customer.id not in lineage and len(lineage) < MAX_PARENTS:
            lineage.append(customer.id)
            customer = customer.parent_id.commercial_partner_id
        return tuple(lineage)

    @api.model
    def _build_work(self, lineage, request):
        """Return the `Work` of a request as `_find_matches` takes it."""

        def get_id(name):
            record = request.get(name)
            return record._origin.id if record else None

        def get_lineage(record):
            path = record.sudo().parent_path or ""
            return tuple(int(step) for step in reversed(path.split("/")) if step)

        categories = None
        if "ticket_category" in request:
            categories = get_lineage(request["ticket_category"])
        return Work(
            day=request["day"],
            customer=lineage[0],
            parents=lineage[1:],
            site=get_id("site"),
            equipment={
                it._origin.id: get_lineage(it.sudo().category_id)
                for it in request.get("equipment", ())
            },
            service=get_id("service"),
            ticket_type=get_id("ticket_type"),
            ticket_categories=categories,
        )

    @api.model
    def _explain_match(self, match):
        """Return why a term covers the work, in a sentence for the user."""
        # sudo: who sees the ticket may know what covers it
        env = self.env(su=True)
        start, until = match.period
        models_by_level = {
            "equipment": "psa.equipment",
            "category": "psa.equipment.category",
        }
        subject = env[models_by_level.get(match.level, "res.partner")].browse(
            match.subject
        )
        values = {
            "agreement": env["psa.agreement"].browse(match.term.agreement_id).name,
            "subject": subject.name if match.level == "site" else subject.display_name,
            "start": format_date(self.env, start),
            "end": format_date(self.env, until and until - DAY),
        }
        if until:
            sentences = {
                "equipment": self.env._(
                    "%(agreement)s: covers %(subject)s (equipment), valid "
                    "%(start)s–%(end)s",
                    **values,
                ),
                "category": self.env._(
                    "%(agreement)s: covers %(subject)s (equipment category), valid "
                    "%(start)s–%(end)s",
                    **values,
                ),
                "site": self.env._(
                    "%(agreement)s: covers the site %(subject)s, valid "
                    "%(start)s–%(end)s",
                    **values,
                ),
                "customer": self.env._(
                    "%(agreement)s: covers %(subject)s, valid %(start)s–%(end)s",
                    **values,
                ),
                "parent": self.env._(
                    "%(agreement)s: covers the companies of %(subject)s, valid "
                    "%(start)s–%(end)s",
                    **values,
                ),
            }
        else:
            sentences = {
                "equipment": self.env._(
                    "%(agreement)s: covers %(subject)s (equipment), valid since %(start)s",
                    **values,
                ),
                "category": self.env._(
                    "%(agreement)s: covers %(subject)s (equipment category), valid since "
                    "%(start)s",
                    **values,
                ),
                "site": self.env._(
                    "%(agreement)s: covers the site %(subject)s, valid since %(start)s",
                    **values,
                ),
                "customer": self.env._(
                    "%(agreement)s: covers %(subject)s, valid since %(start)s", **values
                ),
                "parent": self.env._(
                    "%(agreement)s: covers the companies of %(subject)s, valid since "
                    "%(start)s",
                    **values,
                ),
            }
        return sentences[match.level]

    # === TERMS, REMEMBERED === #

    @api.model
    @tools.ormcache("company_id")
    def _get_covered_customer_ids(self, company_id):
        """Return the ids of the customers that have or had an agreement in a company."""
        # sudo: remembered for everybody
        groups = (
            self.env["psa.agreement"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [("company_id", "=", company_id), ("state", "!=", "draft")],
                ["customer_id"],
            )
        )
        return frozenset(customer.id for (customer,) in groups)

    @api.model
    @tools.ormcache("company_id", "customer_id")
    def _get_terms(self, company_id, customer_id):
        """Return the terms of a customer's agreements, past ones included.

        :rtype: tuple of `Term`
        """
        # sudo: remembered for everybody
        agreements = (
            self.env["psa.agreement"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", company_id),
                    ("customer_id", "=", customer_id),
                    ("state", "!=", "draft"),
                ]
            )
        )
        lines = agreements.line_ids.filtered(lambda line: not line._is_draft())
        terms = (line._build_term() for line in lines)
        return tuple(term for term in terms if term.periods)

    @api.model
    def _clear_terms(self):
        """Forget the terms that are remembered per customer; agreements change rarely."""
        self.env.registry.clear_cache()

    def _get_bounds(self):
        """Return the half-open interval in which the agreement holds, suspensions aside.

        What is renewed tacitly goes on until somebody ends it, whether or not the
        scheduler has moved the end already.
        """
        self.ensure_one()
        if self.termination_date:
            return self.date_start, self.termination_date + DAY
        if not self.date_end or self.renewal == "tacit":
            return self.date_start, None
        return self.date_start, self.date_end + DAY

    def _get_gaps(self):
        """Return the half-open intervals in which the agreement is suspended."""
        return [(it.date_from, it.date_until or None) for it in self.suspension_ids]
