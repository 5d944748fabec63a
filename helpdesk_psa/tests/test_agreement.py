from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .work_common import WorkCommon


@tagged("-at_install", "post_install")
class TestAgreementTerms(WorkCommon):
    """Lines in force are closed and opened by amendments, never edited."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement()
        cls.line = cls.agreement.line_ids

    def _amend(self, day, label="Amendment 1"):
        """Let Lea prepare an amendment with the present terms."""
        amendment = self.env["psa.agreement.amendment"].with_user(self.lea)
        amendment = amendment.create(
            {"agreement_id": self.agreement.id, "name": label, "date": day}
        )
        amendment._copy_current_terms()
        return amendment

    def test_reference_is_drawn_when_none_is_typed(self):
        agreement = self._create_agreement(name="")
        self.assertRegex(agreement.name, r"^CT-\d{4}$")

    def test_line_in_force_is_not_edited(self):
        with self.assertRefused(UserError, "Amend"):
            self.line.with_user(self.lea).equipment_ids = self.server
        self.assertEqual(self.line.equipment_ids, self.printer)

    def test_line_in_force_is_not_deleted(self):
        with self.assertRefused(UserError, "Amend"):
            self.line.with_user(self.lea).unlink()
        self.assertTrue(self.line.exists())

    def test_line_is_not_added_behind_the_amendments_back(self):
        with self.assertRefused(UserError, "Amend"):
            self.line.with_user(self.lea).create(
                {"agreement_id": self.agreement.id, "name": "More"}
            )
        self.assertEqual(self.agreement.line_ids, self.line)

    def test_line_in_force_may_be_renamed(self):
        self.line.with_user(self.lea).name = "Printer, on site"
        self.assertEqual(self.line.name, "Printer, on site")

    def test_amendment_closes_the_changed_line_and_opens_the_new_one(self):
        amendment = self._amend(date(2026, 5, 1))
        amendment.line_ids.equipment_ids = self.server
        amendment.action_apply()
        self.assertEqual(self.line.date_until, date(2026, 5, 1))
        self.assertEqual(self.line.closing_amendment_id, amendment)
        self.assertEqual(amendment.line_ids.date_from, date(2026, 5, 1))
        self.assertEqual(amendment.line_ids.equipment_ids, self.server)

    def test_april_keeps_the_terms_of_april(self):
        amendment = self._amend(date(2026, 5, 1))
        amendment.line_ids.equipment_ids = self.server
        amendment.action_apply()
        found = self.env["psa.agreement"]._find_matches(
            self.company,
            [
                {"day": day, "customer": self.acme, "equipment": self.printer}
                for day in (date(2026, 4, 30), date(2026, 5, 1))
            ],
        )
        self.assertEqual(found[0].term.line_id, self.line.id)
        self.assertIsNone(found[1])

    def test_line_that_an_amendment_leaves_alone_goes_on(self):
        amendment = self._amend(date(2026, 5, 1))
        extra = amendment.line_ids.create(
            {
                "agreement_id": self.agreement.id,
                "amendment_id": amendment.id,
                "name": "Servers",
                "equipment_category_ids": [(6, 0, self.servers.ids)],
            }
        )
        amendment.action_apply()
        self.assertFalse(self.line.date_until)
        self.assertEqual(self.agreement.line_ids, self.line | extra)

    def test_line_that_an_amendment_leaves_out_ends(self):
        amendment = self._amend(date(2026, 5, 1))
        amendment.line_ids.unlink()
        amendment.action_apply()
        self.assertEqual(self.line.date_until, date(2026, 5, 1))

    def test_draft_amendment_binds_nobody(self):
        amendment = self._amend(date(2026, 5, 1))
        amendment.line_ids.equipment_ids = self.server
        (found,) = self.env["psa.agreement"]._find_matches(
            self.company,
            [
                {
                    "day": date(2026, 5, 1),
                    "customer": self.acme,
                    "equipment": self.printer,
                }
            ],
        )
        self.assertEqual(found.term.line_id, self.line.id)

    def test_applied_amendment_is_not_changed(self):
        amendment = self._amend(date(2026, 5, 1))
        amendment.line_ids.equipment_ids = self.server
        amendment.action_apply()
        with self.assertRefused(UserError, "another amendment"):
            amendment.date = date(2026, 6, 1)
        self.assertEqual(amendment.date, date(2026, 5, 1))

    def test_amendment_before_a_line_that_is_to_come_is_refused(self):
        first = self._amend(date(2026, 6, 1))
        first.line_ids.equipment_ids = self.server
        first.action_apply()
        second = self._amend(date(2026, 5, 1), "Amendment 2")
        second.line_ids.filtered("replaces_id").unlink()
        with self.assertRefused(UserError, "begins on"):
            second.action_apply()
        self.assertEqual(second.state, "draft")
        self.assertFalse(first.line_ids.date_until)

    def test_amendment_on_the_first_day_is_refused(self):
        with self.assertRefused(ValidationError, "after the start"):
            self._amend(date(2026, 1, 1))
        self.assertFalse(self.agreement.amendment_ids)

    def test_amend_button_opens_the_one_that_is_prepared(self):
        action = self.agreement.with_user(self.lea).action_amend()
        again = self.agreement.with_user(self.lea).action_amend()
        self.assertEqual(action["res_id"], again["res_id"])
        self.assertEqual(len(self.agreement.amendment_ids.line_ids), 1)

    def test_line_names_no_equipment_of_strangers(self):
        agreement = self._create_agreement(activate=False, name="CT-99")
        with self.assertRefused(ValidationError, "does not belong to ACME"):
            agreement.line_ids.equipment_ids = self.globex_printer
        self.assertEqual(agreement.line_ids.equipment_ids, self.printer)

    def test_copy_is_a_draft_with_the_present_terms(self):
        amendment = self._amend(date(2026, 5, 1))
        amendment.line_ids.equipment_ids = self.server
        with freeze_all_time(datetime(2026, 4, 1, 9)):
            amendment.action_apply()
        with freeze_all_time(datetime(2026, 6, 1, 9)):
            copied = self.agreement.with_user(self.lea).copy({"name": "CT-13"})
        self.assertEqual(copied.state, "draft")
        self.assertEqual(copied.line_ids.equipment_ids, self.server)
        self.assertFalse(copied.amendment_ids)

    def test_agent_reads_agreements_and_changes_none(self):
        agreement = self.agreement.with_user(self.ada)
        self.assertEqual(agreement.line_ids.equipment_ids, self.printer)
        with self.assertRefused(AccessError):
            agreement.title = "Mine"
        self.assertFalse(self.agreement.title)

    def test_reader_puts_no_agreement_in_force(self):
        draft = self._create_agreement(activate=False, name="CT-99")
        with self.assertRefused(AccessError):
            draft.with_user(self.rita).action_activate()
        self.assertEqual(draft.state, "draft")


@tagged("-at_install", "post_install")
class TestAgreementLife(WorkCommon):
    """Suspended, resumed, renewed, ended, terminated; the owner is reminded."""

    def _decide(self, agreement, kind, day, reason="Not paid", **values):
        self.env["psa.agreement.decide"].with_user(self.lea).create(
            {
                "agreement_id": agreement.id,
                "kind": kind,
                "date": day,
                "reason": reason,
                **values,
            }
        ).action_confirm()

    def _look_after(self, day):
        with (
            freeze_all_time(datetime.fromisoformat(day)),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("helpdesk_psa.ir_cron_psa_agreement").method_direct_trigger()

    def _covers(self, agreement, day):
        (found,) = self.env["psa.agreement"]._find_matches(
            self.company,
            [{"day": day, "customer": self.acme, "equipment": self.printer}],
        )
        return bool(found) and found.term.agreement_id == agreement.id

    def test_agreement_without_lines_is_not_put_in_force(self):
        agreement = self._create_agreement(activate=False, line_ids=[])
        with self.assertRefused(UserError, "covers nothing"):
            agreement.with_user(self.lea).action_activate()
        self.assertEqual(agreement.state, "draft")

    def test_state_is_not_typed(self):
        agreement = self._create_agreement(activate=False)
        with self.assertRefused(UserError, "buttons"):
            agreement.with_user(self.lea).state = "active"
        self.assertEqual(agreement.state, "draft")

    def test_suspended_agreement_covers_nothing_until_resumed(self):
        agreement = self._create_agreement()
        with freeze_all_time(datetime(2026, 3, 10, 9)):
            self._decide(agreement, "suspend", date(2026, 3, 1))
            self.assertEqual(agreement.state, "suspended")
            self.assertEqual(agreement.state_reason, "Not paid")
        with freeze_all_time(datetime(2026, 4, 10, 9)):
            self._decide(agreement, "resume", date(2026, 4, 1))
            self.assertEqual(agreement.state, "active")
            self.assertFalse(agreement.state_reason)
        self.assertTrue(self._covers(agreement, date(2026, 2, 28)))
        self.assertFalse(self._covers(agreement, date(2026, 3, 15)))
        self.assertTrue(self._covers(agreement, date(2026, 4, 1)))

    def test_suspension_with_an_end_ends_by_itself(self):
        agreement = self._create_agreement()
        with freeze_all_time(datetime(2026, 3, 10, 9)):
            self._decide(
                agreement, "suspend", date(2026, 3, 10), date_until=date(2026, 4, 1)
            )
        self._look_after("2026-04-01")
        self.assertEqual(agreement.state, "active")

    def test_terminated_agreement_covers_work_up_to_its_last_day(self):
        agreement = self._create_agreement(renewal="tacit")
        with freeze_all_time(datetime(2026, 6, 10, 9)):
            self._decide(agreement, "terminate", date(2026, 6, 30))
            self.assertEqual(agreement.state, "active")
        self._look_after("2026-07-01")
        self.assertEqual(agreement.state, "terminated")
        self.assertTrue(self._covers(agreement, date(2026, 6, 30)))
        self.assertFalse(self._covers(agreement, date(2026, 7, 1)))

    def test_termination_needs_a_reason(self):
        agreement = self._create_agreement()
        with self.assertRefused(UserError, "Say why"):
            self._decide(agreement, "terminate", date(2026, 6, 30), reason=" ")
        self.assertFalse(agreement.termination_date)

    def test_agreement_without_renewal_ends(self):
        agreement = self._create_agreement()
        self._look_after("2026-12-31")
        self.assertEqual(agreement.state, "active")
        self._look_after("2027-01-01")
        self.assertEqual(agreement.state, "ended")

    def test_tacit_renewal_happens_once_per_period_however_late(self):
        agreement = self._create_agreement(renewal="tacit")
        self._look_after("2029-02-15")
        self.assertEqual(agreement.date_end, date(2029, 12, 31))
        renewals = agreement.message_ids.filtered(lambda it: "Renewed" in it.body)
        self.assertEqual(len(renewals), 3)
        self._look_after("2029-02-16")
        self.assertEqual(agreement.date_end, date(2029, 12, 31))

    def test_tacit_renewal_covers_work_before_the_scheduler_ran(self):
        agreement = self._create_agreement(renewal="tacit")
        self.assertTrue(self._covers(agreement, date(2028, 5, 1)))

    def test_renewal_by_agreement_brings_an_ended_agreement_back(self):
        agreement = self._create_agreement(renewal="explicit")
        self._look_after("2027-01-02")
        with freeze_all_time(datetime(2027, 1, 5, 9)):
            agreement.with_user(self.lea).action_renew()
        self.assertEqual(agreement.date_end, date(2027, 12, 31))
        self.assertEqual(agreement.state, "active")

    def test_owner_is_reminded_of_notice_exactly_once(self):
        agreement = self._create_agreement(renewal="tacit", user_id=self.lea.id)
        self._look_after("2026-08-30")
        self.assertFalse(agreement.activity_ids)
        self._look_after("2026-09-05")
        self._look_after("2026-09-06")
        self.assertEqual(agreement.activity_ids.user_id, self.lea)
        self.assertEqual(agreement.activity_ids.date_deadline, date(2026, 9, 30))

    def test_reminder_is_caught_up_after_the_scheduler_was_down(self):
        agreement = self._create_agreement(renewal="tacit", user_id=self.lea.id)
        self._look_after("2026-10-15")
        self.assertEqual(len(agreement.activity_ids), 1)

    def test_owner_is_reminded_of_the_end_and_again_after_a_renewal(self):
        agreement = self._create_agreement(user_id=self.lea.id, renewal="explicit")
        agreement.notice_count = 0
        self._look_after("2026-12-05")
        self.assertEqual(
            agreement.activity_ids.mapped("date_deadline"), [date(2026, 12, 31)]
        )
        agreement.with_user(self.lea).action_renew()
        self._look_after("2027-12-05")
        self.assertEqual(len(agreement.activity_ids), 2)

    def test_one_bad_agreement_does_not_stop_the_others(self):
        bad = self._create_agreement(renewal="tacit", name="CT-98")
        good = self._create_agreement(renewal="tacit", name="CT-99")
        origin = type(good)._renew

        def renew(agreement, end):
            if agreement == bad:
                raise ValueError("bad")
            return origin(agreement, end)

        self._patch("psa.agreement", "_renew", side_effect=renew)
        with self.assertLogs(
            "odoo.addons.helpdesk_psa.models.mixins.psa_agreement_lifecycle_mixin"
        ):
            self._look_after("2027-02-01")
        self.assertEqual(bad.date_end, date(2026, 12, 31))
        self.assertEqual(good.date_end, date(2027, 12, 31))

    def test_customer_is_fixed_once_in_force(self):
        agreement = self._create_agreement()
        with self.assertRefused(UserError, "fixed"):
            agreement.with_user(self.lea).customer_id = self.globex
        self.assertEqual(agreement.customer_id, self.acme)

    def test_end_is_moved_by_decisions_once_in_force(self):
        agreement = self._create_agreement(activate=False)
        agreement.with_user(self.lea).date_end = "2026-11-30"
        self.assertEqual(agreement.first_date_end, date(2026, 11, 30))
        with freeze_all_time(datetime(2026, 1, 2, 9)):
            agreement.with_user(self.lea).action_activate()
        for name in ("date_end", "first_date_end"):
            for user in (self.lea, self.max):
                with self.assertRefused(UserError, "Renew to move it, or Terminate"):
                    agreement.with_user(user)[name] = "2036-11-30"
        self.assertEqual(agreement.date_end, date(2026, 11, 30))
        agreement.with_user(self.lea).action_renew()
        self.assertEqual(agreement.date_end, date(2027, 11, 30))
        self.assertEqual(agreement.first_date_end, date(2026, 11, 30))

    def test_end_written_as_it_is_changes_nothing(self):
        agreement = self._create_agreement(renewal="explicit")
        agreement.with_user(self.lea).action_renew()
        agreement.with_user(self.lea).write({"date_end": "2027-12-31", "title": "X"})
        self.assertEqual(agreement.first_date_end, date(2026, 12, 31))

    def test_agreement_in_force_is_not_deleted(self):
        agreement = self._create_agreement()
        with self.assertRefused(UserError, "Only drafts"):
            agreement.with_user(self.lea).unlink()
        self.assertTrue(agreement.exists())
