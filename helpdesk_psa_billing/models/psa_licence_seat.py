from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class PsaLicenceSeat(models.Model):
    """Somebody who has a seat of a licence, from when to when."""

    _name = "psa.licence.seat"
    _description = "Seat of a Licence"
    _order = "licence_id, date_until desc, date_from, id"

    licence_id = fields.Many2one(
        "psa.licence", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="licence_id.company_id", store=True)
    customer_id = fields.Many2one(related="licence_id.customer_id", store=True)
    customer_group_id = fields.Many2one(
        related="licence_id.customer_group_id", store=True, index="btree_not_null"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('type', '=', 'contact'), ('is_company', '=', False), "
        "('commercial_partner_id', '=', customer_id)]",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=fields.Date.context_today,
        help="First day.",
    )
    date_until = fields.Date(
        string="Until",
        help="First day without it. Empty: still has it. Set when the person leaves.",
    )

    _seat_idx = models.UniqueIndex(
        "(licence_id, partner_id) WHERE date_until IS NULL",
        "This person has a seat of the licence already.",
    )
    _dates_check = models.Constraint(
        "CHECK (date_until IS NULL OR date_from <= date_until)",
        "A seat cannot end before it begins.",
    )

    @api.depends("licence_id.name", "partner_id")
    def _compute_display_name(self):
        for seat in self:
            seat.display_name = f"{seat.licence_id.name}, {seat.partner_id.name}"

    @api.constrains("partner_id", "licence_id")
    def _check_person(self):
        for seat in self:
            if seat.partner_id.commercial_partner_id != seat.licence_id.customer_id:
                raise ValidationError(
                    self.env._(
                        "%(person)s does not work for %(customer)s, who has the licence.",
                        person=seat.partner_id.display_name,
                        customer=seat.licence_id.customer_id.display_name,
                    )
                )

    @api.model
    def _get_day_domain(self, day):
        """Return the domain of the seats that somebody has on a day."""
        return Domain("date_from", "<=", day) & (
            Domain("date_until", "=", False) | Domain("date_until", ">", day)
        )

    def _end(self, day):
        """Take the seats back.

        :param date day: first day without them
        """
        for seat in self:
            seat.date_until = max(day, seat.date_from)
