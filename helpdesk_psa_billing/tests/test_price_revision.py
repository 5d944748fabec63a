"""The prices of an agreement change once per anniversary, as it says."""

from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .revision_common import RevisionCommon


@tagged("-at_install", "post_install")
class TestPriceRevision(RevisionCommon):
    """From the index to the amendment."""

    def _get_price(self, day):
        """Return the price of ACME's only line on a day."""
        line = self.agreement.line_ids.filtered(
            lambda it: (
                it.date_from <= day and (not it.date_until or it.date_until > day)
            )
        )
        self.assertEqual(len(line), 1)
        return line.price_unit

    def test_activation_notes_the_values_that_prices_are_agreed_with(self):
        reference = self.agreement.reference_ids
        self.assertEqual(reference.index_id, self.index)
        self.assertEqual((reference.month, reference.value), (date(2025, 10, 1), 300))

    def test_the_next_revision_is_due_on_the_anniversary_and_told_ahead(self):
        self.assertEqual(self.agreement.revision_date_next, date(2027, 1, 1))
        self.assertEqual(self.agreement.revision_prepare_date, date(2026, 11, 2))

    def test_a_revision_shows_how_it_was_worked_out(self):
        revision = self._prepare()
        self.assertEqual(revision.date, date(2027, 1, 1))
        self.assertEqual(revision.coefficient, 1.065)
        self.assertEqual(revision.computation, "319.5 / 300 = 1.065")
        self.assertEqual(
            [(it.old_price, it.new_price) for it in revision.line_ids], [(100, 106.5)]
        )

    def test_the_index_values_are_kept_as_evidence(self):
        revision = self._prepare()
        (term,) = revision.index_values["terms"]
        self.assertEqual((term["reference"], term["current"]), (300, 319.5))
        self.assertEqual(
            (term["reference_month"], term["month"]), ("2025-10-01", "2026-09-01")
        )

    def test_an_applied_revision_changes_prices_from_the_anniversary_on(self):
        self._apply(self._prepare())
        self.assertEqual(self._get_price(date(2026, 12, 31)), 100)
        self.assertEqual(self._get_price(date(2027, 1, 1)), 106.5)
        self.assertEqual(self.line.date_until, date(2027, 1, 1))

    def test_the_amendment_names_its_revision(self):
        revision = self._prepare()
        self._apply(revision)
        self.assertEqual(revision.amendment_ids, self.agreement.amendment_ids)
        self.assertEqual(revision.amendment_ids.date, date(2027, 1, 1))
        self.assertEqual(revision.amendment_ids.state, "applied")

    def test_a_revision_is_prepared_once(self):
        self.assertEqual(self._prepare(), self._prepare())

    @mute_logger("odoo.sql_db")
    def test_an_anniversary_has_one_revision(self):
        revision = self._prepare()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            revision.create(
                {"agreement_id": self.agreement.id, "date": revision.date}
            ).flush_recordset()

    def test_a_revision_is_applied_once(self):
        revision = self._prepare()
        self._apply(revision)
        with self.assertRefused(UserError, "Applied"):
            revision.action_apply()
        self.assertEqual(self._get_price(date(2027, 1, 1)), 106.5)

    def test_the_next_revision_starts_from_the_values_of_this_one(self):
        self._apply(self._prepare())
        self.assertEqual(self.agreement.reference_ids.value, 319.5)
        self.assertEqual(self.agreement.revision_date_next, date(2028, 1, 1))

    def test_prices_that_a_floor_holds_keep_their_reference_values(self):
        self.index.value_ids[0].value = 290
        revision = self._prepare()
        self.assertEqual(revision.coefficient, 1)
        self._apply(revision)
        self.assertEqual(self._get_price(date(2027, 1, 1)), 100)
        self.assertEqual(self.agreement.reference_ids.value, 300)
        self.assertFalse(revision.amendment_ids)
        self.assertEqual(self.agreement.revision_date_next, date(2028, 1, 1))

    def test_a_correction_of_the_index_changes_no_letter_that_has_left(self):
        revision = self._prepare()
        with self._at(2026, 11, 3):
            revision.action_mark_notified()
            self.index.value_ids[0].value = 330
            revision.action_apply()
        self.assertEqual(self._get_price(date(2027, 1, 1)), 106.5)
        self.assertEqual(revision.index_values["terms"][0]["current"], 319.5)

    def test_values_published_after_the_letter_was_due_do_not_count(self):
        self.index.value_ids.create(
            {
                "index_id": self.index.id,
                "month": date(2026, 10, 1),
                "value": 340,
                "published_date": date(2026, 11, 3),
            }
        )
        self.assertEqual(self._prepare(day=date(2026, 12, 1)).coefficient, 1.065)

    def test_a_draft_amendment_with_old_prices_is_settled_first(self):
        revision = self._prepare()
        self.agreement.with_user(self.lea).action_amend()
        with self._at(2026, 11, 3), self.assertRefused(UserError, "old prices"):
            revision.action_apply()
        self.assertEqual(revision.state, "draft")

    def test_terms_that_changed_since_the_letter_hold_the_revision_up(self):
        revision = self._prepare()
        with self._at(2026, 11, 3):
            revision.action_mark_notified()
            self._change_price(date(2026, 12, 1), 120)
            with self.assertRefused(UserError, "other terms"):
                revision.action_apply()
            revision.action_draft()
        self.assertEqual(revision.line_ids.old_price, 120)
        self.assertEqual(revision.line_ids.new_price, 127.8)

    def _change_price(self, day, price):
        """Let Lea agree on another price from a day on."""
        amendment = (
            self.env["psa.agreement.amendment"]
            .with_user(self.lea)
            .create({"agreement_id": self.agreement.id, "name": "New", "date": day})
        )
        amendment._copy_current_terms()
        amendment.line_ids.price_unit = price
        amendment.action_apply()

    def test_a_waived_revision_leaves_prices_until_the_next_anniversary(self):
        revision = self._prepare()
        wizard = self.env["psa.price.revision.waive"].with_user(self.bea)
        wizard.create({"revision_id": revision.id, "reason": "Goodwill"}).action_waive()
        self.assertEqual(
            (revision.state, revision.cancel_reason), ("cancelled", "Goodwill")
        )
        self.assertEqual(self.agreement.revision_date_next, date(2028, 1, 1))
        self.assertEqual(self.agreement.reference_ids.value, 300)

    def test_a_waived_revision_may_be_taken_up_again(self):
        revision = self._prepare()
        revision._waive("Goodwill")
        revision.action_draft()
        self._apply(revision)
        self.assertEqual(self._get_price(date(2027, 1, 1)), 106.5)

    def test_what_is_worked_out_is_not_typed(self):
        revision = self._prepare()
        for values in ({"coefficient": 2}, {"state": "applied"}, {"line_ids": []}):
            with self.assertRefused(UserError, "buttons"):
                revision.write(values)
        self.assertEqual((revision.coefficient, revision.state), (1.065, "draft"))

    def test_a_decision_is_not_deleted(self):
        revision = self._prepare()
        self._apply(revision)
        with self.assertRefused(UserError, "kept"):
            revision.unlink()
        self.assertTrue(revision.exists())

    def test_a_terminated_agreement_has_no_next_revision(self):
        with self._at(2026, 6, 1):
            self.agreement.with_user(self.lea)._terminate(date(2026, 12, 31), "Moved")
        self.assertFalse(self.agreement.revision_date_next)


