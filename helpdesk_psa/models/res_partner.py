from odoo import api, fields, models

from ..const import OPEN_CATEGORIES


class ResPartner(models.Model):
    # The mixins come first: they override what Odoo does with a partner.
    _name = "res.partner"
    _inherit = [
        "psa.party.archive.mixin",
        "psa.portal.access.mixin",
        "psa.site.mixin",
        "psa.party.settings.mixin",
        "psa.identity.mixin",
        "psa.customer.screen.mixin",
        "psa.customer.work.mixin",
        "psa.partner.intervention.mixin",
        "res.partner",
    ]

    type = fields.Selection(
        selection_add=[("psa_site", "Site")], ondelete={"psa_site": "set other"}
    )
    # Not in the mixin: deleting a team makes Odoo look for the column in each model that
    # declares it, and a mixin has no table.
    psa_team_id = fields.Many2one(
        "psa.team",
        string="Usual team",
        company_dependent=True,
        check_company=True,
        groups="base.group_user",
        help="Team of new tickets when neither the address nor the type decides. Empty: "
        "as the site, the customer, or else the firm.",
    )
    psa_project_id = fields.Many2one(
        "project.project",
        string="Project of his time",
        company_dependent=True,
        check_company=True,
        domain="[('allow_timesheets', '=', True), ('is_template', '=', False), "
        "('privacy_visibility', 'in', ['employees', 'portal'])]",
        groups="base.group_user",
        help="Where time on the customer's tickets goes unless the agreement names a "
        "project. Empty: to the team's. Each company has its own.",
    )
    psa_customer_group_id = fields.Many2one(
        "psa.customer.group",
        string="Customer group",
        index="btree_not_null",
        groups="base.group_user",
        help="The region or support pod that looks after the customer.",
    )
    psa_email_domain_ids = fields.One2many(
        "psa.email.domain",
        "partner_id",
        string="E-mail domains",
        groups="base.group_user",
        help="Unknown senders from these domains become contacts here.",
    )
    psa_customer_type_id = fields.Many2one(
        "psa.customer.type",
        string="Customer type",
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
        help="It decides which extra fields the customer has.",
    )
    psa_properties = fields.Properties(
        definition="psa_customer_type_id.customer_properties",
        string="Extra fields of the type",
        copy=True,
        groups="base.group_user",
    )

    psa_is_customer = fields.Boolean(
        string="Helpdesk customer",
        groups="base.group_user",
        index="btree_not_null",
        help="Served by the helpdesk. Set by the first ticket or by hand.",
    )
    psa_color = fields.Integer(
        string="Helpdesk colour",
        groups="base.group_user",
        help="Colour of the customer on ticket cards.",
    )
    psa_open_ticket_count = fields.Integer(
        string="Open tickets",
        compute="_compute_psa_open_ticket_count",
        groups="helpdesk_psa.group_psa_readonly",
        help="Tickets of the customer or site, or requested by the contact, that still "
        "need work. Only those that you may see.",
    )

    @api.depends("type", "commercial_partner_id")
    @api.depends_context("uid")
    def _compute_psa_open_ticket_count(self):
        self.psa_open_ticket_count = 0
        for field, partners in self.grouped(
            lambda partner: partner._psa_get_ticket_field()
        ).items():
            groups = self.env["psa.ticket"]._read_group(
                [
                    (field, "in", partners.ids),
                    ("stage_category", "in", OPEN_CATEGORIES),
                ],
                [field],
                ["__count"],
            )
            for partner, count in groups:
                partners.browse(partner.id).psa_open_ticket_count = count

    def _compute_application_statistics_hook(self):
        """Override of `base` to show the open tickets among the partner's figures."""
        statistics = super()._compute_application_statistics_hook()
        if not self.env.user.has_group("helpdesk_psa.group_psa_readonly"):
            return statistics
        for partner in self.filtered("psa_open_ticket_count"):
            statistics[partner.id].append(
                {
                    "iconClass": "fa-ticket",
                    "value": partner.psa_open_ticket_count,
                    "label": self.env._("Open tickets"),
                    "tagClass": "o_tag_color_3",
                }
            )
        return statistics

    def _convert_fields_to_values(self, field_names):
        """Override of `base`: an import reads what it hands down with all rights.

        Odoo's fast way of creation reads fields of accountants, such as the credit limit,
        with the user's rights, and writes them on contacts of the firm with all rights.
        """
        # sudo: the values go from a firm to its contacts, nobody sees them
        return super(ResPartner, self.sudo())._convert_fields_to_values(field_names)

    def signup_get_auth_param(self):
        """Override of `auth_signup`: a ticket's mail opens its page and invites nobody.

        With the invitation, whoever got the mail forwarded could take the account.
        """
        if "psa_mailed_ids" in self.env.context:
            return {partner.id: {} for partner in self}
        return super().signup_get_auth_param()

    @api.model
    def get_import_templates(self):
        """Override of `base` to offer the sheet of the helpdesk's own import."""
        templates = super().get_import_templates()
        if not self.env["psa.import"].has_access("create"):
            return templates
        label = self.env._(
            "Sample file for helpdesk customers (see Helpdesk > Configuration > Import "
            "customers)"
        )
        return [
            *templates,
            *(
                {
                    "label": f"{label}, {name.upper()}",
                    "template": f"/helpdesk_psa/static/{name}/psa_customers.{name}",
                }
                for name in ("xlsx", "csv")
            ),
        ]
