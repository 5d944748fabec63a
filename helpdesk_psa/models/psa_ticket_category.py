from odoo import api, fields, models


class PsaTicketCategory(models.Model):
    """What a ticket is about, in a tree of subjects."""

    _name = "psa.ticket.category"
    _description = "Ticket Category"
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
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer it in every company."
    )
    parent_id = fields.Many2one(
        "psa.ticket.category",
        string="Parent category",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    skill_ids = fields.Many2many(
        "hr.employee.category",
        "psa_ticket_category_skill_rel",
        "category_id",
        "skill_id",
        string="Skills asked for",
        domain="[('psa_is_skill', '=', True)]",
        help="What an agent has to be able to do. New tickets of this category, and of "
        "those below it, ask for it.",
    )
    child_ids = fields.One2many("psa.ticket.category", "parent_id", string="Children")

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

    def _get_skills(self):
        """Return what tickets of the categories ask for: their skills and those above."""
        # sudo: the gateway and portal visitors open tickets as well
        lines = self.sudo().mapped("parent_path")
        ids = {int(id_) for line in lines for id_ in (line or "").split("/") if id_}
        return self.sudo().browse(ids).skill_ids.sudo(self.env.su)
