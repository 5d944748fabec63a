from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class HrEmployeeCategory(models.Model):
    """The tags of employees; the helpdesk takes those called skills for what people can do.

    The other tags stay what they are for users of Employees only: people's own business.
    """

    _inherit = "hr.employee.category"

    psa_is_skill = fields.Boolean(
        string="Skill",
        help="Whoever has the tag can do it: tickets and visits may ask for it, and everybody "
        "of the helpdesk sees who has it.",
    )
    psa_user_ids = fields.Many2many(
        "res.users",
        string="Technicians",
        compute="_compute_psa_user_ids",
        inverse="_inverse_psa_user_ids",
        compute_sudo=True,
        domain="[('psa_team_ids', '!=', False)]",
        groups="helpdesk_psa.group_psa_readonly",
        help="Who has the skill. It is a tag on their employee files.",
    )
    psa_intervention_type_ids = fields.Many2many(
        "psa.intervention.type",
        "psa_intervention_type_skill_rel",
        "skill_id",
        "type_id",
        string="Asked for by visits",
        groups="helpdesk_psa.group_psa_readonly",
        help="Visits of these types ask for the skill.",
    )
    psa_ticket_category_ids = fields.Many2many(
        "psa.ticket.category",
        "psa_ticket_category_skill_rel",
        "skill_id",
        "category_id",
        string="Asked for by tickets",
        groups="helpdesk_psa.group_psa_readonly",
        help="Tickets of these categories, and of those below them, ask for the skill.",
    )

    @api.depends("employee_ids.user_id", "psa_is_skill")
    @api.depends_context("allowed_company_ids")
    def _compute_psa_user_ids(self):
        for skill in self:
            files = skill.employee_ids.filtered(
                lambda employee: employee.company_id in self.env.companies
            )
            # Who has another tag is not for everybody.
            skill.psa_user_ids = skill.psa_is_skill and files.user_id

    def _inverse_psa_user_ids(self):
        """Tag the employee files in the companies at hand; those elsewhere stay.

        :raise UserError: if somebody has no employee file there
        """
        # sudo: helpdesk managers have no rights in Employees; they set these tags only
        files = (
            self.env["hr.employee"]
            .sudo()
            .search(
                [
                    ("company_id", "in", self.env.companies.ids),
                    "|",
                    ("user_id", "in", self.psa_user_ids.ids),
                    ("category_ids", "in", self.ids),
                ]
            )
        )
        for skill in self:
            wanted = skill.psa_user_ids
            if nobody := wanted - files.user_id:
                raise UserError(
                    self.env._(
                        "%(user)s has no employee file, which carries the skills. Open "
                        "the team under Helpdesk > Configuration > Teams and press "
                        "“Create employee files”.",
                        user=nobody[0].name,
                    )
                )
            skill.sudo().employee_ids = [
                Command.link(employee.id)
                if employee.user_id in wanted
                else Command.unlink(employee.id)
                for employee in files
                if employee.user_id
            ]
