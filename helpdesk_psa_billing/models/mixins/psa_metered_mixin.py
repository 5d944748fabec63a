from odoo import api, fields, models


class PsaMeteredMixin(models.AbstractModel):
    """Equipment that counts what its customer uses."""

    _name = "psa.metered.mixin"
    _description = "Equipment with Meters"

    psa_meter_ids = fields.One2many(
        "psa.usage.meter",
        "equipment_id",
        string="Meters",
        groups="helpdesk_psa.group_psa_readonly",
    )
    psa_meter_count = fields.Integer(
        string="Number of meters",
        compute="_compute_psa_meter_count",
        groups="helpdesk_psa.group_psa_readonly",
    )

    @api.depends("psa_meter_ids")
    def _compute_psa_meter_count(self):
        counts = dict(
            self.env["psa.usage.meter"]._read_group(
                [("equipment_id", "in", self.ids)], ["equipment_id"], ["__count"]
            )
        )
        for equipment in self:
            equipment.psa_meter_count = counts.get(equipment._origin, 0)

    def write(self, vals):
        """Override: meters go along to another site, and end at another customer."""
        result = super().write(vals)
        if vals.keys() & {"customer_id", "site_id"}:
            self._psa_move_meters()
        return result

    def _psa_move_meters(self):
        # sudo: where a meter is follows from where its device is
        meters = self.sudo().psa_meter_ids.filtered(lambda it: not it.date_end)
        today = fields.Date.context_today(self)
        for meter in meters:
            equipment = meter.equipment_id
            if meter.customer_id != equipment.customer_id:
                meter.date_end = max(today, meter.date_start)
                meter.message_post(
                    body=self.env._(
                        "The device went to %(customer)s: what is used from now on is not "
                        "%(former)s's. Enter the last reading.",
                        customer=equipment.customer_id.display_name,
                        former=meter.customer_id.display_name,
                    )
                )
            elif meter.site_id != equipment.site_id:
                meter.site_id = equipment.site_id

    def action_psa_open_meters(self):
        """Open the meters of the equipment, to read or to add one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_usage_meter_action"
        )
        return {
            **action,
            "display_name": self.env._("Meters"),
            "domain": [("equipment_id", "=", self.id)],
            "context": {"default_equipment_id": self.id},
        }