@tagged("-at_install", "post_install")
class TestRevisionInvoices(RevisionCommon):
    """What is on an invoice keeps its price."""

    def test_what_is_invoiced_already_keeps_its_price(self):
        yearly = self._create_revised([{}], name="CT-13", billing_unit="year")
        self._run(date(2027, 1, 1))
        revision = self._prepare(yearly, date(2027, 1, 5))
        self.assertEqual(revision.line_ids.date_from, date(2028, 1, 1))
        charges = yearly.charge_ids
        before = charges.mapped("amount")
        with self._at(2027, 1, 5):
            revision.action_apply()
        self.assertEqual(charges.mapped("amount"), before)
        self._run(date(2027, 1, 6))
        self.assertEqual(yearly.charge_ids, charges)

    def test_each_line_changes_when_its_invoices_end(self):
        agreement = self._create_revised(
            [{"name": "Monthly"}, {"name": "Yearly", "billing_unit": "year"}],
            name="CT-14",
        )
        self._run(date(2027, 1, 1))
        revision = self._prepare(agreement, date(2027, 1, 5))
        with self._at(2027, 1, 5):
            revision.action_apply()
        prices = {
            (line.name, line.date_from): line.price_unit for line in agreement.line_ids
        }
        self.assertEqual(
            prices,
            {
                ("Monthly", date(2026, 1, 1)): 100,
                ("Monthly", date(2027, 2, 1)): 106.5,
                ("Yearly", date(2026, 1, 1)): 100,
                ("Yearly", date(2028, 1, 1)): 106.5,
            },
        )

    def test_the_first_invoice_after_the_anniversary_has_the_new_price(self):
        self._run(date(2026, 12, 1))
        self._apply(self._prepare())
        self._run(date(2027, 1, 1))
        amounts = {it.service_from: it.amount for it in self.agreement.charge_ids}
        self.assertEqual(amounts[date(2026, 12, 1)], 100)
        self.assertEqual(amounts[date(2027, 1, 1)], 106.5)


