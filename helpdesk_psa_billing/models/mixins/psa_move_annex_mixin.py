from odoo import models

from ...tools.presence import compare, thaw


class PsaMoveAnnexMixin(models.AbstractModel):
    """Lists on an invoice what was counted for it, and what is new since the last one."""

    _name = "psa.move.annex.mixin"
    _description = "Annex of an Invoice"

    def _psa_get_annex(self):
        """Return what was counted for the invoice, in the language of the context.

        :return: a dict for each charge of something counted: its name, rows and whether
            units or days are worth a column
        """
        self.ensure_one()
        # sudo: whoever may see the invoice may see what it is about
        charges = self.sudo().invoice_line_ids.psa_charge_ids.filtered("counted")
        former = charges._get_former_counts()
        return [
            self._psa_prepare_annex(charge, former.get(charge))
            for charge in charges.sorted(
                lambda it: (it.agreement_line_id.id, it.work_date, it.sequence)
            )
        ]

    def _psa_prepare_annex(self, charge, former):
        """Return the table of a charge.

        :param former: what was counted the last time, None if this is the first time
        """
        counted = [thaw(values) for values in charge.counted]
        difference = compare([thaw(it) for it in former or ()], counted)
        added = set() if former is None else set(difference.added)
        before = {after: was for was, after in difference.changed}
        rows = [
            self._psa_prepare_annex_row(charge, it, it in added, before.get(it))
            for it in counted
        ]
        removed = [] if former is None else difference.removed
        return {
            "title": charge.name,
            "rows": rows,
            "removed": [(it.name, it.reference) for it in removed],
            "has_quantity": any(it.quantity != 1 for it in counted),
            "has_days": any(row["days"] for row in rows),
            "kind": charge.agreement_line_id.quantity_method,
            "quantity": sum(it.quantity for it in counted),
        }

    def _psa_prepare_annex_row(self, charge, presence, is_new, before):
        return {
            "name": presence.name,
            "reference": presence.reference,
            "quantity": presence.quantity,
            "days": charge.period_id._get_days_text(presence),
            "is_new": is_new,
            "before": before and before.quantity,
        }
