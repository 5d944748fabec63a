from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.mail import email_normalize, parse_contact_from_email

from ...tools.email_identity import guess_name


class PsaTicketScreenMixin(models.AbstractModel):
    """Gives the ticket's screens what they show and open."""

    _name = "psa.ticket.screen.mixin"
    _description = "Ticket Screens"

    can_escalate = fields.Boolean(compute="_compute_can_escalate")

    @api.depends("team_id.escalates_to_id")
    def _compute_can_escalate(self):
        for ticket in self:
            ticket.can_escalate = bool(ticket.team_id.escalates_to_id)

    def web_read(self, specification):
        """Override of `web`: the name of a parent that the reader may not see is not told.

        The web client gets the names of all records that fields point to.
        """
        values_list = super().web_read(specification)
        named = [
            values["parent_id"]
            for values in values_list
            if isinstance(values.get("parent_id"), dict)
        ]
        if named:
            parents = self.browse(parent["id"] for parent in named)
            seen = set(parents._filtered_access("read").ids)
            for parent in named:
                if parent["id"] not in seen and "display_name" in parent:
                    parent["display_name"] = self.env._("Ticket of others")
        return values_list

    def action_reply(self):
        """Open the composer with an answer to the requester and those in copy."""
        self.ensure_one()
        self.check_access("read")
        recipients = self._message_get_suggested_recipients(reply_discussion=True)
        me = self.env.user.partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reply"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_subtype_xmlid": "mail.mt_comment",
                "default_partner_ids": [
                    recipient["partner_id"]
                    for recipient in recipients
                    if recipient.get("partner_id") not in (False, None, me.id)
                ],
                "clicked_on_full_composer": True,
            },
        }

    def action_open_links(self):
        """Show the tickets that this one is linked to."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Links of %(number)s", number=self.number),
            "res_model": "psa.ticket.link",
            "view_mode": "list",
            "domain": [("id", "in", self.link_ids.ids)],
            "context": {"psa_viewed_from": self.id},
        }

    # === WHO IS THE UNKNOWN SENDER? === #

    def _get_sender(self):
        """Return the name and the address of the sender, as far as the ticket tells."""
        self.ensure_one()
        name, _email = parse_contact_from_email(self.email_from or "")
        address = email_normalize(self.email_from or "", strict=False)
        return (guess_name(name, address) if address else name), address

    def _create_sender(self, name, email, customer=None, site=None):
        """Create the contact that an unknown sender is.

        Agents may do so without Odoo's right to edit contacts, as long as they may edit
        the ticket: it is their daily work, and one contact is all that is created.

        :param customer: `res.partner`; a private person if not given
        :param site: `res.partner` of the customer, his main site if not given
        """
        self.ensure_one()
        self.check_access("write")
        if not (name or email):
            raise UserError(self.env._("A contact needs a name or an e-mail address."))
        # sudo: see above
        partners = self.env["res.partner"].sudo()
        if customer:
            contact = customer.sudo()._psa_create_contact(name, email, site)
        else:
            contact = partners.with_context(mail_create_nosubscribe=True).create(
                {
                    "name": name or guess_name("", email),
                    "email": email,
                    "company_id": self.company_id.id,
                }
            )
        return contact.sudo(self.env.su)

    def action_create_contact(self):
        """Make the unknown sender a contact, by the name and address he wrote with."""
        for ticket in self:
            if (
                not ticket.partner_id
            ):  # the ticket before may have been the same sender's
                ticket._set_sender(ticket._create_sender(*ticket._get_sender()))
        return True

    def action_identify(self):
        """Ask who the unknown sender is."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who is %(sender)s?", sender=self.author_name),
            "res_model": "psa.ticket.identify",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_id": self.id},
        }

    def action_open_events(self):
        """Show the history in words."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("History of %(number)s", number=self.number),
            "res_model": "psa.event",
            "view_mode": "list",
            "domain": [("ticket_id", "=", self.id)],
        }

    def action_open_siblings(self):
        """Show the requester's other tickets."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Other tickets of %(author)s", author=self.author_name),
            "res_model": "psa.ticket",
            "view_mode": "list,form",
            "domain": list(self._get_sibling_domain() or Domain.FALSE),
        }

    @api.model
    def get_import_templates(self):
        """Offer a sample file in the import dialog."""
        return [
            {
                "label": self.env._("Sample file for tickets"),
                "template": "/helpdesk_psa/static/csv/psa_ticket.csv",
            }
        ]
