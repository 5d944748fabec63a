from odoo import api, fields, models

from ...const import ALLOWANCE_OVERRUNS, ALLOWANCE_UNITS
from ...tools.allowance_unit import to_units


class PsaLineAllowanceMixin(models.AbstractModel):
    """Hours, money or incidents that a line of an agreement includes in each period."""

    _name = "psa.line.allowance.mixin"
    _description = "Included in a Period"

    # The line has it; Monetary asks for it here.
    currency_id = fields.Many2one("res.currency")

    allowance_unit = fields.Selection(
        ALLOWANCE_UNITS,
        string="Includes",
        help="What the price of a period includes: work under the agreement is paid from "
        "it. Empty: nothing.",
    )
    allowance_quantity = fields.Float(
        string="Included per period",
        help="Hours, money or incidents per whole period; for part of one in proportion to "
        "its days.",
    )
    allowance_service_type_ids = fields.Many2many(
        "psa.service.type",
        "psa_line_allowance_service_type_rel",
        "line_id",
        "service_type_id",
        string="Included for",
        ondelete="restrict",
        help="What is included pays for work of these types only. Empty: for those of the "
        "line.",
    )
    allowance_keep_months = fields.Integer(
        string="Kept",
        help="Months for which the rest of a period is usable after it. 0: it expires with "
        "the period.",
    )
    allowance_rollover = fields.Boolean(
        string="Rest goes to the next period",
        help="What is left when it would expire is added to the next period.",
    )
    allowance_rollover_cap = fields.Float(
        string="At most",
        help="Hours, money or incidents that go to the next period; the rest expires. 0: "
        "all of it.",
    )
    allowance_overrun = fields.Selection(
        ALLOWANCE_OVERRUNS,
        string="Work beyond it",
        help="Empty: as the company's settings say.",
    )
    allowance_overrun_price = fields.Monetary(
        string="Price beyond it",
        help="Per hour, of work beyond it. 0: what the work costs without it.",
    )

    _allowance_check = models.Constraint(
        "CHECK (allowance_quantity >= 0 AND allowance_keep_months >= 0 "
        "AND allowance_rollover_cap >= 0 AND allowance_overrun_price >= 0)",
        "What a period includes is not negative.",
    )

    @api.model
    def _get_term_fields(self):
        """Override: what is included is agreed upon like the rest."""
        return super()._get_term_fields() | {
            "allowance_unit",
            "allowance_quantity",
            "allowance_service_type_ids",
            "allowance_keep_months",
            "allowance_rollover",
            "allowance_rollover_cap",
            "allowance_overrun",
            "allowance_overrun_price",
        }

    def _has_allowance(self):
        """Tell whether periods of the line include something."""
        self.ensure_one()
        return bool(self.allowance_unit and self.allowance_quantity)

    def _is_later_than(self, other):
        """Tell whether the line is another one, or continues it with other terms."""
        self.ensure_one()
        line, seen = self, self.browse()
        while line and line not in seen:
            if line == other:
                return True
            seen |= line
            line = line.replaces_id
        return False

    def _prepare_allowance_values(self):
        """Return the terms of what a period includes."""
        self.ensure_one()
        company = self.company_id
        values = self.env["psa.allowance"]._prepare_company_values(company)
        service_types = self.allowance_service_type_ids or self.service_type_ids
        return {
            **values,
            "customer_id": self.customer_id.id,
            "agreement_id": self.agreement_id.id,
            "agreement_line_id": self.id,
            "currency_id": self.currency_id.id,
            "user_id": self.agreement_id.user_id.id,
            "unit": self.allowance_unit,
            "service_type_ids": [fields.Command.set(service_types.ids)],
            "site_ids": [fields.Command.set(self.site_ids.ids)],
            "rollover": self.allowance_rollover,
            "rollover_cap": to_units(self.allowance_unit, self.allowance_rollover_cap),
            "overrun": self.allowance_overrun or values["overrun"],
            "overrun_price": self.allowance_overrun_price,
            # Each month some of it expires: nobody needs to be told of that.
            "alert_expiry_days": 0,
        }