@tagged("-at_install", "post_install")
class TestRevisionRules(RevisionCommon):
    """Default, agreement, line: the closest one counts."""

    def _get_prices(self, agreement):
        revision = self._prepare(agreement)
        return {it.name: it.new_price for it in revision.line_ids}

    def test_a_line_may_have_a_fixed_price_or_its_own_percentage(self):
        agreement = self._create_revised(
            [
                {"name": "Care"},
                {"name": "Fixed", "is_price_fixed": True},
                {"name": "Own", "revision_percent": 3},
            ],
            name="CT-15",
        )
        self.assertEqual(self._get_prices(agreement), {"Care": 106.5, "Own": 103})

    def test_an_agreement_may_have_a_percentage(self):
        agreement = self._create_revised(
            name="CT-16", revision_method="percentage", revision_percent=2.5
        )
        self.assertEqual(self._get_prices(agreement), {"Care": 102.5})

    def test_an_agreement_that_leaves_it_open_follows_the_company(self):
        agreement = self._create_revised(
            name="CT-17", revision_method="company", revision_formula_id=False
        )
        self.assertFalse(agreement.revision_date_next)
        self.company.write(
            {"psa_revision_method": "index", "psa_revision_formula_id": self.formula.id}
        )
        self.assertEqual(self._get_prices(agreement), {"Care": 106.5})

    def test_a_line_alone_may_be_revised(self):
        agreement = self._create_revised(
            [{"name": "Care"}, {"name": "Own", "revision_percent": 4}],
            name="CT-18",
            revision_method="none",
        )
        self.assertEqual(self._get_prices(agreement), {"Own": 104})

    def test_each_tier_is_revised(self):
        agreement = self._create_revised(
            [
                {
                    "price_method": "tiers",
                    "tier_ids": [
                        Command.create({"quantity_above": 0, "price_unit": 10}),
                        Command.create({"quantity_above": 50, "price_unit": 8}),
                    ],
                }
            ],
            name="CT-19",
        )
        revision = self._prepare(agreement)
        self._apply(revision)
        new = agreement.line_ids.filtered("amendment_id")
        self.assertEqual(
            [(it.quantity_above, it.price_unit) for it in new.tier_ids.sorted()],
            [(0, 10.65), (50, 8.52)],
        )
        old = agreement.line_ids - new
        self.assertEqual(old.tier_ids.mapped("price_unit"), [10, 8])

    def test_pricelists_and_fees_of_once_are_not_revised(self):
        agreement = self._create_revised(
            [
                {"name": "Care"},
                {"name": "List", "price_method": "pricelist"},
                {"name": "Set-up", "charge_kind": "one_time"},
            ],
            name="CT-20",
        )
        self.assertEqual(self._get_prices(agreement), {"Care": 106.5})

    def test_prices_may_change_on_the_first_of_a_month(self):
        agreement = self._create_revised(
            name="CT-21", revision_anchor="month", revision_month="7"
        )
        self.assertEqual(agreement.revision_date_next, date(2026, 7, 1))

    def test_prices_may_change_with_each_renewal(self):
        agreement = self._create_revised(
            name="CT-22",
            revision_anchor="renewal",
            date_end=date(2026, 8, 30),
            renewal="tacit",
        )
        self.assertEqual(agreement.revision_date_next, date(2026, 8, 31))
        agreement.with_user(self.lea).action_renew()
        self.assertEqual(agreement.revision_date_next, date(2027, 8, 31))

    @mute_logger("odoo.sql_db")
    def test_a_revision_by_index_needs_a_formula(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self._create_revised(name="CT-23", revision_formula_id=False)

    def test_a_missed_anniversary_is_not_caught_up_with(self):
        revision = self._prepare(day=date(2029, 3, 1))
        self.assertEqual(revision.date, date(2029, 1, 1))

    def test_another_anchor_has_another_first_day(self):
        with self._at(2026, 3, 1):
            self.agreement.with_user(self.lea).write(
                {"revision_anchor": "month", "revision_month": "10"}
            )
        self.assertEqual(self.agreement.revision_date_next, date(2026, 10, 1))

    def test_terms_of_revision_of_a_line_in_force_are_not_edited(self):
        with self.assertRefused(UserError, "Amend"):
            self.line.with_user(self.lea).is_price_fixed = True
        self.assertFalse(self.line.is_price_fixed)


@tagged("-at_install", "post_install")
class TestMissingValues(RevisionCommon):
    """A revision is refused with its reason, rather than worked out with old values."""

    def setUp(self):
        super().setUp()
        self.index.value_ids.filtered(lambda it: it.value > 300).unlink()
        self.index.frequency = "1"

    def _add_value(self):
        self.index.value_ids.create(
            {
                "index_id": self.index.id,
                "month": date(2026, 10, 1),
                "value": 312,
                "published_date": date(2026, 11, 2),
            }
        )

    def test_a_missing_value_is_named(self):
        revision = self._prepare()
        self.assertRegex(revision.problem, "Test index for October 2026 is missing")
        self.assertFalse(revision.line_ids)

    def test_nothing_is_told_or_applied_while_a_value_is_missing(self):
        revision = self._prepare()
        for act in (
            revision.action_apply,
            revision.action_send,
            revision.action_mark_notified,
            revision.action_print,
        ):
            with self.assertRefused(UserError, "is missing"):
                act()
        self.assertEqual(revision.state, "draft")
        self.assertEqual(self.agreement.line_ids, self.line)

    def test_the_scheduler_goes_on_when_the_value_is_there(self):
        revision = self._prepare()
        self._add_value()
        with self._at(2026, 11, 10), self.enter_registry_test_mode():
            self.env.ref(
                "helpdesk_psa_billing.ir_cron_psa_price_revision"
            ).method_direct_trigger()
        self.assertFalse(revision.problem)
        self.assertEqual(revision.coefficient, 1.04)

    def test_an_unknown_reference_is_named(self):
        self.agreement.reference_ids.unlink()
        self.index.value_ids.unlink()
        self._add_value()
        self.assertRegex(self._prepare().problem, "reference values")

    def test_an_index_tells_that_a_value_is_overdue(self):
        with self._at(2026, 11, 2):
            self.assertTrue(self.index.is_overdue)
            self.assertEqual(self.index.missing_month, date(2026, 10, 1))
            self._add_value()
            self.assertFalse(self.index.is_overdue)


@tagged("-at_install", "post_install")
class TestPreparing(RevisionCommon):
    """The scheduler prepares revisions when their letter is due."""

    def _run_cron(self, *day):
        with self._at(*day), self.enter_registry_test_mode():
            self.env.ref(
                "helpdesk_psa_billing.ir_cron_psa_price_revision"
            ).method_direct_trigger()

    def test_a_revision_is_prepared_when_the_letter_is_due(self):
        self._run_cron(2026, 11, 1)
        self.assertFalse(self.agreement.revision_ids)
        self._run_cron(2026, 11, 2)
        self.assertEqual(self.agreement.revision_ids.date, date(2027, 1, 1))

    def test_the_owner_gets_one_activity(self):
        self._run_cron(2026, 11, 2)
        self._run_cron(2026, 11, 3)
        activity = self.agreement.activity_ids
        self.assertEqual(activity.user_id, self.agreement.user_id)
        self.assertEqual(activity.date_deadline, date(2026, 11, 2))

    def test_the_activity_goes_when_the_customer_is_told(self):
        self._run_cron(2026, 11, 2)
        self.agreement.revision_ids.with_user(self.bea).action_mark_notified()
        self.assertFalse(self.agreement.activity_ids)

    def test_an_agreement_that_fails_does_not_stop_the_others(self):
        other = self._create_revised(name="CT-31")
        cls = type(self.env["psa.price.revision"])
        work_out = cls._work_out

        def fail(revision):
            if revision.agreement_id == self.agreement:
                raise ValueError("Broken")
            return work_out(revision)

        with (
            patch.object(cls, "_work_out", fail),
            mute_logger(
                "odoo.addons.helpdesk_psa_billing.models.mixins.psa_agreement_revision_mixin"
            ),
        ):
            self._run_cron(2026, 11, 2)
        self.assertFalse(self.agreement.revision_ids)
        self.assertEqual(other.revision_ids.coefficient, 1.065)

    def test_an_applied_revision_is_not_prepared_again(self):
        self._apply(self._prepare())
        self._run_cron(2027, 2, 1)
        self.assertEqual(len(self.agreement.revision_ids), 1)


@tagged("-at_install", "post_install")
class TestLetter(RevisionCommon):
    """The customer is told in his language, with everything that counts."""

    def _render(self, revision):
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "helpdesk_psa_billing.psa_price_revision", revision.ids
        )
        return html.decode()

    def test_the_letter_shows_formula_values_and_prices(self):
        html = self._render(self._prepare())
        for text in ("300", "319.5", "October 2025", "1.065", "100.00", "106.50"):
            self.assertIn(text, html)

    def test_a_price_of_cents_is_shown_with_all_its_decimals(self):
        revision = self._prepare()
        self.assertIn("0.0148", revision._format_price(0.0148))
        self.assertIn("106.50", revision._format_price(106.5))

    def test_the_letter_is_in_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.acme.lang = "fr_FR"
        revision = self._prepare()
        self.assertEqual(revision._get_lang(), "fr_FR")
        self.assertIn("octobre 2025", self._render(revision))

    def test_sending_the_letter_notes_that_the_customer_was_told(self):
        revision = self._prepare()
        with self._at(2026, 11, 2):
            action = revision.action_send()
            composer = (
                self.env["mail.compose.message"]
                .with_user(self.bea)
                .with_context(**action["context"])
                .create({})
            )
            with self.mock_mail_gateway():
                composer._action_send_mail()
        self.assertEqual(revision.state, "notified")
        self.assertEqual(revision.notified_date, date(2026, 11, 2))
        self.assertFalse(revision.is_notified_late)
        self.assertTrue(revision.message_ids.attachment_ids)

    def test_a_letter_that_leaves_too_late_is_pointed_out(self):
        revision = self._prepare()
        with self._at(2026, 11, 3):
            revision.action_mark_notified()
        self.assertTrue(revision.is_notified_late)


