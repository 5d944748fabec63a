from odoo import api, models, tools

# All that portal users may read of a ticket by themselves; pages show no more.
PORTAL_FIELDS = frozenset(
    (
        "id",
        "display_name",
        "number",
        "name",
        "active",
        "company_id",
        "type_id",
        "priority",
        "partner_id",
        "customer_id",
        "site_id",
        "stage_id",
        "stage_category",
        "progress",
        "requested_at",
        "resolved_at",
        "closed_at",
        "create_date",
        "access_url",
    )
)


class PsaTicketPortalMixin(models.AbstractModel):
    """What customers who are logged in may do with tickets, whatever way they come.

    Which tickets they see is said by the record rule, see `psa.portal.access.mixin`.
    """

    _name = "psa.ticket.portal.mixin"
    _description = "Tickets on the Portal"

    @api.model
    def _get_portal_fields(self):
        """Return the names of the fields that portal users may read; override to add."""
        return PORTAL_FIELDS

    def _has_field_access(self, field, operation):
        """Override of `base`: customers read a few fields and write none.

        Who is not logged in has no access at all; the ticket's page works in his name.
        """
        # Odoo asks for each field of each row: the cheapest answer comes first.
        return (
            self.env.su
            or (operation == "read" and field.name in self._get_portal_fields())
            or not self._is_portal_user()
        ) and super()._has_field_access(field, operation)

    @api.model
    @tools.ormcache("self.env.uid")
    def _is_portal_user(self):
        """Whether the user is a customer who is logged in; remembered like his groups."""
        return self.env.user._is_portal()

    def message_post(self, **kwargs):
        """Override of `mail`: visitors write public messages, in their own name.

        Core takes type, subtype, author and recipients from whoever calls. To a closed
        ticket the message opens a follow-up where the team wishes, as on its page.
        """
        visitor = self.env.user
        if self.env.su or visitor._is_internal():
            return super().message_post(**kwargs)
        self.check_access("read")
        # sudo: whom the message concerns is told, whoever writes it
        tickets = self.sudo()._as_page_visitor()
        body, files = kwargs.get("body", ""), kwargs.get("attachment_ids")
        author = {
            "author_id": visitor.partner_id.id,
            "email_from": visitor.partner_id.email_formatted,
        }
        if tickets._wants_follow_up():
            files = {"attachment_ids": files}
            return tickets._open_follow_up_from_page(author, body, files).sudo(False)
        message = super(PsaTicketPortalMixin, tickets).message_post(
            body=body,
            attachment_ids=files,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **author,
        )
        return message.sudo(False)
