from odoo import fields, models


class PsaAgreementRenewalMixin(models.AbstractModel):
    """Renews an agreement with other terms: a new version of it, signed if need be."""

    _name = "psa.agreement.renewal.mixin"
    _description = "Renewal with other Terms"

    def action_renew_with_terms(self):
        """Open the amendment that renews the agreement, or start it with today's terms.

        The present terms hold to the end of the present term; the new ones and the new end
        hold once the amendment is put in force.
        """
        self.ensure_one()
        self.check_access("write")
        end = self._get_renewed_end()
        start = fields.Date.add(self.date_end, days=1)
        amendment = self.amendment_ids.filtered(
            lambda it: it._is_draft() and it.renewal_end
        )[:1]
        if not amendment:
            amendment = amendment.create(
                {
                    **self._prepare_amendment_values(),
                    "name": self.env._("Renewal %(year)s", year=start.year),
                    "date": start,
                    "renewal_end": end,
                }
            )
            amendment._copy_current_terms()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Renewal"),
            "res_model": amendment._name,
            "res_id": amendment.id,
            "view_mode": "form",
        }
