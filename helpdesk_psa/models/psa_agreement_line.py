from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PsaAgreementLine(models.Model):
    """A dated term of an agreement: what is covered, from when, and how."""

    _name = "psa.agreement.line"
    _description = "Agreement Line"
    _order = "agreement_id, sequence, date_from, id"
    _check_company_auto = True

    agreement_id = fields.Many2one(
        "psa.agreement", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(
        string="Description",
        required=True,
        help="What is promised, for example “Repair of printers within 8 hours”.",
    )
    sequence = fields.Integer(
        default=10,
        help="Of two lines that cover the same work equally closely, the upper one counts.",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    customer_id = fields.Many2one(
        related="agreement_id.customer_id", store=True, index=True
    )
    customer_group_id = fields.Many2one(
        related="agreement_id.customer_group_id", store=True, index="btree_not_null"
    )
    date_from = fields.Date(
        string="From",
        required=True,
        compute="_compute_date_from",
        store=True,
        readonly=False,
        precompute=True,
        help="First day.",
    )
    date_until = fields.Date(
        string="Until",
        help="First day on which it no longer holds. Empty: as long as the agreement.",
    )
    amendment_id = fields.Many2one(
        "psa.agreement.amendment",
        string="Opened by",
        index="btree_not_null",
        ondelete="cascade",
        copy=False,
        help="The amendment that brought the line; empty for the original terms.",
    )
    closing_amendment_id = fields.Many2one(
        "psa.agreement.amendment",
        string="Closed by",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    replaces_id = fields.Many2one(
        "psa.agreement.line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        help="The line that it continues with other terms.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("planned", "To come"),
            ("current", "In force"),
            ("over", "Over"),
        ],
        compute="_compute_state",
    )

    # Scope: each kind that is filled is a condition, within a kind one is enough.
    site_ids = fields.Many2many(
        "res.partner",
        "psa_agreement_line_site_rel",
        "line_id",
        "site_id",
        ondelete="restrict",
        string="Sites",
        domain="[('type', '=', 'psa_site'), ('parent_id', 'child_of', customer_id)]",
        help="Empty: all sites.",
    )
    equipment_ids = fields.Many2many(
        "psa.equipment",
        "psa_agreement_line_equipment_rel",
        "line_id",
        "equipment_id",
        ondelete="restrict",
        domain="[('customer_id', 'child_of', customer_id), "
        "('company_id', '=', company_id)]",
        help="With the categories: only work on one of these. Both empty: any work.",
    )
    equipment_category_ids = fields.Many2many(
        "psa.equipment.category",
        "psa_agreement_line_equipment_category_rel",
        "line_id",
        "category_id",
        ondelete="restrict",
        string="Equipment categories",
        check_company=True,
        help="And the categories below them.",
    )
    ticket_type_ids = fields.Many2many(
        "psa.ticket.type",
        "psa_agreement_line_ticket_type_rel",
        "line_id",
        "type_id",
        ondelete="restrict",
        string="Ticket types",
        check_company=True,
        help="Empty: all types.",
    )
    ticket_category_ids = fields.Many2many(
        "psa.ticket.category",
        "psa_agreement_line_ticket_category_rel",
        "line_id",
        "category_id",
        ondelete="restrict",
        string="Ticket categories",
        check_company=True,
        help="And the categories below them. Empty: all.",
    )

    service_type_ids = fields.Many2many(
        "psa.service.type",
        "psa_agreement_line_service_type_rel",
        "line_id",
        "service_type_id",
        ondelete="restrict",
        string="Service types",
        check_company=True,
        help="Empty: all kinds of work.",
    )
    sla_policy_id = fields.Many2one(
        "psa.sla.policy",
        string="SLA policy",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Deadlines of the tickets that the line covers. Empty: as for customers "
        "without an agreement.",
    )

    _dates_check = models.Constraint(
        "CHECK (date_until IS NULL OR date_until > date_from)",
        "A line must hold for at least one day.",
    )

    # === COMPUTES === #

    @api.depends("agreement_id", "amendment_id")
    def _compute_date_from(self):
        for line in self:
            line.date_from = (
                line.date_from or line.amendment_id.date or line.agreement_id.date_start
            )

    @api.depends("name", "agreement_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = self.env._(
                "%(agreement)s: %(line)s",
                agreement=line.agreement_id.name,
                line=line.name,
            )

    @api.depends("agreement_id.state", "amendment_id.state", "date_from", "date_until")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for line in self:
            if line._is_draft():
                line.state = "draft"
            elif line.date_from and line.date_from > today:
                line.state = "planned"
            elif line.date_until and line.date_until <= today:
                line.state = "over"
            else:
                line.state = "current"

    def _is_draft(self):
        """Tell whether the line binds nobody yet."""
        self.ensure_one()
        return "draft" in (self.agreement_id.state, self.amendment_id.state)

    # === CHECKS === #

    @api.constrains("site_ids", "equipment_ids", "agreement_id")
    def _check_scope(self):
        for line in self:
            customer = line.customer_id
            strangers = line.site_ids.filtered(
                lambda site, customer=customer: not _is_below(site.parent_id, customer)
            )
            strangers_equipment = line.equipment_ids.filtered(
                lambda it, customer=customer: not _is_below(it.customer_id, customer)
            )
            for stranger in (*strangers, *strangers_equipment):
                raise ValidationError(
                    self.env._(
                        "“%(name)s” does not belong to %(customer)s, whom the agreement "
                        "is with.",
                        name=stranger.display_name,
                        customer=customer.display_name,
                    )
                )

    # === CREATE, CHANGE: ONLY DRAFTS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_are_drafts()
        self.env["psa.agreement"]._clear_terms()
        return lines

    def write(self, vals):
        if vals.keys() & self._get_term_fields():
            self._check_are_drafts()
        result = super().write(vals)
        if vals.keys() & self._get_term_fields():
            self._check_are_drafts()
        self.env["psa.agreement"]._clear_terms()
        return result

    def unlink(self):
        self._check_are_drafts()
        result = super().unlink()
        self.env["psa.agreement"]._clear_terms()
        return result

    @api.model
    def _get_term_fields(self):
        """Return the fields that are never changed on a line in force.

        Override to add what another add-on agrees upon, for example prices.
        """
        return {
            "agreement_id",
            "amendment_id",
            "closing_amendment_id",
            "date_from",
            "date_until",
            "site_ids",
            "equipment_ids",
            "equipment_category_ids",
            "service_type_ids",
            "sla_policy_id",
            "ticket_type_ids",
            "ticket_category_ids",
        }

    def _check_are_drafts(self):
        """Refuse to change terms that are in force: what was agreed in April stays.

        :raise UserError: saying how terms are changed
        """
        for line in self:
            if not line._is_draft():
                raise UserError(
                    self.env._(
                        "The terms of “%(agreement)s” are in force and are not edited. "
                        "Press “Amend” on the agreement: the amendment closes this line at "
                        "its date and opens a new one.",
                        agreement=line.agreement_id.display_name,
                    )
                )


def _is_below(partner, customer):
    """Tell whether a partner is a customer or a company below it."""
    while partner and partner != customer:
        partner = partner.parent_id
    return bool(partner)
