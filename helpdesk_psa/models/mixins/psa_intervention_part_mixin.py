from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Whether the customer pays is decided in the office, and may change after the signature.
OFFICE_FIELDS = {"is_billable"}


class PsaInterventionPartMixin(models.AbstractModel):
    """A row of an intervention's sheet, or of a ticket: seen by whoever sees the whole.

    Nothing of a signed sheet changes any more.
    """

    _name = "psa.intervention.part.mixin"
    _description = "Part of an Intervention or Ticket"

    intervention_id = fields.Many2one(
        "psa.intervention",
        index="btree_not_null",
        check_company=True,
        ondelete="cascade",
    )
    ticket_id = fields.Many2one(
        "psa.ticket",
        index="btree_not_null",
        check_company=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    # Stored, because record rules read them.
    team_id = fields.Many2one(
        "psa.team",
        compute="_compute_owner",
        store=True,
        index="btree_not_null",
    )
    customer_group_id = fields.Many2one(
        "psa.customer.group",
        compute="_compute_owner",
        store=True,
        index="btree_not_null",
    )

    @api.depends("intervention_id.company_id", "ticket_id.company_id")
    def _compute_company_id(self):
        for part in self:
            owner = part.intervention_id or part.ticket_id
            part.company_id = owner.company_id

    @api.depends(
        "intervention_id.team_id",
        "intervention_id.customer_group_id",
        "ticket_id.team_id",
        "ticket_id.customer_group_id",
    )
    def _compute_owner(self):
        for part in self:
            owner = part.intervention_id or part.ticket_id
            part.team_id = owner.team_id
            part.customer_group_id = owner.customer_group_id

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.intervention_id._hold_unlocked()
        return parts

    def write(self, vals):
        if vals.keys() - OFFICE_FIELDS:
            self.intervention_id._hold_unlocked()
        result = super().write(vals)
        if vals.get("intervention_id"):
            self.intervention_id._hold_unlocked()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self.intervention_id._hold_unlocked()

    def _check_has_owner(self, field_names):
        """Check that each record belongs to exactly one of some fields' records."""
        for part in self:
            if sum(bool(part[name]) for name in field_names) != 1:
                raise ValidationError(
                    self.env._(
                        "“%(part)s” belongs to nothing, or to more than one thing.",
                        part=part.display_name,
                    )
                )
