from collections import Counter

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import clean_context, format_date

from ...const import OPEN_CATEGORIES
from ...tools.duration import format_duration

# So many months the overview looks back, this one included.
OVERVIEW_MONTHS = 12
# So many tickets, steps or files the tabs show; the buttons beside them open all.
TAB_LIMIT = 30


class PsaCustomerScreenMixin(models.AbstractModel):
    """Gives the customer's form what it shows, opens and creates in one go."""

    _name = "psa.customer.screen.mixin"
    _description = "Customer Screens"

    psa_contact_ids = fields.One2many(
        "res.partner",
        "parent_id",
        string="Contacts",
        domain=[("type", "=", "contact"), ("is_company", "=", False)],
        groups="base.group_user",
    )
    psa_main_site_name = fields.Char(
        string="Main site",
        compute="_compute_psa_main_site_name",
        inverse="_inverse_psa_main_site_name",
        groups="base.group_user",
        help="Name of the customer's first site. It is where the customer is, until you "
        "give it an address of its own.",
    )
    psa_main_contact_name = fields.Char(
        string="Main contact",
        compute="_compute_psa_main_contact",
        inverse="_inverse_psa_main_contact",
        groups="base.group_user",
        help="Somebody who works at the main site; created with the customer.",
    )
    psa_main_contact_email = fields.Char(
        string="E-mail of the main contact",
        compute="_compute_psa_main_contact",
        inverse="_inverse_psa_main_contact",
        groups="base.group_user",
    )
    psa_main_contact_phone = fields.Char(
        string="Phone of the main contact",
        compute="_compute_psa_main_contact",
        inverse="_inverse_psa_main_contact",
        groups="base.group_user",
    )
    psa_overview = fields.Html(
        string="Overview",
        compute="_compute_psa_overview",
        groups="helpdesk_psa.group_psa_readonly",
        sanitize=False,
    )
    psa_recent_ticket_ids = fields.Many2many(
        "psa.ticket",
        compute="_compute_psa_recent",
        string="Latest tickets",
        groups="helpdesk_psa.group_psa_readonly",
    )
    psa_recent_event_ids = fields.Many2many(
        "psa.event",
        compute="_compute_psa_recent",
        string="Latest activity",
        groups="helpdesk_psa.group_psa_readonly",
    )
    psa_document_ids = fields.Many2many(
        "ir.attachment",
        compute="_compute_psa_document_ids",
        string="Documents",
        groups="base.group_user",
        help="Files of the customer and of his sites.",
    )

    # === ONE FORM FOR A NEW CUSTOMER === #

    def _compute_psa_main_site_name(self):
        oldest = {}
        for site in self.psa_site_ids.sorted("id", reverse=True):
            oldest[site.parent_id] = site
        for partner in self:
            partner.psa_main_site_name = (
                oldest[partner].name if partner in oldest else False
            )

    def _inverse_psa_main_site_name(self):
        for customer in self.filtered("psa_main_site_name"):
            name = customer.psa_main_site_name
            customer._psa_ensure_main_site()
            customer._psa_get_main_site().name = name

    def _compute_psa_main_contact(self):
        """Always empty: the contact is created once, then he is in the list."""
        self.psa_main_contact_name = False
        self.psa_main_contact_email = False
        self.psa_main_contact_phone = False

    def _inverse_psa_main_contact(self):
        for customer in self:
            name, email = (
                customer.psa_main_contact_name,
                customer.psa_main_contact_email,
            )
            phone = customer.psa_main_contact_phone
            if name or email:
                contact = customer._psa_create_contact(name, email)
                contact.phone = phone

    # === TABS === #

    def _psa_get_ticket_field(self):
        """Return the field of tickets that means this partner."""
        self.ensure_one()
        if self.type == "psa_site":
            return "site_id"
        if self.commercial_partner_id == self:
            return "customer_id"
        return "partner_id"

    def _psa_get_ticket_domain(self):
        """Return the domain of the tickets of a customer, site or contact."""
        self.ensure_one()
        return Domain(self._psa_get_ticket_field(), "=", self._origin.id)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_psa_recent(self):
        for partner in self:
            domain = partner._psa_get_ticket_domain()
            partner.psa_recent_ticket_ids = self.env["psa.ticket"].search(
                domain, limit=TAB_LIMIT, order="id desc"
            )
            partner.psa_recent_event_ids = self.env["psa.event"].search(
                Domain("ticket_id", "any", domain), limit=TAB_LIMIT
            )

    @api.depends_context("uid")
    def _compute_psa_document_ids(self):
        for partner in self:
            owners = partner | partner.psa_site_ids
            partner.psa_document_ids = self.env["ir.attachment"].search(
                [
                    ("res_model", "=", "res.partner"),
                    ("res_id", "in", owners._origin.ids),
                    ("res_field", "=", False),
                ],
                limit=TAB_LIMIT,
                order="id desc",
            )

    @api.depends_context("lang", "uid", "tz", "allowed_company_ids")
    def _compute_psa_overview(self):
        for partner in self:
            partner.psa_overview = self.env["ir.qweb"]._render(
                "helpdesk_psa.psa_customer_overview", partner._psa_get_overview()
            )

    def _psa_get_overview(self):
        """Return the figures of the overview: open tickets, tickets and ratings by month.

        Only what the user may see counts. Months are those of the user's time zone.
        """
        domain = self._psa_get_ticket_domain()
        start = fields.Date.context_today(self).replace(day=1)
        start -= relativedelta(months=OVERVIEW_MONTHS - 1)
        months = [
            start + relativedelta(months=number) for number in range(OVERVIEW_MONTHS)
        ]
        opened = self._psa_count_by_month(
            "psa.ticket", "requested_at", domain & Domain("requested_at", ">=", start)
        )
        hours = self._psa_sum_hours_by_month(start)
        ratings = self._psa_rate_by_month(domain, start)
        return {
            "statuses": self._psa_count_open_tickets("stage_id"),
            "priorities": self._psa_count_open_tickets("priority"),
            "months": [
                {
                    "date": month,
                    "name": format_date(self.env, month, date_format="LLL yyyy"),
                    "tickets": opened.get(month, 0),
                    "hours": format_duration(hours[month]) if month in hours else "",
                    "ratings": ratings.get(month, {}),
                }
                for month in months
            ],
            "most": max(opened.values(), default=0) or 1,
        }

    def _psa_count_open_tickets(self, field):
        """Return [(label, number of open tickets)] by a field, in its order."""
        Ticket = self.env["psa.ticket"]
        groups = Ticket._read_group(
            self._psa_get_ticket_domain()
            & Domain("stage_category", "in", OPEN_CATEGORIES),
            [field],
            ["__count"],
            order=f"{field} desc" if field == "priority" else field,
        )
        words = {}
        if Ticket._fields[field].type == "selection":
            words = dict(Ticket._fields[field]._description_selection(self.env))
        return [
            (words[value] if words else value.display_name, count)
            for value, count in groups
        ]

    def _psa_count_by_month(self, model, field, domain):
        groups = self.env[model]._read_group(domain, [f"{field}:month"], ["__count"])
        return {fields.Date.to_date(month): count for month, count in groups}

    def _psa_sum_hours_by_month(self, start):
        """Return ``{first of month: minutes}`` of the time spent, as far as seen."""
        field = self._psa_get_ticket_field()
        domain = Domain("ticket_id", "any", self._psa_get_ticket_domain())
        if field in ("customer_id", "site_id"):
            domain |= Domain(field, "=", self._origin.id)  # visits without a ticket
        groups = self.env["psa.time.entry"]._read_group(
            domain & Domain("date", ">=", start), ["date:month"], ["minutes:sum"]
        )
        return {fields.Date.to_date(month): minutes for month, minutes in groups}

    def _psa_rate_by_month(self, ticket_domain, start):
        """Return ``{first of month: {"count": …, "percent": …, "bad": …}}``.

        The percentage is that of happy customers among those who answered.
        """
        groups = self.env["rating.rating"]._read_group(
            [
                ("psa_ticket_id", "any", ticket_domain),
                ("consumed", "=", True),
                ("rated_on", ">=", start),
            ],
            ["rated_on:month", "rating_text"],
            ["__count"],
        )
        answers = {}
        for month, word, count in groups:
            answers.setdefault(fields.Date.to_date(month), Counter())[word] += count
        return {
            month: {
                "count": words.total(),
                "percent": round(100 * words["top"] / words.total()),
                "bad": words["ko"],
            }
            for month, words in answers.items()
        }

    # === ACTIONS === #

    def action_psa_open_tickets(self):
        """Open the tickets of a customer, a site or a contact, the open ones first."""
        return self._psa_open_tickets({"search_default_open": 1})

    def action_psa_all_tickets(self):
        """Open all tickets, with the filters of the ticket list."""
        return self._psa_open_tickets({})

    def action_psa_analyse_tickets(self):
        """Open the tickets as charts and tables."""
        return self._psa_open_tickets({}, "helpdesk_psa.psa_ticket_action_analysis")

    def _psa_open_tickets(self, context, action="helpdesk_psa.psa_ticket_action"):
        self.ensure_one()
        if self.type == "psa_site":
            context = {
                **context,
                "default_customer_id": self.parent_id.id,
                "default_site_id": self.id,
            }
        elif self.is_company:
            context = {**context, "default_customer_id": self.id}
        else:
            context = {**context, "default_partner_id": self.id}
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "display_name": self.display_name,
            "domain": list(self._psa_get_ticket_domain()),
            "context": context,
        }

    def action_psa_open_activity(self):
        """Open what agents and customers did on the tickets, newest first."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_psa.psa_event_action"
            ),
            "display_name": self.env._(
                "Activity of %(party)s", party=self.display_name
            ),
            "domain": list(Domain("ticket_id", "any", self._psa_get_ticket_domain())),
            "context": {},
        }

    def action_psa_open_documents(self):
        """Open the files of the customer and of his sites."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents of %(party)s", party=self.display_name),
            "res_model": "ir.attachment",
            "view_mode": "kanban,list,form",
            "domain": [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", (self | self.psa_site_ids).ids),
            ],
            "context": {"default_res_model": "res.partner", "default_res_id": self.id},
        }

    def action_psa_open_domains(self):
        """Open the mail domains of the customer and of his sites."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_psa.psa_email_domain_action"
            ),
            "display_name": self.env._("Domains of %(party)s", party=self.display_name),
            "domain": [("partner_id", "child_of", self.id)],
            "context": {"default_partner_id": self.id},
        }

    def action_psa_open_site(self):
        """Open a site with its people."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.id,
            "views": [(self.env.ref("helpdesk_psa.psa_site_view_form").id, "form")],
            "context": clean_context(self.env.context),
        }

    def action_psa_open_customer(self):
        """Open the helpdesk's form of the customer that the partner belongs to."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.commercial_partner_id.id,
            "views": [(self.env.ref("helpdesk_psa.psa_customer_view_form").id, "form")],
        }
