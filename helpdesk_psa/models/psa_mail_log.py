import base64
import logging
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.constants import GC_UNLINK_LIMIT
from odoo.tools.mail import email_normalize

from ..const import MAILBOX_CONTEXT
from ..tools.mail_fate import MailFate, read_headers

_logger = logging.getLogger(__name__)

# A line still "received" after so long was interrupted: the server stopped meanwhile.
INTERRUPTED_MINUTES = 10
# How long lines, and the raw mail of those that went well, are kept unless configured.
KEEP_LINES_DAYS = 180
KEEP_RAW_DAYS = 30
SHORT = 500
# After that many interruptions it is the mail that brings the server down.
MAX_ATTEMPTS = 3


class PsaMailLog(models.Model):
    """One incoming mail and what became of it.

    The line is written, with the raw mail, before the mail is processed and in a
    transaction of its own: whatever happens next, the mail is not lost.
    """

    _name = "psa.mail.log"
    _description = "Incoming Mail"
    _order = "received_at desc, id desc"
    _rec_name = "subject"
    _log_access = False  # the gateway alone writes, and says when

    received_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now, index=True
    )
    email_from = fields.Char(string="From", readonly=True)
    email_normalized = fields.Char(
        string="Sender", readonly=True, index="btree_not_null"
    )
    email_to = fields.Char(string="To", readonly=True)
    subject = fields.Char(readonly=True)
    message_id = fields.Char(string="Message-Id", readonly=True, index="btree_not_null")
    state = fields.Selection(
        [
            ("received", "Being processed"),
            ("ticket", "New ticket"),
            ("reply", "Reply to a ticket"),
            ("other", "Other application"),
            ("ignored", "Refused by a rule"),
            ("automatic", "Automatic answer"),
            ("duplicate", "Received twice"),
            ("loop", "Loop"),
            ("bounce", "Bounce"),
            ("rescued", "Unreadable, ticket opened"),
            ("failed", "Failed"),
        ],
        string="Fate",
        required=True,
        readonly=True,
        default="received",
        index=True,
    )
    detail = fields.Char(readonly=True, help="Why, in words.")
    rule_id = fields.Many2one(
        "psa.mail.rule", readonly=True, index="btree_not_null", ondelete="set null"
    )
    ticket_id = fields.Many2one(
        "psa.ticket", readonly=True, index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, index="btree_not_null", ondelete="set null"
    )
    model = fields.Char(string="Application", readonly=True)
    res_id = fields.Many2oneReference(
        model_field="model", string="Record", readonly=True
    )
    fallback_model = fields.Char(
        readonly=True,
        help="Model that the incoming server names for mails without a known address.",
    )
    fetchmail_server_id = fields.Many2one(
        "fetchmail.server",
        string="Mailbox",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    attempts = fields.Integer(
        readonly=True,
        aggregator=None,
        help="How often the scheduler took up the mail after an interruption.",
    )
    size = fields.Integer(readonly=True, aggregator=None, help="In bytes.")
    raw = fields.Binary(
        string="Original mail", attachment=True, readonly=True, help="As received."
    )
    raw_name = fields.Char(compute="_compute_raw_name")

    @api.depends("message_id")
    def _compute_raw_name(self):
        for line in self:
            line.raw_name = f"mail-{line.id}.eml"

    # === WHILE A MAIL IS PROCESSED === #

    @api.model
    def _get_current(self):
        """Return the fate of the mail being processed; a throw-away one outside."""
        return self.env.context.get("psa_mail_fate") or MailFate()

    @api.model
    def _open(self, raw, fallback_model):
        """Write down a mail that has just come in, whatever becomes of it.

        :param bytes raw: the mail as received
        :param fallback_model: model of the incoming server, if any
        :return: its fate, to be settled
        :rtype: MailFate
        """
        vals = self._prepare_values(raw, fallback_model)
        try:
            with self._own_transaction() as journal:
                line = journal.create(vals)
                line._keep_raw(raw)
                line_id = line.id
        except Exception:
            # Better a mail that is processed without a line than one that is not.
            _logger.exception("An incoming mail could not be written in the journal")
            line_id = None
        return MailFate(line_id, vals["email_normalized"])

    @api.model
    def _prepare_values(self, raw, fallback_model):
        """Return the values of the line of a mail that has just come in."""
        headers = read_headers(raw)
        return {
            "email_from": headers["from"][:SHORT],
            "email_normalized": email_normalize(headers["from"][:SHORT], strict=False),
            "email_to": headers["to"][:SHORT],
            "subject": headers["subject"][:SHORT],
            "message_id": headers["message_id"][:SHORT],
            "fallback_model": fallback_model or False,
            "fetchmail_server_id": self.env.context.get(MAILBOX_CONTEXT),
            "size": len(raw),
        }

    def _keep_raw(self, raw):
        """Attach the mail as received; as bytes, which the field would take encoded.

        :param bytes raw: the mail
        """
        self.ensure_one()
        # Named, so that Odoo neither guesses the type nor copies the text for its index.
        self.env["ir.attachment"].create(
            {
                "name": self.raw_name,
                "res_model": self._name,
                "res_field": "raw",
                "res_id": self.id,
                "raw": raw,
                "mimetype": "message/rfc822",
            }
        )

    @api.model
    def _settle(self, fate):
        """Write a fate on its line once the processing is committed.

        The line was born in another transaction, which ours may not see; so it is
        written in one of its own again, after the commit. What a crash leaves in between
        is found by :meth:`_cron_resume`.
        """
        if fate.line_id and fate.state:
            self.env.cr.postcommit.add(partial(self._write_fate, fate))

    @api.model
    def _write_fate(self, fate):
        """Write a fate on its line, in a transaction of its own."""
        if not fate.line_id:
            return
        try:
            with self._own_transaction() as journal:
                journal.browse(fate.line_id)._apply_fate(fate)
        except Exception:
            # The mail is where it belongs; the line is put right by _cron_resume.
            _logger.exception(
                "The fate of the incoming mail %s is unknown", fate.line_id
            )

    def _apply_fate(self, fate):
        """Write a fate on its line."""
        self.write(
            {
                "state": fate.state or "failed",
                "detail": fate.detail[:SHORT],
                "rule_id": fate.rule_id,
                "model": fate.model,
                "res_id": fate.res_id,
                "ticket_id": fate.res_id if fate.model == "psa.ticket" else False,
                "company_id": fate.company_id,
            }
        )

    def _own_transaction(self):
        return _OwnTransaction(self)

    # === SECOND CHANCES === #

    def action_make_ticket(self):
        """Open a ticket for a mail that became none, as if it had been welcome."""
        return self._give_second_chance()

    def action_attach(self):
        """Open the dialog that puts a mail on a ticket there is already."""
        self.ensure_one()
        self._check_second_chance()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_mail_log_attach_action"
        )
        return {**action, "context": {"default_log_id": self.id}}

    def _check_second_chance(self):
        """Refuse to process a mail again that is on a ticket, or no longer there."""
        self.ensure_one()
        self.check_access("write")
        if self.ticket_id:
            raise UserError(
                self.env._(
                    "This mail is on the ticket %(number)s already.",
                    number=self.ticket_id.number,
                )
            )
        if not self.raw:
            raise UserError(
                self.env._("The original mail is no longer kept; nothing to open.")
            )

    def _give_second_chance(self, ticket=None):
        """Process a mail again, as if it had been welcome, and open its ticket.

        :param ticket: `psa.ticket` to put it on; otherwise it becomes a new one
        :raise UserError: if it got on no ticket
        """
        self._check_second_chance()
        target = {"psa_ticket_id": ticket.id} if ticket else {}
        self._reprocess(psa_force_ticket=True, **target)
        if not self.ticket_id:
            raise UserError(
                self.env._("The mail became no ticket: %(why)s", why=self.detail or "")
            )
        return self.action_open_ticket()

    def _reprocess(self, **context):
        """Send the raw mail through the gateway once more, on the same line."""
        self.ensure_one()
        fate = MailFate(self.id, self.email_normalized)
        thread = self.env["mail.thread"].with_user(SUPERUSER_ID)
        raw = base64.b64decode(self.sudo().raw)
        thread.with_context(
            psa_mail_retry=fate,
            **{MAILBOX_CONTEXT: self.fetchmail_server_id.id},
            **context,
        ).message_process(self.fallback_model or None, raw)
        # This transaction sees the line: the fate is written with the ticket.
        self.sudo()._apply_fate(fate)

    def action_block_sender(self):
        """Refuse further mails from these senders."""
        self.check_access("write")
        Rule = self.env["psa.mail.rule"]
        addresses = {line.email_normalized for line in self} - {False}
        if not addresses:
            raise UserError(self.env._("No address is known of who sent this."))
        for address in addresses:
            if not Rule.search_count([("sender_pattern", "=", address)], limit=1):
                Rule.create(
                    {
                        "name": self.env._("Blocked: %(address)s", address=address),
                        "sender_pattern": address,
                    }
                )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Mails from %(addresses)s open no ticket any more. The mail rules "
                    "can undo it.",
                    addresses=", ".join(sorted(addresses)),
                ),
            },
        }

    def action_open_ticket(self):
        """Open the ticket that holds the mail."""
        self.ensure_one()
        return self.ticket_id.get_formview_action()

    # === SCHEDULED === #

    @api.model
    def _cron_resume(self):
        """Give mails whose processing was interrupted another go."""
        limit = fields.Datetime.subtract(
            fields.Datetime.now(), minutes=INTERRUPTED_MINUTES
        )
        lines = self.search(
            [("state", "=", "received"), ("received_at", "<", limit)], order="id"
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(lines))
        for line in lines:
            if line._take_up():
                line._resume()
            if not progress(1):
                break

    def _take_up(self):
        """Lock the line and count the attempt, which must outlive a crash.

        :return: whether the mail is to be processed now
        """
        line = self.try_lock_for_update().filtered(
            lambda line: line.state == "received"
        )
        if not line or line._find_processed():
            return False
        if line.attempts >= MAX_ATTEMPTS:
            line.write(
                {
                    "state": "failed",
                    "detail": self.env._(
                        "Given up: processing was interrupted each time."
                    ),
                }
            )
            return False
        line.attempts += 1
        self.env["ir.cron"]._commit_progress()
        return bool(line.try_lock_for_update())

    def _resume(self):
        try:
            with self.env.cr.savepoint():
                self._reprocess()
                # What waits for the commit must not fail there: the others would wait.
                self.env.cr.flush()
        except Exception as error:
            _logger.exception("The incoming mail %s failed again", self.id)
            self.write({"state": "failed", "detail": str(error)[:SHORT]})

    def _find_processed(self):
        """Note where a mail went whose processing succeeded without the line knowing."""
        if not self.message_id:
            return False
        messages = self.env["mail.message"]
        message = messages.search([("message_id", "=", self.message_id)], limit=1)
        if not message:
            return False
        record = (
            message.model and self.env[message.model].browse(message.res_id).exists()
        )
        state = "other"
        if message.model == "psa.ticket":
            earlier = [("model", "=", "psa.ticket"), ("res_id", "=", message.res_id)]
            earlier += [("message_type", "=", "email"), ("id", "<", message.id)]
            state = "reply" if messages.search_count(earlier, limit=1) else "ticket"
        fate = MailFate(self.id)
        fate.settle(state, self.env._("Found after an interruption."), record or None)
        self._apply_fate(fate)
        return True

    @api.autovacuum
    def _gc_lines(self):
        """Forget old lines, and sooner the raw mail of those that went well."""
        get_param = self.env["ir.config_parameter"].sudo().get_param
        now = fields.Datetime.now()
        keep_raw = int(get_param("helpdesk_psa.mail_log_raw_days", KEEP_RAW_DAYS))
        keep_lines = int(get_param("helpdesk_psa.mail_log_days", KEEP_LINES_DAYS))
        done = self.search(
            [
                ("state", "in", ("ticket", "reply", "other", "duplicate")),
                ("received_at", "<", fields.Datetime.subtract(now, days=keep_raw)),
                ("raw", "!=", False),
            ],
            limit=GC_UNLINK_LIMIT,
        )
        done.raw = False
        self.search(
            [("received_at", "<", fields.Datetime.subtract(now, days=keep_lines))],
            limit=GC_UNLINK_LIMIT,
        ).unlink()


class _OwnTransaction:
    """The journal in a cursor of its own, committed on leaving."""

    def __init__(self, journal):
        self.journal = journal

    def __enter__(self):
        self.cr = self.journal.env.registry.cursor()
        # Named, or Odoo would read the user to know his company.
        context = {"allowed_company_ids": self.journal.env.company.ids}
        env = api.Environment(self.cr, SUPERUSER_ID, context)
        self.cr.__enter__()
        return env[self.journal._name]

    def __exit__(self, *exc_info):
        return self.cr.__exit__(*exc_info)
