from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..tools import usage

READING_KINDS = [
    (usage.READ, "Reading"),
    (usage.ROLLOVER, "Began again at 0"),
    (usage.REPLACEMENT, "Counter replaced"),
]


class PsaUsageReading(models.Model):
    """What a meter showed at the end of a day. Kept for good, as evidence of what is billed.

    A wrong one is corrected by another that takes its place.
    """

    _name = "psa.usage.reading"
    _description = "Meter Reading"
    _order = "date desc, id desc"
    _check_company_auto = True

    meter_id = fields.Many2one(
        "psa.usage.meter", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="meter_id.company_id", store=True, index=True)
    customer_id = fields.Many2one(
        related="meter_id.customer_id", store=True, index=True
    )
    customer_group_id = fields.Many2one(
        related="meter_id.customer_group_id", store=True, index="btree_not_null"
    )
    equipment_id = fields.Many2one(related="meter_id.equipment_id")
    uom_id = fields.Many2one(related="meter_id.uom_id", string="Unit")
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="The reading holds at the end of this day.",
    )
    kind = fields.Selection(
        READING_KINDS,
        string="What happened",
        required=True,
        default=usage.READ,
        help="Began again: since the reading before it passed the highest number that it "
        "can show. Replaced: another counter was put in, which shows the value.",
    )
    value = fields.Float(
        required=True,
        default=0,
        digits="Product Unit",
        help="What the counter shows; of a new one, what it starts with.",
    )
    end_value = fields.Float(
        string="Former counter",
        digits="Product Unit",
        help="What the counter showed at last that was replaced.",
    )
    is_estimated = fields.Boolean(
        string="Estimated",
        help="Nobody read it. The next reading makes up for it by itself, unless it is "
        "lower: then this one is corrected.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Read by",
        default=lambda self: self.env.user.partner_id,
        ondelete="set null",
        help="A colleague, or whoever told it at the customer.",
    )
    note = fields.Char(help="For example why a reading is corrected.")
    create_uid = fields.Many2one("res.users", string="Entered by", readonly=True)
    create_date = fields.Datetime(string="Entered on", readonly=True)

    # Corrections
    corrects_id = fields.Many2one(
        "psa.usage.reading",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('meter_id', '=', meter_id), ('is_current', '=', True)]",
        help="The reading that this one takes the place of.",
    )
    correction_ids = fields.One2many(
        "psa.usage.reading", "corrects_id", string="Corrected by"
    )
    is_void = fields.Boolean(
        string="It never was",
        help="The reading that is corrected is taken back, and nothing takes its place.",
    )
    is_current = fields.Boolean(
        string="Holds",
        default=True,
        readonly=True,
        index=True,
        help="No other reading took its place.",
    )
    quantity = fields.Float(
        string="Used",
        compute="_compute_quantity",
        digits="Product Unit",
        help="Units since the reading before.",
    )

    _day_uniq = models.UniqueIndex(
        "(meter_id, date) WHERE is_current",
        "There is a reading of this meter on that day already: correct that one.",
    )
    _value_check = models.Constraint(
        "CHECK (value >= 0 AND end_value >= 0)", "A counter does not show less than 0."
    )
    _void_check = models.Constraint(
        "CHECK (is_void IS NOT TRUE OR corrects_id IS NOT NULL)",
        "Only a reading that there is can be taken back.",
    )

    # === COMPUTES === #

    @api.depends(
        "date", "value", "kind", "end_value", "is_current", "meter_id.capacity"
    )
    def _compute_quantity(self):
        steps = {}
        for meter, readings in self.meter_id._get_readings().items():
            for reading, units in usage.get_steps(readings, meter.capacity):
                steps[meter.id, reading.day] = float(units)
        for reading in self:
            units = steps.get((reading.meter_id.id, reading.date), 0)
            reading.quantity = units if reading.is_current else 0

    @api.depends("meter_id", "date", "value")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reading in self:
            reading.display_name = self.env._(
                "%(meter)s, %(date)s: %(value)s",
                meter=reading.meter_id.display_name or "",
                date=format_date(self.env, reading.date),
                value=reading.meter_id._format(reading.value),
            )

    # === CREATE, NEVER CHANGE === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["is_current"] = not vals.get("is_void")
        corrected = self.browse(
            [vals["corrects_id"] for vals in vals_list if vals.get("corrects_id")]
        )
        corrected.check_access("read")
        corrected._give_way()
        readings = super().create(vals_list)
        readings._check_corrections()
        readings._check_days()
        readings.meter_id._check_readings()
        every = readings | corrected
        if every:
            readings.meter_id._reopen_periods(min(every.mapped("date")))
        return readings

    def _give_way(self):
        """Let the readings no longer hold, as others take their place.

        :raise UserError: if another one did already
        """
        for reading in self:
            if not reading.is_current:
                raise UserError(
                    self.env._(
                        "“%(reading)s” was corrected before. Correct the reading that took "
                        "its place.",
                        reading=reading.display_name,
                    )
                )
        # sudo: nobody types what holds, see `write`
        self.sudo().write({"is_current": False})
        self.flush_recordset(["is_current"])

    def _check_corrections(self):
        for reading in self.filtered("corrects_id"):
            if reading.corrects_id.meter_id != reading.meter_id:
                raise ValidationError(
                    self.env._("A reading is corrected by one of the same meter.")
                )
            if not (reading.note or "").strip():
                raise ValidationError(
                    self.env._("Say in the note why the reading is corrected.")
                )

    def _check_days(self):
        today = fields.Date.context_today(self)
        for reading in self:
            if reading.date > today:
                raise ValidationError(
                    self.env._(
                        "Nobody knows yet what “%(meter)s” shows on %(date)s. Enter the "
                        "day on which it was read.",
                        meter=reading.meter_id.display_name,
                        date=format_date(self.env, reading.date),
                    )
                )

    def write(self, vals):
        """Refuse: what was read is a fact, and another reading corrects it."""
        gives_way = self.env.su and vals.keys() == {"is_current"}
        if self and not gives_way:
            raise UserError(
                self.env._(
                    "“%(reading)s” is kept as it was entered. Press “Correct” to enter "
                    "another one in its place.",
                    reading=self[0].display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "“%(reading)s” is kept. Press “Correct” and tick “It never was” to take it "
                "back.",
                reading=self[:1].display_name,
            )
        )

    # === ACTIONS === #

    def action_correct(self):
        """Open the window in which a reading is entered in the place of this one."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct a reading"),
            "res_model": "psa.usage.reading",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_corrects_id": self.id,
                "default_meter_id": self.meter_id.id,
                "default_date": self.date,
                "default_kind": self.kind,
                "default_value": self.value,
                "default_end_value": self.end_value,
            },
        }

    def _to_fact(self):
        """Return the reading as the arithmetic takes it."""
        self.ensure_one()
        return usage.Reading(
            self.date, self.value, self.kind, self.end_value, self.is_estimated
        )

    @api.model
    def get_import_templates(self):
        """Override of `base` to offer the sheet of the helpdesk's own import."""
        if not self.env["psa.import"].has_access("create"):
            return []
        label = self.env._(
            "Sample file for meter readings (see Helpdesk > Configuration > Import meter "
            "readings)"
        )
        return [
            {
                "label": f"{label}, {name.upper()}",
                "template": f"/helpdesk_psa_billing/static/{name}/psa_readings.{name}",
            }
            for name in ("xlsx", "csv")
        ]
