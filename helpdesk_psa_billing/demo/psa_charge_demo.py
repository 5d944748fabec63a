from odoo import api, fields, models

ADDON = "helpdesk_psa_billing"


class PsaDemo(models.AbstractModel):
    """Bills the work of the last weeks: part of it approved, part of it invoiced."""

    _inherit = "psa.demo"

    @api.model
    def _install_charges(self):
        """Approve and bill the work before this month, as the office did."""
        self._approve_past_work(self.env["psa.charge"])
        run = self._create_run(self._get_demo_day(0, 1))
        run.write({"take_work": True, "approve_work": False, "agreement_ids": False})
        run.action_propose()
        if run.proposed_count:
            run.action_draft()

    def _approve_past_work(self, charges):
        """Approve what was done before this month; what is pending waits."""
        today = fields.Date.context_today(self)
        done = charges.search(
            [
                ("period_id", "=", False),
                ("state", "=", "draft"),
                ("work_date", "<", today.replace(day=1)),
            ]
        )
        entries = done.analytic_line_id
        entries.filtered(lambda it: not it.psa_approved_at).action_psa_approve()
        done._approve_ready(self.env.ref(f"{ADDON}.res_users_bea_demo").id)
