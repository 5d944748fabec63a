from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import format_date, format_time

from ...tools.route import get_route_url

# Where nobody drives any more.
ARRIVED_STATES = ("done", "closed", "cancelled")


class PsaInterventionTravelMixin(models.AbstractModel):
    """How long the way to a visit takes, and a technician's way through his day."""

    _name = "psa.intervention.travel.mixin"
    _description = "Travel to an Intervention"

    travel_minutes = fields.Integer(
        string="Planned travel",
        compute="_compute_travel_minutes",
        store=True,
        readonly=False,
        precompute=True,
        help="Minutes of travel before the planned start. As the site, the customer or "
        "the type of intervention says, until you change it; 0 means none.",
    )
    leave_at = fields.Datetime(
        string="Leave at",
        compute="_compute_leave_at",
        help="When to set off, to be there at the planned start.",
    )
    travel_label = fields.Char(
        compute="_compute_travel_label",
        help="When to set off and how long it takes, in your time zone.",
    )

    _travel_minutes_of_a_day = models.Constraint(
        "CHECK (travel_minutes >= 0 AND travel_minutes < 1440)",
        "Planned travel takes from 0 minutes to less than a day.",
    )

    @api.depends("site_id", "customer_id", "type_id")
    def _compute_travel_minutes(self):
        for intervention in self:
            intervention.travel_minutes = (
                intervention.site_id.psa_travel_minutes
                or intervention.customer_id.psa_travel_minutes
                or intervention.type_id.travel_minutes
            )

    @api.depends("planned_start", "travel_minutes")
    def _compute_leave_at(self):
        for intervention in self:
            start = intervention.planned_start
            travel = timedelta(minutes=intervention.travel_minutes)
            intervention.leave_at = start and start - travel

    @api.depends("leave_at", "travel_minutes")
    @api.depends_context("tz", "lang")
    def _compute_travel_label(self):
        for intervention in self:
            intervention.travel_label = (
                self.env._(
                    "Leave at %(time)s, %(minutes)s min of travel",
                    time=format_time(
                        self.env,
                        intervention.leave_at,
                        tz=self.env.tz.zone,
                        time_format="short",
                    ),
                    minutes=intervention.travel_minutes,
                )
                if intervention.leave_at and intervention.travel_minutes
                else False
            )

    # === ITINERARY === #

    @api.model
    def get_day_route(self, intervention_ids):
        """Return the way through the first day, from today on, of some visits.

        :param list intervention_ids: visits that a technician's page shows
        :return: what `_get_itinerary` does, and ``day``, its name; empty if there is none
        """
        visits = self.browse(intervention_ids).exists()
        today = fields.Date.context_today(self)
        days = visits.filtered("planned_start").grouped(
            lambda visit: fields.Datetime.context_timestamp(
                visit, visit.planned_start
            ).date()
        )
        ahead = [day for day in days if day >= today]
        if not ahead:
            return {}
        day = min(ahead)
        return {
            **days[day]._get_itinerary(),
            "day": format_date(self.env, day, date_format="EEEE d MMMM"),
        }

    def _get_itinerary(self):
        """Return the visits in the order in which somebody drives them.

        :return: dict with ``stops``, ``travel`` (minutes of all of them) and ``url``, the
            map of the way through those that are still ahead
        """
        visits = self.filtered(
            lambda visit: visit.planned_start and visit.state != "cancelled"
        ).sorted(lambda visit: (visit.planned_start, visit.id))
        ahead = visits.filtered(lambda visit: visit.state not in ARRIVED_STATES)
        return {
            "stops": [visit._prepare_stop() for visit in visits],
            "travel": sum(visits.mapped("travel_minutes")),
            "url": get_route_url(ahead.mapped("address_line")),
        }

    def _prepare_stop(self):
        """Return a visit as a stop of an itinerary, as plain values; moments in UTC."""
        self.ensure_one()
        return {
            "id": self.id,
            "number": self.number or "",
            "name": self.name,
            "customer": self.customer_id.name or "",
            "address": self.address_line or "",
            "start": fields.Datetime.to_string(self.planned_start),
            "end": fields.Datetime.to_string(self.planned_end),
            "leave_at": fields.Datetime.to_string(self.leave_at),
            "travel": self.travel_minutes,
            "is_over": self.state in ARRIVED_STATES,
        }
