from odoo import api, models
from odoo.exceptions import AccessError


class IrFilters(models.Model):
    _inherit = "ir.filters"

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
