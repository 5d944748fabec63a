from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import SQL

# What may still be written on a signed sheet: nothing that the customer signed for.
OFFICE_FIELDS = {
    "message_main_attachment_id",
    "note",
    "report_attachment_id",
    "report_error",
    "report_partner_id",
    "report_status",
    "signed_report_ids",
}
# In the context while a manager reopens a sheet. No client can send this very object.
REOPENING = object()
SIGNATURE_FIELDS = (
    "customer_signature",
    "customer_signed_by",
    "customer_signed_at",
    "technician_signature",
    "technician_signed_by_id",
    "technician_signed_at",
    "unsigned_reason",
)


class PsaInterventionSigningMixin(models.AbstractModel):
    """Gives an intervention its signatures, which lock the sheet."""

    _name = "psa.intervention.signing.mixin"
    _description = "Signing of an Intervention"

    customer_signature = fields.Binary(
        string="Customer's signature", attachment=True, copy=False, readonly=True
    )
    customer_signed_by = fields.Char(
        string="Signed by",
        copy=False,
        readonly=True,
        help="Who signed at the customer's.",
    )
    customer_signed_at = fields.Datetime(string="Signed at", copy=False, readonly=True)
    technician_signature = fields.Binary(
        string="Technician's signature", attachment=True, copy=False, readonly=True
    )
    technician_signed_by_id = fields.Many2one(
        "res.users", string="Technician who signed", copy=False, readonly=True
    )
    technician_signed_at = fields.Datetime(copy=False, readonly=True)
    unsigned_reason = fields.Char(
        string="Why the customer did not sign", copy=False, readonly=True
    )

    # === LOCK === #

    def _is_locked(self):
        """Tell whether the sheet is signed, so that nothing of it may change."""
        self.ensure_one()
        reopening = self.env.context.get("psa_reopening") is REOPENING
        return self.state == "closed" and not reopening

    def _check_unlocked(self):
        """Refuse changes of a signed sheet.

        :raise UserError: names the sheet and the way out
        """
        for intervention in self:
            if intervention._is_locked():
                raise UserError(
                    self.env._(
                        "The intervention %(number)s is signed: its times, items and "
                        "checklist stay as they are. A helpdesk manager can reopen it, "
                        "with a reason; then it is signed again.",
                        number=intervention.number,
                    )
                )

    def _hold_unlocked(self):
        """Refuse changes of a signed sheet, and keep it unsigned until they are saved.

        Several people may add to a sheet at the same time; whoever signs waits for none of
        them, but is told that somebody is at it. Without the lock, what is saved just after
        the signature would be on the sheet and missing in the report.

        :raise UserError: if the sheet is signed
        """
        if self.ids:
            self.env.cr.execute(
                SQL(
                    "SELECT FROM %s WHERE id IN %s FOR SHARE",
                    SQL.identifier(self._table),
                    tuple(self.ids),
                ),
                # Odoo tries again what fails because the sheet has just been signed.
                log_exceptions=False,
            )
        self._check_unlocked()

    # === SIGNING === #

    def action_sign(self):
        """Show the sheet to the customer and let both sides sign it."""
        self.ensure_one()
        self.check_access("write")
        self._check_signable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sign %(number)s", number=self.number),
            "res_model": "psa.intervention.sign",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_intervention_id": self.id},
        }

    def _check_signable(self):
        """Refuse to have a sheet signed that is not complete.

        :raise UserError: if a timer still runs or a required check is missing
        """
        self.ensure_one()
        self._check_unlocked()
        self._check_no_timer()
        self._check_checklist()

    def _check_no_timer(self):
        """Refuse while somebody's timer runs: his time would be missing on the sheet."""
        # sudo: a colleague's timer is told of by his name only
        timers = (
            self.env["psa.timer"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        if timers:
            raise UserError(
                self.env._(
                    "The timer of %(users)s is still running on this visit. Stop it "
                    "first, so that its time is on the sheet.",
                    users=", ".join(timers.user_id.mapped("name")),
                )
            )

    def _sign(
        self,
        technician_signature,
        customer_signature=None,
        customer_name=None,
        unsigned_reason=None,
    ):
        """Put the signatures on the sheet and lock it.

        :param technician_signature: base64 image of the user's signature
        :param customer_signature: base64 image; else a reason is given
        :param str customer_name: who signed for the customer
        :param str unsigned_reason: why nobody of the customer's signed
        :raise UserError: if something is missing
        """
        self.ensure_one()
        self._lock_for_signing()
        self._check_signable()
        if not technician_signature:
            raise UserError(self.env._("Sign the sheet yourself, too."))
        if customer_signature and not customer_name:
            raise UserError(self.env._("Write the name of who signs for the customer."))
        if not customer_signature and not unsigned_reason:
            raise UserError(
                self.env._(
                    "Let the customer sign, or say why nobody of the customer's signs."
                )
            )
        now = fields.Datetime.now()
        if self.state != "done":
            self.state = "done"
        self.write(
            {
                "technician_signature": technician_signature,
                "technician_signed_by_id": self.env.uid,
                "technician_signed_at": now,
                "customer_signature": customer_signature or False,
                "customer_signed_by": customer_signature and customer_name,
                "customer_signed_at": customer_signature and now,
                "unsigned_reason": not customer_signature and unsigned_reason,
                "state": "closed",
            }
        )
        self._queue_report()

    def _lock_for_signing(self):
        """Keep everybody from adding to the sheet until it is signed.

        :raise UserError: if somebody is just adding something
        """
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody is just saving something on %(number)s. Look at the sheet "
                    "again, then sign.",
                    number=self.number,
                )
            ) from error

    def _check_signatures(self):
        """Refuse to close a sheet that nobody signed: whoever writes the state."""
        for intervention in self:
            # Binary fields are read without their content: only "is there one?" counts.
            small = intervention.with_context(bin_size=True)
            if not small.technician_signature or not (
                small.customer_signature or intervention.unsigned_reason
            ):
                raise UserError(
                    self.env._(
                        "The intervention %(number)s is not signed. Use the button "
                        "“Sign”.",
                        number=intervention.number,
                    )
                )

    # === REOPENING === #

    def action_reopen(self):
        """Ask why a signed sheet is opened again."""
        return self._ask_reason("reopen", self.env._("Reopen"))

    def _reopen(self, reason):
        """Unlock a signed sheet; the signed report stays, the signatures go.

        :param str reason: kept in the history
        :raise UserError: if the user is not a manager, or the sheet is not signed
        """
        self.check_access("write")
        if not self.env.user.has_group("helpdesk_psa.group_psa_manager"):
            raise UserError(
                self.env._("Only helpdesk managers reopen signed interventions.")
            )
        for intervention in self:
            if not intervention._is_locked():
                raise UserError(
                    self.env._(
                        "The intervention %(number)s is not signed: it needs no "
                        "reopening.",
                        number=intervention.number,
                    )
                )
            signed_by = intervention.customer_signed_by or intervention.unsigned_reason
            # Past the lock: this is the way out that its message names.
            intervention.with_context(psa_reopening=REOPENING).write(
                {
                    **dict.fromkeys(SIGNATURE_FIELDS, False),
                    "state": "in_progress",
                    "done_at": False,
                    "report_status": False,
                    "report_error": False,
                    "report_attachment_id": False,
                }
            )
            intervention.message_post(
                body=Markup("<p>%s</p><p>%s</p>")
                % (
                    self.env._(
                        "Reopened after it was signed (%(signed_by)s). The signed report "
                        "stays among the files.",
                        signed_by=signed_by,
                    ),
                    reason,
                )
            )
