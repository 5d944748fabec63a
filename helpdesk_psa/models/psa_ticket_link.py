from odoo import api, fields, models
from odoo.exceptions import ValidationError

LINK_KINDS = [
    ("related", "Related to"),
    ("duplicate", "Duplicate of"),
    ("blocks", "Blocks"),
    ("caused_by", "Caused by"),
]


class PsaTicketLink(models.Model):
    """A named relation between two tickets, seen from both sides."""

    _name = "psa.ticket.link"
    _description = "Ticket Link"
    _order = "id desc"

    ticket_id = fields.Many2one(
        "psa.ticket", required=True, index=True, ondelete="cascade"
    )
    other_id = fields.Many2one(
        "psa.ticket",
        string="Other ticket",
        required=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(LINK_KINDS, required=True, default="related")
    company_id = fields.Many2one(related="ticket_id.company_id")
    viewed_kind = fields.Char(
        string="Relation",
        compute="_compute_viewed",
        help="The relation as seen from the ticket that is open.",
    )
    viewed_ticket_id = fields.Many2one(
        "psa.ticket", string="Linked ticket", compute="_compute_viewed"
    )
    viewed_stage_id = fields.Many2one(
        "psa.ticket.stage", string="Status", compute="_compute_viewed"
    )

    _pair_uniq = models.UniqueIndex(
        "(LEAST(ticket_id, other_id), GREATEST(ticket_id, other_id), kind)",
        "These two tickets are linked that way already.",
    )

    @api.depends("ticket_id.stage_id", "other_id.stage_id", "kind")
    @api.depends_context("psa_viewed_from", "lang")
    def _compute_viewed(self):
        viewer = self.env.context.get("psa_viewed_from")
        forward = dict(self._fields["kind"]._description_selection(self.env))
        inverse = self._get_inverse_labels()
        for link in self:
            backwards = viewer and link.other_id.id == viewer
            link.viewed_ticket_id = link.ticket_id if backwards else link.other_id
            link.viewed_stage_id = link.viewed_ticket_id.stage_id
            labels = inverse if backwards else forward
            link.viewed_kind = labels.get(link.kind)

    def _get_inverse_labels(self):
        """Return the words for each kind, read from the other ticket."""
        return {
            "related": self.env._("Related to"),
            "duplicate": self.env._("Has the duplicate"),
            "blocks": self.env._("Blocked by"),
            "caused_by": self.env._("Causes"),
        }

    @api.constrains("ticket_id", "other_id")
    def _check_other_ticket(self):
        for link in self:
            if link.ticket_id == link.other_id:
                raise ValidationError(
                    self.env._(
                        "The ticket %(number)s cannot be linked to itself.",
                        number=link.ticket_id.number,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        links = super().create(vals_list)
        for link in links:
            link.ticket_id._log_event("link", new=str(link.other_id.id))
            link.other_id._log_event("link", new=str(link.ticket_id.id))
        return links

    def action_open_viewed(self):
        """Open the ticket at the other end."""
        self.ensure_one()
        return self.viewed_ticket_id.get_formview_action()

    def action_remove(self):
        """Remove the link."""
        self.unlink()
