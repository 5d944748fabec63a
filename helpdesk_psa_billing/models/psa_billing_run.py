import logging
from collections import defaultdict

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

# While the scheduler has something to do for a run.
WORKING_STATES = ("proposing", "drafting", "posting")

# What the buttons of a run decide, and nobody types: the scheduler acts as `user_id`.
DECIDED_FIELDS = {
    "state",
    "user_id",
    "goal",
    "name",
    "last_agreement_id",
    "last_customer_id",
    "total_count",
    "done_count",
    "unseen_count",
}

# Where a run goes back to if it cannot go on.
STATE_BEFORE = {"proposing": "new", "drafting": "proposed", "posting": "drafted"}

# Agreements whose periods are computed together, and invoices drafted together; each such
# chunk is committed.
CHUNK = 100


class PsaBillingRun(models.Model):
    """One go at billing: what is due up to a day, proposed, then drafted as invoices.

    It may crash, be repeated or run beside another one: what is charged is the difference
    between what periods are worth and what was charged, in rows that are locked.
    """

    _name = "psa.billing.run"
    _description = "Billing Run"
    _inherit = [
        "psa.billing.run.review.mixin",
        "psa.billing.run.work.mixin",
        "psa.billing.run.findings.mixin",
        "mail.thread",
    ]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env._("New"),
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    date = fields.Date(
        string="Due up to",
        required=True,
        default=fields.Date.context_today,
        help="Periods that are due on this day or before are charged, also those of the "
        "past that were missed.",
    )
    invoice_date = fields.Date(
        help="Of the invoices. Empty: the day on which they are posted."
    )
    customer_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        domain="[('psa_is_customer', '=', True)]",
        help="Empty: all.",
    )
    agreement_ids = fields.Many2many(
        "psa.agreement", string="Agreements", check_company=True, help="Empty: all."
    )
    take_corrections = fields.Boolean(
        string="Corrections too",
        default=True,
        help="Also what changed of periods that were charged before, if nothing else of "
        "the agreement is due. Else that waits for its next invoice, unless the agreement "
        "wants corrections at once or is over.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started by",
        default=lambda self: self.env.user,
        readonly=True,
    )
    goal = fields.Selection(
        [
            ("propose", "Propose"),
            ("draft", "Draft"),
            ("post", "Post"),
            ("send", "Send"),
        ],
        default="propose",
        required=True,
        readonly=True,
        help="How far it goes by itself.",
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("proposing", "Computing"),
            ("proposed", "To review"),
            ("drafting", "Drafting invoices"),
            ("drafted", "Drafted"),
            ("posting", "Posting"),
            ("posted", "Posted"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="new",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    last_agreement_id = fields.Integer(
        readonly=True, copy=False, help="Where the computation goes on."
    )
    total_count = fields.Integer(readonly=True, copy=False)
    done_count = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress", help="In percent.")

    line_ids = fields.One2many("psa.billing.run.line", "run_id", string="Proposals")
    proposed_line_ids = fields.One2many(
        "psa.billing.run.line",
        "run_id",
        string="To review",
        domain=[("state", "in", ("proposed", "excluded"))],
    )
    refused_line_ids = fields.One2many(
        "psa.billing.run.line",
        "run_id",
        string="Refused ones",
        domain=[("state", "=", "refused")],
    )
    drafted_line_ids = fields.One2many(
        "psa.billing.run.line",
        "run_id",
        string="Drafted ones",
        domain=[("state", "=", "drafted")],
    )
    move_ids = fields.One2many("account.move", "psa_run_id", string="Invoices")
    unseen_count = fields.Integer(
        string="Not seen",
        readonly=True,
        copy=False,
        help="Agreements that are due too, of customers that whoever runs it does not see.",
    )
    refused_count = fields.Integer(compute="_compute_counts", string="Refused")
    proposed_count = fields.Integer(compute="_compute_counts", string="Proposed")
    drafted_count = fields.Integer(compute="_compute_counts", string="Drafted")
    invoice_count = fields.Integer(
        compute="_compute_counts", string="Number of invoices"
    )

    # === COMPUTES === #

    @api.depends("total_count", "done_count")
    def _compute_progress(self):
        for run in self:
            run.progress = (
                100 * run.done_count / run.total_count if run.total_count else 0
            )

    @api.depends("line_ids.state")
    def _compute_counts(self):
        counts = {
            (run, state): count
            for run, state, count in self.env["psa.billing.run.line"]._read_group(
                [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
            )
        }
        moves = dict(
            self.env["account.move"]._read_group(
                [("psa_run_id", "in", self.ids)], ["psa_run_id"], ["__count"]
            )
        )
        for run in self:
            run.refused_count = counts.get((run, "refused"), 0)
            run.proposed_count = counts.get((run, "proposed"), 0)
            run.drafted_count = counts.get((run, "drafted"), 0)
            run.invoice_count = moves.get(run, 0)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {name: vals[name] for name in vals.keys() - DECIDED_FIELDS}
                for vals in vals_list
            ]
        for vals in vals_list:
            # sudo: nobody needs rights on sequences
            sequence = self.env["ir.sequence"].sudo()
            vals["name"] = sequence.next_by_code("psa.billing.run")
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and vals.keys() & DECIDED_FIELDS:
            raise UserError(
                self.env._("How far a run is follows from its buttons: press these.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_drafted(self):
        if any(run.move_ids or run.state == "drafting" for run in self):
            raise UserError(
                self.env._("A run that drafted invoices is kept as their history.")
            )
        self._discard_proposals()

    # === WHAT PEOPLE PRESS === #

    def action_propose(self):
        """Compute what is due, in the background if there is much."""
        self.check_access("write")
        for run in self.filtered(lambda it: it.state in ("new", "proposed")):
            run._discard_proposals()
            run.sudo().write(
                {
                    "state": "proposing",
                    "last_agreement_id": 0,
                    "last_customer_id": 0,
                    "done_count": 0,
                    "total_count": run._count_due(),
                }
            )
        self._go_on()
        return True

    def action_draft(self):
        """Draft the invoices of what is proposed, in the background if there is much."""
        self.check_access("write")
        for run in self.filtered(lambda it: it.state == "proposed"):
            lines = run.line_ids.filtered(lambda it: it.state == "proposed")
            if not lines:
                raise UserError(
                    self.env._("Nothing is proposed: there is nothing to draft.")
                )
            run._refresh_blocking()
            run.sudo().write(
                {"state": "drafting", "done_count": 0, "total_count": len(lines)}
            )
        self._go_on()
        return True

    def action_post(self):
        """Post the drafted invoices, in the background if there are many."""
        self.check_access("write")
        for run in self.filtered(lambda it: it.state in ("drafted", "posted")):
            drafted = run.line_ids.filtered(lambda it: it.state == "drafted")
            drafted.sudo().reason = False
            run.sudo().write(
                {
                    "state": "posting",
                    "done_count": 0,
                    "total_count": len(run._get_lines_to_post()),
                }
            )
        self._go_on()
        return True

    def action_send(self):
        """Open Odoo's window that sends the posted invoices."""
        self.ensure_one()
        moves = self.move_ids.filtered(lambda it: it.state == "posted")
        if not moves:
            raise UserError(self.env._("Post the invoices first; drafts are not sent."))
        return moves.action_send_and_print()

    def action_cancel(self):
        """Give the proposals up; what was drafted stays."""
        self.check_access("write")
        self._discard_proposals()
        self.sudo().state = "cancelled"
        return True

    def action_open_invoices(self):
        """Open the invoices of the run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return {
            **action,
            "display_name": self.env._("Invoices"),
            "domain": [("psa_run_id", "=", self.id)],
            "context": {"create": False, "default_move_type": "out_invoice"},
        }

    def _discard_proposals(self):
        """Delete what is proposed and refused, so that it can be computed anew."""
        # sudo: proposals are written and deleted by the run only
        lines = self.sudo().line_ids.filtered(lambda it: it.state != "drafted")
        lines.charge_ids._withdraw()
        lines.unlink()

    # === STEP BY STEP === #

    def _go_on(self):
        """Do a first step now, and leave the rest to the scheduler."""
        for run in self:
            run._step()
        if any(run.state in WORKING_STATES for run in self):
            self.env.ref("helpdesk_psa_billing.psa_billing_run_cron")._trigger()

    def _step(self):
        """Do one chunk of what the run is at."""
        self.ensure_one()
        run = self.with_company(self.company_id)
        if run.state == "proposing":
            run._propose_chunk()
        elif run.state == "drafting":
            run._draft_chunk()
        elif run.state == "posting":
            run._post_chunk()

    @api.model
    def _cron_go_on(self):
        """Go on with the runs that are under way, chunk by chunk, each committed."""
        progress = self.env["ir.cron"]._commit_progress
        runs = self.search(Domain("state", "in", WORKING_STATES), order="id")
        progress(remaining=len(runs))
        for run in runs:
            while run.try_lock_for_update() and run.state in WORKING_STATES:
                run._step_safely()
                if not progress(0):
                    return
            progress(1)

    def _step_safely(self):
        """Do one chunk; a run that breaks stops there and does not stop the others."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self.with_user(self.user_id)._step()
        except OperationalError:
            raise  # somebody else was at the same rows: the scheduler tries again
        except Exception as error:
            _logger.exception("The billing run %s stopped", self.id)
            self.state = STATE_BEFORE[self.state]
            self.message_post(
                body=self.env._("The run stopped: %(error)s", error=str(error))
            )

    @api.model
    def _cron_start(self):
        """Start the run of the day in each company that wants one.

        One company that cannot be billed does not stop the others.
        """
        for company in self.env["res.company"].search(
            [("psa_billing_automation", "!=", "none")]
        ):
            try:
                with self.env.cr.savepoint():
                    self.with_company(company)._start(company)
            except OperationalError:
                raise  # somebody else was at the same rows: the scheduler tries again
            except Exception:
                _logger.exception("The billing of %s did not start", company.name)

    @api.model
    def _start(self, company):
        """Start the run of the day of a company; nothing stays of it if nothing is due."""
        run = self.create(
            {
                "company_id": company.id,
                "goal": company.psa_billing_automation,
                "take_corrections": False,
            }
        )
        run.action_propose()
        if run.state == "proposed" and not run.line_ids:
            run.unlink()

    # === WHAT IS DUE === #

    def _get_due_domain(self):
        """Return the domain of the periods that the run is about."""
        self.ensure_one()
        domain = (
            Domain("is_open", "=", True)
            & Domain("due_date", "<=", self.date)
            & Domain("company_id", "=", self.company_id.id)
        )
        if self.customer_ids:
            domain &= Domain("customer_id", "in", self.customer_ids.ids)
        if self.agreement_ids:
            domain &= Domain("agreement_id", "in", self.agreement_ids.ids)
        if not self.take_corrections:
            domain &= self._get_timely_domain(domain)
        return domain

    def _get_timely_domain(self, domain):
        """Return the domain of the periods that do not wait for the next invoice.

        :param domain: of the periods that are due
        """
        is_new = Domain("charge_ids", "=", False)
        return (
            is_new
            | Domain("agreement_id.correction_billing", "=", "now")
            | Domain("agreement_id.state", "in", ("ended", "terminated"))
            | Domain("agreement_id.period_ids", "any", domain & is_new)
        )

    def _get_due_agreements(self):
        """Return the agreements of which something is due, in the order they are done."""
        self.ensure_one()
        groups = self.env["psa.period"]._read_group(
            self._get_due_domain()
            & Domain("agreement_id.id", ">", self.last_agreement_id),
            ["agreement_id"],
            order="agreement_id",
        )
        return self.env["psa.agreement"].browse(
            sorted(agreement.id for (agreement,) in groups)
        )

    def _count_due(self):
        """Return how many agreements, and customers with work, there are to do."""
        return len(self._get_due_agreements()) + len(self._get_work_customers())

    def _propose_chunk(self):
        """Propose what is due of the next agreements, then the work of customers."""
        agreements = self._get_due_agreements()[:CHUNK]
        if agreements:
            self._propose(agreements)
            self.sudo().write(
                {
                    "last_agreement_id": agreements[-1].id,
                    "done_count": self.done_count + len(agreements),
                }
            )
        if len(agreements) == CHUNK:
            return
        self._charge_minimums()
        customers = self._get_work_customers()[:CHUNK]
        if customers:
            self._propose_work(customers)
            self.sudo().write(
                {
                    "last_customer_id": customers[-1].id,
                    "done_count": self.done_count + len(customers),
                }
            )
        if len(customers) < CHUNK:
            self._finish_proposing()

    def _finish_proposing(self):
        self._refresh_findings()
        self.sudo().write({"state": "proposed", "unseen_count": self._count_unseen()})
        if self.goal != "propose" and self.proposed_count:
            self.action_draft()

    def _count_unseen(self):
        """Return how many agreements are due that whoever runs it does not see."""
        domain = self._get_due_domain()
        # sudo: only their number is told, so that nothing is forgotten
        due, seen = (
            periods._read_group(domain, aggregates=["agreement_id:count_distinct"])
            for periods in (self.env["psa.period"].sudo(), self.env["psa.period"])
        )
        return due[0][0] - seen[0][0]

    def _propose(self, agreements):
        """Propose charges for what is due of some agreements, or refuse it with a reason."""
        periods = self.env["psa.period"].search(
            self._get_due_domain() & Domain("agreement_id", "in", agreements.ids)
        )
        # Another run is at the others: they are its business.
        # sudo: from here on the run writes what nobody types, about what its user may see
        self, periods = self.sudo(), periods.try_lock_for_update().sudo()
        periods.run_id = self
        by_agreement = defaultdict(periods.browse)
        for period in periods:
            by_agreement[period.agreement_id] |= period
        good = periods.browse()
        for agreement, mine in by_agreement.items():
            new = mine.filtered(lambda it: not it.charge_ids)
            if reason := agreement._get_billing_refusal(new.agreement_line_id):
                self._refuse(agreement, reason)
            else:
                good |= mine
        self._charge(good - self._refuse_unread(good))

    def _refuse_unread(self, periods):
        """List the periods that wait for meter readings; the rest goes on without them.

        :return: those periods
        """
        missing = periods._get_missing_readings()
        for period, readings in missing.items():
            self._refuse(period.agreement_id, period._explain_missing(readings))
        return periods.browse([period.id for period in missing])

    def _charge(self, periods):
        """Propose charges for periods; whoever cannot be computed is refused alone."""
        try:
            with self.env.cr.savepoint():
                self._propose_charges(periods)
        except OperationalError:
            raise
        except Exception as error:
            agreements = periods.agreement_id
            if len(agreements) == 1:
                _logger.exception("The agreement %s cannot be charged", agreements.id)
                self._refuse(agreements, str(error))
                return
            first = agreements[: len(agreements) // 2]
            part = periods.filtered(lambda it: it.agreement_id in first)
            self._charge(part)
            self._charge(periods - part)

    def _propose_charges(self, periods):
        """Write the charges of periods, and close those of which nothing is due."""
        lines = self._get_lines(periods)
        charges = periods._charge(lines)
        (periods - charges.period_id).filtered(
            lambda it: not it._has_proposals()
        ).is_open = False
        empty = self.line_ids.filtered(
            lambda it: it.state == "proposed" and not it.charge_ids
        )
        empty.unlink()

    def _get_lines(self, dues):
        """Return the run's line for the invoice of each period or charge: {due: line}."""
        existing = {
            line.group_key: line for line in self.line_ids if line.state == "proposed"
        }
        keys = {due: due._get_invoice_key() for due in dues}
        vals_list = {
            key: self._prepare_line_values(due, key)
            for due, key in keys.items()
            if key not in existing
        }
        lines = self.env["psa.billing.run.line"].create(list(vals_list.values()))
        existing.update(zip(vals_list, lines, strict=True))
        return {due: existing[key] for due, key in keys.items()}

    def _prepare_line_values(self, due, key):
        """Return the values of the proposal for an invoice of a period or of work."""
        return {
            "run_id": self.id,
            "group_key": key,
            "customer_id": due.customer_id.id,
            "partner_id": due._get_payer().id,
            "currency_id": due.currency_id.id,
        }

    def _refuse(self, agreement, reason):
        """List an agreement that cannot be charged, and why."""
        self.env["psa.billing.run.line"].create(
            {
                "run_id": self.id,
                "customer_id": agreement.customer_id.id,
                "partner_id": agreement._get_payer().id,
                "agreement_id": agreement.id,
                "currency_id": agreement.currency_id.id,
                "state": "refused",
                "reason": reason,
            }
        )

    # === INVOICES === #

    def _draft_chunk(self):
        """Draft the invoices of the next proposals."""
        # sudo: the run writes what nobody types, about the lines that its user may see
        lines = self.line_ids.filtered(lambda it: it.state == "proposed")[:CHUNK].sudo()
        lines._refuse_blocked()._draft()
        self.sudo().done_count += len(lines)
        if not self.line_ids.filtered(lambda it: it.state == "proposed"):
            self._finish_drafting()

    def _finish_drafting(self):
        self.sudo().state = "drafted"
        self.sudo()._close_work()
        if self.goal in ("post", "send") and self.drafted_count:
            self.action_post()

    def _post_chunk(self):
        """Post the next invoices; one that cannot be posted stays a draft, with a reason."""
        # sudo: to note why an invoice cannot be posted; it is posted with the user's rights
        lines = self._get_lines_to_post()[:CHUNK].sudo()
        lines._post()
        self.sudo().done_count += len(lines)
        if not self._get_lines_to_post():
            self._finish_posting()

    def _get_lines_to_post(self):
        return self.line_ids.filtered(
            lambda it: (
                it.state == "drafted" and it.move_id.state == "draft" and not it.reason
            )
        )

    def _finish_posting(self):
        self.sudo().state = "posted"
        if self.goal == "send":
            self._send()

    def _send(self):
        """Have Odoo send the posted invoices, in the background."""
        moves = self.move_ids.filtered(
            lambda it: it.state == "posted" and not it.is_move_sent
        )
        moves.sending_data = {
            "author_user_id": self.user_id.id,
            "author_partner_id": self.user_id.partner_id.id,
        }
        self.env.ref("account.ir_cron_account_move_send")._trigger()
