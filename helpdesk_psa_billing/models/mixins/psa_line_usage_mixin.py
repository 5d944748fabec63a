from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools import usage
from ...tools.presence import Presence
from .psa_line_count_mixin import _get_families

# Lines are invoiced by the readings of meters.
USAGE = "usage"


class PsaLineUsageMixin(models.AbstractModel):
    """Bills what the meters of a line's product say was used."""

    _name = "psa.line.usage.mixin"
    _description = "Agreement Line by Usage"

    @api.onchange("quantity_method")
    def _onchange_quantity_method_usage(self):
        if self.quantity_method == USAGE:
            self.billing_timing = "arrears"
            self.charge_kind = "recurring"
            self.count_by_day = False

    @api.constrains("quantity_method", "billing_timing", "charge_kind", "count_by_day")
    def _check_usage(self):
        """What is used is known when a period is over."""
        for line in self.filtered(lambda it: it.quantity_method == USAGE):
            if line.billing_timing != "arrears" or line.charge_kind != "recurring":
                raise ValidationError(
                    self.env._(
                        "“%(line)s” is invoiced by meter readings, which are known once a "
                        "period is over. Choose “In arrears” and “Each period”.",
                        line=line.name,
                    )
                )
            if line.count_by_day:
                raise ValidationError(
                    self.env._(
                        "“%(line)s” is invoiced by meter readings: these are not counted by "
                        "the day. Untick it.",
                        line=line.name,
                    )
                )

    def _get_meters(self):
        """Return the meters that the lines bill: {line: meters}."""
        # sudo: what is billed does not depend on who asks
        meters = self.env["psa.usage.meter"].sudo()
        found = dict.fromkeys(self, meters)
        lines = self.sudo().filtered(lambda it: it.quantity_method == USAGE)
        if not lines:
            return found
        families = _get_families(lines.customer_id)
        every = meters.search(
            Domain("product_id", "in", lines.product_id.ids)
            & Domain("customer_id", "in", list(set().union(*families.values())))
            & Domain("company_id", "in", lines.company_id.ids)
        )
        for key in self:
            line = key.sudo()
            if line in lines:
                family = families[line.customer_id.id]
                found[key] = every.filtered(
                    lambda it, line=line, family=family: (
                        it.customer_id.id in family and line._is_about_meter(it)
                    )
                )
        return found

    def _is_about_meter(self, meter):
        """Tell whether the line bills a meter of the customer."""
        self.ensure_one()
        if (meter.company_id, meter.product_id) != (self.company_id, self.product_id):
            return False
        if meter.agreement_id and meter.agreement_id != self.agreement_id._origin:
            return False
        if self.site_ids and meter._get_site() not in self.site_ids._origin:
            return False
        return self._is_about_device(meter.equipment_id)

    def _is_about_device(self, equipment):
        """Tell whether the equipment of a meter is what the line is about, if it says so."""
        if not (self.equipment_ids or self.equipment_category_ids):
            return True
        if equipment in self.equipment_ids._origin:
            return True
        above = (equipment.category_id.parent_path or "").split("/")[:-1]
        return not {int(it) for it in above}.isdisjoint(self.equipment_category_ids.ids)

    def _get_usage(self, start, until):
        """Return what was used in [start, until), a presence for each meter.

        :return: {line: [Presence]}; a meter that was not read so far is left out
        """
        meters = self._get_meters()
        every = self.env["psa.usage.meter"].union(*meters.values())
        readings = every._get_readings()
        return {
            line: [
                presence
                for meter in mine
                if (presence := _build_presence(meter, readings[meter], start, until))
            ]
            for line, mine in meters.items()
        }

    def action_open_meters(self):
        """Open the meters that the lines bill."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_usage_meter_action"
        )
        ids = self.env["psa.usage.meter"].union(*self._get_meters().values()).ids
        line = self if len(self) == 1 else self.browse()
        context = {
            "default_customer_id": self.customer_id[:1].id,
            "default_product_id": line.product_id.id,
        }
        return {**action, "domain": [("id", "in", ids)], "context": context}


def _build_presence(meter, readings, start, until):
    """Return what a meter adds to a period, None if it was not there or never read."""
    span = meter._clip(start, until)
    used = span and usage.get_usage(readings, start, until, meter.capacity)
    if not used or not used.opening:
        return None
    values = [meter._format(it.value) for it in (used.opening, used.closing)]
    text = " → ".join(values)
    if used.is_estimated:
        text = meter.env._("%(values)s (estimated)", values=text)
    return Presence(
        model=meter._name,
        res_id=meter.id,
        name=meter.display_name,
        reference=text,
        quantity=float(used.quantity),
        spans=(span,),
    )
