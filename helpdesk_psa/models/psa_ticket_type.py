from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..const import YES_NO


class PsaTicketType(models.Model):
    """What the customer asks for: it decides the statuses, the team and the extra fields."""

    _name = "psa.ticket.type"
    _description = "Ticket Type"
    _inherit = ["psa.remembered.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer it in every company."
    )
    icon = fields.Char(
        default="fa-ticket",
        help="Font Awesome 4 class shown on cards and lists, for example fa-bolt.",
    )
    color = fields.Integer(string="Colour")
    stage_ids = fields.Many2many(
        "psa.ticket.stage",
        "psa_ticket_type_stage_rel",
        "type_id",
        "stage_id",
        string="Allowed statuses",
        check_company=True,
        help="Statuses a ticket of this type may take. Empty means all of them.",
    )
    default_team_id = fields.Many2one(
        "psa.team",
        string="Default team",
        company_dependent=True,
        check_company=True,
        help="Team of a new ticket of this type when nothing else decides. Each company "
        "has its own.",
    )
    service_type_id = fields.Many2one(
        "psa.service.type",
        string="Usual service type",
        check_company=True,
        ondelete="restrict",
        help="Service type of new time entries on tickets of this type. Empty: as the "
        "team of the ticket.",
    )
    time_billable = fields.Selection(
        YES_NO,
        string="Time is billable",
        help="Empty: as the team of the ticket, or the service type of the entry.",
    )
    ticket_properties = fields.PropertiesDefinition(
        string="Extra fields of the tickets",
    )

    @api.constrains("stage_ids")
    def _check_first_stage(self):
        for ticket_type in self:
            stages = ticket_type.stage_ids
            if stages and "new" not in stages.mapped("category"):
                raise ValidationError(
                    self.env._(
                        "The type “%(type)s” needs at least one allowed status of the "
                        "category New, where its tickets start.",
                        type=ticket_type.name,
                    )
                )

    def _get_team(self, company):
        """Return the team that gets this type's tickets in a company, if one does."""
        team = self.with_company(company).default_team_id
        # sudo: it may be a private team of others, whose name is not shown here
        return team if team.sudo().active else team.browse()

    def _get_stages(self):
        """Return the statuses a ticket of this type may take, in order."""
        chosen = self.env["psa.ticket.stage"].browse(self._get_chosen_stage_ids())
        return chosen or chosen.search(
            [("company_id", "in", [False, *self.company_id.ids])]
        )

    def _get_chosen_stage_ids(self):
        """Return the ids of the allowed statuses, in order; none means all of them."""
        saved = self._origin
        return saved._get_saved_stage_ids() if saved else self.stage_ids.sorted().ids

    @tools.ormcache("self.id")
    def _get_saved_stage_ids(self):
        # sudo: remembered for everybody
        stages = self.sudo().with_context(active_test=True).stage_ids
        return tuple(stages.sorted().ids)

    def _get_stage(self, *categories):
        """Return the first allowed status of the first category that has one.

        :param str categories: categories by preference
        :return: one status, or an empty recordset
        """
        stages = self._get_stages()
        for category in categories:
            found = stages.filtered(
                lambda stage, wanted=category: stage.category == wanted
            )
            if found:
                return found[0]
        return stages.browse()

    def _is_stage_allowed(self, stage):
        chosen = self._get_chosen_stage_ids()
        return not chosen or stage.id in chosen
