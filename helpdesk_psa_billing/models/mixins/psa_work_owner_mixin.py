from odoo import fields, models


class PsaWorkOwnerMixin(models.AbstractModel):
    """A ticket or visit: what changes about it changes what becomes of its work.

    What is approved or invoiced of it stays.
    """

    _name = "psa.work.owner.mixin"
    _description = "Owner of Charged Work"

    _inherit = ["psa.charges.button.mixin"]

    psa_invoiced_count = fields.Integer(
        string="Number of invoices",
        compute="_compute_psa_invoiced_count",
        groups="helpdesk_psa_billing.group_psa_billing_user",
        help="Invoices and credit notes that bill the work, or tell of it.",
    )

    def _compute_psa_invoiced_count(self):
        for record in self:
            record.psa_invoiced_count = len(record._psa_get_invoices())

    def _psa_get_invoices(self):
        """Return the invoices that bill the work, or tell of it."""
        charges = self.env["psa.charge"].search(
            [(self._psa_charge_field, "in", self.ids)]
        )
        return charges.move_id | charges.told_move_id

    def action_psa_open_work_invoices(self):
        """Open the invoices that bill the work, or tell of it."""
        self.ensure_one()
        invoices = self._psa_get_invoices()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices"),
            "res_model": "account.move",
        }
        if len(invoices) == 1:
            return {**action, "views": [(False, "form")], "res_id": invoices.id}
        return {
            **action,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", invoices.ids)],
        }

    def write(self, vals):
        if not vals.keys() & self._psa_get_rated_fields():
            return super().write(vals)
        # Also what depends on it: a former customer's allowance gets its part back.
        work = self.env["psa.charge"].sudo()._add_companions(*self._psa_get_work())
        result = super().write(vals)
        self.env["psa.charge"]._rate_again(*work)
        return result

    def unlink(self):
        """Override: proposals for its parts and expenses go with it.

        Its time stays, and stays charged as it was.
        """
        time, items = self._psa_get_work()
        items._psa_check_uncharged()
        # sudo: whoever may delete it need not see the charges
        charges = self.env["psa.charge"].sudo()
        others, other_items = charges._get_companions(items)
        charges._get_charges_of_work(items).unlink()
        result = super().unlink()
        charges._rate_again(others - time, other_items)
        return result

    def _psa_get_work(self):
        """Return the work of these: (time entries, items)."""
        # sudo: colleagues' work as well
        return tuple(
            self.env[model].sudo().search(self._psa_get_work_domain(model))
            for model in ("account.analytic.line", "psa.item")
        )

    def _psa_get_rated_fields(self):
        """Return the fields that decide what becomes of the work."""
        return set()

    def _psa_get_work_domain(self, model):
        """Return the domain of the work of these.

        :param str model: `account.analytic.line` or `psa.item`
        """
        name = self._psa_charge_field
        if model == "account.analytic.line":
            name = f"psa_{name}"
        return [(name, "in", self.ids)]
