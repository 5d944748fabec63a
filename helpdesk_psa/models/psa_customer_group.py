from odoo import api, fields, models
from odoo.fields import Domain

from ..const import OPEN_CATEGORIES


class PsaCustomerGroup(models.Model):
    """Customers that are looked after together: a region, or a support pod's customers."""

    _name = "psa.customer.group"
    _description = "Customer Group"
    _inherit = ["psa.remembered.mixin"]
    _psa_remembered_fields = ("restrict", "user_ids", "parent_id")
    _parent_store = True
    _order = "sequence, complete_name, id"
    _rec_name = "complete_name"

    name = fields.Char(required=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", store=True, recursive=True
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer(string="Colour")
    parent_id = fields.Many2one(
        "psa.customer.group", string="Parent group", index=True, ondelete="restrict"
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("psa.customer.group", "parent_id", string="Children")
    user_ids = fields.Many2many(
        "res.users",
        "psa_customer_group_user_rel",
        "group_id",
        "user_id",
        string="Support pod",
        domain="[('share', '=', False)]",
        help="Agents who look after these customers.",
    )
    restrict = fields.Boolean(
        string="Pod only",
        help="Agents outside the pod do not see the tickets of these customers. Helpdesk "
        "managers see them all; contacts stay visible to everybody.",
    )
    customer_ids = fields.One2many(
        "res.partner", "psa_customer_group_id", string="Customers"
    )
    customer_count = fields.Integer(
        compute="_compute_counts", string="Number of customers"
    )
    open_ticket_count = fields.Integer(compute="_compute_counts", string="Open tickets")

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for group in self:
            parent = group.parent_id.complete_name
            group.complete_name = f"{parent} / {group.name}" if parent else group.name

    @api.depends("complete_name")
    def _compute_display_name(self):
        for group in self:
            group.display_name = group.complete_name

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        """Count what the group and the groups below it hold, as the buttons show it."""
        groups = self.with_context(active_test=False).search(
            [("id", "child_of", self.ids)]
        )
        customers = dict(
            self.env["res.partner"]._read_group(
                [
                    ("psa_customer_group_id", "in", groups.ids),
                    ("psa_is_customer", "=", True),
                ],
                ["psa_customer_group_id"],
                ["__count"],
            )
        )
        tickets = dict(
            self.env["psa.ticket"]._read_group(
                [
                    ("customer_group_id", "in", groups.ids),
                    ("stage_category", "in", OPEN_CATEGORIES),
                ],
                ["customer_group_id"],
                ["__count"],
            )
        )
        for group in self:
            path = group.parent_path or "/"
            inside = [below for below in groups if below.parent_path.startswith(path)]
            group.customer_count = sum(customers.get(below, 0) for below in inside)
            group.open_ticket_count = sum(tickets.get(below, 0) for below in inside)

    def _psa_forget(self):
        """Make the record rules forget whose tickets each agent may see, too."""
        self.env["res.users"].invalidate_model(["psa_hidden_group_ids"])
        return super()._psa_forget()

    def _get_hidden_from(self, user):
        """Return the groups whose tickets an agent does not see.

        A restricted group hides its own customers and those of the groups below it, from
        whoever is neither in its pod nor in the pod of the group below.

        :param user: `res.users`
        """
        restricted = self.with_context(active_test=False).search(
            [("restrict", "=", True)]
        )
        if not restricted:
            return restricted
        inside = self.with_context(active_test=False).search(
            [("id", "child_of", restricted.ids)]
        )
        allowed = inside.filtered(lambda group: user in group.user_ids)
        seen = self.with_context(active_test=False).search(
            [("id", "child_of", allowed.ids)]
        )
        return inside - seen

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"restrict", "parent_id"}:
            events = self.env["calendar.event"]
            events._psa_renew_privacy(Domain("customer_group_id", "child_of", self.ids))
        return result

    def _is_restricted(self):
        """Tell whether only a pod sees the customers' tickets: its own rule or one above.

        :return: False for no group
        """
        return bool(
            self
            and self.with_context(active_test=False).search_count(
                [("id", "parent_of", self.ids), ("restrict", "=", True)], limit=1
            )
        )

    def _filter_seeing(self, users):
        """Return the users who may see the tickets of the group's customers.

        :param users: `res.users`; all of them are returned for no group
        """
        # sudo: who works in which pod decides, whoever causes the question
        return users.filtered(
            lambda user: (
                self.sudo() not in user.sudo().psa_hidden_group_ids
                or user.sudo().has_group("helpdesk_psa.group_psa_manager")
            )
        )

    def action_open_customers(self):
        """Open the customers of the group."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_customer_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": [
                ("psa_is_customer", "=", True),
                ("psa_customer_group_id", "child_of", self.id),
            ],
            "context": {
                "default_psa_is_customer": True,
                "default_is_company": True,
                "default_psa_customer_group_id": self.id,
            },
        }

    def action_open_tickets(self):
        """Open the tickets of the group's customers, the open ones first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_ticket_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": [("customer_group_id", "child_of", self.id)],
            "context": {"search_default_open": 1},
        }
