import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

BATCH_SIZE = 50


class PsaNotice(models.Model):
    """A mail that a ticket owes its requester: queued with the change, sent in batches.

    The row is written in the transaction of the change, so a change that fails sends
    nothing; it goes when the mail is in Odoo's outgoing queue.
    """

    _name = "psa.notice"
    _description = "Queued Notice to a Customer"
    _order = "id"

    ticket_id = fields.Many2one(
        "psa.ticket", required=True, index=True, ondelete="cascade"
    )
    template_id = fields.Many2one(
        "mail.template", required=True, index=True, ondelete="cascade"
    )
    auto_submitted = fields.Selection(
        [("auto-replied", "Answer"), ("auto-generated", "Announcement")],
        required=True,
        default="auto-generated",
        help="How the mail presents itself to other mail programs (RFC 3834), so that "
        "they do not answer it.",
    )
    stage_id = fields.Many2one(
        "psa.ticket.stage",
        ondelete="cascade",
        help="Status the notice tells of. A ticket that has moved on meanwhile sends none.",
    )
    error = fields.Char(
        readonly=True,
        help="Why the notice could not be prepared. Empty while it waits.",
    )

    @api.model
    def _queue(self, template_by_ticket, **values):
        """Queue notices and wake the scheduler.

        :param dict template_by_ticket: ``{psa.ticket: mail.template}``
        :param values: further values of the notices
        """
        tickets = self.env["psa.ticket"].concat(*template_by_ticket)
        vals_list = [
            {
                "ticket_id": ticket.id,
                "template_id": template_by_ticket[ticket].id,
                **values,
            }
            for ticket in tickets._filter_notifiable()
        ]
        if vals_list:
            # sudo: agents cause notices, only the scheduler handles them
            self.sudo().create(vals_list)
            self._wake_scheduler()

    @api.model
    def _wake_scheduler(self):
        """Have the notices sent as soon as possible."""
        self.env["ir.cron"]._psa_wake("helpdesk_psa.ir_cron_psa_notice")

    @api.model
    def _cron_send(self):
        """Prepare the queued mails, a batch at a time; a failure is kept with its reason."""
        domain = [("error", "=", False)]
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count(domain))
        while notices := self.search(domain, limit=BATCH_SIZE):
            notices = notices.try_lock_for_update()
            if not notices:
                break  # another worker has them
            count = len(notices)
            notices._send()
            if not progress(count):
                break

    def _send(self):
        """Send the notices in batches; one that fails does not hold up the others."""
        for (template, kind), notices in self.grouped(
            lambda notice: (notice.template_id, notice.auto_submitted)
        ).items():
            try:
                with self.env.cr.savepoint():
                    notices._send_batch(template, kind)
            except Exception:
                _logger.warning("Notices are prepared one by one: one of them fails.")
                notices._send_one_by_one(template, kind)

    def _send_one_by_one(self, template, kind):
        for notice in self:
            try:
                with self.env.cr.savepoint():
                    notice._send_batch(template, kind)
            except Exception as error:
                _logger.exception("The notice %s cannot be prepared", notice.id)
                notice.error = str(error) or type(error).__name__

    def _is_current(self):
        return not self.stage_id or self.stage_id == self.ticket_id.stage_id

    def _send_batch(self, template, kind):
        tickets = self.filtered(lambda notice: notice._is_current()).ticket_id
        headers = {"Auto-Submitted": kind, "X-Auto-Response-Suppress": "All"}
        template.send_mail_batch(
            tickets.ids,
            force_send=False,
            email_values={"headers": repr(headers)},
        )
        self.env["ir.cron"]._psa_wake("mail.ir_cron_mail_scheduler_action")
        tickets._log_event("notice", new=str(template.id))
        self.unlink()

    def action_retry(self):
        """Put notices that failed back in the queue."""
        self.check_access("write")
        self.error = False
        self._wake_scheduler()

    def action_open_ticket(self):
        """Open the ticket that owes the notice."""
        self.ensure_one()
        return self.ticket_id.get_formview_action()
