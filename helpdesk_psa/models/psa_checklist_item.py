from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PsaChecklistItem(models.Model):
    """One thing to check or to measure: in a checklist, or filled in on a visit or ticket."""

    _name = "psa.checklist.item"
    _description = "Checklist Item"
    _inherit = ["psa.intervention.part.mixin", "psa.photo.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    checklist_id = fields.Many2one(
        "psa.checklist", index="btree_not_null", ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="What", required=True, translate=True)
    kind = fields.Selection(
        [
            ("check", "Check"),
            ("measure", "Measure"),
            ("text", "Text"),
            ("photo", "Photo"),
        ],
        required=True,
        default="check",
        help="What the technician gives: a tick, a number, some words or a photo.",
    )
    is_required = fields.Boolean(
        string="Required", help="The visit cannot be done while it is empty."
    )
    unit = fields.Char(help="Unit of the measure, for example V, °C or bar.")
    minimum = fields.Float(digits=(16, 3), help="Smallest good value, in the unit.")
    maximum = fields.Float(
        digits=(16, 3),
        help="Largest good value, in the unit. Equal to the minimum: no limits.",
    )

    # What the technician fills in
    is_checked = fields.Boolean(string="Done", copy=False)
    value = fields.Float(digits=(16, 3), copy=False, help="In the unit of the item.")
    is_measured = fields.Boolean(
        copy=False, help="A value was given: 0 is a value, too."
    )
    text = fields.Text(copy=False)
    photo_ids = fields.Many2many(
        "ir.attachment",
        "psa_checklist_item_photo_rel",
        "item_id",
        "attachment_id",
        string="Photos",
        copy=False,
        bypass_search_access=True,
    )
    photo_count = fields.Integer(
        compute="_compute_photo_count", string="Number of photos"
    )
    limits = fields.Char(
        compute="_compute_limits", help="Between which values the measure is good."
    )
    is_filled = fields.Boolean(compute="_compute_is_filled")
    is_out_of_limits = fields.Boolean(compute="_compute_is_out_of_limits")

    @api.depends("checklist_id.company_id")
    def _compute_company_id(self):
        """An item of a checklist belongs to the checklist's company, if it has one."""
        for item in self:
            owner = item.checklist_id or item.intervention_id or item.ticket_id
            item.company_id = owner.company_id

    @api.depends("photo_ids")
    def _compute_photo_count(self):
        for item in self:
            item.photo_count = len(item.photo_ids)

    @api.depends("kind", "minimum", "maximum", "unit")
    def _compute_limits(self):
        for item in self:
            item.limits = (
                item.kind == "measure"
                and item.minimum != item.maximum
                and f"{item.minimum:g} – {item.maximum:g} {item.unit or ''}".strip()
            )

    @api.depends("kind", "is_checked", "is_measured", "text", "photo_ids")
    def _compute_is_filled(self):
        for item in self:
            item.is_filled = bool(
                {
                    "check": item.is_checked,
                    "measure": item.is_measured,
                    "text": item.text and item.text.strip(),
                    "photo": item.photo_ids,
                }[item.kind]
            )

    @api.depends("value", "is_measured", "minimum", "maximum", "kind")
    def _compute_is_out_of_limits(self):
        for item in self:
            item.is_out_of_limits = (
                item.kind == "measure"
                and item.is_measured
                and item.minimum != item.maximum
                and not item.minimum <= item.value <= item.maximum
            )

    @api.constrains("checklist_id", "intervention_id", "ticket_id")
    def _check_owner(self):
        self._check_has_owner(["checklist_id", "intervention_id", "ticket_id"])

    @api.constrains("minimum", "maximum")
    def _check_limits(self):
        for item in self:
            if item.minimum > item.maximum:
                raise ValidationError(
                    self.env._(
                        "The smallest good value of “%(item)s” is above the largest.",
                        item=item.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create([self._mark_measured(vals) for vals in vals_list])
        items._own_photos()
        return items

    def write(self, vals):
        result = super().write(self._mark_measured(vals))
        if "photo_ids" in vals:
            self._own_photos()
        return result

    def _get_sheet(self):
        return self.intervention_id

    def _mark_measured(self, vals):
        """Whoever types a value has measured."""
        return {"is_measured": True, **vals} if vals.get("value") else vals

    def action_toggle(self):
        """Tick the item, or take the tick away."""
        for item in self:
            item.is_checked = not item.is_checked
        return True
