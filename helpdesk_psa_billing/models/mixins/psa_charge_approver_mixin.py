from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

BILLING_USER = "helpdesk_psa_billing.group_psa_billing_user"
BILLING_MANAGER = "helpdesk_psa_billing.group_psa_billing_manager"

CHARGE_KINDS = [
    ("time", "Time"),
    ("item", "Parts and expenses"),
    ("minimum", "Minimums"),
    ("period", "Recurring"),
]


class PsaChargeApproverMixin(models.AbstractModel):
    """Whose word a charge waits for: the account manager's or the project leader's."""

    _name = "psa.charge.approver.mixin"
    _description = "Approver of Charges"
    _inherit = ["psa.charge.approval.mixin"]

    kind = fields.Selection(
        CHARGE_KINDS,
        compute="_compute_kind",
        store=True,
        precompute=True,
        help="What is charged: time, a part or expense, a monthly minimum, or a period of "
        "an agreement.",
    )
    approver_id = fields.Many2one(
        "res.users",
        string="Account manager",
        compute="_compute_approver_id",
        store=True,
        index="btree_not_null",
        help="Approves the charge: the project's manager for work on a project, else the "
        "owner of the agreement, else the customer's salesperson. Empty: any billing user "
        "does.",
    )
    approved_at = fields.Datetime(string="Approved on", readonly=True, copy=False)
    is_mine_to_approve = fields.Boolean(
        compute="_compute_is_mine_to_approve",
        help="It is ready, and you may approve it.",
    )

    # === COMPUTES === #

    @api.depends("analytic_line_id", "item_id", "period_id", "minimum_month")
    def _compute_kind(self):
        for charge in self:
            if charge.period_id:
                charge.kind = "period"
            elif charge.minimum_month:
                charge.kind = "minimum"
            else:
                charge.kind = "item" if charge.item_id else "time"

    @api.depends(
        "ticket_id",
        "intervention_id",
        "analytic_line_id.project_id.user_id",
        "agreement_id.user_id",
        "customer_id.user_id",
    )
    def _compute_approver_id(self):
        for charge in self:
            is_project = not charge.ticket_id and not charge.intervention_id
            leader = is_project and charge.analytic_line_id.project_id.user_id
            charge.approver_id = (
                leader or charge.agreement_id.user_id or charge.customer_id.user_id
            )

    @api.depends_context("uid")
    @api.depends("is_ready", "approver_id")
    def _compute_is_mine_to_approve(self):
        user = self.env.user
        for charge in self:
            charge.is_mine_to_approve = charge.is_ready and charge._may_be_approved_by(
                user
            )

    # === WHO MAY === #

    def _may_be_approved_by(self, user):
        """Tell whether somebody may approve the charge.

        The account manager may. If the company does not ask for his word, each billing
        user may, too; a billing manager stands in for whoever is away.
        """
        self.ensure_one()
        approver = self._get_approver()
        if approver == user:
            return True
        if not user.has_group(BILLING_USER):
            return False
        # sudo: a setting of the company
        if not approver or self.company_id.sudo().psa_billing_approval == "anyone":
            return True
        # What runs by itself stands in for nobody.
        return user.id != SUPERUSER_ID and user.has_group(BILLING_MANAGER)

    def _get_approver(self):
        """Return whose word counts; empty if it is any billing user's."""
        self.ensure_one()
        # sudo: whether somebody works here still is no secret
        return self.approver_id.filtered(lambda it: it.sudo().active)

    def _get_approval_obstacle(self, user):
        """Override: others wait for the account manager."""
        reason = super()._get_approval_obstacle(user)
        if reason or self._may_be_approved_by(user):
            return reason
        return self.env._(
            "“%(charge)s” waits for %(approver)s, who looks after the customer.",
            charge=self.name,
            # sudo: his name only
            approver=self._get_approver().sudo().name,
        )

    # === APPROVE === #

    def action_approve(self):
        """Override: account managers approve theirs, without other rights of billing.

        :raise AccessError: if none of them is the user's to approve
        """
        self.check_access("read")
        self._check_may_decide()
        return super().action_approve()

    def action_unapprove(self):
        """Override: whoever may approve may take it back.

        :raise AccessError: if one of them is not the user's
        """
        self.check_access("read")
        for charge in self:
            charge._check_may_decide()
        return super().action_unapprove()

    def _check_may_decide(self):
        user = self.env.user
        if self and not any(it._may_be_approved_by(user) for it in self):
            approver = self[0]._get_approver().sudo()
            raise AccessError(
                self.env._(
                    "%(approver)s approves this. If that should be you, be made the owner "
                    "of the agreement or the salesperson of the customer.",
                    approver=approver.name,
                )
                if approver
                else self.env._("Billing users approve this.")
            )

    def write(self, vals):
        """Override: when somebody approves is kept with who it was."""
        if "approved_by_id" in vals and "approved_at" not in vals:
            now = fields.Datetime.now() if vals["approved_by_id"] else False
            vals = {**vals, "approved_at": now}
        return super().write(vals)
