"""What is left of an allowance, who sees it, and what stays as it is."""

from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .allowance_common import AllowanceCommon

TODAY = datetime(2026, 3, 10, 9)


@tagged("post_install", "-at_install")
class TestAllowanceBalance(AllowanceCommon):
    def setUp(self):
        super().setUp()
        self.enterContext(freeze_all_time(TODAY))

    def test_balance_is_what_was_granted_less_what_was_drawn(self):
        """S-186: 10 − 2.5 = 7.5."""
        allowance = self._create_allowance()
        self._draw(allowance, 150)
        seen = allowance.with_user(self.rita)
        self.assertEqual(
            (seen.granted_quantity, seen.used_quantity, seen.remaining_quantity),
            (600, 150, 450),
        )
        self.assertEqual(seen.remaining_text, "7:30 h")
        self.assertEqual(seen.remaining_percent, 75)

    def test_approved_use_is_told_from_what_is_not_approved(self):
        allowance = self._create_allowance()
        self._draw(allowance, 120, state="approved")
        self._draw(allowance, 60)
        self.assertEqual(allowance.approved_quantity, 120)
        self.assertEqual(allowance.used_quantity, 180)

    def test_deleted_draft_gives_back_what_it_drew(self):
        allowance = self._create_allowance()
        charge = self._draw(allowance, 120)
        self.assertEqual(allowance.remaining_quantity, 480)
        charge.unlink()
        self.assertEqual(allowance.remaining_quantity, 600)

    def test_incident_is_used_once_per_ticket(self):
        allowance = self._create_allowance(5, unit="incidents")
        self._draw(allowance, 30, allowance_quantity=1)
        self._draw(allowance, 30, allowance_quantity=0)
        self._draw(allowance, 30, ticket=self._create_ticket())
        self.assertEqual(allowance.remaining_quantity, 3)
        self.assertEqual(allowance.remaining_text, "3 incidents")

    def test_money_reads_as_money(self):
        allowance = self._create_allowance(1200, unit="money")
        self._draw(allowance, 60, allowance_quantity=90.5)
        self.assertEqual(allowance.remaining_text, self.currency.format(1109.5))

    def test_work_beyond_an_allowance_does_not_count(self):
        allowance = self._create_allowance(5, unit="incidents")
        self._draw(allowance, 30, destination="billed", allowance_quantity=0)
        self.assertEqual(allowance.used_quantity, 0)

    def test_state_says_what_it_is_good_for(self):
        waiting = self._create_allowance(0)
        planned = self._create_allowance(date_from="2026-04-01")
        usable = self._create_allowance()
        low = self._create_allowance(alert_percent=80)
        empty = self._create_allowance()
        expired = self._create_allowance(date_until="2026-03-10")
        self._draw(low, 500)
        self._draw(empty, 600)
        all_six = waiting | planned | usable | low | empty | expired
        self.assertEqual(
            all_six.mapped("state"),
            ["waiting", "planned", "open", "low", "empty", "expired"],
        )
        for allowance in all_six:
            found = all_six.search(
                [("id", "in", all_six.ids), ("state", "=", allowance.state)]
            )
            self.assertEqual(found, allowance)

    def test_rest_at_which_people_are_told_counts_in_hours(self):
        allowance = self._create_allowance(alert_percent=0, alert_quantity=2)
        self._draw(allowance, 479)
        self.assertEqual(allowance.state, "open")
        self._draw(allowance, 1)
        self.assertEqual(allowance.state, "low")

    def test_balances_of_many_are_read_at_once(self):
        allowances = self.env["psa.allowance"].concat(
            *(self._create_allowance(number) for number in range(1, 21))
        )
        for allowance in allowances[:5]:
            self._draw(allowance, 30)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(2):
            allowances.mapped("remaining_quantity")


