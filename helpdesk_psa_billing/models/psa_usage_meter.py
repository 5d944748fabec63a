from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from ..tools import usage
from ..tools.proration import exact

# What decides which lines of agreements a meter is invoiced by, and for which days.
TERMS = {
    "company_id",
    "customer_id",
    "product_id",
    "agreement_id",
    "equipment_id",
    "site_id",
    "date_start",
    "date_end",
    "tolerance_days",
    "capacity",
}
# What all readings of a meter have in common, and is therefore fixed by the first one.
LASTING = {"company_id", "customer_id", "product_id"}


class PsaUsageMeter(models.Model):
    """A counter of what a customer uses: printed pages, gigabytes, kilometres.

    Lines of agreements that invoice its product by meter readings bill what was used
    between its readings.
    """

    _name = "psa.usage.meter"
    _description = "Meter"
    _inherit = ["mail.thread"]
    _order = "customer_id, equipment_id, name, id"
    _check_company_auto = True

    name = fields.Char(
        required=True,
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="What it counts, for example black pages.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain="[('psa_recurring', '=', True), ('sale_ok', '=', True)]",
        tracking=True,
        help="What lines of agreements invoice. Those with “Meter readings” as quantity "
        "bill the meters of their product.",
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    reference = fields.Char(
        string="Meter ID",
        copy=False,
        tracking=True,
        help="By which sheets of readings recognise it; unique in the company.",
    )

    # Whose it is
    equipment_id = fields.Many2one(
        "psa.equipment",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="The device that counts. Empty: it counts for the whole customer, for example "
        "gigabytes of a backup.",
    )
    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        compute="_compute_place",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        ondelete="restrict",
        tracking=True,
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
    )
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        string="Customer group",
    )
    site_id = fields.Many2one(
        "res.partner",
        compute="_compute_place",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('type', '=', 'psa_site'), ('parent_id', '=', customer_id)]",
        help="Where it is. Empty: at the main site.",
    )
    agreement_id = fields.Many2one(
        "psa.agreement",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('customer_id', 'parent_of', customer_id)]",
        tracking=True,
        help="If only this agreement bills it. Empty: whichever agreement of the customer "
        "has a line for its product.",
    )

    # How it is read
    date_start = fields.Date(
        string="Since",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="First day of which its use is billed. Its first reading is due then.",
    )
    date_end = fields.Date(
        string="Until",
        tracking=True,
        help="Last day of which its use is billed; a last reading is due then. Empty: until "
        "further notice.",
    )
    capacity = fields.Float(
        string="Begins again at",
        digits="Product Unit",
        help="The first number that the counter cannot show: 1,000,000 if it has six "
        "digits. 0: it does not begin again.",
    )
    tolerance_days = fields.Integer(
        string="Read within days",
        default=5,
        help="A reading closes a period if it was taken at most so many days before the "
        "end of the last one. What is used after it goes into the next period.",
    )
    notes = fields.Html(help="How and where to read it.")
    reading_ids = fields.One2many("psa.usage.reading", "meter_id", string="Readings")

    # What is known
    last_date = fields.Date(
        string="Last reading", compute="_compute_last_reading", help="Day of it."
    )
    last_value = fields.Float(
        string="Shows",
        compute="_compute_last_reading",
        digits="Product Unit",
        help="What the counter showed at its last reading.",
    )
    missing_date = fields.Date(
        string="Reading missing of",
        compute="_compute_missing",
        help="Day near which a reading is needed to bill a period that is over.",
    )
    is_missing = fields.Boolean(
        string="To read",
        compute="_compute_missing",
        search="_search_is_missing",
        help="A period that is over waits for a reading.",
    )

    _reference_uniq = models.UniqueIndex(
        "(company_id, lower(reference)) WHERE reference IS NOT NULL AND reference != ''",
        "Another meter has this ID already.",
    )
    _numbers_check = models.Constraint(
        "CHECK (capacity >= 0 AND tolerance_days >= 0)",
        "A counter begins again at a number above 0, and days are not negative.",
    )
    _dates_check = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "A meter cannot end before it begins.",
    )

    # === COMPUTES === #

    @api.depends("product_id")
    def _compute_name(self):
        for meter in self:
            meter.name = meter.name or meter.product_id.name

    @api.depends("equipment_id")
    def _compute_place(self):
        for meter in self:
            if meter.equipment_id:
                meter.customer_id = meter.equipment_id.customer_id
                meter.site_id = meter.equipment_id.site_id

    @api.depends("name", "equipment_id.name")
    def _compute_display_name(self):
        for meter in self:
            if meter.equipment_id:
                meter.display_name = self.env._(
                    "%(equipment)s: %(meter)s",
                    equipment=meter.equipment_id.name,
                    meter=meter.name,
                )
            else:
                meter.display_name = meter.name

    @api.depends("reading_ids.is_current", "reading_ids.date", "reading_ids.value")
    def _compute_last_reading(self):
        readings = self._get_readings()
        for meter in self:
            last = max(readings[meter], key=lambda it: it.day, default=None)
            meter.last_date = last and last.day
            meter.last_value = last.value if last else 0

    @api.depends("reading_ids.is_current", "reading_ids.date", "date_start", "date_end")
    def _compute_missing(self):
        missing = self._get_missing_dates()
        for meter in self:
            meter.missing_date = missing.get(meter._origin)
            meter.is_missing = bool(meter.missing_date)

    def _search_is_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        if set(value) == {True, False}:
            return Domain.TRUE
        domain = Domain("id", "in", [it.id for it in self._get_missing_dates()])
        return domain if True in value else ~domain

    def _get_missing_dates(self):
        """Return {meter: first day near which a reading is missing}, of all meters.

        Only those that a period that is over waits for, as far as the user sees them.
        """
        # sudo: that a reading is missing is no secret of those who bill it
        periods = self.env["psa.period"].sudo()._get_due_by_usage()
        dates = {}
        for missing in periods._get_missing_readings().values():
            for meter, day in missing:
                meter = self.browse(meter.id)
                dates[meter] = min(day, dates.get(meter, day))
        return dates

    # === CHECKS === #

    @api.constrains("equipment_id", "customer_id", "site_id", "date_end")
    def _check_place(self):
        for meter in self:
            site, equipment = meter.site_id, meter.equipment_id
            if site and (
                site.type != "psa_site" or site.parent_id != meter.customer_id
            ):
                raise ValidationError(
                    self.env._(
                        "“%(site)s” is not a site of %(customer)s.",
                        site=site.display_name,
                        customer=meter.customer_id.display_name,
                    )
                )
            is_elsewhere = equipment and equipment.customer_id != meter.customer_id
            if is_elsewhere and not meter.date_end:
                raise ValidationError(
                    self.env._(
                        "“%(equipment)s” is at %(place)s, not at %(customer)s. End this "
                        "meter, and begin another one there.",
                        equipment=equipment.display_name,
                        place=equipment.customer_id.display_name,
                        customer=meter.customer_id.display_name,
                    )
                )

    @api.constrains("capacity")
    def _check_readings(self):
        """What was read must be possible: a counter that runs backwards is a mistake."""
        for meter, readings in self._get_readings().items():
            pair = usage.find_impossible(readings, meter.capacity)
            if pair:
                raise ValidationError(meter._describe_impossible(*pair))
            too_high = [it for it in readings if 0 < meter.capacity <= it.value]
            if too_high:
                raise ValidationError(
                    self.env._(
                        "“%(meter)s” begins again at %(capacity)s: it cannot show "
                        "%(value)s.",
                        meter=meter.display_name,
                        capacity=meter._format(meter.capacity),
                        value=meter._format(too_high[0].value),
                    )
                )

    def _describe_impossible(self, before, after):
        """Return in words why a reading cannot follow another one, and what to do."""
        words = {
            "meter": self.display_name,
            "before": self._format(before.value),
            "before_date": format_date(self.env, before.day),
            "after": self._format(after.value),
            "date": format_date(self.env, after.day),
        }
        if after.kind == usage.REPLACEMENT:
            return self.env._(
                "“%(meter)s” showed %(before)s on %(before_date)s: the counter that was "
                "replaced on %(date)s cannot have shown less. Correct what it showed last.",
                **words,
            )
        if after.kind == usage.ROLLOVER:
            return self.env._(
                "“%(meter)s” cannot have begun again by %(date)s: say on the meter at which "
                "number it does, or correct the reading.",
                **words,
            )
        if before.is_estimated:
            return self.env._(
                "“%(meter)s” shows %(after)s on %(date)s, less than the %(before)s that "
                "were estimated for %(before_date)s. Correct the estimate first; what was "
                "billed too much is then given back.",
                **words,
            )
        return self.env._(
            "“%(meter)s” shows %(after)s on %(date)s, less than %(before)s on "
            "%(before_date)s. Correct the number; or say that the counter began again at 0, "
            "or that it was replaced.",
            **words,
        )

    # === CREATE, CHANGE === #

    @api.model_create_multi
    def create(self, vals_list):
        meters = super().create(vals_list)
        # sudo: agents enter meters without the right to edit contacts
        newcomers = meters.customer_id.sudo().filtered(
            lambda it: not it.psa_is_customer
        )
        if newcomers:
            newcomers.psa_is_customer = True
        meters._reopen_periods()
        return meters

    def write(self, vals):
        if not vals.keys() & TERMS:
            return super().write(vals)
        self._check_lasting(vals)
        self._reopen_periods()
        result = super().write(vals)
        self._reopen_periods()
        return result

    def _check_lasting(self, vals):
        """Refuse to let readings be about somebody or something else.

        :raise UserError: naming the way out
        """
        for meter in self.filtered("reading_ids"):
            if any(vals[name] != meter[name].id for name in vals.keys() & LASTING):
                raise UserError(
                    self.env._(
                        "“%(meter)s” has been read: its readings stay with %(customer)s and "
                        "its product. End it, and begin another meter.",
                        meter=meter.display_name,
                        customer=meter.customer_id.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_read(self):
        for meter in self.filtered("reading_ids"):
            raise UserError(
                self.env._(
                    "“%(meter)s” has been read, and its readings are evidence. Fill in "
                    "“Until” instead of deleting it.",
                    meter=meter.display_name,
                )
            )

    # === WHAT WAS USED === #

    def _get_readings(self):
        """Return what holds: {meter: [usage.Reading]}, in order of the days."""
        found = {meter: [] for meter in self}
        # sudo: what was used does not depend on who asks
        rows = self.env["psa.usage.reading"].sudo()
        for row in rows.search(
            [("meter_id", "in", self.ids), ("is_current", "=", True)],
            order="meter_id, date, id",
        ):
            found.setdefault(self.browse(row.meter_id.id), []).append(row._to_fact())
        return {meter: found.get(meter._origin, found[meter]) for meter in self}

    def _get_span(self):
        """Return the half-open days of which the use is billed; None has no end."""
        self.ensure_one()
        return self.date_start, self.date_end and fields.Date.add(self.date_end, days=1)

    def _clip(self, start, until):
        """Return which of the days [start, until) the meter is there for, None if none."""
        self.ensure_one()
        mine = self._get_span()
        start, until = max(start, mine[0]), min(until, mine[1] or until)
        return (start, until) if start < until else None

    def _get_site(self):
        """Return where it is: its site, else the main site of the customer."""
        self.ensure_one()
        return self.site_id or self.customer_id._psa_get_main_site()

    def _format(self, value):
        """Return a number of units as people write it, without empty decimals."""
        digits = 0 if exact(value).denominator == 1 else 2
        return formatLang(self.env, value, digits=digits)

    # === WHAT IS CHARGED ALREADY IS LOOKED AT AGAIN === #

    def _find_lines(self):
        """Return the lines of agreements that may bill the meters."""
        # sudo: whoever reads a meter changes what is due, whether he may see it or not
        lines = self.env["psa.agreement.line"].sudo()
        if not self:
            return lines
        return lines.search(
            Domain("quantity_method", "=", "usage")
            & Domain("product_id", "in", self.product_id.ids)
            & Domain("customer_id", "parent_of", self.customer_id.ids)
        )

    def _reopen_periods(self, day=None):
        """Have the charged periods that may have billed the meters looked at again.

        :param day: first day that matters; that on which the meters begin unless given
        """
        lines = self._find_lines()
        if lines:
            day = day or min(self.mapped("date_start"))
            self.env["psa.period"].sudo()._reopen(lines, day, None)

    # === ACTIONS === #

    def action_read(self):
        """Open the window in which a reading is entered."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enter a reading"),
            "res_model": "psa.usage.reading",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_meter_id": self.id,
                "default_date": self.missing_date or fields.Date.context_today(self),
            },
        }

    def action_open_readings(self):
        """Open the readings of the meters."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_usage_reading_action"
        )
        context = {"default_meter_id": self.id} if len(self) == 1 else {}
        return {
            **action,
            "display_name": self.env._("Readings"),
            "domain": [("meter_id", "in", self.ids)],
            "context": context,
        }

    def action_estimate(self):
        """Enter estimates for the readings that a period waits for.

        :raise UserError: if there is nothing to estimate, or nothing to do it from
        """
        estimates = self.env["psa.usage.reading"]
        for _number in range(2):  # a period may miss what opens and what closes it
            dates = self._get_missing_dates()
            vals_list = [
                meter._prepare_estimate(dates[meter])
                for meter in self
                if meter in dates
            ]
            estimates |= estimates.create(vals_list)
        if not estimates:
            raise UserError(
                self.env._(
                    "No period waits for a reading: there is nothing to estimate."
                )
            )
        return True

    def _prepare_estimate(self, day):
        """Return the values of an estimated reading.

        :raise UserError: if the readings do not tell
        """
        self.ensure_one()
        value = usage.estimate(self._get_readings()[self], day, self.capacity)
        if value is None:
            raise UserError(
                self.env._(
                    "What “%(meter)s” showed on %(date)s cannot be estimated from its "
                    "readings. Read it, or enter what you agreed upon with the customer.",
                    meter=self.display_name,
                    date=format_date(self.env, day),
                )
            )
        return {
            "meter_id": self.id,
            "date": day,
            "value": float(value),
            "is_estimated": True,
            "note": self.env._("By its use per day"),
        }

    @api.model
    def get_import_templates(self):
        """Override of `base` to offer the sheet of the helpdesk's own import."""
        return self.env["psa.usage.reading"].get_import_templates()