@tagged("-at_install", "post_install")
class TestFormulas(RevisionCommon):
    """Indexes and formulas as a manager sets them up."""

    def test_weights_that_do_not_add_up_are_refused(self):
        with self.assertRefused(ValidationError, "add up to 1.15"):
            self.formula.with_user(self.boss).fixed_part = 0.15
        self.assertEqual(self.formula.fixed_part, 0)

    def test_a_formula_shows_what_it_gives(self):
        with self._at(2026, 11, 2):
            example = self.formula.example
        self.assertRegex(example, r"319\.5 / 300 = 1\.065.*100\.00 becomes 106\.50")

    def test_a_formula_is_written_in_signs(self):
        other = self._create_index("Goods", {(2025, 10): 100})
        self.formula.write(
            {
                "fixed_part": 0.15,
                "term_ids": [
                    Command.update(self.formula.term_ids.id, {"weight": 0.7}),
                    Command.create({"index_id": other.id, "weight": 0.15}),
                ],
            }
        )
        self.assertEqual(
            self.formula.clause,
            "P₁ = P₀ × (0.15 + 0.7 × Test index₁ ÷ Test index₀ "
            "+ 0.15 × Goods₁ ÷ Goods₀)",
        )

    def test_the_values_of_a_certain_month_may_be_agreed(self):
        self.formula.write({"value_rule": "month", "value_month": "9"})
        self.index.value_ids.create(
            {"index_id": self.index.id, "month": date(2026, 10, 1), "value": 400}
        )
        self.assertEqual(self._prepare().coefficient, 1.065)

    def test_a_replaced_index_goes_on_with_the_new_one(self):
        new = self._create_index("New index", {(2026, 9): 128})
        self.index.value_ids.filtered(lambda it: it.value > 300).unlink()
        self.index.write(
            {
                "replaced_by_id": new.id,
                "replaced_from": date(2026, 8, 1),
                "link_factor": 2.5,
            }
        )
        revision = self._prepare()
        self.assertEqual(revision.computation, "128 / 300 × 2.5 = 1.06666667 → 1.0667")
        self._apply(revision)
        reference = self.agreement.reference_ids
        self.assertEqual((reference.value, reference.link), (128, 2.5))

    def test_an_index_does_not_replace_itself(self):
        new = self._create_index(
            "New index",
            {},
            replaced_by_id=self.index.id,
            replaced_from=date(2026, 1, 1),
        )
        with self.assertRefused(ValidationError, "replaced"):
            self.index.write(
                {"replaced_by_id": new.id, "replaced_from": date(2026, 8, 1)}
            )

    @mute_logger("odoo.sql_db")
    def test_an_index_has_one_value_per_month(self):
        values = self.env["psa.price.index.value"].with_user(self.bea)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            values.create(
                {"index_id": self.index.id, "month": date(2026, 9, 15), "value": 1}
            )

    def test_a_value_without_publication_date_is_published_as_a_rule(self):
        self.index.publication_days = 45
        with self._at(2026, 11, 2):
            old, new = self.env["psa.price.index.value"].create(
                [
                    {"index_id": self.index.id, "month": month, "value": 310}
                    for month in (date(2026, 1, 15), date(2026, 10, 1))
                ]
            )
        self.assertEqual(old.month, date(2026, 1, 1))
        self.assertEqual(old.published_date, date(2026, 3, 17))
        self.assertEqual(new.published_date, date(2026, 11, 2))

    def test_values_are_imported_from_a_file(self):
        importer = (
            self.env["base_import.import"]
            .with_user(self.bea)
            .create(
                {
                    "res_model": "psa.price.index.value",
                    "file": b"index,month,value\nTest index,2026-03-01,305.2\n",
                    "file_type": "text/csv",
                    "file_name": "values.csv",
                }
            )
        )
        result = importer.execute_import(
            ["index_id", "month", "value"],
            ["index", "month", "value"],
            {
                "quoting": '"',
                "separator": ",",
                "has_headers": True,
                "date_format": "%Y-%m-%d",
                "float_decimal_separator": ".",
                "float_thousand_separator": ",",
            },
        )
        self.assertFalse(result["messages"])
        value = self.index.value_ids.filtered(lambda it: it.month == date(2026, 3, 1))
        self.assertEqual(value.value, 305.2)

    def test_the_formulas_that_come_along_are_sound(self):
        for name in ("syntec", "labour"):
            formula = self.env.ref(f"helpdesk_psa_billing.psa_price_formula_{name}")
            formula._check_weights()
            self.assertFalse(formula.term_ids.index_id.value_ids)


