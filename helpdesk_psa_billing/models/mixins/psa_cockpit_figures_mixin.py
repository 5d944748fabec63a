from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import cockpit_rows as rows_of
from ...tools.cockpit_rows import Figure

# The field of charges that tells their row.
GROUPING_FIELDS = {
    "customer": "customer_id",
    "agreement": "agreement_id",
    "ticket": "ticket_id",
    "kind": "kind",
    "manager": "approver_id",
}
# What a period is worth as far as one can tell before a run computes it: what is proposed
# of it, else its quantity at its price, else what the line brings in per month.
PERIOD_WORTH = SQL(
    """
    CASE WHEN charge.count > 0 THEN COALESCE(charge.proposed, 0)
         WHEN line.quantity_method = 'fixed' AND line.price_method = 'fixed'
         THEN line.quantity * line.price_unit * (1 - COALESCE(line.discount, 0) / 100)
         ELSE COALESCE(line.monthly_amount, 0) * COALESCE(line.billing_interval, 1)
              * CASE line.billing_unit WHEN 'week' THEN 84 / 365.25
                     WHEN 'year' THEN 12 ELSE 1 END
    END * CASE WHEN charge.count > 0 OR line.charge_kind != 'recurring' THEN 1
               ELSE (period.date_until - period.date_from)::float
                    / NULLIF(period.full_until - period.full_from, 0) END
    """
)
# The row of a period: {grouping: SQL}.
PERIOD_KEYS = {
    "customer": SQL("period.customer_id"),
    "agreement": SQL("period.agreement_id"),
    "ticket": SQL("NULL::integer"),
    "kind": SQL("'period'"),
    "manager": SQL("COALESCE(agreement.user_id, customer.user_id)"),
}


