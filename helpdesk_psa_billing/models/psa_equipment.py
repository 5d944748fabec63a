from odoo import api, models
from odoo.fields import Domain


class PsaEquipment(models.Model):
    _name = "psa.equipment"
    _inherit = [
        "psa.counted.mixin",
        "psa.metered.mixin",
        "psa.rating.fact.mixin",
        "psa.equipment",
    ]

    _psa_count_kind = "equipment"

    def write(self, vals):
        """Override: the day of installation is the first one that is billed by default."""
        if "install_date" not in vals:
            return super().write(vals)
        defaults = {thing: thing._psa_get_arrival() for thing in self}
        result = super().write(vals)
        # sudo: it follows from the day that the user may write
        for thing in self.sudo():
            stay = thing._psa_get_last_stay()
            if stay and stay[0].date_from == defaults[thing]:
                thing._psa_set_billed(thing._psa_get_arrival(), stay[-1].date_until)
        return result

    @api.model
    def _psa_get_presence_triggers(self):
        return super()._psa_get_presence_triggers() | {
            "serial_no",
            "company_id",
            "customer_id",
            "site_id",
            "category_id",
        }

    @api.model
    def _psa_get_countable_domain(self):
        return Domain.TRUE

    def _psa_get_presence_values(self):
        """Override: equipment is there until it is archived."""
        self.ensure_one()
        if not self.active:
            return None
        return {
            "name": self.name,
            "reference": self.serial_no,
            "company_id": self.company_id.id,
            "customer_id": self.customer_id.id,
            "site_id": self.site_id.id,
            "category_id": self.category_id.id,
            "product_id": False,
            "quantity": 1,
            "exclusion_id": self.psa_count_exclusion_id.id,
            "tag_ids": (),
        }

    def _psa_get_arrival(self):
        """Override: it is installed, or else entered."""
        return self.install_date or super()._psa_get_arrival()

    def _psa_install_presences(self):
        """Override: the moves tell where it was before."""
        self.filtered(lambda it: not it.move_ids)._psa_sync_presences({})
        vals_list = [vals for it in self for vals in it._psa_prepare_past_presences()]
        self.env["psa.presence"].create(vals_list)

    def _psa_prepare_past_presences(self):
        """Return the values of rows for where the equipment was, move by move."""
        self.ensure_one()
        values = self._psa_get_presence_values()
        moves = self.move_ids.sorted("at")
        if not values or not moves:
            return []
        names = (values.pop("name"), values.pop("reference"))
        places = [
            (move.from_customer_id, move.from_site_id, move.at.date()) for move in moves
        ] + [(self.customer_id, self.site_id, None)]
        start, rows = self._psa_get_arrival(), []
        for customer, site, until in places:
            if until and until <= start:
                continue
            row = {**values, "customer_id": customer.id, "site_id": site.id}
            row = self._psa_prepare_presence(row, names)
            rows.append({**row, "date_from": start, "date_until": until})
            start = until
        return rows

    # === WHAT ITS WORK COSTS === #

    def _psa_get_rating_fields(self):
        """Override: work in warranty is not billed, and rules may be about a category."""
        return {"category_id", "warranty_start", "warranty_end", "warranty_coverage"}

    def _psa_get_dependent_domain(self):
        return Domain("ticket_id.equipment_ids", "in", self.ids) | Domain(
            "intervention_id.equipment_ids", "in", self.ids
        )
