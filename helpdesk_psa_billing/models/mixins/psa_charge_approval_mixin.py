from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .psa_charge_correction_mixin import SPLIT

# Who may give work away that was done.
WRITE_OFF_GROUPS = (
    "helpdesk_psa.group_psa_lead",
    "helpdesk_psa_billing.group_psa_billing_manager",
)


class PsaChargeApprovalMixin(models.AbstractModel):
    """From a proposal to a fact, and back while nothing is invoiced."""

    _name = "psa.charge.approval.mixin"
    _description = "Approval of Charges"

    approved_by_id = fields.Many2one("res.users", string="Approved by", readonly=True)
    is_ready = fields.Boolean(
        compute="_compute_is_ready",
        search="_search_is_ready",
        help="It is decided and its time is approved: it may be approved.",
    )

    @api.depends("state", "destination", "analytic_line_id.psa_approved_at")
    def _compute_is_ready(self):
        for charge in self:
            charge.is_ready = charge.state == "draft" and not charge._get_obstacle()

    def _search_is_ready(self, operator, value):
        if operator != "in":
            return NotImplemented
        ready = self._get_ready_domain()
        return Domain.OR(ready if wanted else ~ready for wanted in value)

    @api.model
    def _get_ready_domain(self):
        """Return the domain of proposals that may be approved, see `_get_obstacle`."""
        return (
            Domain("state", "=", "draft")
            & Domain("period_id", "=", False)
            & Domain("destination", "!=", "pending")
            & (
                Domain("analytic_line_id", "=", False)
                | Domain("analytic_line_id.psa_approved_at", "!=", False)
            )
        )

    def _get_obstacle(self):
        """Return why a proposal cannot be approved, in words; None if it can."""
        self.ensure_one()
        if self.period_id:
            return self.env._(
                "Periods are approved with the invoice that a run drafts."
            )
        if self.destination == "pending":
            return self.env._(
                "“%(charge)s” is pending: nobody has decided what becomes of it. Add a "
                "billing rule that is about it, or write it off.",
                charge=self.name,
            )
        # sudo: whether the time is approved, for those who do not see it
        if self.analytic_line_id and not self.sudo().analytic_line_id.psa_approved_at:
            return self.env._(
                "The time of “%(charge)s” is not approved yet. Team leaders approve time.",
                charge=self.name,
            )
        return None

    def _get_approval_obstacle(self, user):
        """Return why somebody cannot approve a proposal, in words; None if he can.

        Override to say who may.
        """
        self.ensure_one()
        return self._get_obstacle()

    # === APPROVE === #

    def action_approve(self):
        """Make facts of proposals; what is not ready is told.

        All charges of an entry are approved together.

        :raise UserError: if nothing at all is ready
        """
        self.check_access("read")
        # sudo: who may press the button may not type these
        drafts = self.sudo()._approve_ready(self.env.uid)
        if drafts and not drafts.filtered(lambda it: it.state != "draft"):
            raise UserError(drafts[0]._get_approval_obstacle(self.env.user))
        left = drafts.filtered(lambda it: it.state == "draft")
        if not left:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "%(count)s charges are not ready: they are pending, their time is not "
                    "approved, or they are somebody else's to approve.",
                    count=len(left),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _approve_ready(self, user_id):
        """Approve those proposals of work that are ready, by what the rules say today.

        :return: the proposals as they are after the rules were asked again
        """
        work = self.filtered(lambda it: it.state == "draft" and it._is_work())
        entries, items = work.analytic_line_id, work.item_id
        minimums = work.filtered("minimum_month")
        work._rate_stale()
        drafts = self._get_charges_of(entries, items) | minimums
        drafts = drafts.filtered(lambda it: it.state == "draft")
        user = self.env["res.users"].browse(user_id)
        by_source = drafts.grouped(lambda it: it._get_source())
        ready = self.browse().union(
            *(
                charges
                for charges in by_source.values()
                if not any(it._get_approval_obstacle(user) for it in charges)
            )
        )
        ready.write({"state": "approved", "approved_by_id": user_id})
        return drafts

    def action_unapprove(self):
        """Make proposals of approved charges again; the rules are asked anew.

        :raise UserError: if one of them is on an invoice
        """
        self.check_access("read")
        # sudo: who may press the button may not type these
        charges = self.sudo().filtered(lambda it: it._is_work())
        whole = charges._get_charges_of(charges.analytic_line_id, charges.item_id)
        whole |= charges.filtered("minimum_month")
        held = whole.filtered(lambda it: it.invoice_line_id or it.origin_id)[:1]
        if held:
            raise UserError(
                self.env._(
                    "“%(charge)s” is or was on an invoice. Delete the draft, or credit the "
                    "invoice, instead.",
                    charge=held.name,
                )
            )
        whole.write({"state": "draft", "approved_by_id": False, "run_line_id": False})
        whole._rate(whole.analytic_line_id, whole.item_id)
        return True

    # === WRITE OFF === #

    def action_ask_write_off(self):
        """Ask why the work is never billed."""
        self._check_may_write_off()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write off"),
            "res_model": "psa.charge.write.off",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_charge_ids": self.ids},
        }

    def _write_off(self, reason):
        """Never bill these, for a reason that is kept.

        :raise UserError: without a reason, or for what is on an invoice
        """
        self._check_may_write_off()
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is never billed."))
        # sudo: leaders write no charges otherwise; checked above
        charges = self.sudo()
        for charge in charges:
            if obstacle := charge._get_write_off_obstacle():
                raise UserError(obstacle)
        drawing = charges.filtered(lambda it: it.destination == "allowance")
        for charge in charges:
            # What was approved was not issued: it may still be given away.
            charge.with_context(psa_split=SPLIT).write(
                {
                    "destination": "written_off",
                    "state": "approved",
                    "reason": reason.strip(),
                    "approved_by_id": self.env.uid,
                    "run_line_id": False,
                    "allowance_quantity": 0.0,
                    "is_stale": False,
                    "explanation": self.env._(
                        "Written off: %(reason)s. %(explanation)s",
                        reason=reason.strip(),
                        explanation=charge.explanation or "",
                    ),
                }
            )
        if drawing:
            self._mark_stale(Domain("customer_id", "in", drawing.customer_id.ids))

    def _get_write_off_obstacle(self):
        """Return why a charge cannot be written off, in words; None if it can."""
        self.ensure_one()
        if self.period_id:
            return self.env._("Skip the period instead, with the reason.")
        if self.move_id:
            return self.env._(
                "“%(charge)s” is on %(invoice)s. Delete the draft, or credit the invoice "
                "with “Write off”.",
                charge=self.name,
                invoice=self.move_id.display_name,
            )
        if self.reverses_id or self.is_reversed:
            return self.env._("“%(charge)s” is taken back already.", charge=self.name)
        return None

    def _check_may_write_off(self):
        if not any(self.env.user.has_group(group) for group in WRITE_OFF_GROUPS):
            raise AccessError(
                self.env._("Team leaders and billing managers write work off.")
            )
