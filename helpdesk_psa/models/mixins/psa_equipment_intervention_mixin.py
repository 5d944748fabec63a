from odoo import api, fields, models
from odoo.exceptions import UserError


class PsaEquipmentInterventionMixin(models.AbstractModel):
    """Gives an equipment the history of its visits."""

    _name = "psa.equipment.intervention.mixin"
    _description = "Interventions on an Equipment"
    _inherit = ["psa.visited.mixin"]

    intervention_ids = fields.Many2many(
        "psa.intervention",
        "psa_intervention_equipment_rel",
        "equipment_id",
        "intervention_id",
        string="Interventions",
        copy=False,
    )
    intervention_count = fields.Integer(compute="_compute_intervention_count")

    @api.depends("intervention_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_intervention_count(self):
        counts = dict(
            self.env["psa.intervention"]._read_group(
                [("equipment_ids", "in", self.ids)], ["equipment_ids"], ["__count"]
            )
        )
        for equipment in self:
            equipment.intervention_count = counts.get(equipment._origin, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_visited(self):
        for equipment in self:
            # sudo: a visit that the user does not see counts as well
            if equipment.sudo().intervention_ids:
                raise UserError(
                    self.env._(
                        "“%(name)s” has interventions. Archive it instead: its history "
                        "stays.",
                        name=equipment.display_name,
                    )
                )

    def action_open_interventions(self):
        """Open the visits to the equipment."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_psa.psa_intervention_action"
            ),
            "display_name": self.env._(
                "Interventions on %(equipment)s", equipment=self.display_name
            ),
            "domain": [("equipment_ids", "in", self.ids)],
            "context": {
                "default_equipment_ids": self.ids,
                "default_customer_id": self.customer_id.id,
                "default_site_id": self.site_id.id,
            },
        }
