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

    def _prepare_item_values(self):
        """Return the values of items that somebody is to fill in, for `create`.

        What is signed shows the words of its day: later changes of the model leave it be.
        """
        return [
            values
            for checklist in self
            for values in checklist.item_ids.copy_data({"checklist_id": False})
        ]
