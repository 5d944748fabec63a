from odoo import api, fields, models


class PsaScheduleSkip(models.TransientModel):
    """Leaves one date of a schedule out, and keeps the reason."""

    _name = "psa.schedule.skip"
    _description = "Leave a Date out"

    schedule_id = fields.Many2one("psa.schedule", required=True, ondelete="cascade")
    per_equipment = fields.Boolean(
        related="schedule_id.per_equipment", related_sudo=False
    )
    offered_equipment_ids = fields.Many2many(
        "psa.equipment", compute="_compute_offered_equipment_ids"
    )
    date = fields.Date(
        required=True,
        compute="_compute_date",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="The day that the rhythm gives, not the one it is moved to.",
    )
    equipment_ids = fields.Many2many(
        "psa.equipment",
        domain="[('id', 'in', offered_equipment_ids)]",
        help="Empty: for all of them.",
    )
    reason = fields.Char(required=True)

    @api.depends("schedule_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.schedule_id.next_date or fields.Date.today()

    @api.depends("schedule_id", "date")
    def _compute_offered_equipment_ids(self):
        for wizard in self:
            schedule = wizard.schedule_id
            wizard.offered_equipment_ids = schedule.per_equipment and (
                schedule._get_equipment(wizard.date or fields.Date.today())
            )

    def action_skip(self):
        """Leave the date out."""
        self.ensure_one()
        self.schedule_id.check_access("write")
        self.schedule_id._skip(self.date, self.reason, self.equipment_ids)
