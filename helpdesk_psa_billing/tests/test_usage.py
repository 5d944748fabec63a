"""Meters: what is read, what is refused, who may do what (B-064)."""

from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .count_common import at
from .usage_common import (
    JULY_1,
    JULY_31,
    JUNE_1,
    JUNE_30,
    MAY_31,
    UsageCommon,
)


@tagged("post_install", "-at_install")
class TestUsageReading(UsageCommon):
    def test_reading_says_what_was_used_since_the_one_before(self):
        readings = self._read((MAY_31, 1000), (JUNE_30, 1400))
        self.assertEqual(readings.mapped("quantity"), [0, 400])
        self.assertEqual((self.meter.last_date, self.meter.last_value), (JUNE_30, 1400))

    def test_lower_reading_is_refused_with_the_remedy(self):
        self._read((MAY_31, 1000))
        with self.assertRefused(ValidationError, "less than 1,000.*replaced"):
            self._read((JUNE_30, 900))
        self.assertEqual(self.meter.last_value, 1000)

    def test_late_reading_between_others_must_fit_too(self):
        self._read((MAY_31, 1000), (JUNE_30, 1400))
        with self.assertRefused(ValidationError, "less than 1,500"):
            self._read((date(2026, 6, 15), 1500))

    def test_counter_that_begins_again_counts_on(self):
        self.meter.capacity = 100000
        self._read((MAY_31, 99900))
        reading = self._read((JUNE_30, 50), kind="rollover")
        self.assertEqual(reading.quantity, 150)

    def test_counter_cannot_show_more_than_its_digits(self):
        self.meter.capacity = 100000
        with self.assertRefused(ValidationError, "cannot show 100,000"):
            self._read((JUNE_30, 100000))

    def test_replaced_counter_brings_the_last_number_of_the_former_one(self):
        self._read((MAY_31, 1000))
        change = self._read((date(2026, 6, 10), 5), kind="replacement", end_value=1100)
        after = self._read((JUNE_30, 25))
        self.assertEqual((change | after).mapped("quantity"), [100, 20])

    def test_second_reading_of_a_day_is_refused(self):
        self._read((JUNE_30, 1000))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRefused(IntegrityError, "psa_usage_reading_day_uniq"),
        ):
            self._read((JUNE_30, 1001))
        self.assertEqual(self.meter.last_value, 1000)

    def test_reading_of_tomorrow_is_refused(self):
        with self.assertRefused(ValidationError, "Nobody knows yet"), at(JUNE_1):
            self.env["psa.usage.reading"].create(
                {"meter_id": self.meter.id, "date": "2026-06-02", "value": 1}
            )
        self.assertFalse(self.meter.reading_ids)

    def test_reading_is_neither_changed_nor_deleted(self):
        reading = self._read((JUNE_30, 1000))
        with self.assertRefused(UserError, "kept as it was entered"):
            reading.value = 2
        with self.assertRefused(UserError, "It never was"):
            reading.unlink()
        self.assertEqual(reading.value, 1000)

    def test_correction_takes_the_place_of_a_reading_which_stays_in_sight(self):
        wrong = self._read((JUNE_30, 1400))
        right = self._correct(wrong, JULY_1, value=1040)
        self.assertFalse(wrong.is_current)
        self.assertEqual((wrong.value, self.meter.last_value), (1400, 1040))
        with self.assertRefused(UserError, "was corrected before"):
            self._correct(wrong, JULY_1, value=1)
        self.assertEqual(wrong.correction_ids, right)

    def test_correction_without_a_reason_is_refused(self):
        wrong = self._read((JUNE_30, 1400))
        with self.assertRefused(ValidationError, "Say in the note"):
            self._correct(wrong, JULY_1, value=1, note=" ")

    def test_reading_that_never_was_leaves_nothing_in_its_place(self):
        self._read((MAY_31, 1000))
        wrong = self._read((JUNE_30, 9000))
        self._correct(wrong, JULY_1, is_void=True)
        self.assertEqual(self.meter.last_value, 1000)

    def test_dialog_of_a_correction_starts_with_what_was_entered(self):
        wrong = self._read((JUNE_30, 1400)).with_user(self.ada)
        action = wrong.action_correct()
        readings = wrong.browse().with_context(**action["context"])
        with Form(readings) as form:
            form.value = 1040
            form.note = "Digits swapped"
        self.assertEqual(self.meter.last_value, 1040)

    def test_meter_follows_its_device_to_another_site(self):
        self.copier.with_user(self.ada).site_id = self.plant
        self.assertEqual(self.meter.site_id, self.plant)

    def test_meter_ends_when_its_device_goes_to_another_customer(self):
        with at(JUNE_30):
            self.copier.with_user(self.ada).customer_id = self.globex
        self.assertEqual(self.meter.date_end, JUNE_30)
        self.assertEqual(self.meter.customer_id, self.acme)
        self.assertIn("Globex", self.meter.message_ids[0].body)

    def test_meter_that_was_read_keeps_customer_and_product(self):
        meter = self._create_meter(equipment_id=False, customer_id=self.acme.id)
        self._read((JUNE_30, 1), meter=meter)
        with self.assertRefused(UserError, "End it, and begin another"):
            meter.with_user(self.ada).customer_id = self.globex
        self.assertEqual(meter.customer_id, self.acme)
        with self.assertRefused(UserError, "evidence"):
            meter.with_user(self.lea).unlink()

    def test_reader_enters_nothing(self):
        with self.assertRefused(AccessError):
            self.env["psa.usage.reading"].with_user(self.rita).create(
                {"meter_id": self.meter.id, "value": 1}
            )

    def test_other_company_and_closed_group_see_no_meter(self):
        self._read((JUNE_30, 1))
        foreigner = self._create_billing_user(
            "fay", "Fay Foreign", "manager", company=self.company_2
        )
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [Command.set(self.max.ids)]}
        )
        for user, count in ((foreigner, 0), (self.ada, 0), (self.max, 1)):
            with self.subTest(user=user.login):
                for model in ("psa.usage.meter", "psa.usage.reading"):
                    found = self.env[model].with_user(user)
                    domain = [("customer_id", "=", self.acme.id)]
                    self.assertEqual(found.search_count(domain), count)


