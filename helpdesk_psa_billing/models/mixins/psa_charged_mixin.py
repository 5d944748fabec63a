from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class PsaChargedMixin(models.AbstractModel):
    """Work that is charged: as it changes its draft charges follow, until one is approved.

    Models that inherit it say in `_psa_get_work_facts` what the rules ask, as records: see
    `_make_work`.
    """

    _name = "psa.charged.mixin"
    _description = "Charged Work"

    psa_charge_explanation = fields.Text(
        string="Billing",
        compute="_compute_psa_charge_explanation",
        help="What becomes of it on the invoice, and why.",
    )

    def _compute_psa_charge_explanation(self):
        # sudo: whoever sees the work may know what becomes of it
        charges = self.env["psa.charge"].sudo()._get_charges_of_work(self)
        texts = {}
        for charge in charges.filtered(lambda it: not it.reverses_id):
            text = charge._get_shown_explanation() or ""
            texts.setdefault(charge._get_source().id, []).append(text)
        for record in self:
            record.psa_charge_explanation = "\n".join(texts.get(record.id, ())) or False

    # === LIFE === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        work = records._psa_get_chargeable().sudo()
        # Nothing to look for unless somebody bills it.
        if work := work.filtered(lambda it: it._psa_is_charged()):
            self.env["psa.charge"]._rate_work(work)
        return records

    def write(self, vals):
        """Override: drafts follow what changes; what is approved does not change."""
        if not vals.keys() & self._psa_get_rated_fields():
            return super().write(vals)
        work = self._psa_get_chargeable()
        work._psa_check_uncharged()
        companions = work._psa_get_companions()
        result = super().write(vals)
        (work | self._psa_get_chargeable())._psa_rate()
        self.env["psa.charge"]._rate_again(*companions)
        return result

    def unlink(self):
        """Override: proposals go with the work, and allowances get theirs back."""
        if not self._psa_get_chargeable():
            return super().unlink()
        self._psa_check_uncharged()
        companions = self._psa_get_companions()
        # sudo: drafts follow from the work, whoever deletes it
        self.env["psa.charge"].sudo()._get_charges_of_work(self).unlink()
        result = super().unlink()
        self.env["psa.charge"]._rate_again(*companions)
        return result

    def _psa_rate(self):
        """Make the draft charges what the rules say today."""
        work = self.sudo()
        rejected = work.filtered(lambda it: not it._psa_is_charged())
        work -= rejected
        charges = self.env["psa.charge"].sudo()
        if rejected:
            charges._get_charges_of_work(rejected).filtered(
                lambda it: it.state == "draft"
            ).unlink()
        if work:
            charges._rate_work(work)

    def _psa_get_companions(self):
        """Return other work whose charges depend on these: (time entries, items)."""
        # Nothing to look for unless somebody bills it.
        work = self.sudo().filtered(lambda it: it._psa_is_charged())
        return self.env["psa.charge"].sudo()._get_companions(work)

    def _psa_check_uncharged(self):
        """Refuse to change or delete work of which a charge is approved.

        :raise UserError: with the way out
        """
        if not self:
            return
        # sudo: to tell why it is refused
        charges = self.env["psa.charge"].sudo()._get_charges_of_work(self)
        frozen = charges.filtered(lambda it: it.state != "draft")[:1]
        if not frozen:
            return
        if move := charges.move_id[:1]:
            raise UserError(
                self.env._(
                    "“%(work)s” is on %(invoice)s. Delete the draft, or credit the "
                    "invoice; work that is invoiced stays as it was.",
                    work=frozen.name,
                    invoice=move.display_name,
                )
            )
        raise UserError(
            self.env._(
                "The charge of “%(work)s” is approved. Take the approval back first, "
                "under Billing › Charges.",
                work=frozen.name,
            )
        )

    # === HOOKS === #

    def _psa_get_chargeable(self):
        """Return those of these that may have charges at all."""
        return self

    def _psa_get_rated_fields(self):
        """Return the fields that decide what becomes of the work."""
        return set()

    def _psa_is_charged(self):
        """Tell whether it is somebody's business to bill the work."""
        self.ensure_one()
        start = self.company_id.psa_work_billing_start
        return bool(start and self.date and self.date >= start)

    def _psa_get_missing_domain(self):
        """Return the domain of work that ought to have a charge and has none."""
        companies = self.env["res.company"].search(
            [("psa_work_billing_start", "!=", False)]
        )
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date", ">=", company.psa_work_billing_start)
            for company in companies
        ) & Domain("psa_charge_ids", "=", False)

    def _psa_describe_work(self):
        """Return in words what the work was, in the language of the context."""
        self.ensure_one()
        return self.display_name

    @api.model
    def _psa_find_warranty(self, equipment, day, coverages):
        """Return the exemption of work on things that are all in warranty, else ().

        :param coverages: what of the warranty is about the work
        """
        if not equipment or not all(
            it.warranty_end
            and it.warranty_coverage in coverages
            and (not it.warranty_start or it.warranty_start <= day)
            and day <= it.warranty_end
            for it in equipment
        ):
            return ()
        return ("warranty", equipment[0]._origin.id)
