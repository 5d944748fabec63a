import dataclasses
from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import cockpit_rows as rows_of
from .mixins.psa_charge_approver_mixin import BILLING_USER
from .mixins.psa_cockpit_figures_mixin import GROUPING_FIELDS

# Rows that the screen shows at most; the figures are those of all.
MAX_ROWS = 500
# Groupings by which invoices can be drafted: a run is about customers or agreements.
DRAFTED_BY = ("customer", "agreement")


@dataclass(frozen=True)
class Scope:
    """What somebody looks at.

    :param date until: first day whose work is not billed
    :param date due: last day on which periods are due
    :param dict filters: by name, only those that are set
    """

    company: models.BaseModel
    until: date
    due: date
    grouping: str = "customer"
    filters: dict = dataclasses.field(default_factory=dict)

    @property
    def field(self):
        """The field of charges that tells their row."""
        return GROUPING_FIELDS[self.grouping]


class PsaBillingCockpit(models.AbstractModel):
    """The screen “Ready to bill”: what is ready, what lacks, and the way to the invoices.

    Nothing is stored: each figure is read from the ledger, as its reader may see it.
    """

    _name = "psa.billing.cockpit"
    _description = "Ready to Bill"
    _inherit = ["psa.cockpit.figures.mixin", "psa.cockpit.run.mixin"]

    @api.model
    def get_cockpit(self, options=None):
        """Return what the screen shows, in a constant number of queries.

        :param dict options: `company_id`, `until` (ISO date, first day whose work is not
            billed), `grouping` of `GROUPING_FIELDS`, `filters`: `search`, `customer_id`,
            `agreement_id`, `group_id`, `manager_id`, `kind`, `late`, `blocked`
        """
        self.env["psa.charge"].check_access("read")
        scope = self._get_scope(options)
        findings = self._count_findings(scope)
        rows, totals = rows_of.add_up(self._read_cells(scope, findings))
        labels = self._get_labels(scope, rows)
        names = {key: label["name"] for key, label in labels.items()}
        keys = rows_of.sort_rows(rows, names)
        return {
            "today": fields.Date.to_string(fields.Date.context_today(self)),
            "until": fields.Date.to_string(scope.until),
            "company_id": scope.company.id,
            "currency_id": scope.company.currency_id.id,
            "grouping": scope.grouping,
            "figures": {
                **{name: figure.to_json() for name, figure in totals.items()},
                "findings": self._sum_findings(findings),
            },
            "rows": [
                self._make_row(key, rows[key], labels[key], findings)
                for key in keys[:MAX_ROWS]
            ],
            "row_count": len(keys),
            "choices": self._get_choices(scope),
            "can_bill": self.env.user.has_group(BILLING_USER),
            "can_draft": scope.grouping in DRAFTED_BY,
            "run_id": self._get_current_run(scope).id,
            "checked_at": self._get_checked_at(),
        }

    def _make_row(self, key, row, label, findings):
        """Return a row for the screen; `label` is of `_get_labels`."""
        mine = findings.get(label["customer_id"], {})
        return {
            "key": key,
            **label,
            "invoiced": round(rows_of.get_invoiced(row), 2),
            "blocking": mine.get("block", 0),
            "warnings": mine.get("warn", 0),
            **{name: row[name].to_json() for name in rows_of.BUCKETS},
        }

    # === SCOPE === #

    @api.model
    def _get_scope(self, options):
        """Return what somebody looks at.

        :raise AccessError: for a company that he is not in
        """
        options = options or {}
        company = self.env["res.company"].browse(
            options.get("company_id") or self.env.company.id
        )
        if company not in self.env.companies:
            raise AccessError(
                self.env._("Choose the company among those at the top of the screen.")
            )
        today = fields.Date.context_today(self)
        until = fields.Date.to_date(options.get("until")) or today.replace(day=1)
        grouping = options.get("grouping") or "customer"
        if grouping not in GROUPING_FIELDS:
            raise UserError(self.env._("There is no such grouping."))
        filters = options.get("filters") or {}
        return Scope(
            company=company,
            until=until,
            due=max(today, until),
            grouping=grouping,
            filters={name: value for name, value in filters.items() if value},
        )

    @api.model
    def _get_key_domain(self, scope, keys):
        """Return the domain of the charges in some rows."""
        if scope.grouping != "kind":
            keys = [int(key) or False for key in keys]
        return Domain(scope.field, "in", keys)

    @api.model
    def _get_choices(self, scope):
        """Return what can be filtered by."""
        ours = Domain("company_id", "=", scope.company.id)
        owners = self.env["psa.agreement"]._read_group(
            ours & Domain("state", "in", ("active", "suspended")), ["user_id"]
        )
        approvers = self.env["psa.charge"]._read_group(
            ours & Domain("state", "!=", "invoiced"), ["approver_id"]
        )
        managers = self.env["res.users"].union(*(it for (it,) in owners + approvers))
        groups = self.env["psa.customer.group"].search([], limit=MAX_ROWS)
        kinds = self.env["psa.charge"]._fields["kind"]._description_selection(self.env)
        return {
            "companies": _list_names(self.env.companies),
            "managers": _list_names(managers.sorted("name")),
            "groups": _list_names(groups),
            "kinds": [{"id": kind, "name": name} for kind, name in kinds],
        }

    # === WHAT PEOPLE PRESS === #

    @api.model
    def approve(self, options, keys):
        """Approve what is ready in some rows, as far as it is the user's to approve.

        :return: dict of how many charges are `approved` and `left`
        :raise UserError: if none is
        """
        scope = self._get_scope(options)
        domain = self._get_bucket_domains(scope)[rows_of.APPROVE]
        charges = self.env["psa.charge"].search(
            domain & self._get_key_domain(scope, keys)
        )
        mine = charges.filtered("is_mine_to_approve")
        if not mine:
            raise UserError(
                self.env._(
                    "Nothing here is yours to approve: it waits for its account manager, "
                    "or for its time to be approved."
                )
            )
        mine.action_approve()
        approved = mine.exists().filtered(lambda it: it.state != "draft")
        return {
            "approved": len(approved),
            "left": len(charges) - len(mine),
        }

    @api.model
    def draft(self, options, keys, goal="draft"):
        """Start a run for the customers or agreements of some rows.

        :param str goal: `propose` to look first, or `draft`
        :return: id of the run
        """
        scope = self._get_scope(options)
        if scope.grouping not in DRAFTED_BY:
            raise UserError(
                self.env._("Group by customer or agreement to draft invoices.")
            )
        if goal not in ("propose", "draft"):
            raise UserError(self.env._("A run proposes or drafts."))
        ids = [int(key) for key in keys if int(key)]
        if not ids or len(ids) != len(keys):
            raise UserError(
                self.env._(
                    "Choose the customers who get invoices. Work without an agreement is "
                    "drafted by customer."
                )
            )
        run = self.env["psa.billing.run"].create(
            {
                "company_id": scope.company.id,
                "date": scope.due,
                "work_until": scope.until,
                f"{scope.grouping}_ids": ids,
            }
        )
        # sudo: nobody types how far a run goes; it is created above with the user's rights
        run.sudo().goal = goal
        run.with_company(scope.company).action_propose()
        return run.id

    @api.model
    def check_now(self):
        """Look for leaks now, without waiting for the night."""
        self.env["psa.billing.finding"].check_access("write")
        self.env["psa.billing.check"]._refresh()

    @api.model
    def open_list(self, options, bucket, keys=None):
        """Return the action that shows what a figure counts.

        :param list keys: of these rows only
        """
        self.env["psa.charge"].check_access("read")
        scope = self._get_scope(options)
        if bucket == "findings":
            return self._open_findings(scope)
        if bucket == rows_of.RECURRING:
            return self._open_periods(scope, keys)
        domain = self._get_bucket_domains(scope).get(bucket, Domain.FALSE)
        if keys is not None:
            domain &= self._get_key_domain(scope, keys)
        return self._open("psa_charge_action", self._get_bucket_names()[bucket], domain)

    @api.model
    def _get_bucket_names(self):
        return {
            rows_of.APPROVE: self.env._("Work to approve"),
            rows_of.TIME: self.env._("Time not approved"),
            rows_of.PENDING: self.env._("Pending work"),
            rows_of.READY: self.env._("Ready to invoice"),
            rows_of.LATE: self.env._("Entered late"),
            rows_of.DRAFT: self.env._("On draft invoices"),
        }

    def _open_findings(self, scope):
        customers = self._get_filtered_customers(scope)
        domain = self._get_finding_domain(scope)
        if customers is not None:
            domain &= Domain("customer_id", "in", customers)
        return self.env["psa.billing.finding"]._open_list(domain)

    def _open_periods(self, scope, keys):
        domain = self._get_period_domain(scope, self._count_findings(scope))
        if keys is not None:
            domain &= self._get_period_key_domain(scope, keys)
        return self._open("psa_period_action", self.env._("Recurring, due"), domain)

    def _open(self, name, title, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"helpdesk_psa_billing.{name}"
        )
        views = [(False, "list"), (False, "form")]
        return {
            **action,
            "display_name": title,
            "domain": list(domain),
            "context": {},
            "views": views,
            "view_mode": "list,form",
        }


def _list_names(records):
    return [{"id": record.id, "name": record.display_name} for record in records]
