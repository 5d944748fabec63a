import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ...const import BY_DECISION
from ...tools.agreement_dates import get_next_ends, get_notice_date, iter_ends
from ...tools.agreement_match import find_period

_logger = logging.getLogger(__name__)

# Agreements that are looked after together; each such chunk is committed.
CHUNK = 100


class PsaAgreementLifecycleMixin(models.AbstractModel):
    """What becomes of an agreement: in force, suspended, renewed, ended.

    The state is a function of dates, see `_get_state`; the scheduler only writes it down.
    """

    _name = "psa.agreement.lifecycle.mixin"
    _description = "Agreement Lifecycle"

    notice_date = fields.Date(
        compute="_compute_notice_date",
        store=True,
        string="Notice by",
        help="Last day on which notice can be given before the present end.",
    )

    @api.depends("date_end", "notice_count", "notice_unit")
    def _compute_notice_date(self):
        for agreement in self:
            agreement.notice_date = agreement.date_end and get_notice_date(
                agreement.date_end, agreement.notice_count, agreement.notice_unit
            )

    # === WHAT PEOPLE DECIDE === #

    def action_activate(self):
        """Put drafts in force. From then on their terms change by amendments only."""
        self.check_access("write")
        for agreement in self.filtered(lambda it: it.state == "draft"):
            if not agreement.line_ids:
                raise UserError(
                    self.env._(
                        "“%(agreement)s” covers nothing yet. Add a line that says what "
                        "the customer may expect.",
                        agreement=agreement.display_name,
                    )
                )
            agreement._set_state("active")
        self._settle()
        return True

    def action_renew(self):
        """Renew the agreements by their usual length."""
        self.check_access("write")
        for agreement in self:
            agreement._renew(agreement._get_renewed_end())
        self._settle()
        return True

    def action_decide(self):
        """Ask when and why to suspend, resume or terminate; the context says which."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "psa.agreement.decide",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_agreement_id": self.id,
                "default_kind": self.env.context.get("psa_kind", "terminate"),
            },
        }

    def _suspend(self, day, until, reason):
        """Let the agreement not hold for some time.

        :param date day: first day without it
        :param until: first day on which it holds again; None while nobody knows
        :param str reason: shown on the agreement
        """
        self.ensure_one()
        # sudo: suspensions are written by decisions only
        self.env["psa.agreement.suspension"].sudo().create(
            {
                "agreement_id": self.id,
                "date_from": day,
                "date_until": until,
                "reason": reason,
            }
        )
        self.message_post(
            body=self.env._(
                "Suspended from %(date)s: %(reason)s",
                date=format_date(self.env, day),
                reason=reason,
            )
        )
        self._settle()

    def _resume(self, day):
        """Let a suspended agreement hold again.

        :param date day: first day on which it holds
        """
        self.ensure_one()
        # sudo: suspensions are written by decisions only
        for suspension in self.suspension_ids.sudo().filtered(
            lambda it: not it.date_until or it.date_until > day
        ):
            if suspension.date_from >= day:
                suspension.unlink()
            else:
                suspension.date_until = day
        self.message_post(
            body=self.env._(
                "In force again from %(date)s", date=format_date(self.env, day)
            )
        )
        self._settle()

    def _terminate(self, day, reason):
        """End the agreement before its time, or keep it from being renewed.

        :param date day: last day
        :param str reason: shown on the agreement
        """
        self.ensure_one()
        self.with_context(psa_by=BY_DECISION).write(
            {"termination_date": day, "date_end": day, "state_reason": reason}
        )
        self.message_post(
            body=self.env._(
                "Terminated with effect of %(date)s: %(reason)s",
                date=format_date(self.env, day),
                reason=reason,
            )
        )
        self._settle()

    # === WHAT FOLLOWS FROM THE DATES === #

    def _get_state(self, day):
        """Return what an agreement that is no draft is on a day."""
        self.ensure_one()
        if self.termination_date and self.termination_date < day:
            return "terminated"
        _start, until = self._get_bounds()
        if until and until <= day:
            return "ended"
        return "suspended" if find_period(self._get_gaps(), day) else "active"

    def _settle(self, day=None):
        """Write down the state that follows from the dates, and tell the tickets.

        :param date day: today unless given
        """
        day = day or fields.Date.context_today(self)
        self._clear_terms()
        settled = self.filtered(lambda it: it.state != "draft")
        if not settled:
            return
        for agreement in settled:
            state = agreement._get_state(day)
            reason = agreement.state_reason
            if state == "suspended":
                gap = agreement.suspension_ids.filtered(
                    lambda it: (
                        it.date_from <= day
                        and (not it.date_until or day < it.date_until)
                    )
                )
                reason = gap[:1].reason
            elif not agreement.termination_date:
                reason = False
            if (state, reason) != (agreement.state, agreement.state_reason):
                agreement._set_state(state, state_reason=reason)
        self.env["psa.ticket"]._rematch_agreements(settled.customer_id)

    def _get_renewed_end(self):
        """Return the last day of the term after the present one.

        :raise UserError: if there is nothing to renew
        """
        self.ensure_one()
        if not self.date_end or self.termination_date:
            raise UserError(
                self.env._(
                    "“%(agreement)s” cannot be renewed: it has no end, or it was "
                    "terminated.",
                    agreement=self.display_name,
                )
            )
        ends = iter_ends(self.first_date_end, self.renewal_count, self.renewal_unit)
        return next(end for end in ends if end > self.date_end)

    def _renew(self, end):
        """Let the agreement go on until a day.

        :param date end: the new last day
        """
        self.ensure_one()
        self.with_context(psa_by=BY_DECISION).date_end = end
        self.message_post(
            body=self.env._("Renewed until %(date)s", date=format_date(self.env, end))
        )

    # === REMINDERS === #

    def _get_reminders(self, day):
        """Return what the owner must be reminded of: [(field, date, text)].

        Notice matters where the agreement goes on, the end where it does not go on by
        itself. Each date is reminded of once, also if the scheduler was down on the day.
        """
        self.ensure_one()
        reminders = []
        if not self.reminder_days or self.termination_date or not self.date_end:
            return reminders
        if self.renewal != "none" and self.notice_count:
            reminders.append(
                (
                    "notice_reminded_for",
                    self.notice_date,
                    self.env._(
                        "Last day to give notice of %(agreement)s",
                        agreement=self.display_name,
                    ),
                )
            )
        if self.renewal != "tacit":
            reminders.append(
                (
                    "end_reminded_for",
                    self.date_end,
                    self.env._("%(agreement)s ends", agreement=self.display_name),
                )
            )
        return [
            (name, target, text)
            for name, target, text in reminders
            if self[name] != target
            and fields.Date.subtract(target, days=self.reminder_days) <= day
            and day <= self.date_end
        ]

    def _remind(self, day):
        """Give the owner an activity for each date that comes near."""
        owner = self.user_id.filtered("active") or self.customer_id.user_id
        agreement = self.with_context(lang=owner.lang or self.env.lang)
        for name, target, text in agreement._get_reminders(day):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=target,
                summary=text,
                user_id=owner.id or self.create_uid.id,
            )
            self[name] = target

    # === SCHEDULED === #

    @api.model
    def _cron_look_after(self):
        """Renew tacitly, settle states and remind, each once and however late."""
        day = fields.Date.context_today(self)
        progress = self.env["ir.cron"]._commit_progress
        domain = Domain("state", "in", ("active", "suspended"))
        progress(remaining=self.search_count(domain))
        last_id = 0
        while agreements := self.search(
            domain & Domain("id", ">", last_id), order="id", limit=CHUNK
        ):
            last_id = agreements[-1].id
            for agreement in agreements.try_lock_for_update():
                agreement._look_after_safely(day)
            if not progress(len(agreements)):
                break

    def _look_after_safely(self, day):
        """One agreement that cannot be dealt with does not stop the others."""
        try:
            with self.env.cr.savepoint():
                self._look_after(day)
        except Exception:
            _logger.exception("The agreement %s could not be looked after", self.id)

    def _look_after(self, day):
        """Do what is due for one agreement.

        :param date day: today
        """
        self.ensure_one()
        if self.renewal == "tacit" and self.date_end and not self.termination_date:
            for end in get_next_ends(
                self.first_date_end,
                self.date_end,
                self.renewal_count,
                self.renewal_unit,
                day,
            ):
                self._renew(end)
        if self._get_state(day) != self.state:
            self._settle(day)
        self._remind(day)