class PsaCockpitFiguresMixin(models.AbstractModel):
    """What the screen “Ready to bill” counts, each figure by one query."""

    _name = "psa.cockpit.figures.mixin"
    _description = "Figures of Ready to Bill"

    # === WHAT IS COUNTED === #

    @api.model
    def _get_bucket_domains(self, scope, findings=None):
        """Return the domains of the charges that each figure counts: {bucket: domain}.

        :param findings: of `_count_findings`, if it is known already
        """
        charges = self.env["psa.charge"]
        ours = self._get_filter_domain(scope, findings)
        work = (
            ours
            & Domain("period_id", "=", False)
            & Domain("work_date", "<", scope.until)
        )
        draft, pending = (
            Domain("state", "=", "draft"),
            Domain("destination", "=", "pending"),
        )
        return {
            rows_of.APPROVE: work & charges._get_ready_domain(),
            rows_of.TIME: work
            & draft
            & ~pending
            & Domain("analytic_line_id", "!=", False)
            & Domain("analytic_line_id.psa_approved_at", "=", False),
            rows_of.PENDING: work & draft & pending,
            rows_of.READY: work & charges._get_uninvoiced_domain(),
            rows_of.LATE: work
            & Domain("is_late", "=", True)
            & (
                pending
                | (Domain("destination", "=", "billed") & Domain("amount", "!=", 0))
            )
            & Domain("state", "!=", "invoiced")
            & Domain("invoice_line_id", "=", False)
            & Domain("is_reversed", "=", False),
            rows_of.DRAFT: ours
            & Domain("state", "=", "approved")
            & Domain("invoice_line_id", "!=", False),
        }

    @api.model
    def _get_filter_domain(self, scope, findings=None):
        """Return the domain of the charges that the filters leave."""
        filters = scope.filters
        domain = Domain("company_id", "=", scope.company.id)
        names = {
            "customer_id": "customer_id",
            "agreement_id": "agreement_id",
            "group_id": "customer_group_id",
            "manager_id": "approver_id",
            "kind": "kind",
            "late": "is_late",
        }
        for name, field in names.items():
            if value := filters.get(name):
                domain &= Domain(field, "=", value)
        return domain & self._get_party_domain(scope, findings)

    @api.model
    def _get_party_domain(self, scope, findings=None):
        """Return what filters say about customers and agreements, of charges or periods."""
        domain = Domain.TRUE
        if words := (scope.filters.get("search") or "").strip():
            domain &= (
                Domain("customer_id.name", "ilike", words)
                | Domain("agreement_id.name", "ilike", words)
                | Domain("agreement_id.title", "ilike", words)
            )
        if scope.filters.get("blocked"):
            if findings is None:
                findings = self._count_findings(scope)
            held = [it for it, counts in findings.items() if counts.get("block")]
            domain &= Domain("customer_id", "in", held)
        return domain

    @api.model
    def _get_period_domain(self, scope, findings=None):
        """Return the domain of the periods that are due."""
        filters = scope.filters
        if filters.get("late") or filters.get("kind", "period") != "period":
            return Domain.FALSE
        domain = (
            Domain("company_id", "=", scope.company.id)
            & Domain("is_open", "=", True)
            & Domain("due_date", "<=", scope.due)
        )
        if group_id := filters.get("group_id"):
            domain &= Domain("customer_group_id", "=", group_id)
        for name in ("customer_id", "agreement_id"):
            if filters.get(name):
                domain &= Domain(name, "=", filters[name])
        if manager_id := filters.get("manager_id"):
            domain &= self._get_period_manager_domain([manager_id])
        return domain & self._get_party_domain(scope, findings)

    @api.model
    def _get_period_manager_domain(self, user_ids):
        """Return the domain of the periods that some people look after; see `approver_id`."""
        return Domain("agreement_id.user_id", "in", user_ids) | (
            Domain("agreement_id.user_id", "=", False)
            & Domain("customer_id.user_id", "in", user_ids)
        )

    @api.model
    def _get_period_key_domain(self, scope, keys):
        """Return the domain of the periods in some rows."""
        if scope.grouping == "kind":
            return Domain.TRUE if "period" in keys else Domain.FALSE
        ids = [int(key) or False for key in keys]
        if scope.grouping == "ticket":
            return Domain.TRUE if False in ids else Domain.FALSE
        if scope.grouping == "manager":
            return self._get_period_manager_domain(ids)
        return Domain(f"{scope.grouping}_id", "in", ids)

    # === READING === #

    def _read_cells(self, scope, findings):
        """Return each figure of each row: iterable of (key, bucket, `Figure`)."""
        rates = {}
        domains = self._get_bucket_domains(scope, findings)
        for bucket, domain in domains.items():
            yield from self._read_charges(scope, bucket, domain, rates)
        yield from self._read_periods(scope, findings, rates)

    def _read_charges(self, scope, bucket, domain, rates):
        is_invoiced = bucket in (rows_of.READY, rows_of.DRAFT)
        minutes = "minutes:sum" if is_invoiced else "raw_minutes:sum"
        groups = self.env["psa.charge"]._read_group(
            domain, [scope.field, "currency_id"], ["__count", minutes, "amount:sum"]
        )
        for key, currency, count, worked, amount in groups:
            rate = self._get_rate(scope, currency, rates)
            key = key if isinstance(key, str) else (key.id if key else 0)
            yield key, bucket, Figure(count, worked or 0, (amount or 0.0) * rate)

    def _read_periods(self, scope, findings, rates):
        """Yield what is due of agreements; the amounts are what runs will compute, about."""
        domain = self._get_period_domain(scope, findings)
        periods = self.env["psa.period"]
        if domain.is_false():
            return
        self.env.flush_all()
        query = periods._search(domain)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %(key)s, agreement.currency_id, COUNT(*), SUM(%(worth)s)
                  FROM psa_period period
                  JOIN psa_agreement_line line ON line.id = period.agreement_line_id
                  JOIN psa_agreement agreement ON agreement.id = period.agreement_id
                  JOIN res_partner customer ON customer.id = period.customer_id
                  JOIN LATERAL (
                       SELECT COUNT(*) AS count,
                              SUM(amount) FILTER (WHERE state = 'draft') AS proposed
                         FROM psa_charge WHERE period_id = period.id) charge ON TRUE
                 WHERE period.id IN %(ids)s
                 GROUP BY 1, 2
                """,
                key=PERIOD_KEYS[scope.grouping],
                worth=PERIOD_WORTH,
                ids=query.subselect(),
            )
        )
        for key, currency_id, count, amount in rows:
            currency = self.env["res.currency"].browse(currency_id)
            rate = self._get_rate(scope, currency, rates)
            figure = Figure(count, 0, float(amount or 0) * rate)
            yield key or 0, rows_of.RECURRING, figure

    def _get_rate(self, scope, currency, rates):
        """Return by what amounts are multiplied to be in the company's currency, today."""
        if currency.id not in rates:
            today = fields.Date.context_today(self)
            rates[currency.id] = self.env["res.currency"]._get_conversion_rate(
                currency, scope.company.currency_id, scope.company, today
            )
        return rates[currency.id]

    # === FINDINGS === #

    @api.model
    def _get_finding_domain(self, scope):
        """Return the domain of what is to be settled before these days are billed."""
        return self.env["psa.billing.finding"]._get_open_domain(
            scope.company, scope.until, scope.due
        ) & Domain("check_id.blocking", "!=", "off")

    def _count_findings(self, scope):
        """Return what is to be settled: {customer id or False: {block or warn: count}}."""
        counts = defaultdict(lambda: defaultdict(int))
        groups = self.env["psa.billing.finding"]._read_group(
            self._get_finding_domain(scope), ["customer_id", "check_id"], ["__count"]
        )
        for customer, check, count in groups:
            counts[customer.id][check.blocking] += count
        return counts

    def _sum_findings(self, findings):
        blocking = sum(counts.get("block", 0) for counts in findings.values())
        warnings = sum(counts.get("warn", 0) for counts in findings.values())
        return {"count": blocking + warnings, "blocking": blocking}

    def _get_filtered_customers(self, scope):
        """Return the ids of the customers that filters leave; None if they leave all."""
        if not scope.filters:
            return None
        groups = self.env["psa.charge"]._read_group(
            self._get_filter_domain(scope) & Domain("state", "!=", "invoiced"),
            ["customer_id"],
        )
        periods = self.env["psa.period"]._read_group(
            self._get_period_domain(scope), ["customer_id"]
        )
        return [customer.id for (customer,) in {*groups, *periods} if customer]

    def _get_checked_at(self):
        """Return when the billing check looked last, as the screen takes it."""
        checks = self.env["psa.billing.check"]._read_group(
            [("last_run_at", "!=", False)], aggregates=["last_run_at:max"]
        )
        return checks[0][0] and fields.Datetime.to_string(checks[0][0])

    # === NAMES === #

    def _get_labels(self, scope, keys):
        """Return what rows are called: {key: dict of name, subtitle and customer_id}.

        Records that the user may not open stay without a name.
        """
        if scope.grouping == "kind":
            selection = self.env["psa.charge"]._fields["kind"]
            names = dict(selection._description_selection(self.env))
            return {key: _make_label(names[key]) for key in keys}
        comodel = self.env["psa.charge"]._fields[scope.field].comodel_name
        records = self.env[comodel].browse([key for key in keys if key])
        visible = records._filtered_access("read")
        labels = {record.id: self._label_record(scope, record) for record in visible}
        hidden = self.env._("Not visible to you")
        nothing = {
            "customer": self.env._("Nobody knows for whom"),
            "agreement": self.env._("Without agreement"),
            "ticket": self.env._("Without ticket"),
            "manager": self.env._("Nobody in particular"),
        }[scope.grouping]
        return {
            key: labels.get(key) or _make_label(hidden if key else nothing)
            for key in keys
        }

    def _label_record(self, scope, record):
        if scope.grouping == "customer":
            return _make_label(record.display_name, "", record.id)
        if scope.grouping in ("agreement", "ticket"):
            customer = record.customer_id
            return _make_label(record.display_name, customer.display_name, customer.id)
        return _make_label(record.display_name)


def _make_label(name, subtitle="", customer_id=False):
    return {"name": name, "subtitle": subtitle or "", "customer_id": customer_id}
