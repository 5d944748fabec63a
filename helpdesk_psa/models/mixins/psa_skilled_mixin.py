from odoo import api, fields, models
from odoo.tools.i18n import format_list


class PsaSkilledMixin(models.AbstractModel):
    """What whoever does a thing has to be able to do.

    Skills are tags of employees; see `hr.employee.category`.
    """

    _name = "psa.skilled.mixin"
    _description = "Asks for Skills"
    _inherit = ["psa.dispatch.mixin"]

    skill_ids = fields.Many2many(
        "hr.employee.category",
        string="Skills asked for",
        domain="[('psa_is_skill', '=', True)]",
        compute="_compute_skill_ids",
        store=True,
        readonly=False,
        precompute=True,
        groups="base.group_user",
    )
    missing_skill_ids = fields.Many2many(
        "hr.employee.category",
        string="Missing skills",
        compute="_compute_missing_skill_ids",
        groups="base.group_user",
        help="Skills asked for that none of those who are to do it has.",
    )
    skill_hint = fields.Char(
        compute="_compute_skill_hint",
        groups="base.group_user",
        help="Says who lacks what is asked for.",
    )

    def _compute_skill_ids(self):
        """Set what a record of its kind asks for; each model knows that itself."""
        self.skill_ids = False

    @api.depends(lambda self: ("skill_ids", *filter(None, (self._dispatch_users,))))
    def _compute_missing_skill_ids(self):
        asking = self.filtered("skill_ids")
        users = asking[self._dispatch_users] if asking else self.env["res.users"]
        known = users._origin._psa_get_skills()
        for record in self:
            missing = record.skill_ids._origin
            users = record._get_dispatch_users()._origin
            for user in users:
                missing -= known.get(user.id, missing.browse())
            record.missing_skill_ids = missing if users else missing.browse()

    @api.depends("missing_skill_ids")
    def _compute_skill_hint(self):
        for record in self:
            record.skill_hint = record._get_skill_hint()

    def _get_skill_hint(self):
        """Return who lacks which skills, as a sentence, or an empty text."""
        if not self.missing_skill_ids:
            return ""
        skills = format_list(self.env, self.missing_skill_ids.mapped("name"))
        users = self._get_dispatch_users()
        if len(users) > 1:
            return self.env._("None of them has the skills: %(skills)s.", skills=skills)
        return self.env._(
            "%(name)s lacks the skills: %(skills)s.", name=users.name, skills=skills
        )

    # === DISPATCH BOARD === #

    @api.model
    def _get_dispatch_fields(self):
        """Override: another skill may be one that somebody lacks."""
        return super()._get_dispatch_fields() | {"skill_ids"}

    def _get_dispatch_block(self):
        """Override to say what is asked for, and what nobody planned can do."""
        return {
            **super()._get_dispatch_block(),
            "skill_ids": self.skill_ids.ids,
            "lacking": self.missing_skill_ids.mapped("name"),
        }

    def _get_dispatch_warnings(self):
        """Override to tell a dispatcher of missing skills."""
        hint = self.skill_hint
        return super()._get_dispatch_warnings() + ([hint] if hint else [])
