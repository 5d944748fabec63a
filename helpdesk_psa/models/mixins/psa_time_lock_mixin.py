from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_datetime

# What an approved entry says. Costs and links to invoices may still change.
FACTS = (
    "company_id",
    "date",
    "employee_id",
    "name",
    "partner_id",
    "product_uom_id",
    "project_id",
    "psa_billable",
    "psa_intervention_id",
    "psa_minutes",
    "psa_properties",
    "psa_service_type_id",
    "psa_start",
    "psa_stop",
    "psa_ticket_id",
    "task_id",
    "unit_amount",
    "user_id",
)
APPROVAL = ("psa_approved_at", "psa_approved_by")


class PsaTimeLockMixin(models.AbstractModel):
    """Locks time entries that a leader has approved."""

    _name = "psa.time.lock.mixin"
    _description = "Approval of Time Entries"

    psa_approved_at = fields.Datetime(
        string="Approved",
        readonly=True,
        copy=False,
        help="An approved entry is locked: nobody changes or deletes it.",
    )
    psa_approved_by = fields.Many2one("res.users", readonly=True, copy=False)
    psa_approval_ids = fields.One2many(
        "psa.time.approval",
        "line_id",
        string="Approvals",
        groups="helpdesk_psa.group_psa_lead",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if any(set(APPROVAL) & vals.keys() for vals in vals_list):
            self._psa_refuse_forged_approval()
        lines = super().create(vals_list)
        # Defaults come from the context, too.
        if lines.sudo().filtered("psa_approved_at"):
            self._psa_refuse_forged_approval()
        return lines

    def write(self, vals):
        if set(APPROVAL) & vals.keys():
            self._psa_refuse_forged_approval()
        if set(self._psa_get_locked_fields()) & vals.keys():
            self._psa_check_unlocked()
        return super().write(vals)

    def _is_readonly(self):
        """Override of `hr_timesheet` to grey out what is approved on Odoo's screens."""
        return bool(self.psa_approved_at) or super()._is_readonly()

    def _psa_get_locked_fields(self):
        """Return the fields that nobody writes once an entry is approved."""
        return FACTS

    def _psa_refuse_forged_approval(self):
        if not self.env.su:
            raise AccessError(
                self.env._("Time is approved with Approve, not by writing a date.")
            )

    def _psa_check_unlocked(self):
        """Refuse changes of approved entries.

        :raise UserError: naming who locked the first one, and when
        """
        # sudo: the name of who approved
        locked = self.sudo().filtered("psa_approved_at")[:1]
        if locked:
            raise UserError(
                self.env._(
                    "%(entry)s of %(day)s is locked: %(user)s approved it on "
                    "%(moment)s. A helpdesk manager can withdraw the approval.",
                    entry=locked.display_name,
                    day=fields.Date.to_string(locked.date),
                    user=locked.psa_approved_by.name,
                    moment=format_datetime(self.env, locked.psa_approved_at),
                )
            )

    def action_psa_approve(self):
        """Approve entries: from now on they are facts."""
        if not self.env.user.has_group("helpdesk_psa.group_psa_lead"):
            raise AccessError(self.env._("Team leaders approve time."))
        self.check_access("write")
        new = self.filtered(lambda line: line.project_id and not line.psa_approved_at)
        # sudo: the fields are nobody's to write by hand; checked above
        new.sudo().write(
            {
                "psa_approved_at": fields.Datetime.now(),
                "psa_approved_by": self.env.uid,
            }
        )
        new._psa_log_approval("approved")
        return True

    def _psa_withdraw_approval(self, reason):
        """Unlock entries, with a reason that is kept.

        Override to refuse it for entries that were charged.
        """
        if not self.env.user.has_group("helpdesk_psa.group_psa_manager"):
            raise AccessError(
                self.env._("Helpdesk managers withdraw the approval of time.")
            )
        self.check_access("write")
        locked = self.filtered("psa_approved_at")
        # sudo: as above
        locked.sudo().write(dict.fromkeys(APPROVAL, False))
        locked._psa_log_approval("withdrawn", reason)

    def _psa_log_approval(self, kind, reason=False):
        # sudo: nobody may write this journal by hand
        self.env["psa.time.approval"].sudo().create(
            [
                {
                    "line_id": line.id,
                    "kind": kind,
                    "user_id": self.env.uid,
                    "reason": reason,
                }
                for line in self
            ]
        )
