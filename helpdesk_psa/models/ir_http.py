from odoo import fields, models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Override of `web`: the timer in the top bar shows without a further request.

        Clocks count by the server's time, whatever the browser's computer says.
        """
        info = super().session_info()
        if self.env.user.has_group("helpdesk_psa.group_psa_readonly"):
            info["psa_now"] = fields.Datetime.to_string(fields.Datetime.now())
        if self.env.user.has_group("helpdesk_psa.group_psa_agent"):
            info["psa_timer"] = self.env["psa.timer"].get_current()
        return info
