import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class PsaBillingRunWorkMixin(models.AbstractModel):
    """The work that a run invoices, beside the periods of agreements."""

    _name = "psa.billing.run.work.mixin"
    _description = "Work in a Billing Run"

    take_work = fields.Boolean(
        string="Work too",
        default=True,
        help="Also time, parts and expenses that are approved and not invoiced yet.",
    )
    work_until = fields.Date(
        string="Work before",
        compute="_compute_work_until",
        store=True,
        readonly=False,
        precompute=True,
        help="First day whose work is not taken. What is entered for an earlier day once "
        "the invoices are drafted comes late: on the next one, on lines of its own.",
    )
    approve_work = fields.Boolean(
        string="Approve it",
        default=lambda self: self.env.company.psa_billing_approves_work,
        help="Approve first what is decided and whose time is approved. Else only charges "
        "that somebody has approved are taken.",
    )
    last_customer_id = fields.Integer(
        readonly=True, copy=False, help="Where the computation of work goes on."
    )
    unready_count = fields.Integer(
        string="Work not ready",
        compute="_compute_unready_count",
        help="Charges of these days that stay behind: pending, or not approved.",
    )

    @api.depends("date")
    def _compute_work_until(self):
        for run in self:
            run.work_until = run.date and run.date.replace(day=1)

    @api.depends("take_work", "work_until", "state")
    def _compute_unready_count(self):
        charges = self.env["psa.charge"]
        for run in self:
            run.unready_count = (
                charges.search_count(run._get_unready_domain()) if run.take_work else 0
            )

    # === WHICH WORK === #

    def _get_work_scope_domain(self):
        """Return the domain of the work of the run's days and customers."""
        self.ensure_one()
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("period_id", "=", False)
            & Domain("work_date", "<", self.work_until)
        )
        if self.customer_ids:
            domain &= Domain("customer_id", "in", self.customer_ids.ids)
        if self.agreement_ids:
            domain &= Domain("agreement_id", "in", self.agreement_ids.ids)
        return domain

    def _get_work_domain(self):
        """Return the domain of the charges of work that the run invoices."""
        if not self.take_work or not self.work_until:
            return Domain.FALSE
        approved = self.env["psa.charge"]._get_billable_domain()
        if self.approve_work:
            approved |= self.env["psa.charge"]._get_ready_domain()
        return self._get_work_scope_domain() & approved

    def _get_unready_domain(self):
        """Return the domain of the work that stays behind."""
        if not self.work_until:
            return Domain.FALSE
        return self._get_work_scope_domain() & Domain("state", "=", "draft")

    def _get_work_customers(self):
        """Return the customers whose work is invoiced, in the order they are done."""
        self.ensure_one()
        groups = self.env["psa.charge"]._read_group(
            self._get_work_domain()
            & Domain("customer_id.id", ">", self.last_customer_id),
            ["customer_id"],
        )
        return self.env["res.partner"].browse(
            sorted(customer.id for (customer,) in groups if customer)
        )

    def action_open_unready(self):
        """Open the charges of work that stay behind."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_charge_action"
        )
        return {
            **action,
            "display_name": self.env._("Work not ready"),
            "domain": list(self._get_unready_domain()),
            "context": {},
        }

    # === PROPOSING === #

    def _charge_minimums(self):
        """Charge what lacks to monthly minimums, before any work is taken."""
        self.ensure_one()
        if self.last_customer_id or not self.take_work or not self.work_until:
            return
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("agreement_id.state", "!=", "draft")
            & (Domain("minimum_minutes", ">", 0) | Domain("minimum_amount", ">", 0))
        )
        if self.customer_ids:
            domain &= Domain("customer_id", "in", self.customer_ids.ids)
        if self.agreement_ids:
            domain &= Domain("agreement_id", "in", self.agreement_ids.ids)
        lines = self.env["psa.agreement.line"].search(domain)
        if self.approve_work:
            ready = self.env["psa.charge"].search(
                self._get_work_scope_domain()
                & self.env["psa.charge"]._get_ready_domain()
                & Domain("agreement_line_id", "in", lines.ids)
            )
            ready.sudo()._approve_ready(self.env.uid)
        self.env["psa.charge"]._charge_minimums(
            lines.filtered(lambda it: not it._is_draft()), self.work_until
        )

    def _propose_work(self, customers):
        """Put the work of some customers on proposed invoices, or refuse it."""
        # As the user who runs it, who sees what the record rules let him see.
        charges = self.env["psa.charge"].search(
            self._get_work_domain() & Domain("customer_id", "in", customers.ids)
        )
        if self.approve_work:
            charges |= charges.sudo()._approve_ready(self.env.uid).sudo(False)
            charges = charges.exists().filtered_domain(
                self.env["psa.charge"]._get_billable_domain()
            )
        # Another run is at the others: they are its business.
        # sudo: from here on the run writes what nobody types, about what its user may see
        self, charges = self.sudo(), charges.try_lock_for_update().sudo()
        for customer, mine in charges.grouped("customer_id").items():
            self._propose_work_safely(customer, mine)

    def _propose_work_safely(self, customer, charges):
        """Propose the work of a customer; one that cannot be billed is refused alone."""
        try:
            with self.env.cr.savepoint():
                for agreement, mine in charges.grouped("agreement_id").items():
                    self._propose_work_of(customer, agreement, mine)
        except OperationalError:
            raise
        except Exception as error:
            _logger.exception("The work for %s cannot be billed", customer.id)
            self._refuse_work(customer, customer, str(error))

    def _propose_work_of(self, customer, agreement, charges):
        if reason := self._get_work_refusal(customer, agreement):
            payer = charges[0]._get_payer()
            self._refuse_work(customer, payer, reason, agreement)
            return
        lines = self._get_lines(charges)
        for line, mine in charges.grouped(lines.get).items():
            mine.write({"run_line_id": line.id})

    def _get_work_refusal(self, customer, agreement):
        """Return why work cannot be invoiced at present, in words; else None."""
        if agreement:
            return agreement._get_billing_refusal(agreement.line_ids.browse())
        if not customer.active:
            return self.env._(
                "%(customer)s is archived. Restore the customer, or write the work off.",
                customer=customer.display_name,
            )
        return None

    def _refuse_work(self, customer, payer, reason, agreement=None):
        """List a customer whose work cannot be invoiced, and why."""
        self.env["psa.billing.run.line"].create(
            {
                "run_id": self.id,
                "customer_id": customer.id,
                "partner_id": payer.id,
                "agreement_id": agreement.id if agreement else False,
                "currency_id": self.company_id.currency_id.id,
                "state": "refused",
                "reason": reason,
            }
        )

    # === WHAT COMES LATE === #

    def _close_work(self):
        """From now on the work of these days comes late, if it is to be invoiced at all."""
        self.ensure_one()
        if not self.take_work or not self.work_until:
            return
        charges = self.env["psa.charge"]
        query = charges._search(
            self._get_work_scope_domain()
            & Domain("invoice_line_id", "=", False)
            & Domain("state", "!=", "invoiced")
            & (Domain("state", "=", "draft") | Domain("destination", "=", "billed"))
            & Domain("is_late", "=", False)
        )
        charges.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE psa_charge SET is_late = TRUE WHERE id IN %s", query.subselect()
            )
        )
        charges.invalidate_model(["is_late"])

    @api.model
    def _get_closed_days(self, companies, customers):
        """Return the first day of work that no run has invoiced yet.

        :return: {(company id, customer id): day}
        """
        runs = self.search(
            Domain("company_id", "in", companies.ids)
            & Domain("take_work", "=", True)
            & Domain("work_until", "!=", False)
            & Domain("state", "in", ("drafted", "posting", "posted"))
            & Domain("agreement_ids", "=", False)
            & (
                Domain("customer_ids", "=", False)
                | Domain("customer_ids", "in", customers.ids)
            ),
            order="work_until desc",
        )
        closed = {}
        for run in runs:
            for customer in run.customer_ids & customers or customers:
                closed.setdefault((run.company_id.id, customer.id), run.work_until)
        return closed