@tagged("-at_install", "post_install")
class TestRevisionAccess(RevisionCommon):
    """Who bills revises, who leads reads, agents know nothing of it."""

    def test_a_billing_user_revises_prices_without_changing_terms_at_will(self):
        self._apply(self._prepare(user=self.bea))
        self.assertEqual(self.agreement.amendment_ids.create_uid, self.bea)
        with self.assertRefused(AccessError):
            self.agreement.with_user(self.bea).revision_percent = 50

    def test_leads_read_revisions_and_agents_do_not(self):
        revision = self._prepare()
        self.assertEqual(revision.with_user(self.lea).coefficient, 1.065)
        with self.assertRefused(AccessError):
            revision.with_user(self.lea).action_apply()
        for user in (self.ada, self.rita):
            with self.assertRefused(AccessError):
                revision.with_user(user).read(["coefficient"])
        self.assertEqual(revision.state, "draft")

    def test_billing_users_enter_values_and_managers_set_formulas_up(self):
        self.index.value_ids[0].with_user(self.bea).value = 320
        with self.assertRefused(AccessError):
            self.formula.with_user(self.bea).floor = 0
        self.formula.with_user(self.boss).floor = 0
        self.assertEqual(self.formula.floor, 0)

    def test_everybody_reads_an_index(self):
        self.assertEqual(self.index.with_user(self.rita).name, "Test index")

    def test_another_company_sees_nothing_of_it(self):
        revision = self._prepare()
        stranger = self._create_billing_user(
            "bill2", "Bill Abroad", "manager", self.company_2
        )
        revisions = self.env["psa.price.revision"].with_user(stranger)
        self.assertFalse(revisions.search([("id", "in", revision.ids)]))
        self.assertFalse(
            self.env["psa.price.reference"]
            .with_user(stranger)
            .search([("agreement_id", "=", self.agreement.id)])
        )

    def test_a_closed_customer_group_hides_the_revision(self):
        revision = self._prepare()
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {
                "name": "Closed",
                "restrict": True,
                "user_ids": [Command.set(self.max.ids)],
            }
        )
        found = self.env["psa.price.revision"].with_user(self.bea)
        self.assertFalse(found.search([("id", "in", revision.ids)]))
        lines = self.env["psa.price.revision.line"].with_user(self.bea)
        self.assertFalse(lines.search([("revision_id", "=", revision.id)]))


@tagged("-at_install", "post_install")
class TestRevisionUninstall(RevisionCommon):
    def test_uninstalling_leaves_terms_with_their_prices_and_nothing_in_the_way(self):
        self._apply(self._prepare())
        self.env.flush_all()
        uninstall_hook(self.env)
        self.assertFalse(self.env["psa.price.revision"].search([]))
        self.assertFalse(self.env["psa.price.reference"].search([]))
        self.env["psa.price.index"].search([]).unlink()
        self.assertEqual(
            sorted(self.agreement.line_ids.mapped("price_unit")), [100, 106.5]
        )
