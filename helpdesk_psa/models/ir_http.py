from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Override of `web`: the timer in the top bar shows without a further request."""
        info = super().session_info()
        if self.env.user.has_group("helpdesk_psa.group_psa_agent"):
            info["psa_timer"] = self.env["psa.timer"].get_current()
        return info
