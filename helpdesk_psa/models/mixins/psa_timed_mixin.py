from odoo import api, fields, models


class PsaTimedMixin(models.AbstractModel):
    """Lets people measure and log the time they work on a record.

    Inherit it and override :meth:`_psa_prepare_entry_values`. Nothing else is needed for
    the timer in the top bar.
    """

    _name = "psa.timed.mixin"
    _description = "Record with a Timer"

    psa_is_timed = fields.Boolean(
        string="My timer is running",
        compute="_compute_psa_is_timed",
        groups="base.group_user",
        help="Your own timer runs on this record.",
    )

    @api.depends_context("uid")
    def _compute_psa_is_timed(self):
        timer = self.env["psa.timer"].sudo()._get_mine()
        for record in self:
            record.psa_is_timed = (
                timer.res_model == record._name and timer.res_id == record._origin.id
            )

    def _psa_prepare_entry_values(self):
        """Return the values that make a time entry one of this record.

        Override it; a project in them is where the time goes.
        """
        self.ensure_one()
        return {}
