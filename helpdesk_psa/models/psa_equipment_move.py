from odoo import fields, models


class PsaEquipmentMove(models.Model):
    """When an equipment went from one place to another, and who said so. Never changed."""

    _name = "psa.equipment.move"
    _description = "Equipment Move"
    _order = "at desc, id desc"

    equipment_id = fields.Many2one(
        "psa.equipment", required=True, index=True, ondelete="cascade"
    )
    at = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    from_customer_id = fields.Many2one(
        "res.partner",
        string="From customer",
        index="btree_not_null",
        ondelete="restrict",
    )
    from_site_id = fields.Many2one(
        "res.partner", string="From site", ondelete="set null"
    )
    to_customer_id = fields.Many2one(
        "res.partner", string="To customer", ondelete="restrict"
    )
    to_site_id = fields.Many2one("res.partner", string="To site", ondelete="set null")
