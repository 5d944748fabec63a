from odoo import api, fields, models
from odoo.exceptions import AccessError


class IrFilters(models.Model):
    _inherit = "ir.filters"

    psa_names_users = fields.Boolean(
        compute="_compute_psa_names_users",
        help="The user may not share the favourite with everybody, so that he has to say "
        "with whom.",
    )

    @api.depends("model_id")
    @api.depends_context("uid")
    def _compute_psa_names_users(self):
        may_share = self._psa_may_share()
        for favourite in self:
            is_ours = (favourite.model_id or "").startswith("psa.")
            favourite.psa_names_users = is_ours and not may_share

    @api.constrains(
        "user_ids", "model_id", "name", "domain", "context", "sort", "active"
    )
    def _check_psa_shared(self):
        """Let helpdesk managers only share a favourite with everybody, or change one."""
        if self._psa_may_share():
            return
        for favourite in self:
            if favourite._psa_is_shared():
                raise AccessError(
                    self.env._(
                        "Only helpdesk managers share the favourite “%(name)s” with "
                        "everybody. Choose the users who should see it.",
                        name=favourite.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_psa_shared(self):
        for favourite in self:
            if favourite._psa_is_shared() and not self._psa_may_share():
                raise AccessError(
                    self.env._(
                        "The favourite “%(name)s” is everybody's: only helpdesk managers "
                        "delete it.",
                        name=favourite.name,
                    )
                )

    def _psa_is_shared(self):
        self.ensure_one()
        return self.model_id.startswith("psa.") and not self.user_ids

    @api.model
    def _psa_may_share(self):
        # Constraints run in sudo: who acts is the user, not his rights of the moment.
        user = self.env.user
        return user.has_group("helpdesk_psa.group_psa_manager") or user.has_group(
            "base.group_erp_manager"
        )
