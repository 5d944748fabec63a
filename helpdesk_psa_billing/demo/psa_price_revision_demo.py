from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command

ADDON = "helpdesk_psa_billing"

# Made up, though of the size of the published ones: months, first value, growth a month.
INDEXES = {
    "syntec": (30, 303.2, 1.0021),
    "icht": (30, 128.4, 1.0024),
    "fsd2": (30, 151.9, 1.0015),
}
# How the prices of some agreements change: values, months until then, what was decided.
REVISIONS = {
    "harbour": ({"revision_method": "index", "formula": "syntec"}, 3, None),
    "kestrel": ({"revision_method": "index", "formula": "syntec"}, 1, "notified"),
    "rivage": ({"revision_method": "index", "formula": "labour"}, 2, None),
    "oakridge": (
        {"revision_method": "percentage", "revision_percent": 3},
        1,
        "applied",
    ),
    "marlow": ({"revision_method": "percentage", "revision_percent": 2.5}, 1, "waived"),
}


class PsaDemo(models.AbstractModel):
    """Revises the prices of the demo customers: told, applied, waived and held up."""

    _inherit = "psa.demo"

    @api.model
    def _install_price_revisions(self):
        """Enter values of indexes, and revise the prices of the agreements that bill."""
        today = fields.Date.context_today(self)
        for key, (count, value, growth) in INDEXES.items():
            index = self.env.ref(f"{ADDON}.psa_price_index_{key}")
            if not index.value_ids:
                self._enter_values(index, today, count, value, growth)
        # One value is late, so that its revision waits for it.
        late = self.env.ref(f"{ADDON}.psa_price_index_fsd2")
        late.value_ids.sorted("month")[-2:].unlink()
        for key, (values, months, decision) in REVISIONS.items():
            agreement = self.env.ref(f"{ADDON}.psa_agreement_{key}_demo", False)
            if agreement and not agreement.revision_ids:
                date = today.replace(day=1) + relativedelta(months=months)
                self._revise(agreement, dict(values), date, decision)

    def _enter_values(self, index, today, count, value, growth):
        """Enter a value a month, up to the one that is expected to be out."""
        last = index._get_expected_month(today)
        index.value_ids = [
            Command.create(
                {
                    "month": last - relativedelta(months=count - 1 - number),
                    "value": round(value * growth**number + (number % 3) * 0.1, 1),
                }
            )
            for number in range(count)
        ]

    def _revise(self, agreement, values, date, decision):
        """Have the prices of an agreement change on a day, and decide on it."""
        if "formula" in values:
            name = f"{ADDON}.psa_price_formula_{values.pop('formula')}"
            values["revision_formula_id"] = self.env.ref(name).id
        agreement.write(
            {
                **values,
                "revision_anchor": "month",
                "revision_month": str(date.month),
                "revision_first_date": date,
            }
        )
        revision = agreement._prepare_revision(fields.Date.context_today(self))
        if decision == "waived":
            revision._waive(self.env._("Agreed with the last amendment"))
        elif decision:
            revision.action_mark_notified()
            if decision == "applied":
                revision.action_apply()
        else:
            agreement._remind_of_revision(revision)
