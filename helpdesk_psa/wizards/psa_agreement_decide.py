from odoo import api, fields, models
from odoo.exceptions import UserError


class PsaAgreementDecide(models.TransientModel):
    """Asks when and why an agreement is suspended, resumed or terminated."""

    _name = "psa.agreement.decide"
    _description = "Suspend, Resume or Terminate an Agreement"

    agreement_id = fields.Many2one("psa.agreement", required=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("suspend", "Suspend"),
            ("resume", "Resume"),
            ("terminate", "Terminate"),
        ],
        required=True,
        default="terminate",
    )
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Suspended: first day without the agreement. Resumed: first day with it. "
        "Terminated: last day.",
    )
    date_until = fields.Date(
        string="Holds again on", help="Empty: until somebody resumes it."
    )
    reason = fields.Char(help="Shown on the agreement and in its history.")

    @api.constrains("date", "date_until")
    def _check_dates(self):
        for decision in self:
            if decision.date_until and decision.date_until <= decision.date:
                raise UserError(
                    self.env._("The agreement must be suspended for at least one day.")
                )

    def action_confirm(self):
        """Carry the decision out."""
        for decision in self:
            agreement = decision.agreement_id
            agreement.check_access("write")
            decision._check()
            if decision.kind == "suspend":
                agreement._suspend(decision.date, decision.date_until, decision.reason)
            elif decision.kind == "resume":
                agreement._resume(decision.date)
            else:
                agreement._terminate(decision.date, decision.reason)
        return True

    def _check(self):
        """Refuse what makes no sense for the agreement.

        :raise UserError: saying what is missing
        """
        agreement = self.agreement_id
        if agreement.state not in ("active", "suspended"):
            raise UserError(
                self.env._(
                    "“%(agreement)s” is not in force.", agreement=agreement.display_name
                )
            )
        if self.kind != "resume" and not (self.reason or "").strip():
            raise UserError(
                self.env._("Say why: the reason is kept with the agreement.")
            )
        if self.date < agreement.date_start:
            raise UserError(
                self.env._("The agreement has not begun by then. Choose a later day.")
            )
