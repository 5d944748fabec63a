from odoo import fields, models


class PsaChargesButtonMixin(models.AbstractModel):
    """Something that charges are about: they are one click away."""

    _name = "psa.charges.button.mixin"
    _description = "Button to Charges"

    # The field of charges that names these records; each model has its own.
    _psa_charge_field = None

    psa_charged_count = fields.Integer(
        string="Number of charges",
        compute="_compute_psa_charged_count",
        groups="helpdesk_psa.group_psa_lead,helpdesk_psa_billing.group_psa_billing_user",
    )

    def _compute_psa_charged_count(self):
        name = self._psa_charge_field
        counts = dict(
            self.env["psa.charge"]._read_group(
                [(name, "in", self.ids)], [name], ["__count"]
            )
        )
        for record in self:
            record.psa_charged_count = counts.get(record, 0)

    def action_psa_open_charges(self):
        """Open the charges."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_charge_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": [(self._psa_charge_field, "=", self.id)],
            "context": {},
        }
