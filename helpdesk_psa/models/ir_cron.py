from odoo import api, fields, models


class IrCron(models.Model):
    """Jobs that many requests call for."""

    _inherit = "ir.cron"

    @api.model
    def _psa_wake(self, xmlid):
        """Have a job run as soon as possible, whoever asks.

        While an earlier call waits, this one is only written down: waking the scheduler
        takes a new connection to PostgreSQL each time. If it has just begun to work, it
        comes back within a minute.

        :param str xmlid: of the job
        """
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(xmlid)
        now = fields.Datetime.now()
        # sudo: whose work causes mails, say, may not see the scheduler
        calls = self.env["ir.cron.trigger"].sudo()
        if calls.search([("cron_id", "=", cron_id), ("call_at", "<=", now)], limit=1):
            calls.create({"cron_id": cron_id, "call_at": now})
        else:
            self.sudo().browse(cron_id)._trigger()
