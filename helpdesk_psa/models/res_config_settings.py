from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .psa_mail_log import KEEP_LINES_DAYS, KEEP_RAW_DAYS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    psa_mail_log_days = fields.Integer(
        string="Keep the mail journal",
        default=KEEP_LINES_DAYS,
        config_parameter="helpdesk_psa.mail_log_days",
        help="Days after which a line of the mail journal is deleted.",
    )
    psa_mail_log_raw_days = fields.Integer(
        string="Keep the original mails",
        default=KEEP_RAW_DAYS,
        config_parameter="helpdesk_psa.mail_log_raw_days",
        help="Days after which the original of a mail that became a ticket or a reply is "
        "deleted from the journal.",
    )

    psa_support_project_id = fields.Many2one(
        related="company_id.psa_support_project_id", readonly=False
    )
    psa_time_reminder = fields.Boolean(
        related="company_id.psa_time_reminder", readonly=False
    )
    psa_time_threshold_hours = fields.Float(
        related="company_id.psa_time_threshold_hours", readonly=False
    )
    psa_time_reminder_hour = fields.Float(
        related="company_id.psa_time_reminder_hour", readonly=False
    )

    @api.constrains("psa_mail_log_days", "psa_mail_log_raw_days")
    def _check_psa_mail_log_days(self):
        for settings in self:
            if min(settings.psa_mail_log_days, settings.psa_mail_log_raw_days) < 1:
                raise ValidationError(
                    self.env._("The mail journal is kept for at least one day.")
                )
