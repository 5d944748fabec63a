from odoo import api, fields, models
from odoo.fields import Domain


class PsaPartnerInterventionMixin(models.AbstractModel):
    """Gives customers and sites the history of the visits to them."""

    _name = "psa.partner.intervention.mixin"
    _description = "Interventions at a Customer"

    psa_intervention_count = fields.Integer(
        compute="_compute_psa_intervention_count",
        string="Interventions",
        groups="helpdesk_psa.group_psa_readonly",
    )

    psa_travel_minutes = fields.Integer(
        string="Travel",
        groups="base.group_user",
        help="Minutes that technicians need to get there; planned before each new visit. "
        "0 at a site means as the customer, 0 at both as the type of intervention.",
    )

    _psa_travel_minutes_of_a_day = models.Constraint(
        "CHECK (psa_travel_minutes >= 0 AND psa_travel_minutes < 1440)",
        "Travel takes from 0 minutes to less than a day.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_psa_intervention_count(self):
        counts = {}
        for name in ("customer_id", "site_id"):
            groups = self.env["psa.intervention"]._read_group(
                [(name, "in", self.ids)], [name], ["__count"]
            )
            counts.update({partner.id: count for partner, count in groups})
        for partner in self:
            partner.psa_intervention_count = counts.get(partner._origin.id, 0)

    def write(self, vals):
        result = super().write(vals)
        if "psa_customer_group_id" in vals:
            events = self.env["calendar.event"]
            events._psa_renew_privacy(Domain("customer_id", "in", self.ids))
        return result

    def action_psa_open_interventions(self):
        """Open the visits to the customer or the site."""
        self.ensure_one()
        is_site = self.type == "psa_site"
        name = "site_id" if is_site else "customer_id"
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_psa.psa_intervention_action"
            ),
            "display_name": self.env._(
                "Interventions at %(party)s", party=self.display_name
            ),
            "domain": list(Domain(name, "=", self.id)),
            "context": {
                "default_customer_id": self.commercial_partner_id.id,
                **({"default_site_id": self.id} if is_site else {}),
            },
        }
