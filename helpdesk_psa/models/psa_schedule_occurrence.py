from odoo import api, fields, models
from odoo.exceptions import UserError


class PsaScheduleOccurrence(models.Model):
    """One date of a schedule, for one equipment or for all: what became of it.

    The row is the promise that a date is handled once, whoever handles it and however
    often; it stays when the ticket or the visit is deleted.
    """

    _name = "psa.schedule.occurrence"
    _description = "Date of a Schedule"
    _order = "date desc, id desc"
    _rec_name = "date"

    schedule_id = fields.Many2one(
        "psa.schedule", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="schedule_id.company_id", store=True, precompute=True
    )
    # Stored, because record rules read them.
    team_id = fields.Many2one(
        related="schedule_id.team_id", store=True, precompute=True, index=True
    )
    customer_group_id = fields.Many2one(
        related="schedule_id.customer_group_id", store=True, precompute=True, index=True
    )
    date = fields.Date(
        required=True, readonly=True, help="The day that the rhythm gives."
    )
    planned_date = fields.Date(
        string="Takes place",
        readonly=True,
        help="The day it was moved to, if its own is closed.",
    )
    equipment_id = fields.Many2one(
        "psa.equipment", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    state = fields.Selection(
        [("created", "Created"), ("skipped", "Left out")],
        required=True,
        readonly=True,
        default="created",
    )
    by_hand = fields.Boolean(
        readonly=True, help="Somebody left the date out before it came."
    )
    reason = fields.Char(readonly=True, help="Why it was left out.")
    ticket_id = fields.Many2one(
        "psa.ticket", readonly=True, index="btree_not_null", ondelete="set null"
    )
    intervention_id = fields.Many2one(
        "psa.intervention", readonly=True, index="btree_not_null", ondelete="set null"
    )
    done_date = fields.Date(
        compute="_compute_done_date",
        string="Done",
        help="Day on which the ticket or the intervention was finished.",
    )

    _once = models.UniqueIndex(
        "(schedule_id, date, COALESCE(equipment_id, 0))",
        "This date of the schedule was handled already.",
    )

    @api.depends("ticket_id.resolved_at", "intervention_id.state")
    def _compute_done_date(self):
        for occurrence in self:
            occurrence.done_date = occurrence._get_done_day()

    def _get_done_day(self):
        """Return the day on which nothing is left to do, or False while there is.

        What was left out or deleted is over on its own day; what was cancelled, too.
        """
        self.ensure_one()
        # sudo: the next date does not depend on who looks
        own = self.sudo()
        work = own.intervention_id or own.ticket_id
        if not work:
            return own.planned_date or own.date
        moment = work._get_schedule_end()
        return moment and own.schedule_id._get_local_day(moment)

    def action_restore(self):
        """Take up again a date that somebody left out."""
        self.check_access("write")
        for occurrence in self:
            if not occurrence.by_hand:
                raise UserError(
                    self.env._(
                        "Only dates that somebody left out by hand are taken up again."
                    )
                )
            schedule, day = occurrence.schedule_id, occurrence.date
            equipment = occurrence.equipment_id
            # sudo: rows are only written by the schedule
            occurrence.sudo().unlink()
            # sudo: created like the scheduler does, for whatever team
            schedule.sudo()._catch_up(day, equipment)

    def action_open(self):
        """Open the ticket or the intervention."""
        self.ensure_one()
        work = self.intervention_id or self.ticket_id
        return work.get_formview_action() if work else False
