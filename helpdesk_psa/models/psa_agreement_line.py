from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..const import BY_DECISION
from ..tools.agreement_match import Term, clip, subtract


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

    is_locked = fields.Boolean(compute="_compute_state")
    scope = fields.Char(
        compute="_compute_scope",
        help="Which work the line is about, in words.",
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
            line.is_locked = bool(line.agreement_id.id) and not line._is_draft()
            if not line.is_locked:
                line.state = "draft"
            elif line.date_from and line.date_from > today:
                line.state = "planned"
            elif line.date_until and line.date_until <= today:
                line.state = "over"
            else:
                line.state = "current"

    @api.depends(lambda self: self._get_scope_fields())
    @api.depends_context("lang")
    def _compute_scope(self):
        for line in self:
            # sudo: an archived or hidden thing is still part of what was agreed
            names = [
                record.name
                for field in self._get_scope_fields()
                for record in line.sudo()[field]
            ]
            line.scope = ", ".join(filter(None, names)) or self.env._("Everything")

    @api.model
    def _get_scope_fields(self):
        """Return the fields that restrict a line, those of things first."""
        return (
            "equipment_ids",
            "equipment_category_ids",
            "site_ids",
            "service_type_ids",
            "ticket_type_ids",
            "ticket_category_ids",
        )

    def _get_equipment_domain(self):
        """Return the domain of the equipment that the lines are about."""
        return Domain.OR(line._get_own_equipment_domain() for line in self)

    def _get_own_equipment_domain(self):
        domain = Domain("customer_id", "child_of", self.customer_id.id) & Domain(
            "company_id", "=", self.company_id.id
        )
        if self.site_ids:
            domain &= Domain("site_id", "in", self.site_ids.ids)
        if self.equipment_ids or self.equipment_category_ids:
            domain &= Domain("id", "in", self.equipment_ids.ids) | Domain(
                "category_id", "child_of", self.equipment_category_ids.ids
            )
        return domain

    def _is_draft(self):
        """Tell whether the line binds nobody yet."""
        self.ensure_one()
        return "draft" in (self.agreement_id.state, self.amendment_id.state)

    def _build_term(self):
        """Return the line as the `Term` that the matching rule takes."""
        self.ensure_one()
        agreement = self.agreement_id
        period = clip(
            (self.date_from, self.date_until or None), agreement._get_bounds()
        )
        periods = subtract([period], agreement._get_gaps()) if period else []
        return Term(
            line_id=self.id,
            agreement_id=agreement.id,
            customer_id=agreement.customer_id.id,
            periods=tuple(periods),
            order=(agreement.sequence, self.sequence),
            site_ids=frozenset(self.site_ids.ids),
            equipment_ids=frozenset(self.equipment_ids.ids),
            equipment_category_ids=frozenset(self.equipment_category_ids.ids),
            service_ids=frozenset(self.service_type_ids.ids),
            ticket_type_ids=frozenset(self.ticket_type_ids.ids),
            ticket_category_ids=frozenset(self.ticket_category_ids.ids),
        )

    def _copy_terms(self, **values):
        """Return values of new lines with the same terms, without dates and history.

        Override to carry over what another add-on agrees upon, if `copy` does not.

        :param values: what all the new lines have in common
        """
        vals_list = self.copy_data()
        for vals in vals_list:
            for name in ("agreement_id", "date_from", "date_until"):
                vals.pop(name, None)
            vals.update(values)
        return vals_list

    def _has_same_terms(self, other):
        """Tell whether two lines promise the same, dates aside."""
        names = {"name", *self._get_term_fields()} - self._get_history_fields()
        return all(self[name] == other[name] for name in names)

    @api.model
    def _get_history_fields(self):
        """Return the term fields that say when and by what, not what is promised."""
        return {
            "agreement_id",
            "amendment_id",
            "closing_amendment_id",
            "date_from",
            "date_until",
        }

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
        if self.env.context.get("psa_by") is BY_DECISION:
            return
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

    def _close(self, amendment):
        """End the lines on the eve of an amendment; the one way to change a term.

        :raise UserError: if a line has not begun by then
        """
        for line in self:
            if line.date_from >= amendment.date:
                raise UserError(
                    self.env._(
                        "“%(line)s” begins on %(date)s only. Date the amendment after "
                        "that day, or leave this line as it is.",
                        line=line.name,
                        date=format_date(self.env, line.date_from),
                    )
                )
        self.with_context(psa_by=BY_DECISION).write(
            {"date_until": amendment.date, "closing_amendment_id": amendment.id}
        )


def _is_below(partner, customer):
    """Tell whether a partner is a customer or a company below it."""
    while partner and partner != customer:
        partner = partner.parent_id
    return bool(partner)
