import re
from fnmatch import fnmatch

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools.mail import email_normalize


class PsaMailRule(models.Model):
    """Which mails open no ticket, and why."""

    _name = "psa.mail.rule"
    _description = "Mail Rule"
    _inherit = ["psa.remembered.mixin"]
    _order = "sequence, id"

    name = fields.Char(
        string="Reason", required=True, translate=True, help="Shown in the journal."
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    sender_pattern = fields.Char(
        string="Sender",
        help="Addresses separated by commas, * stands for anything: spam@example.com, "
        "*@example.com, noreply@*. Empty means any sender.",
    )
    subject_pattern = fields.Char(
        string="Subject",
        help="Regular expression, found anywhere in the subject, upper or lower case. "
        "Empty means any subject.",
    )
    log_ids = fields.One2many("psa.mail.log", "rule_id", string="Refused mails")
    log_count = fields.Integer(string="Refused", compute="_compute_log_count")

    def _compute_log_count(self):
        counts = dict(
            self.env["psa.mail.log"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.log_count = counts.get(rule, 0)

    @api.constrains("name", "sender_pattern", "subject_pattern")
    def _check_patterns(self):
        for rule in self:
            if not (rule.sender_pattern or rule.subject_pattern):
                raise ValidationError(
                    self.env._(
                        "The mail rule “%(rule)s” would refuse every mail. Fill in the "
                        "sender or the subject.",
                        rule=rule.name,
                    )
                )
            try:
                re.compile(rule.subject_pattern or "")
            except re.error as error:
                raise ValidationError(
                    self.env._(
                        "The subject of the mail rule “%(rule)s” is not a regular "
                        "expression: %(error)s.",
                        rule=rule.name,
                        error=error,
                    )
                ) from error

    @api.model
    def _find(self, sender, subject):
        """Return the first rule that refuses a mail, or an empty recordset.

        :param str sender: From, as written
        :param str subject: decoded subject
        """
        address = email_normalize(sender or "", strict=False) or (sender or "").lower()
        for rule_id, senders, subjects in self._get_patterns():
            if any(fnmatch(address, pattern) for pattern in senders) and re.search(
                subjects, subject or "", re.IGNORECASE
            ):
                return self.browse(rule_id)
        return self.browse()

    @api.model
    @tools.ormcache()
    def _get_patterns(self):
        """Return the rules in use, in order, as (id, sender patterns, subject pattern).

        Remembered, since each mail asks for them and they hardly ever change.
        """
        # sudo: the gateway acts for senders without any right
        rules = self.sudo().search([("active", "=", True)])
        return tuple(
            (rule.id, rule._get_sender_patterns(), rule.subject_pattern or "")
            for rule in rules
        )

    def _get_sender_patterns(self):
        patterns = (self.sender_pattern or "*").split(",")
        return tuple(pattern.strip().lower() for pattern in patterns if pattern.strip())

    def action_open_log(self):
        """Show the mails this rule refused."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_mail_log_action"
        )
        return {**action, "domain": [("rule_id", "=", self.id)], "context": {}}
