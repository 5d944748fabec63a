from odoo import api, fields, models


class PsaEquipmentCategory(models.Model):
    """A kind of equipment, in a tree, with the extra fields that its equipment has."""

    _name = "psa.equipment.category"
    _description = "Equipment Category"
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    # Stored in the source language only: it is what lists sort and imports match on.
    complete_name = fields.Char(
        compute="_compute_complete_name", store=True, recursive=True
    )
    display_name = fields.Char(recursive=True)
    active = fields.Boolean(default=True)
    color = fields.Integer(string="Colour")
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer it in every company."
    )
    parent_id = fields.Many2one(
        "psa.equipment.category",
        string="Parent category",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        "psa.equipment.category", "parent_id", string="Children"
    )
    equipment_properties = fields.PropertiesDefinition(
        string="Extra fields of the equipment",
        help="Shown on each equipment of this category; subcategories have their own.",
    )
    equipment_count = fields.Integer(
        string="Equipment",
        compute="_compute_equipment_count",
        help="Equipment of this category and of those below it that you may see.",
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for category in self.with_context(lang=None):
            parent = category.parent_id.complete_name
            category.complete_name = (
                f"{parent} / {category.name}" if parent else category.name
            )

    @api.depends("name", "parent_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for category in self:
            parent = category.parent_id.display_name
            category.display_name = (
                f"{parent} / {category.name}" if parent else category.name
            )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_equipment_count(self):
        below = self.with_context(active_test=False).search(
            [("id", "child_of", self.ids)]
        )
        counts = dict(
            self.env["psa.equipment"]._read_group(
                [("category_id", "in", below.ids)], ["category_id"], ["__count"]
            )
        )
        for category in self:
            path = category.parent_path or "/"
            category.equipment_count = sum(
                count
                for other, count in counts.items()
                if other.sudo().parent_path.startswith(path)
            )

    def action_open_equipment(self):
        """Open the equipment of the category and of those below it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_equipment_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": [("category_id", "child_of", self.id)],
            "context": {"default_category_id": self.id},
        }