@tagged("post_install", "-at_install")
class TestUsageMissing(UsageCommon):
    def setUp(self):
        super().setUp()
        self.line = self._agree()

    def test_meter_is_to_be_read_once_a_period_is_over(self):
        meters = self.env["psa.usage.meter"].with_user(self.ada)
        self._read((MAY_31, 1000))
        for day, found in ((JUNE_30, 0), (JULY_1, 1)):
            with self.subTest(day=day), at(day):
                domain = [("is_missing", "=", True)]
                self.assertEqual(meters.search_count(domain), found)
        with at(JULY_1):
            self.meter.invalidate_recordset()
            self.assertEqual(self.meter.missing_date, JUNE_30)

    def test_estimate_is_entered_by_the_use_per_day_and_marked(self):
        self._read((MAY_31, 1000), (date(2026, 6, 10), 1100))
        with at(JULY_1):
            self.meter.with_user(self.ada).action_estimate()
        estimate = self.meter.reading_ids.filtered("is_estimated")
        self.assertEqual((estimate.date, estimate.value), (JUNE_30, 1300))

    def test_nothing_is_estimated_from_one_reading(self):
        self._read((MAY_31, 1000))
        with at(JULY_1), self.assertRefused(UserError, "cannot be estimated"):
            self.meter.with_user(self.ada).action_estimate()
        self.assertEqual(len(self.meter.reading_ids), 1)

    def test_next_reading_below_an_estimate_asks_to_correct_it(self):
        self._read((MAY_31, 1000))
        estimate = self._read((JUNE_30, 1400), is_estimated=True)
        with self.assertRefused(ValidationError, "Correct the estimate first"):
            self._read((JULY_31, 1350))
        self._correct(estimate, JULY_31, value=1300, is_estimated=True)
        self.assertTrue(self._read((JULY_31, 1350)))

    def test_use_that_nobody_read_is_a_finding(self):
        self._read((MAY_31, 1000))
        check = self.env.ref("helpdesk_psa_billing.psa_billing_check_usage_unread")
        for day, count in ((date(2026, 7, 4), 0), (date(2026, 7, 5), 1)):
            with self.subTest(day=day), at(day):
                self.env["psa.billing.check"].with_user(self.bea).action_run()
                self.assertFalse(check.problem)
                found = check.finding_ids.filtered(lambda it: it.state == "open")
                self.assertEqual(len(found), count)
        self._read((JUNE_30, 1100))
        with at(date(2026, 7, 5)):
            self.env["psa.billing.check"].with_user(self.bea).action_run()
        self.assertNotIn("open", check.finding_ids.mapped("state"))

    def test_many_meters_are_looked_at_together(self):
        def add(count):
            for _number in range(count):
                meter = self._create_meter()
                self._read((MAY_31, 1), meter=meter)

        add(2)
        meters = self.env["psa.usage.meter"].with_user(self.ada)
        domain = [("customer_id", "=", self.acme.id)]
        with at(JULY_1 + timedelta(1)):
            meters.search(domain).mapped("missing_date")
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            meters.search(domain).mapped("missing_date")
            few = self.cr.sql_log_count - before
            add(10)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(meters.search(domain).filtered("is_missing")), 13)
            self.assertLessEqual(self.cr.sql_log_count - before, few + 2)
