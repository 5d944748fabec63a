from odoo import api, fields, models


class PsaInterventionAgreementMixin(models.AbstractModel):
    """Which agreement covers a visit, and why: its ticket's, else the closest one."""

    _name = "psa.intervention.agreement.mixin"
    _description = "Agreement of an Intervention"

    agreement_id = fields.Many2one(
        "psa.agreement",
        compute="_compute_agreement_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('company_id', '=', company_id), ('state', '!=', 'draft'), "
        "('customer_id', 'parent_of', customer_id)]",
        help="Under which agreement the work is done. It is the ticket's, or else found by "
        "the equipment, the site and the customer; what you choose stays.",
    )
    agreement_reason = fields.Char(
        compute="_compute_agreement_reason", string="Why this agreement"
    )

    @api.depends("company_id", "customer_id", "site_id", "equipment_ids")
    def _compute_agreement_id(self):
        for intervention in self:
            agreement = intervention.agreement_id
            if intervention._origin and intervention._fits_agreement(agreement):
                continue  # a planned visit keeps what somebody may have chosen
            ticket = intervention._get_only_ticket()
            if ticket.agreement_id:
                intervention.agreement_id = ticket.agreement_id
                continue
            match = intervention._match_agreement()
            intervention.agreement_id = match and match.term.agreement_id

    def _fits_agreement(self, agreement):
        """Tell whether there is an agreement, with the customer or a company above."""
        lineage = agreement._get_lineage_ids(self.customer_id)
        return bool(agreement) and agreement.sudo().customer_id.id in lineage

    def _match_agreement(self):
        """Return the `Match` of what covers the visit, None if nothing does."""
        self.ensure_one()
        agreements = self.env["psa.agreement"]
        if not agreements._is_covered(self.company_id, self.customer_id):
            return None
        request = {
            "day": self._get_work_day(),
            "customer": self.customer_id,
            "site": self.site_id,
            "equipment": self.equipment_ids,
        }
        return agreements._find_matches(self.company_id, [request])[0]

    def _get_work_day(self):
        """Return the day of the work, by the company's clock: planned, else requested."""
        self.ensure_one()
        # sudo: everybody may know what time it is at the company
        tz = self.company_id.sudo().resource_calendar_id.tz or "UTC"
        moment = self.planned_start or self.requested_at or fields.Datetime.now()
        return fields.Datetime.context_timestamp(
            self.with_context(tz=tz), moment
        ).date()

    @api.depends("agreement_id", "equipment_ids", "site_id", "planned_start")
    def _compute_agreement_reason(self):
        for intervention in self:
            agreement = intervention.agreement_id
            match = intervention._match_agreement() if agreement else None
            found = bool(match) and match.term.agreement_id == agreement._origin.id
            intervention.agreement_reason = found and agreement._explain_match(match)
