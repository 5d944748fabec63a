import logging
from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

_logger = logging.getLogger(__name__)

# Nobody is told of what never happened.
SILENT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}

# What whoever tests chooses.
CHOICES = ("company_id", "service_type_id", "product_id", "recurring_product_id")


class PsaInvoiceChain(models.TransientModel):
    """Tries whether work, products and what recurs become invoices, before a month depends
    on it.

    It makes a customer, three invoices and all they need, tells how far each came, and takes
    everything back: nothing of it is ever committed.
    """

    _name = "psa.invoice.chain"
    _description = "Test of the Invoice Chain"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    service_type_id = fields.Many2one(
        "psa.service.type",
        string="Labour",
        required=True,
        default=lambda self: self._get_usual_service(),
        domain="[('company_id', 'in', (False, company_id))]",
        help="An hour of it is billed.",
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        default=lambda self: self._get_usual_product(False),
        domain="[('sale_ok', '=', True), ('company_id', 'in', (False, company_id))]",
        help="One of it is used on a ticket, and billed.",
    )
    recurring_product_id = fields.Many2one(
        "product.product",
        string="Recurring",
        required=True,
        default=lambda self: self._get_usual_product(True),
        domain="[('psa_recurring', '=', True), ('company_id', 'in', (False, company_id))]",
        help="A month of it is billed, under an agreement.",
    )
    step_ids = fields.One2many(
        "psa.invoice.chain.step", "chain_id", string="Steps", readonly=True
    )
    is_done = fields.Boolean(readonly=True)
    failed_count = fields.Integer(compute="_compute_failed_count")

    @api.depends("step_ids.state")
    def _compute_failed_count(self):
        for chain in self:
            failed = chain.step_ids.filtered(lambda it: it.state == "failed")
            chain.failed_count = len(failed)

    @api.model
    def _get_usual_service(self):
        """Return the first billable service type with a price."""
        services = self.env["psa.service.type"].search([], limit=50)
        priced = services.filtered(lambda it: it.product_id.lst_price)
        return (priced or services)[:1]

    @api.model
    def _get_usual_product(self, is_recurring):
        """Return a product with a price: one that recurs, or one that does not."""
        domain = [("sale_ok", "=", True), ("psa_recurring", "=", is_recurring)]
        if not is_recurring:
            domain.append(("type", "=", "consu"))
        products = self.env["product.product"].search(domain, limit=50)
        priced = products.filtered("lst_price")
        return (priced or products)[:1]

    # === THE TEST === #

    def action_test(self):
        """Try the chain, and list what came out."""
        self.ensure_one()
        self.env["psa.billing.run"].check_access("create")
        results = self._try()
        self.write(
            {
                "is_done": True,
                "step_ids": [
                    Command.clear(),
                    *(
                        Command.create({"sequence": number, **result})
                        for number, result in enumerate(results)
                    ),
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test of the invoice chain"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _try(self):
        """Return the results of all steps; whatever they made is gone afterwards.

        In a transaction of its own that is never committed: what Odoo does after a commit,
        as sending mails and ranking customers, does not happen either.
        """
        self.env.flush_all()
        values = {name: self[name].id for name in CHOICES}
        with closing(self.env.registry.cursor()) as cr:
            # sudo: the test makes tickets, time and agreements, which are never committed
            env = self.env(
                cr=cr,
                su=True,
                context={
                    **self.env.context,
                    **SILENT,
                    "allowed_company_ids": self.company_id.ids,
                },
            )
            chain = env[self._name].new(values)
            results = chain._check_settings()
            customer = chain._create_customer()
            for title, draft in chain._get_invoices():
                results += chain._try_invoice(title, draft, customer)
        return results

    def _get_invoices(self):
        """Return what is tried: pairs of a title, and a method that drafts an invoice.

        Override to try more; each gets the test customer and returns `account.move`.
        """
        return [
            (self.env._("Labour"), self._draft_labour),
            (self.env._("Product"), self._draft_product),
            (self.env._("Recurring"), self._draft_recurring),
        ]

    def _try_invoice(self, title, draft, customer):
        """Draft, check and post one invoice; return the steps until one fails."""
        steps = (
            (self.env._("draft"), lambda move: draft(customer)),
            (self.env._("amounts and taxes"), self._check_amounts),
            (self.env._("post"), self._post),
            (self.env._("statement of work"), self._check_statement),
        )
        results, move = [], None
        for name, act in steps:
            what = self.env._("%(invoice)s: %(step)s", invoice=title, step=name)
            try:
                with self.env.cr.savepoint():
                    move, result = self._act(act, move)
            except Exception as error:
                if not isinstance(error, UserError):
                    _logger.warning("Test of the invoice chain", exc_info=True)
                return [
                    *results,
                    self._tell(
                        what,
                        "failed",
                        str(error) or type(error).__name__,
                        self.env._("Mend what the message names, then test again."),
                    ),
                ]
            results.append(self._tell(what, **result))
            if result["state"] == "failed":
                break
        return results

    def _act(self, act, move):
        """Return the invoice after a step, and what the step found."""
        found = act(move)
        if isinstance(found, dict):
            return move, found
        if not found:
            raise UserError(self.env._("No invoice came out."))
        return found, {"state": "ok", "detail": self._describe(found)}

    def _tell(self, name, state, detail="", remedy=""):
        return {"name": name, "state": state, "detail": detail, "remedy": remedy}

    def _describe(self, move):
        return self.env._(
            "%(amount)s before tax, %(tax)s tax",
            amount=move.currency_id.format(move.amount_untaxed),
            tax=move.currency_id.format(move.amount_tax),
        )

    # === SETTINGS === #

    def _check_settings(self):
        """Return what the settings say before anything is tried."""
        return [
            self._check_journal(),
            self._check_plan(),
            *(
                self._check_product(name, product)
                for name, product in (
                    (self.env._("Labour"), self.service_type_id.product_id),
                    (self.env._("Product"), self.product_id),
                    (self.env._("Recurring"), self.recurring_product_id),
                )
            ),
            self._check_mail(),
            self._check_pdf(),
        ]

    def _check_journal(self):
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("type", "=", "sale"),
            ],
            limit=1,
        )
        name = self.env._("Sales journal")
        if journal:
            return self._tell(name, "ok", journal.display_name)
        return self._tell(
            name,
            "failed",
            self.env._("%(company)s has none.", company=self.company_id.name),
            self.env._(
                "Load a chart of accounts: Invoicing › Configuration › Settings › Fiscal "
                "localization."
            ),
        )

    def _check_plan(self):
        name = self.env._("Billing of work")
        if not self.company_id.psa_work_billing_start:
            return self._tell(
                name,
                "failed",
                self.env._("Work is not billed at all."),
                self.env._("Enter “Work is billed from” in the settings of billing."),
            )
        plan = self.company_id.psa_billing_plan_id
        if not plan:
            return self._tell(
                name,
                "warning",
                self.env._("There is no usual billing plan."),
                self.env._(
                    "Choose one in the settings of billing: work of customers without a "
                    "plan of their own waits for a decision otherwise."
                ),
            )
        return self._tell(name, "ok", plan.name)

    def _check_product(self, title, product):
        name = self.env._("%(kind)s: price and tax", kind=title)
        if not product:
            return self._tell(
                name,
                "failed",
                self.env._("There is none."),
                self.env._("Give the service type a product with a price."),
            )
        if not product.lst_price:
            return self._tell(
                name,
                "warning",
                self.env._("“%(product)s” has no price.", product=product.name),
                self.env._(
                    "Enter a sales price, or make sure that pricelists or rules say one."
                ),
            )
        if not product.taxes_id.filtered(lambda it: it.company_id == self.company_id):
            return self._tell(
                name,
                "warning",
                self.env._("“%(product)s” has no sales tax.", product=product.name),
                self.env._("Choose its taxes, unless it is free of tax."),
            )
        return self._tell(name, "ok", product.display_name)

    def _check_mail(self):
        name = self.env._("Outgoing mail")
        if self.env["ir.mail_server"].search_count([], limit=1):
            return self._tell(name, "ok")
        return self._tell(
            name,
            "warning",
            self.env._("There is no server for outgoing mail."),
            self.env._(
                "Enter one in Settings › Technical › Outgoing mail servers, unless the "
                "server's configuration names it."
            ),
        )

    def _check_pdf(self):
        name = self.env._("PDF")
        state = self.env["ir.actions.report"].get_wkhtmltopdf_state()
        if state == "ok":
            return self._tell(name, "ok")
        return self._tell(
            name,
            "warning",
            self.env._("The program that makes PDFs is missing or too old."),
            self.env._("Install wkhtmltopdf 0.12.6 on the server, then restart it."),
        )

    # === WHAT IS TRIED === #

    def _create_customer(self):
        """Return a customer without an address to write to: nobody gets any mail."""
        return self.env["res.partner"].create(
            {
                "name": self.env._("Test of the invoice chain"),
                "is_company": True,
                "psa_is_customer": True,
                "company_id": self.company_id.id,
                "country_id": self.company_id.country_id.id,
                "lang": self.env.lang,
            }
        )

    def _create_ticket(self, customer):
        return self.env["psa.ticket"].create(
            {
                "name": self.env._("Test of the invoice chain"),
                "partner_id": customer.id,
                "company_id": self.company_id.id,
            }
        )

    def _draft_labour(self, customer):
        """Bill an hour of work on a ticket."""
        ticket = self._create_ticket(customer)
        employee = self.env["hr.employee"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )
        if not employee:
            raise UserError(
                self.env._(
                    "Nobody can log time: %(company)s has no employee.",
                    company=self.company_id.name,
                )
            )
        entry = self.env["account.analytic.line"].create(
            {
                "name": self.env._("Test of the invoice chain"),
                "psa_ticket_id": ticket.id,
                "psa_service_type_id": self.service_type_id.id,
                "employee_id": employee.id,
                "psa_minutes": 60,
                "psa_billable": True,
                "date": self._get_day(),
            }
        )
        entry.psa_approved_at = fields.Datetime.now()
        return self._bill_work(customer, entry)

    def _draft_product(self, customer):
        """Bill a part that was used on a ticket."""
        item = self.env["psa.item"].create(
            {
                "ticket_id": self._create_ticket(customer).id,
                "product_id": self.product_id.id,
                "date": self._get_day(),
            }
        )
        return self._bill_work(customer, item)

    def _draft_recurring(self, customer):
        """Bill the first period of an agreement."""
        agreement = self.env["psa.agreement"].create(
            {
                "customer_id": customer.id,
                "company_id": self.company_id.id,
                "date_start": self._get_day(),
                "line_ids": [
                    Command.create(
                        {
                            "name": self.recurring_product_id.name,
                            "product_id": self.recurring_product_id.id,
                        }
                    )
                ],
            }
        )
        agreement.action_activate()
        return self._run(customer, take_work=False, agreement_ids=agreement.ids)

    def _get_day(self):
        return fields.Date.context_today(self)

    def _bill_work(self, customer, source):
        """Approve the charges of work, and draft their invoice."""
        charges = self.env["psa.charge"]._get_charges_of_work(source)
        if not charges:
            raise UserError(
                self.env._(
                    "The work has no charge. Work is billed from %(day)s.",
                    day=self.company_id.psa_work_billing_start,
                )
            )
        charges.action_approve()
        billed = charges.filtered(lambda it: it.destination == "billed" and it.amount)
        if not billed:
            raise UserError(
                self.env._(
                    "Nothing of it is billed: %(explanation)s",
                    explanation=charges[0].explanation,
                )
            )
        return self._run(customer, take_work=True)

    def _run(self, customer, **values):
        """Return the invoice that a run drafts for the test customer."""
        run = self.env["psa.billing.run"].create(
            {
                "company_id": self.company_id.id,
                "date": self._get_day(),
                "work_until": fields.Date.add(self._get_day(), days=1),
                "customer_ids": customer.ids,
                **values,
            }
        )
        run.action_propose()
        if refused := run.line_ids.filtered(lambda it: it.state == "refused"):
            raise UserError(refused[0].reason)
        if run.proposed_count:
            run.action_draft()
        if refused := run.line_ids.filtered(lambda it: it.state == "refused"):
            raise UserError(refused[0].reason)
        return run.move_ids

    def _check_amounts(self, move):
        """Return whether the invoice is what its charges say, and has tax."""
        check = move._psa_get_proof().check
        if not check.is_even:
            return {
                "state": "failed",
                "detail": self.env._(
                    "The invoice says %(invoiced)s, its charges %(charged)s.",
                    invoiced=move.currency_id.format(check.invoiced),
                    charged=move.currency_id.format(check.charged),
                ),
                "remedy": self.env._(
                    "See whether the product's taxes are included in its price, and "
                    "whether something else changes the prices of invoices."
                ),
            }
        if not move.amount_tax:
            return {
                "state": "warning",
                "detail": self.env._("There is no tax on it."),
                "remedy": self.env._(
                    "Choose the taxes of the product, unless it is free of tax."
                ),
            }
        return {"state": "ok", "detail": self._describe(move)}

    def _post(self, move):
        move.action_post()
        return {"state": "ok", "detail": move.name}

    def _check_statement(self, move):
        """Return whether the statement of work can be made."""
        self.env["ir.actions.report"]._render_qweb_html(
            "helpdesk_psa_billing.psa_statement_report", move.ids
        )
        move._psa_render_xlsx()
        return {"state": "ok", "detail": self.env._("On paper and in Excel")}
