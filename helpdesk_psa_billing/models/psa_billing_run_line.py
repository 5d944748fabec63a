from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Command


class PsaBillingRunLine(models.Model):
    """One invoice of a run: proposed, drafted, or refused with a reason."""

    _name = "psa.billing.run.line"
    _description = "Line of a Billing Run"
    _inherit = [
        "psa.ledger.mixin",
        "psa.billing.run.line.review.mixin",
        "psa.billing.run.line.proof.mixin",
        "psa.billing.run.line.findings.mixin",
    ]
    _order = "run_id, state desc, id"

    run_id = fields.Many2one(
        "psa.billing.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    group_key = fields.Char(
        readonly=True, help="What the charges on the invoice have in common."
    )
    customer_id = fields.Many2one("res.partner", required=True, readonly=True)
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id", store=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Invoiced to", required=True, readonly=True
    )
    agreement_id = fields.Many2one(
        "psa.agreement", readonly=True, help="The agreement that is refused."
    )
    agreement_ids = fields.Many2many(
        "psa.agreement", compute="_compute_agreement_ids", string="Agreements"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    charge_ids = fields.One2many("psa.charge", "run_line_id", string="Charges")
    amount = fields.Monetary(compute="_compute_amount", store=True, help="Before tax.")
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("excluded", "Left out"),
            ("refused", "Refused"),
            ("drafted", "Drafted"),
        ],
        required=True,
        default="proposed",
        readonly=True,
        index=True,
    )
    reason = fields.Text(readonly=True, help="Why it was refused or left out.")
    move_id = fields.Many2one(
        "account.move", string="Invoice", readonly=True, ondelete="set null"
    )
    move_state = fields.Selection(related="move_id.state", string="Invoice status")

    # === COMPUTES === #

    @api.depends("charge_ids.amount")
    def _compute_amount(self):
        for line in self:
            line.amount = sum(line.charge_ids.mapped("amount"))

    @api.depends("charge_ids", "agreement_id")
    def _compute_agreement_ids(self):
        for line in self:
            line.agreement_ids = line.charge_ids.agreement_id | line.agreement_id

    # === WHAT PEOPLE PRESS === #

    def action_exclude(self):
        """Leave an invoice out of the run; the next run proposes it again."""
        self.check_access("write")
        # sudo: who may press the button may not type these
        lines = self.sudo().filtered(lambda it: it.state == "proposed")
        lines.charge_ids._withdraw()
        lines.write({"state": "excluded"})
        return True

    # === INVOICES === #

    def _draft(self):
        """Draft the invoices of the lines; those that fail are refused with the reason."""
        drafts = [(line, line._prepare_move_values()) for line in self]
        results = self.env["psa.invoice.writer"]._write_invoices_safely(
            [values for _line, values in drafts]
        )
        for (line, _values), (move, error) in zip(drafts, results, strict=True):
            if move:
                line._link(move)
            else:
                line.charge_ids._withdraw()
                line.write({"state": "refused", "reason": error})
        self._tell_unbilled()

    def _link(self, move):
        """Tie the charges to the invoice that was drafted of them."""
        self.ensure_one()
        lines = move.invoice_line_ids.filtered(lambda it: it.display_type == "product")
        groups = [
            charges
            for _title, groups in self.charge_ids._get_invoice_groups()
            for charges in groups
        ]
        for charges, line in zip(groups, lines, strict=True):
            charges.write({"invoice_line_id": line.id, "state": "approved"})
        self.write({"state": "drafted", "move_id": move.id})
        self.charge_ids.period_id.is_open = False

    def _post(self):
        """Post the drafted invoices; those that fail stay drafts and say why."""
        try:
            with self.env.cr.savepoint():
                self.move_id.sudo(False)._post()
        except OperationalError:
            raise
        except Exception as error:
            if len(self) == 1:
                self.reason = str(error)
                return
            half = len(self) // 2
            self[:half]._post()
            self[half:]._post()

    def _prepare_move_values(self):
        """Return the values of the draft invoice; of a credit note if it is negative."""
        self.ensure_one()
        agreement = self.agreement_ids[:1]
        sign = -1 if self.amount < 0 else 1
        lang = self.partner_id.lang or self.env.lang
        commands = []
        for title, groups in self.charge_ids.with_context(
            lang=lang
        )._get_invoice_groups():
            if title:
                commands.append(
                    Command.create({"display_type": "line_section", "name": title})
                )
            commands += [
                Command.create(charges._prepare_move_line_values(sign))
                for charges in groups
            ]
        values = {
            "move_type": "out_refund" if sign < 0 else "out_invoice",
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.run_id.invoice_date,
            "ref": ", ".join(
                sorted(set(filter(None, self.agreement_ids.mapped("purchase_order"))))
            ),
            "invoice_origin": ", ".join(self.agreement_ids.mapped("name")),
            "narration": self._get_memo(),
            "psa_run_id": self.run_id.id,
            "psa_is_charged": True,
            "invoice_line_ids": commands,
        }
        for name, field in (
            ("invoice_payment_term_id", "payment_term_id"),
            ("fiscal_position_id", "fiscal_position_id"),
            ("journal_id", "journal_id"),
        ):
            if agreement[field]:
                values[name] = agreement[field].id
        return values

    def _get_memo(self):
        """Return what stands at the end of the invoice: the company's memo, then the
        agreements'."""
        company = self.company_id.with_context(lang=self.partner_id.lang)
        memos = [company.psa_billing_memo, *self.agreement_ids.mapped("invoice_memo")]
        memos = list(dict.fromkeys(filter(None, memos)))
        return memos[0] + "".join(memos[1:]) if memos else False
