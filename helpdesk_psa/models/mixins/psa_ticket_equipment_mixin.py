from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PsaTicketEquipmentMixin(models.AbstractModel):
    """Which of the customer's equipment a ticket is about."""

    _name = "psa.ticket.equipment.mixin"
    _description = "Equipment of a Ticket"

    equipment_ids = fields.Many2many(
        "psa.equipment",
        "psa_ticket_equipment_rel",
        "ticket_id",
        "equipment_id",
        check_company=True,
        domain="[('customer_id', '=', customer_id), ('company_id', '=', company_id)]",
        help="What it is about. Only the customer's equipment is offered, that of the site "
        "first.",
    )

    @api.constrains("equipment_ids")
    def _check_equipment(self):
        owners = self.equipment_ids._get_former_customers()
        for ticket in self:
            for equipment in ticket.equipment_ids:
                if ticket.customer_id not in owners[equipment.id]:
                    raise ValidationError(
                        self.env._(
                            "“%(equipment)s” is not an equipment of %(customer)s.",
                            equipment=equipment.display_name,
                            customer=ticket.customer_id.display_name
                            or self.env._("nobody"),
                        )
                    )
