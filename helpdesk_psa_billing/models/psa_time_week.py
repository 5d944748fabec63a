from odoo import api, models

from odoo.addons.helpdesk_psa.tools.duration import parse_duration


class PsaTimeWeek(models.AbstractModel):
    _inherit = "psa.time.week"

    @api.model
    def foresee_cell(self, text, day, row, employee_id=None):
        """Return what becomes of what stands in a cell, and why, as `psa.charge.foresee`.

        :param str text: as it is typed; see `set_cell` for the rest
        """
        employee = self._get_employee(employee_id)
        charges = self.env["psa.charge"]
        try:
            minutes = parse_duration(text)
        except ValueError:
            hint = self.env._("Type 1:30, 1.5, 1h30 or 90m.")
            return charges._prepare_hint(hint)
        entries = self._find_in_cell(employee, day, row)
        if len(entries) > 1:
            return charges._tell_stored(entries)
        values = self._prepare_entry_values(employee, day, row, minutes)
        lines = self.env["account.analytic.line"]
        if not entries:
            [values] = lines._psa_complete([values])
        entry = lines.new(values, origin=entries or None)
        return charges._foresee_entry(entry)
