from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

# Late promises that are told one by one; a longer list reads nobody.
LATE_LIMIT = 200


class PsaSlaStatement(models.TransientModel):
    """Tells a customer on paper how well the promises about time were kept.

    All his tickets count, whoever prints it: also those of private teams, whose members
    alone read them on the screen.
    """

    _name = "psa.sla.statement"
    _description = "SLA Statement"

    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        domain="[('psa_is_customer', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._get_last_month()[0]
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: self._get_last_month()[1],
        help="Last day, included. Promises count on the day on which they were made.",
    )
    has_reasons = fields.Boolean(
        string="Reasons",
        default=True,
        help="Tell why promises were broken, where a reason is recorded.",
    )

    @api.model
    def _get_last_month(self):
        start = fields.Date.context_today(self).replace(day=1) - relativedelta(months=1)
        return start, start + relativedelta(months=1, days=-1)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for statement in self:
            if statement.date_to < statement.date_from:
                raise ValidationError(
                    self.env._("The last day of the statement lies before its first.")
                )

    def action_print(self):
        """Print the statement as a PDF in the customer's language.

        :raise UserError: if nothing was promised to the customer in that time
        """
        self.ensure_one()
        if not self._get_reports().search_count(self._get_domain(), limit=1):
            raise UserError(
                self.env._(
                    "Nothing was promised to %(customer)s in that time. Choose other "
                    "days.",
                    customer=self.customer_id.display_name,
                )
            )
        report = self.env.ref("helpdesk_psa.psa_sla_statement_report")
        return report.report_action(self)

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.env._(
            "SLA %(customer)s %(start)s to %(stop)s",
            customer=self.customer_id.name,
            start=self.date_from,
            stop=self.date_to,
        )

    def _get_lang(self):
        """Return the language that the customer reads."""
        self.ensure_one()
        return self.customer_id.lang or self.env.lang

    def _get_reports(self):
        """Return the model of the figures, which tells of all tickets of the customer.

        sudo: a customer has one statement, not one for each of our agents. What it tells
        is limited by `_get_domain` to a customer for whom `_check_printable` allows it.
        """
        self._check_printable()
        return self.env["psa.sla.report"].sudo()

    def _check_printable(self):
        """Refuse the figures to whoever does not answer for the customer's tickets.

        :raise AccessError: unless a team leader of the company and, where only a support
            pod sees the customer's tickets, of the pod asks
        """
        self.ensure_one()
        self.check_access("read")
        user = self.env.user
        self.customer_id.check_access("read")
        if self.company_id not in user.company_ids:
            raise AccessError(
                self.env._(
                    "The statement is one of a company for which you do not work. Ask "
                    "somebody there."
                )
            )
        if not self.customer_id.psa_customer_group_id._filter_seeing(user):
            raise AccessError(
                self.env._(
                    "Only their support pod and helpdesk managers see the tickets of "
                    "%(customer)s. Ask one of them for the statement.",
                    customer=self.customer_id.display_name,
                )
            )

    def _get_domain(self):
        """Return the domain of the promises that the statement tells of."""
        self.ensure_one()
        start, stop = self._get_moments()
        return (
            Domain("customer_id", "=", self.customer_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("kind", "=", "sla")
            & Domain("started_at", ">=", start)
            & Domain("started_at", "<", stop)
        )

    def _get_moments(self):
        """Return the bounds [start, stop) in UTC of the days, which are the user's."""
        tz = pytz.timezone(self.env.user.tz or "UTC")
        return tuple(
            tz.localize(datetime.combine(day, time.min))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for day in (self.date_from, self.date_to + timedelta(days=1))
        )

    def _get_summary(self):
        """Return a line for each metric, as dicts, in the order of a ticket's life."""
        self.ensure_one()
        reports = self._get_reports()
        lines = {
            metric: {
                "metric": metric,
                "count": count,
                "met": met,
                "breached": breached,
                "percent": percent if met or breached else None,
                "used": used,
                "used_p90": used_p90,
            }
            for metric, count, met, breached, percent, used, used_p90 in (
                reports._read_group(
                    self._get_domain(),
                    ["metric"],
                    [
                        "__count",
                        "met:sum",
                        "breached:sum",
                        "met_percent:avg",
                        "used_hours:avg",
                        "used_hours_p90:avg",
                    ],
                )
            )
        }
        labels = dict(reports._fields["metric"]._description_selection(self.env))
        return [
            {**lines[metric], "label": label}
            for metric, label in labels.items()
            if metric in lines
        ]

    def _get_late(self):
        """Return the broken promises in order of time, at most `LATE_LIMIT`."""
        self.ensure_one()
        domain = self._get_domain() & Domain("outcome", "=", "breached")
        return self._get_reports().search(
            domain, order="started_at, id", limit=LATE_LIMIT
        )
