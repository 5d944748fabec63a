from odoo import api, fields, models


class PsaChecklist(models.Model):
    """What is to be checked each time: the model of the lists on visits and tickets."""

    _name = "psa.checklist"
    _description = "Checklist"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to use it in all companies."
    )
    item_ids = fields.One2many("psa.checklist.item", "checklist_id", copy=True)
    item_count = fields.Integer(compute="_compute_item_count", string="Number of items")
    note = fields.Text(
        string="Instructions", help="For technicians; never shown to customers."
    )

    @api.depends("item_ids")
    def _compute_item_count(self):
        counts = dict(
            self.env["psa.checklist.item"]._read_group(
                [("checklist_id", "in", self.ids)], ["checklist_id"], ["__count"]
            )
        )
        for checklist in self:
            checklist.item_count = counts.get(checklist, 0)

    def _add_to(self, **owner):
        """Put the items on a visit or a ticket, to be filled in there.

        They are copies in all languages: what is signed keeps the words of its day, and
        the report speaks the customer's language.

        :param owner: ``intervention_id`` or ``ticket_id``
        :return: the new items
        """
        return self.item_ids.copy({"checklist_id": False, **owner})
