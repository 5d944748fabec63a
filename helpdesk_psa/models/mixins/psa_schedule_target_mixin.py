from odoo import fields, models


class PsaScheduleTargetMixin(models.AbstractModel):
    """Something that a schedule creates: a ticket or an intervention."""

    _name = "psa.schedule.target.mixin"
    _description = "Created by a Schedule"

    schedule_id = fields.Many2one(
        "psa.schedule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The schedule that created it.",
    )
    schedule_date = fields.Date(
        string="Due",
        readonly=True,
        copy=False,
        help="Day on which the schedule wants it done.",
    )

    def _get_schedule_end(self):
        """Return when it was finished, as naive UTC, or False while it is not."""
        raise NotImplementedError