@tagged("post_install", "-at_install")
class TestAllowanceBuckets(AllowanceCommon):
    def _get_buckets(self, day="2026-03-10", **values):
        day = date.fromisoformat(day)
        return self.env["psa.allowance"]._get_buckets(
            self.company, self.acme, day, day, **values
        )

    def test_bucket_has_what_others_leave(self):
        allowance = self._create_allowance()
        kept = self._draw(allowance, 60, state="approved")
        mine = self._draw(allowance, 30)
        [bucket] = self._get_buckets(redrawn=mine)
        self.assertEqual((bucket.id, bucket.available), (allowance.id, 540))
        self.assertTrue(kept)

    def test_only_what_holds_on_the_day_is_offered(self):
        self._create_allowance(date_until="2026-03-10")
        self._create_allowance(date_from="2026-03-11")
        now = self._create_allowance(date_until="2026-03-11")
        self.assertEqual([it.id for it in self._get_buckets()], [now.id])

    def test_other_customers_and_companies_do_not_pay(self):
        self._create_allowance(customer_id=self.globex.id)
        manager = self._create_billing_user(
            "fay", "Fay Foreign", "manager", company=self.company_2
        )
        self._create_allowance(user=manager, company_id=self.company_2.id)
        self.assertFalse(self._get_buckets())

    def test_paid_incident_is_offered_after_the_expiry(self):
        allowance = self._create_allowance(3, unit="incidents", date_until="2026-03-05")
        self._draw(allowance, 30, state="approved")
        [bucket] = self._get_buckets()
        self.assertEqual(bucket.incidents, {self.ticket.id})
        self.assertEqual(bucket.available, 2)

    def test_buckets_of_many_are_read_at_once(self):
        for _number in range(10):
            self._draw(self._create_allowance(), 30)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(11):
            self.assertEqual(len(self._get_buckets()), 10)

    def test_change_of_an_allowance_has_drafts_decided_anew(self):
        allowance = self._create_allowance()
        draft = self._draw(allowance, 60)
        approved = self._draw(allowance, 60, state="approved")
        allowance.with_user(self.bea).date_until = "2026-12-31"
        self.assertEqual((draft | approved).mapped("is_stale"), [True, False])


@tagged("post_install", "-at_install")
class TestAllowanceHistory(AllowanceCommon):
    def test_hours_that_are_entered_by_hand_are_granted(self):
        allowance = self._create_allowance(7.5)
        [move] = allowance.move_ids
        self.assertEqual(
            (move.kind, move.quantity, move.quantity_text, move.create_uid),
            ("grant", 450, "+7:30 h", self.boss),
        )

    def test_history_is_neither_edited_nor_deleted(self):
        move = self._create_allowance().move_ids
        with self.assertRaisesRegex(UserError, "not edited"):
            move.with_user(self.boss).quantity = 1
        with self.assertRaisesRegex(UserError, "not edited"):
            move.quantity = 1
        with self.assertRaisesRegex(UserError, "is kept"):
            move.unlink()
        self.assertEqual(move.quantity, 600)

    def test_allowance_with_a_history_is_not_deleted(self):
        allowance = self._create_allowance()
        with self.assertRaisesRegex(UserError, "history"):
            allowance.with_user(self.boss).unlink()
        self.assertTrue(allowance.exists())

    def test_what_was_granted_keeps_its_customer(self):
        allowance = self._create_allowance()
        with self.assertRaisesRegex(UserError, "adjustment"):
            allowance.with_user(self.boss).customer_id = self.globex
        self.assertEqual(allowance.customer_id, self.acme)

    def test_agreement_is_one_of_the_customer(self):
        agreement = self._create_billed([{}])
        with self.assertRaisesRegex(ValidationError, "not an agreement of"):
            self._create_allowance(
                customer_id=self.globex.id, agreement_id=agreement.id
            )


@tagged("post_install", "-at_install")
class TestAllowanceRights(AllowanceCommon):
    def test_billing_user_changes_terms_and_enters_no_hours(self):
        allowance = self._create_allowance()
        allowance.with_user(self.bea).overrun = "refused"
        self.assertEqual(allowance.overrun, "refused")
        with self.assertRaises(AccessError):
            self._create_allowance(user=self.bea)

    def test_agent_sees_what_is_left_and_changes_nothing(self):
        allowance = self._create_allowance().with_user(self.ada)
        self.assertEqual(allowance.remaining_text, "10:00 h")
        with self.assertRaises(AccessError):
            allowance.date_until = "2027-01-01"
        with self.assertRaises(AccessError):
            allowance.charge_ids.mapped("name")

    def test_other_company_sees_nothing(self):
        self._create_allowance()
        allowances = self.env["psa.allowance"].with_user(self.bob)
        self.assertFalse(allowances.search([]))
        self.assertFalse(allowances.env["psa.allowance.move"].search([]))

    def test_closed_customer_group_is_seen_by_its_pod_only(self):
        allowance = self._create_allowance()
        group = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [(6, 0, self.lea.ids)]}
        )
        self.acme.psa_customer_group_id = group
        found = self.env["psa.allowance"].search([])
        self.assertFalse(found.with_user(self.ada).search([("id", "in", found.ids)]))
        self.assertEqual(
            found.with_user(self.lea).search([("id", "in", found.ids)]), allowance
        )
        self.assertFalse(self.env["psa.allowance.move"].with_user(self.ada).search([]))
