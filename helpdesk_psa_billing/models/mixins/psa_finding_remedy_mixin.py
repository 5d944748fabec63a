from odoo import api, fields, models
from odoo.fields import Domain

ADDON = "helpdesk_psa_billing"

# Findings about these are due with the periods, not with the work.
PERIOD_MODELS = ("psa.period", "psa.agreement.line", "psa.agreement")

# What mends the findings of a check in one click, by its code. Else the record is opened.
REMEDIES = {
    "time_unapproved": "approve_time",
    "charge_unapproved": "approve_charges",
    "work_late": "open_late",
    "work_uncharged": "rate",
    "item_uncharged": "rate",
    "charge_stale": "rate_stale",
    "period_gap": "plan",
    "period_missing": "plan",
    "period_unplanned": "plan",
    "revision_overdue": "revise",
}


class PsaFindingRemedyMixin(models.AbstractModel):
    """The one click that mends what a finding tells of."""

    _name = "psa.finding.remedy.mixin"
    _description = "Remedy of a Finding"

    day = fields.Date(
        readonly=True,
        help="The day that it concerns; the first one of several. Runs that bill earlier "
        "days only do not speak of it.",
    )
    remedy_label = fields.Char(
        compute="_compute_remedy_label", help="What the button does that mends it."
    )

    @api.depends("check_id")
    @api.depends_context("lang")
    def _compute_remedy_label(self):
        labels = {
            "approve_time": self.env._("Approve the time"),
            "approve_charges": self.env._("Approve the charges"),
            "open_late": self.env._("See the charges"),
            "rate": self.env._("Decide now"),
            "rate_stale": self.env._("Decide now"),
            "plan": self.env._("Plan the periods"),
            "revise": self.env._("Revise the prices"),
        }
        for finding in self:
            remedy = REMEDIES.get(finding.check_id.code)
            finding.remedy_label = labels.get(remedy) or self.env._("Open the record")

    # === WHAT CONCERNS A RUN === #

    @api.model
    def _get_open_domain(self, company, until, due):
        """Return the domain of what is to be settled before some days are billed.

        :param date until: first day whose work is not billed
        :param date due: last day on which periods are due
        """
        is_timely = (
            Domain("day", "=", False)
            | Domain("day", "<", until)
            | (Domain("res_model", "in", PERIOD_MODELS) & Domain("day", "<=", due))
        )
        return (
            Domain("state", "=", "open")
            & Domain("company_id", "in", (False, company.id))
            & is_timely
        )

    @api.model
    def _open_list(self, domain):
        """Open some findings."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"{ADDON}.psa_billing_finding_action"
        )
        return {
            **action,
            "display_name": self.env._("Findings to settle"),
            "domain": list(domain),
            "context": {},
        }

    # === REMEDIES === #

    def action_remedy(self):
        """Mend it, or open what has to be mended."""
        self.ensure_one()
        remedy = REMEDIES.get(self.check_id.code, "open_record")
        if remedy == "open_record":
            return self.action_open_record()
        return getattr(self, f"_remedy_{remedy}")()

    # === LISTS === #

    def _get_month_domain(self):
        """Return the domain of the work that the finding is about, of one month."""
        _company, month, currency_id = self.key.split(" ")
        month = fields.Date.to_date(f"{month}-01")
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("customer_id", "=", self.customer_id.id)
            & Domain("currency_id", "=", int(currency_id))
            & Domain("work_date", ">=", month)
            & Domain("work_date", "<", fields.Date.add(month, months=1))
            & Domain("period_id", "=", False)
            & Domain("state", "!=", "invoiced")
            & Domain("invoice_line_id", "=", False)
        )

    def _open_charges(self, domain, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"{ADDON}.psa_charge_action"
        )
        return {
            **action,
            "display_name": name,
            "domain": list(self._get_month_domain() & domain),
            "context": {},
        }

    def _remedy_approve_time(self):
        """Open the time; whoever does not approve time sees the charges that wait for it."""
        waiting = Domain("analytic_line_id.psa_approved_at", "=", False) & Domain(
            "analytic_line_id", "!=", False
        )
        if not self.env.user.has_group("helpdesk_psa.group_psa_lead"):
            return self._open_charges(waiting, self.env._("Time not approved"))
        charges = self.env["psa.charge"].search(self._get_month_domain() & waiting)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_time_action_to_approve"
        )
        return {
            **action,
            # sudo: ids only; the list shows what its reader may see
            "domain": [("id", "in", charges.sudo().analytic_line_id.ids)],
            "context": {"search_default_to_approve": 1, "is_timesheet": 1},
        }

    def _remedy_approve_charges(self):
        ready = self.env["psa.charge"]._get_ready_domain()
        return self._open_charges(
            ready & Domain("destination", "=", "billed"),
            self.env._("Charges to approve"),
        )

    def _remedy_open_late(self):
        return self._open_charges(
            Domain("is_late", "=", True), self.env._("Entered late")
        )

    # === WHAT THE BUTTON MENDS ITSELF === #

    def _remedy_rate(self):
        """Decide about work that nobody decided about."""
        self.check_access("write")
        # sudo: charges are written by billing, whoever presses the button
        self.env[self.res_model].sudo().browse(self.res_id).exists()._psa_rate()
        return self._look_again()

    def _remedy_rate_stale(self):
        self.check_access("write")
        # sudo: as above
        charge = self.env[self.res_model].sudo().browse(self.res_id).exists()
        charge._rate_stale()
        return self._look_again()

    def _remedy_plan(self):
        """Plan what lacks of the agreement's periods."""
        self.check_access("write")
        # sudo: periods follow from the agreement, whoever presses the button
        record = self.env[self.res_model].sudo().browse(self.res_id).exists()
        record.agreement_id._sync_periods()
        return self._look_again()

    def _remedy_revise(self):
        agreement = self.env[self.res_model].browse(self.res_id)
        return {**agreement.action_revise_prices(), "views": [(False, "form")]}

    def _look_again(self):
        """Ask the check again, and tell whether that mended it."""
        self.env["psa.billing.check"]._refresh(self.check_id.mapped("code"))
        is_mended = self.state == "gone"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_mended else "warning",
                "message": self.env._("It is mended.")
                if is_mended
                else self.env._("It is still wrong. %(remedy)s", remedy=self.remedy),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
