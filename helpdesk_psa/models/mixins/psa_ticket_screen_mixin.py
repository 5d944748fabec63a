from odoo import api, fields, models


class PsaTicketScreenMixin(models.AbstractModel):
    """Gives the ticket's screens what they show and open."""

    _name = "psa.ticket.screen.mixin"
    _description = "Ticket Screens"

    can_escalate = fields.Boolean(compute="_compute_can_escalate")

    @api.depends("team_id.escalates_to_id")
    def _compute_can_escalate(self):
        for ticket in self:
            ticket.can_escalate = bool(ticket.team_id.escalates_to_id)

    def action_reply(self):
        """Open the composer with an answer to the requester and those in copy."""
        self.ensure_one()
        self.check_access("read")
        recipients = self._message_get_suggested_recipients(reply_discussion=True)
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
                    if recipient.get("partner_id")
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
