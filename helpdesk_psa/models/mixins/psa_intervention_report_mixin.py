import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .psa_intervention_signing_mixin import REOPENING

_logger = logging.getLogger(__name__)

REPORT = "helpdesk_psa.psa_intervention_report"
TEMPLATE = "helpdesk_psa.mail_template_psa_intervention"
CRON = "helpdesk_psa.ir_cron_psa_intervention_report"
BATCH_SIZE = 5
# What the scheduler alone writes.
REPORT_FIELDS = {"report_attachment_id", "signed_report_ids"}


class PsaInterventionReportMixin(models.AbstractModel):
    """Makes the report of a signed visit, keeps it where it belongs and mails it.

    The scheduler does so right after the signing: a phone on a bad network does not wait
    for a PDF, and a mail server that is down loses no report.
    """

    _name = "psa.intervention.report.mixin"
    _description = "Report of an Intervention"

    report_partner_id = fields.Many2one(
        "res.partner",
        string="Report to",
        compute="_compute_report_partner_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        help="Who gets the signed report by mail.",
    )
    report_status = fields.Selection(
        [
            ("queued", "Being prepared"),
            ("sent", "Mailed"),
            ("kept", "Kept, not mailed"),
            ("failed", "Failed"),
        ],
        string="Report",
        readonly=True,
        copy=False,
        help="What became of the report to the customer.",
    )
    report_error = fields.Char(readonly=True, copy=False)
    report_attachment_id = fields.Many2one(
        "ir.attachment",
        string="Signed report",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    signed_report_ids = fields.Many2many(
        "ir.attachment",
        "psa_intervention_signed_report_rel",
        "intervention_id",
        "attachment_id",
        string="All signed reports",
        readonly=True,
        copy=False,
        bypass_search_access=True,
        help="Each report that was signed, also those from before the visit was reopened. "
        "They are the proof of what was signed then, and nobody deletes them.",
    )

    _report_idx = models.Index("(id) WHERE report_status = 'queued'")

    @api.model_create_multi
    def create(self, vals_list):
        interventions = super().create(vals_list)
        sudo = interventions.sudo()
        if sudo.report_attachment_id or sudo.signed_report_ids:
            self._check_report_is_ours()
        return interventions

    def write(self, vals):
        if not REPORT_FIELDS.isdisjoint(vals):
            self._check_report_is_ours()
        return super().write(vals)

    def _check_report_is_ours(self):
        """Refuse a report that somebody chose: it is mailed and filed, whatever it is.

        :raise AccessError: unless the scheduler writes, or a manager reopens the sheet
        """
        reopening = self.env.context.get("psa_reopening") is REOPENING
        if not self.env.su and not reopening:
            raise AccessError(
                self.env._("The signed report is made by itself and cannot be chosen.")
            )

    def _refuse_report_change(self):
        """Keep a report that was signed, whatever became of the sheet afterwards.

        :raise UserError: names the sheet
        """
        self.ensure_one()
        raise UserError(
            self.env._(
                "This is a report of the intervention %(number)s as it was signed: it is "
                "neither changed nor deleted, even after the sheet was reopened.",
                number=self.number,
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reported(self):
        for intervention in self:
            if intervention.sudo().signed_report_ids:
                raise UserError(
                    self.env._(
                        "The intervention %(number)s was signed once. Cancel it instead: "
                        "the signed report stays.",
                        number=intervention.number,
                    )
                )

    @api.depends("partner_id", "customer_id")
    def _compute_report_partner_id(self):
        """The contact on site, else who asked, else the customer."""
        for intervention in self:
            # sudo: a technician may not see the ticket he is sent for
            requesters = intervention.sudo().ticket_ids.partner_id
            candidates = (
                intervention.partner_id
                | requesters.sudo(self.env.su)
                | intervention.customer_id
            )
            reachable = candidates.filtered("email")
            intervention.report_partner_id = (reachable or candidates)[:1]

    def _queue_report(self):
        """Have the report made and mailed as soon as possible."""
        self.write({"report_status": "queued", "report_error": False})
        # sudo: technicians cause reports, the scheduler makes them
        self.env.ref(CRON).sudo()._trigger()

    def action_send_report(self):
        """Make and mail the report of a signed visit again."""
        self.check_access("write")
        self.filtered(lambda one: one._is_locked())._queue_report()
        return True

    def action_open_report(self):
        """Open the signed report."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.report_attachment_id.id}?download=true",
            "target": "download",
        }

    @api.model
    def _cron_send_reports(self):
        """Make the reports that wait; one that fails does not hold up the others."""
        domain = [("report_status", "=", "queued")]
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count(domain))
        while waiting := self.search(domain, limit=BATCH_SIZE, order="id"):
            waiting = waiting.try_lock_for_update()
            if not waiting:
                break  # another worker has them
            for intervention in waiting:
                intervention._try_send_report()
            if not progress(len(waiting)):
                break

    def _try_send_report(self):
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._send_report()
        except Exception as error:
            _logger.exception("The report of %s cannot be made", self.number)
            self.write(
                {
                    "report_status": "failed",
                    "report_error": str(error) or type(error).__name__,
                }
            )

    def _send_report(self):
        """Make the report, keep it with all it is about, and mail it."""
        self.ensure_one()
        attachment = self.report_attachment_id or self._create_report_attachment()
        self.report_attachment_id = attachment
        self.signed_report_ids += attachment
        addressee = self._get_report_addressee()
        if addressee:
            self._mail_report(attachment, addressee)
        self._file_report(attachment)
        self.report_status = "sent" if addressee else "kept"

    def _get_report_addressee(self):
        """Return whom the report is mailed to; empty if nobody wants or can get it."""
        self.ensure_one()
        addressee = self.report_partner_id
        if not self.type_id.mail_report or not addressee.email:
            return addressee.browse()
        return addressee - addressee._psa_filter_never_email()

    def _create_report_attachment(self):
        content, extension = self.env["ir.actions.report"]._render_qweb_pdf(
            REPORT, self.ids
        )
        return self.env["ir.attachment"].create(
            {
                "name": self._get_report_name(extension),
                "raw": content,
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _get_report_name(self, extension="pdf"):
        self.ensure_one()
        intervention = self.with_context(lang=self._get_report_lang())
        return intervention.env._(
            "Intervention %(number)s.%(extension)s",
            number=self.number,
            extension=extension,
        )

    def _get_report_lang(self):
        """Return the language of whoever gets the report."""
        self.ensure_one()
        return (
            self.report_partner_id.lang
            or self.customer_id.lang
            or self.company_id.partner_id.lang
            or self.env.lang
        )

    def _mail_report(self, attachment, addressee):
        self.message_post_with_source(
            self.env.ref(TEMPLATE),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=addressee.ids,
            attachment_ids=attachment.ids,
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _file_report(self, attachment):
        """Keep the report on each record that the visit was for, with a line about it."""
        self.ensure_one()
        for record in self._get_report_places():
            copy = attachment.copy({"res_model": record._name, "res_id": record.id})
            record.message_post(
                body=self.env._(
                    "Intervention %(number)s is signed.", number=self.number
                ),
                attachment_ids=copy.ids,
            )

    def _get_report_places(self):
        """Return the records, all of them threads, that get a copy of the report."""
        self.ensure_one()
        return [*self.ticket_ids, *self.equipment_ids]

    # === WHAT IS PRINTED === #

    def _get_report_times(self):
        """Return the time entries to print: all technicians', oldest first."""
        self.ensure_one()
        # sudo: the customer's report names the time of every technician, and no cost
        return (
            self.env["psa.time.entry"]
            .sudo()
            .search([("intervention_id", "=", self.id)], order="date, start, id")
        )

    def _get_report_checklist(self):
        """Return the items to print: what was filled in or had to be."""
        self.ensure_one()
        return self.checklist_item_ids.filtered(
            lambda item: item.is_filled or item.is_required
        )
