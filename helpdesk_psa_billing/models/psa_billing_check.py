import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# For each of the sums and joins of a check.
WORK_MEMORY = "64MB"
SEVERITIES = [("error", "Error"), ("warning", "Warning")]


class PsaBillingCheck(models.Model):
    """A promise of billing that is proven on the database each night.

    What is asked stands in the `_get_probes` of the mixins: a few queries over whole
    tables, each of which serves several checks.
    """

    _name = "psa.billing.check"
    _description = "Billing Check"
    _inherit = [
        "psa.check.work.mixin",
        "psa.check.allowance.mixin",
        "psa.check.period.mixin",
        "psa.check.usage.mixin",
        "psa.check.invoice.mixin",
        "psa.check.revision.mixin",
        "psa.check.run.mixin",
        "psa.check.leak.mixin",
        "psa.check.blocking.mixin",
    ]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True, copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True, help="Off: it is not checked, and its findings are closed."
    )
    usual_severity = fields.Selection(SEVERITIES, default="error", readonly=True)
    severity = fields.Selection(
        SEVERITIES,
        required=True,
        compute="_compute_severity",
        store=True,
        readonly=False,
        precompute=True,
        help="Error: the ledger contradicts itself. Warning: somebody has to look.",
    )
    usual_days = fields.Integer(readonly=True)
    grace_days = fields.Integer(
        string="After days",
        compute="_compute_grace_days",
        store=True,
        readonly=False,
        precompute=True,
        help="So many days something may wait before it is told.",
    )
    description = fields.Text(
        string="What it proves", required=True, readonly=True, translate=True
    )
    sentence = fields.Char(
        required=True,
        readonly=True,
        translate=True,
        help="What a finding says; figures in %(brackets)s.",
    )
    remedy = fields.Text(
        string="What to do", required=True, readonly=True, translate=True
    )
    last_run_at = fields.Datetime(string="Last checked", readonly=True, copy=False)
    problem = fields.Char(
        readonly=True, copy=False, help="Why it could not be checked the last time."
    )
    finding_ids = fields.One2many("psa.billing.finding", "check_id", string="Findings")
    open_count = fields.Integer(compute="_compute_counts", string="To settle")
    accepted_count = fields.Integer(compute="_compute_counts", string="Accepted")
    verdict = fields.Selection(
        [
            ("unknown", "Not checked yet"),
            ("holds", "Holds"),
            ("accepted", "Accepted"),
            ("broken", "To settle"),
            ("failed", "Could not be checked"),
        ],
        compute="_compute_counts",
        help="Of what you may see.",
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "A check is there once.")
    _grace_check = models.Constraint(
        "CHECK (grace_days >= 0)", "Days are counted from 0."
    )

    @api.depends("usual_severity")
    def _compute_severity(self):
        for check in self:
            check.severity = check.usual_severity

    @api.depends("usual_days")
    def _compute_grace_days(self):
        for check in self:
            check.grace_days = check.usual_days

    @api.depends("finding_ids.state", "last_run_at", "problem")
    def _compute_counts(self):
        counts = {
            (check, state): count
            for check, state, count in self.env["psa.billing.finding"]._read_group(
                [("check_id", "in", self.ids), ("state", "in", ("open", "accepted"))],
                ["check_id", "state"],
                ["__count"],
            )
        }
        for check in self:
            check.open_count = counts.get((check, "open"), 0)
            check.accepted_count = counts.get((check, "accepted"), 0)
            check.verdict = check._get_verdict()

    def _get_verdict(self):
        self.ensure_one()
        if self.problem:
            return "failed"
        if not self.last_run_at:
            return "unknown"
        if self.open_count:
            return "broken"
        return "accepted" if self.accepted_count else "holds"

    # === WHAT PEOPLE PRESS === #

    def action_run(self):
        """Check the whole database now, and show what is found.

        The button stands above the list: whatever is chosen there, all is checked.
        """
        self.env["psa.billing.finding"].check_access("write")
        # sudo: it looks at everything; who looks at the findings sees what rules allow
        self.sudo()._run()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_billing_finding_action"
        )

    def action_open_findings(self):
        """Open what is found by the check."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_billing_finding_action"
        )
        return {
            **action,
            "display_name": self.name,
            "domain": [("check_id", "=", self.id)],
            "context": {"search_default_present": 1},
        }

    # === CHECKING === #

    @api.model
    def _run(self, after_each=lambda: True, codes=None):
        """Ask every probe; one that fails says so on its checks and stops no other.

        :param after_each: called after each probe; false to stop
        :param set codes: ask only the probes of these checks
        :return: whether all were asked
        """
        probes = self._get_probes()
        for probe in probes:
            if codes is not None and not codes & probe.conditions.keys():
                continue
            try:
                with self.env.cr.savepoint():
                    self._ask(probe)
            except OperationalError:
                raise  # somebody else was at the same rows: the scheduler tries again
            except Exception as error:
                _logger.exception("Checks %s failed", ", ".join(probe.conditions))
                self._get_checks(probe).problem = str(error)
            if not after_each() and probe is not probes[-1]:
                return False
        return True

    def _get_checks(self, probe):
        """Return the checks that a probe serves, also those that are off."""
        return self.with_context(active_test=False).search(
            [("code", "in", list(probe.conditions))]
        )

    def _ask(self, probe):
        """Let the findings of a probe's checks say what it finds now."""
        checks = self._get_checks(probe)
        wanted = checks.filtered("active")
        self.env.flush_all()
        # Sums per entry and per invoice line are made in memory, not on disk.
        self.env.cr.execute(SQL("SET LOCAL work_mem = %s", WORK_MEMORY))
        found = probe.get_query(wanted.mapped("code"))
        self.env["psa.billing.finding"]._settle(checks, found)
        wanted.write({"last_run_at": fields.Datetime.now(), "problem": False})

    @api.model
    def _cron_run(self):
        """Check everything, each probe in a transaction of its own; tell what is new."""
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(self._get_probes()))
        if self._run(after_each=lambda: progress(1)):
            self.env["psa.billing.finding"]._tell()
