from odoo import api, fields, models

GROUPS = "helpdesk_psa_billing.group_psa_billing_user"


class PsaMoveProofMixin(models.AbstractModel):
    """What an invoice bills, and the work that it tells of beside that."""

    _name = "psa.move.proof.mixin"
    _description = "Proof of an Invoice"
    _inherit = ["psa.billed.mixin"]

    _psa_billed_fields = ("move_id", "told_move_id")

    psa_proof_charge_ids = fields.Many2many(
        "psa.charge",
        string="What it bills and tells of",
        compute="_compute_psa_proof",
        groups=GROUPS,
        help="Also work that agreements or allowances pay for, and that it tells of.",
    )
    psa_is_proof_uneven = fields.Boolean(
        compute="_compute_psa_proof",
        groups=GROUPS,
        help="Some line says something else than the charges that it bills.",
    )

    @api.depends("psa_is_charged", "invoice_line_ids.price_subtotal")
    def _compute_psa_proof(self):
        charged = self.filtered("psa_is_charged")
        charges = charged._psa_get_origins() if charged else self.env["psa.charge"]
        # sudo: on which invoice a charge stands, for whoever sees the invoice
        by_move = charges.grouped(lambda it: it.sudo()._get_told_move().id)
        for move in self:
            differing = move.invoice_line_ids.filtered("psa_difference")
            move.psa_proof_charge_ids = by_move.get(
                move._origin.id, charges.browse()
            ).sorted(lambda it: (it.work_date, it.id))
            move.psa_proof_difference = sum(differing.mapped("psa_difference"))
            move.psa_is_proof_uneven = bool(differing)

    def _get_psa_charges(self):
        """Return the charges that invoices bill or tell of.

        In sudo: whoever may see an invoice may see what it is about.
        """
        charges_sudo = self.env["psa.charge"].sudo()
        if not self.ids:
            return charges_sudo
        return charges_sudo.search(self._psa_get_origin_domain())

    def _psa_get_proofs(self, lang=None):
        """Return the proofs of invoices: {invoice: `tools.proof.Proof`}.

        :param str lang: of the texts; each customer's own unless given
        """
        charges = self._get_psa_charges()
        by_move = charges.grouped(lambda it: it._get_told_move())
        return {
            move: by_move.get(move.sudo(), charges.browse())._get_proof(lang, move)
            for move in self
        }

    def _psa_get_proof(self, lang=None):
        """Return the proof of the invoice, see `_psa_get_proofs`."""
        self.ensure_one()
        return self._psa_get_proofs(lang)[self]

    # === LIFE === #

    def button_cancel(self):
        """Override of `account`: the next invoice tells of it."""
        charged = self.filtered("psa_is_charged")
        result = super().button_cancel()
        if charged:
            # sudo: whoever may cancel the invoice need not see the charges
            charges = self.env["psa.charge"].sudo()
            told = charges.search([("told_move_id", "in", charged.ids)])
            told.write({"told_move_id": False})
        return result
