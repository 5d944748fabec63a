from odoo import api, fields, models
from odoo.tools import groupby

# Findings that are written out per check; the others are counted.
SHOWN = 5


class PsaFindingDigestMixin(models.AbstractModel):
    """Tells who answers for billing what the nightly check found: one message a night.

    Each finding is told once; one whose acceptance no longer holds is told again.
    """

    _name = "psa.finding.digest.mixin"
    _description = "Digest of Findings"

    is_told = fields.Boolean(
        readonly=True, help="Whoever answers for it was told of it by a message."
    )

    @api.model
    def _tell(self):
        """Tell of findings that nobody was told of, each to those who may see it."""
        new = self.search([("state", "=", "open"), ("is_told", "=", False)])
        if not new:
            return
        people = {}
        for company, findings in new.grouped("company_id").items():
            for user in (company or self.env.company)._psa_get_check_users():
                people[user] = people.get(user, self.browse()) | findings
        for user, findings in people.items():
            findings._tell_user(user)
        new.is_told = True

    def _tell_user(self, user):
        """Send a user the message about those of these findings that he may see."""
        own = (
            self.with_user(user)
            .with_context(
                lang=user.lang or self.env.lang,
                allowed_company_ids=user.company_ids.ids,
            )
            ._filtered_access("read")
            .sorted(lambda it: (it.severity != "error", it.check_id.sequence, it.id))
        )
        if not own:
            return
        self.env["mail.thread"].with_context(**own.env.context).message_notify(
            partner_ids=user.partner_id.ids,
            subject=own.env._("Billing check: %(count)s to settle", count=len(own)),
            body=own._render_digest(),
            model_description=own.env._("Billing check"),
        )

    def _render_digest(self):
        """Return the message about these findings, check by check."""
        parts = [
            {
                "check": check,
                "findings": list(findings)[:SHOWN],
                "more": max(0, len(findings) - SHOWN),
            }
            for check, findings in groupby(self, lambda it: it.check_id)
        ]
        return self.env["ir.qweb"]._render(
            "helpdesk_psa_billing.psa_finding_digest",
            {
                "parts": parts,
                "url": f"{self.browse().get_base_url()}/odoo/billing-findings",
            },
        )
