from odoo import api, fields, models

from ..tools.hours_bands import Band


class PsaHoursBand(models.Model):
    """Hours that are priced alike, for example office hours or Sundays and holidays."""

    _name = "psa.hours.band"
    _description = "Hours Band"
    _inherit = ["psa.remembered.mixin", "psa.billing.parameter.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        help="Of the bands of a plan, the first in this order that holds a moment counts.",
    )
    color = fields.Integer(string="Colour")
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Leave empty to use it in every company.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working hours",
        check_company=True,
        ondelete="restrict",
        help="With its time zone and public holidays. Empty: day and night, every day.",
    )
    side = fields.Selection(
        [("inside", "Inside these hours"), ("outside", "Outside these hours")],
        string="Which time",
        required=True,
        default="inside",
        help="Public holidays are outside of the working hours.",
    )

    _side_check = models.Constraint(
        "CHECK (side = 'inside' OR calendar_id IS NOT NULL)",
        "Outside of day and night is nothing: choose the working hours.",
    )

    @api.model
    def _get_parameter_fields(self):
        """Override: what decides which hours are in the band."""
        return ("name", "sequence", "calendar_id", "side", "active")

    def _to_band(self, company):
        """Return the hours as `hours_bands.split` takes them.

        :param company: `res.company` that does the work; its holidays count
        :rtype: Band
        """
        self.ensure_one()
        # sudo: hours are no secret to whoever logs time
        calendar = self.sudo().calendar_id
        return Band(self.id, self.name, calendar._psa_working_time(company), self.side)
