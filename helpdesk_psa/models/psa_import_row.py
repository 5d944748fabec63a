from odoo import fields, models


class PsaImportRow(models.Model):
    """A row of an imported sheet: what it says, and what became of it."""

    _name = "psa.import.row"
    _description = "Row of an Import"
    _order = "import_id, number"

    import_id = fields.Many2one(
        "psa.import", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="import_id.company_id")
    number = fields.Integer(
        string="Row", required=True, help="As the spreadsheet numbers it."
    )
    cells = fields.Json(help="Texts of the row, in the order of the headings.")
    customer_name = fields.Char(string="Customer")
    site_name = fields.Char(string="Site")
    contact_name = fields.Char(string="Contact")
    equipment_name = fields.Char(string="Equipment")
    outcome = fields.Selection(
        [
            ("created", "Created"),
            ("updated", "Updated"),
            ("unchanged", "Unchanged"),
            ("refused", "Refused"),
        ],
        required=True,
        help="Before the import: what would happen. Afterwards: what happened.",
    )
    message = fields.Text(
        string="What and why", help="What is new or changed, or why the row is refused."
    )
    is_done = fields.Boolean(string="Imported", help="The row is not imported again.")
    customer_id = fields.Many2one(
        "res.partner", string="Customer record", ondelete="set null"
    )
    contact_id = fields.Many2one(
        "res.partner", string="Contact record", ondelete="set null"
    )
    equipment_id = fields.Many2one(
        "psa.equipment", string="Equipment record", ondelete="set null"
    )

    _by_state = models.Index("(import_id, is_done, outcome, number)")

    def action_open_party(self):
        """Open the equipment or the contact of the row, else its customer."""
        self.ensure_one()
        record = self._get_record()
        return record.get_formview_action() if record else True

    def _get_record(self):
        """Return what the row is about; override for the sheets of another add-on."""
        self.ensure_one()
        return self.equipment_id or self.contact_id or self.customer_id
