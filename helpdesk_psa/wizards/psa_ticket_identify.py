from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.mail import email_normalize

from ..tools.email_identity import get_domains


class PsaTicketIdentify(models.TransientModel):
    """Says who the unknown sender of a ticket is: a contact we have, or a new one.

    Agents may use it without Odoo's right to edit contacts: what it creates or completes is
    one contact, for a ticket that the agent may edit.
    """

    _name = "psa.ticket.identify"
    _description = "Identify a Sender"

    ticket_id = fields.Many2one("psa.ticket", required=True, ondelete="cascade")
    mode = fields.Selection(
        [("link", "Somebody we know"), ("create", "A new contact")],
        string="The sender is",
        required=True,
        default="link",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        domain="[('type', '!=', 'psa_site'), ('commercial_partner_id.active', '=', True),"
        " ('company_id', 'in', [False, company_id])]",
    )
    name = fields.Char(compute="_compute_sender", store=True, readonly=False)
    email = fields.Char(
        string="E-mail", compute="_compute_sender", store=True, readonly=False
    )
    phone = fields.Char()
    customer_id = fields.Many2one(
        "res.partner",
        domain="[('is_company', '=', True), ('company_id', 'in', [False, company_id])]",
        help="Empty for a private person.",
    )
    site_id = fields.Many2one(
        "res.partner",
        compute="_compute_site_id",
        store=True,
        readonly=False,
        domain="[('type', '=', 'psa_site'), ('parent_id', '=', customer_id)]",
    )
    company_id = fields.Many2one(related="ticket_id.company_id")
    mail_domain = fields.Char(compute="_compute_mail_domain")
    remember_domain = fields.Boolean(
        string="Whoever writes from this domain works there",
        help="Further unknown senders of the domain become contacts of the customer, at "
        "the site, by themselves.",
    )
    other_ticket_count = fields.Integer(
        compute="_compute_other_ticket_count",
        help="Other tickets of the same unknown address; they get the contact, too.",
    )

    @api.depends("ticket_id")
    def _compute_sender(self):
        for wizard in self:
            wizard.name, wizard.email = wizard.ticket_id._get_sender()

    @api.depends("customer_id")
    def _compute_site_id(self):
        for wizard in self:
            if wizard.site_id.parent_id != wizard.customer_id:
                customer = wizard.customer_id
                wizard.site_id = customer and customer._psa_get_main_site()

    @api.depends("email")
    def _compute_mail_domain(self):
        """The domain that may be remembered, if the user may do so."""
        may_remember = self.env["psa.email.domain"].has_access("create")
        for wizard in self:
            address = email_normalize(wizard.email or "", strict=False)
            domains = get_domains(address or "") if may_remember else []
            wizard.mail_domain = domains[0] if domains else False

    @api.depends("ticket_id")
    def _compute_other_ticket_count(self):
        for wizard in self:
            ticket = wizard.ticket_id
            wizard.other_ticket_count = ticket.email_normalized and (
                ticket.search_count(
                    ticket._get_sender_domain() & Domain("id", "!=", ticket.id)
                )
            )

    def action_identify(self):
        """Give the ticket, and the sender's older ones, their requester."""
        self.ensure_one()
        self.ticket_id.check_access("write")
        if self.ticket_id.partner_id:
            raise UserError(
                self.env._(
                    "The requester of %(number)s is known already.",
                    number=self.ticket_id.number,
                )
            )
        contact = (
            self._create_contact() if self.mode == "create" else self._link_contact()
        )
        self._remember_domain(contact)
        self.ticket_id._set_sender(contact)
        return {"type": "ir.actions.act_window_close"}

    def _link_contact(self):
        contact = self.partner_id
        if not contact:
            raise UserError(self.env._("Choose the contact."))
        contact.check_access("read")
        if not contact.email:
            # sudo: see the model
            contact.sudo().email = self.email
        return contact

    def _create_contact(self):
        self.customer_id.check_access("read")
        if self.site_id and self.site_id.parent_id != self.customer_id:
            raise UserError(self.env._("Choose a site of the customer."))
        contact = self.ticket_id._create_sender(
            self.name, self.email, self.customer_id, self.site_id
        )
        if self.phone:
            contact.sudo().phone = self.phone
        return contact

    def _remember_domain(self, contact):
        """Keep the sender's domain for the site, unless somebody has it already."""
        place = contact.psa_site_id or contact.commercial_partner_id
        if not (self.remember_domain and self.mail_domain and place != contact):
            return
        domains = self.env["psa.email.domain"]
        known = domains.search_count(
            [
                ("name", "=", self.mail_domain),
                ("company_id", "in", [False, self.company_id.id]),
            ],
            limit=1,
        )
        if not known:
            domains.create({"name": self.mail_domain, "partner_id": place.id})
