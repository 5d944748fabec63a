from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from ..const import BY_DECISION

# What only buttons change, and what they alone change once an agreement is in force.
DECIDED_FIELDS = {"state", "termination_date"}
END_FIELDS = {"date_end", "first_date_end"}
SPAN_UNITS = [("month", "months"), ("year", "years")]


class PsaAgreement(models.Model):
    """What we have agreed with a customer: a contract, and its terms line by line."""

    _name = "psa.agreement"
    _description = "Agreement"
    _inherit = [
        "psa.agreement.lifecycle.mixin",
        "psa.agreement.matching.mixin",
        "psa.agreement.plan.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "sequence, date_start desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "title"]

    # Identity
    name = fields.Char(
        string="Reference",
        required=True,
        copy=False,
        default="",
        tracking=True,
        help="Unique in the company. Leave it empty to take the next number.",
    )
    title = fields.Char(help="What it is about, for example “Printers, Lyon”.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        help="Of two agreements that cover the same work equally closely, the one with "
        "the lower number is taken.",
    )
    type = fields.Selection(
        [
            ("managed", "Managed service"),
            ("maintenance", "Maintenance"),
            ("prepaid", "Prepaid"),
            ("warranty", "Warranty"),
            ("project", "Project"),
        ],
        required=True,
        default="managed",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        tracking=True,
        help="Gets the reminders; the customer's account manager unless you choose "
        "somebody else.",
    )

    # Parties
    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        tracking=True,
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
        help="It also covers the companies below it, unless they have an agreement of "
        "their own.",
    )
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        string="Customer group",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        check_company=True,
        domain="[('type', '!=', 'psa_site'), ('commercial_partner_id', '=', customer_id)]",
        help="Whom we talk to about the agreement.",
    )
    partner_invoice_id = fields.Many2one(
        "res.partner",
        string="Invoiced to",
        compute="_compute_partner_invoice_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="[('type', '!=', 'psa_site')]",
        help="Who gets the invoices; the customer's invoice address unless you choose "
        "another one.",
    )
    project_id = fields.Many2one(
        "project.project",
        check_company=True,
        ondelete="restrict",
        help="Time spent under the agreement goes there. Empty: to the project of the "
        "customer or the team.",
    )

    # Dates
    date_start = fields.Date(
        string="Start", required=True, default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date(
        string="End", tracking=True, help="Last day. Empty: until further notice."
    )
    notice_count = fields.Integer(
        string="Notice", default=3, help="How long before the end notice must be given."
    )
    notice_unit = fields.Selection(
        [("day", "days"), *SPAN_UNITS], required=True, default="month"
    )
    renewal = fields.Selection(
        [
            ("none", "None"),
            ("explicit", "By agreement"),
            ("tacit", "Tacit"),
        ],
        required=True,
        default="none",
        tracking=True,
        help="Tacit: it goes on by itself unless notice is given. By agreement: somebody "
        "presses Renew.",
    )
    renewal_count = fields.Integer(string="Renewed for", default=1)
    renewal_unit = fields.Selection(SPAN_UNITS, required=True, default="year")
    first_date_end = fields.Date(
        readonly=True,
        copy=False,
        help="Renewals are counted from here, so that the 31st stays the 31st.",
    )
    reminder_days = fields.Integer(
        string="Remind",
        default=30,
        help="Days before the notice date and before the end at which the owner gets an "
        "activity. 0: never.",
    )

    # What is promised
    line_ids = fields.One2many(
        "psa.agreement.line", "agreement_id", string="Lines", copy=True
    )
    amendment_ids = fields.One2many(
        "psa.agreement.amendment", "agreement_id", string="Amendments"
    )
    suspension_ids = fields.One2many(
        "psa.agreement.suspension", "agreement_id", string="Suspensions"
    )
    included_visits = fields.Integer(
        string="Planned visits", help="Visits that the agreement includes per period."
    )
    included_visits_period = fields.Selection(
        [("month", "month"), ("quarter", "quarter"), ("year", "year")],
        required=True,
        default="year",
    )
    included_visit_hours = fields.Float(
        string="Hours per visit", help="Hours of work that each planned visit includes."
    )
    terms = fields.Html(
        string="Terms and conditions", help="What was agreed besides the lines."
    )

    # Life
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("ended", "Ended"),
            ("terminated", "Terminated"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    state_reason = fields.Char(
        string="Reason",
        readonly=True,
        copy=False,
        help="Why it is suspended or was terminated.",
    )
    termination_date = fields.Date(
        readonly=True,
        copy=False,
        help="Last day, if one of the parties ended the agreement.",
    )
    notice_reminded_for = fields.Date(readonly=True, copy=False)
    end_reminded_for = fields.Date(readonly=True, copy=False)

    ticket_count = fields.Integer(compute="_compute_ticket_count", string="Tickets")

    equipment_count = fields.Integer(
        compute="_compute_equipment_count",
        string="Equipment",
        help="Equipment that the lines in force are about.",
    )
    amendment_count = fields.Integer(
        compute="_compute_amendment_count", string="Number of amendments"
    )
    document_ids = fields.Many2many(
        "ir.attachment",
        compute="_compute_document_ids",
        string="Documents",
        help="Files of the agreement and of its amendments.",
    )

    _name_uniq = models.UniqueIndex(
        "(company_id, lower(name))",
        "An agreement with this reference exists already, perhaps an archived one.",
    )
    _dates_check = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "An agreement cannot end before it starts.",
    )
    _counts_check = models.Constraint(
        "CHECK (notice_count >= 0 AND renewal_count > 0 AND reminder_days >= 0 "
        "AND included_visits >= 0 AND included_visit_hours >= 0)",
        "Notice, reminder and visits cannot be negative, and a renewal lasts at least "
        "one month.",
    )

    # === COMPUTES === #

    @api.depends("name", "title")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = " · ".join(
                filter(None, (agreement.name, agreement.title))
            )

    @api.depends("customer_id")
    def _compute_user_id(self):
        for agreement in self:
            agreement.user_id = (
                agreement.user_id
                or agreement.customer_id.user_id
                or self.env.user.filtered("active")
            )

    @api.depends("customer_id")
    def _compute_partner_invoice_id(self):
        for agreement in self:
            customer = agreement.customer_id
            agreement.partner_invoice_id = customer and customer.address_get(
                ["invoice"]
            ).get("invoice")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_ticket_count(self):
        counts = dict(
            self.env["psa.ticket"]._read_group(
                [("agreement_id", "in", self.ids)], ["agreement_id"], ["__count"]
            )
        )
        for agreement in self:
            agreement.ticket_count = counts.get(agreement, 0)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_equipment_count(self):
        for agreement in self:
            agreement.equipment_count = self.env["psa.equipment"].search_count(
                agreement._get_equipment_domain()
            )

    def _get_equipment_domain(self):
        """Return the domain of the equipment that the present lines are about."""
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: (
                line.state in ("current", "planned")
                or (line.state == "draft" and not line.amendment_id)
            )
        )
        return lines._get_equipment_domain()

    @api.depends("amendment_ids")
    def _compute_amendment_count(self):
        for agreement in self:
            agreement.amendment_count = len(agreement.amendment_ids)

    def _compute_document_ids(self):
        for agreement in self:
            own = Domain("res_model", "=", self._name) & Domain(
                "res_id", "=", agreement.id
            )
            of_amendments = Domain(
                "res_model", "=", "psa.agreement.amendment"
            ) & Domain("res_id", "in", agreement.amendment_ids.ids)
            signed = Domain("res_field", "in", [False, "document"])
            agreement.document_ids = self.env["ir.attachment"].search(
                (own & Domain("res_field", "=", False)) | (of_amendments & signed),
                order="id desc",
            )

    # === CHECKS === #

    @api.constrains("customer_id", "partner_id")
    def _check_contact(self):
        for agreement in self.filtered("partner_id"):
            contact, customer = agreement.partner_id, agreement.customer_id
            if contact.commercial_partner_id != customer:
                raise ValidationError(
                    self.env._(
                        "%(contact)s does not work for %(customer)s.",
                        contact=contact.display_name,
                        customer=customer.display_name,
                    )
                )

    # === CREATE, CHANGE === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            # Put in force by `action_activate`, when the lines are there.
            vals["state"] = "draft"
            if not (vals.get("name") or "").strip():
                vals["name"] = self._draw_name(vals.get("company_id"))
            vals.setdefault("first_date_end", vals.get("date_end"))
        agreements = super().create(vals_list)
        agreements._mark_customers()
        agreements._clear_terms()
        return agreements

    def write(self, vals):
        if self.env.context.get("psa_by") is not BY_DECISION:
            self._check_writable(vals)
            if "date_end" in vals and all(it.state == "draft" for it in self):
                vals = {**vals, "first_date_end": vals["date_end"]}
        result = super().write(vals)
        self._clear_terms()
        if vals.keys() & {"date_end", "renewal", "sequence"}:
            self._settle()
        return result

    def unlink(self):
        result = super().unlink()
        self._clear_terms()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(agreement.state != "draft" for agreement in self):
            raise UserError(
                self.env._(
                    "Only drafts are deleted. Terminate the agreement, or archive it: work "
                    "done under it keeps its terms."
                )
            )

    def _set_state(self, state, **values):
        """Write a state that was decided or follows from the dates."""
        self.with_context(psa_by=BY_DECISION).write({"state": state, **values})

    def copy_data(self, default=None):
        """Copy the terms that hold now; the copy starts with them."""
        vals_list = super().copy_data(default)
        for agreement, vals in zip(self, vals_list, strict=True):
            lines = agreement.line_ids.filtered(
                lambda line: line.state != "over" and not line.amendment_id._is_draft()
            )
            vals["line_ids"] = [
                Command.create(line_vals) for line_vals in lines._copy_terms()
            ]
        return vals_list

    def _draw_name(self, company_id):
        """Return the next free reference of a company."""
        company = self.env["res.company"].browse(company_id or self.env.company.id)
        # sudo: nobody needs rights on sequences, nor to see every agreement
        sequence = self.env["ir.sequence"].sudo().with_company(company)
        agreements = self.sudo().with_context(active_test=False)
        while True:
            name = sequence.next_by_code("psa.agreement")
            taken = Domain("company_id", "=", company.id) & Domain(
                "name", "=ilike", name
            )
            if not agreements.search_count(taken, limit=1):
                return name

    def _check_writable(self, vals):
        """Refuse what only buttons do.

        :raise UserError: saying what to do instead
        """
        self._check_frozen(vals)
        if self._changes_any(vals, DECIDED_FIELDS):
            raise UserError(
                self.env._(
                    "The state of an agreement follows from what is decided: use the "
                    "buttons Activate, Suspend, Resume, Renew and Terminate."
                )
            )
        in_force = self.filtered(lambda it: it.state != "draft")
        if in_force._changes_any(vals, END_FIELDS):
            raise UserError(
                self.env._(
                    "The end of “%(agreement)s” is not typed while it is in force: use the "
                    "button Renew to move it, or Terminate to bring it forward.",
                    agreement=in_force[0].display_name,
                )
            )
        if vals.get("active") is False and any(
            it.state in ("active", "suspended") for it in self
        ):
            raise UserError(
                self.env._("An agreement in force is not archived. Terminate it first.")
            )

    def _check_frozen(self, vals):
        """Refuse to change what the past of an agreement in force depends on."""
        frozen = vals.keys() & self._get_frozen_fields()
        for agreement in self:
            if agreement.state != "draft" and any(
                agreement._changes_field(name, vals[name]) for name in frozen
            ):
                raise UserError(
                    self.env._(
                        "The customer, the company and the start of “%(agreement)s” are "
                        "fixed since it is in force. Terminate it and make a new one.",
                        agreement=agreement.display_name,
                    )
                )

    def _changes_any(self, vals, names):
        """Tell whether values change one of some fields of any of the agreements."""
        return any(
            agreement._changes_field(name, vals[name])
            for name in vals.keys() & names
            for agreement in self
        )

    def _changes_field(self, name, value):
        field = self._fields[name]
        return field.convert_to_cache(value, self) != field.convert_to_cache(
            self[name], self
        )

    @api.model
    def _get_frozen_fields(self):
        """Return the fields that never change once an agreement is in force."""
        return {"customer_id", "company_id", "date_start"}

    def _mark_customers(self):
        """The first agreement makes a partner a customer of the helpdesk."""
        # sudo: leads make agreements for any contact
        newcomers = self.customer_id.sudo().filtered(lambda it: not it.psa_is_customer)
        if newcomers:
            newcomers.psa_is_customer = True

    # === ACTIONS === #

    def action_amend(self):
        """Open the amendment that is being prepared, or start one with today's terms."""
        self.ensure_one()
        self.check_access("write")
        amendment = self.amendment_ids.filtered(lambda it: it._is_draft())[:1]
        if not amendment:
            amendment = amendment.create(self._prepare_amendment_values())
            amendment._copy_current_terms()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Amendment"),
            "res_model": amendment._name,
            "res_id": amendment.id,
            "view_mode": "form",
        }

    def _prepare_amendment_values(self):
        """Return the values of a new amendment of the agreement."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        number = len(self.amendment_ids) + 1
        return {
            "agreement_id": self.id,
            "name": self.env._("Amendment %(number)s", number=number),
            "date": max(today, fields.Date.add(self.date_start, days=1)),
        }

    def action_open_tickets(self):
        """Open the tickets that the agreement covers."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_ticket_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": [("agreement_id", "=", self.id)],
            "context": {
                "default_customer_id": self.customer_id.id,
                "default_agreement_id": self.id,
                "default_agreement_source": "explicit",
            },
        }

    def action_open_equipment(self):
        """Open the equipment that the lines are about."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_equipment_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": list(self._get_equipment_domain()),
            "context": {"default_customer_id": self.customer_id.id},
        }

    def action_open_amendments(self):
        """Open the amendments of the agreement."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Amendments of %(agreement)s", agreement=self.display_name
            ),
            "res_model": "psa.agreement.amendment",
            "view_mode": "list,form",
            "domain": [("agreement_id", "=", self.id)],
        }
