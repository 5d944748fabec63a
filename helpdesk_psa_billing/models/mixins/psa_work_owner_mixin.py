from odoo import models


class PsaWorkOwnerMixin(models.AbstractModel):
    """A ticket or visit: what changes about it changes what becomes of its work.

    What is approved or invoiced of it stays.
    """

    _name = "psa.work.owner.mixin"
    _description = "Owner of Charged Work"

    _inherit = ["psa.charges.button.mixin"]

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & self._psa_get_rated_fields():
            self._psa_rate_work()
        return result

    def unlink(self):
        """Override: proposals for its parts and expenses go with it."""
        # sudo: whoever may delete it need not see the charges
        items = (
            self.env["psa.item"].sudo().search(self._psa_get_work_domain("psa.item"))
        )
        items._psa_check_uncharged()
        self.env["psa.charge"].sudo()._get_charges_of_work(items).unlink()
        return super().unlink()

    def _psa_rate_work(self):
        """Have the rules decide anew about the work of these."""
        for model in ("account.analytic.line", "psa.item"):
            # sudo: colleagues' work as well
            work = self.env[model].sudo().search(self._psa_get_work_domain(model))
            work._psa_rate()

    def _psa_get_rated_fields(self):
        """Return the fields that decide what becomes of the work."""
        return set()

    def _psa_get_work_domain(self, model):
        """Return the domain of the work of these.

        :param str model: `account.analytic.line` or `psa.item`
        """
        name = self._psa_get_charge_field()
        if model == "account.analytic.line":
            name = f"psa_{name}"
        return [(name, "in", self.ids)]
