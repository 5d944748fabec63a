"""Licences and subscriptions: seats over time, who has one, what agreements count."""

from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .count_common import JULY_1, JUNE_1, JUNE_2, JUNE_10, JUNE_20, CountCommon, at


@tagged("post_install", "-at_install")
class TestLicence(CountCommon):
    """ACME has five seats of M365 since May."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.m365 = cls._create_product("M365 Business Premium", 20)
        with at(date(2026, 5, 1)):
            cls.licence = cls._create_licence()

    @classmethod
    def _create_licence(cls, user=None, **values):
        """Enter a licence as an agent would."""
        licence = (
            cls.env["psa.licence"]
            .with_user(user or cls.ada)
            .create(
                {
                    "product_id": cls.m365.id,
                    "customer_id": cls.acme.id,
                    "vendor_reference": "SUB-1",
                    "quantity": 5,
                    "date_start": "2026-05-01",
                    **values,
                }
            )
        )
        return licence.with_env(cls.env)

    def _create_m365_line(self, **values):
        return self._create_line(
            quantity_method="licences", product_id=self.m365.id, price_unit=20, **values
        )

    def _add_up(self, line, day):
        found = line._get_presences(day, date.fromordinal(day.toordinal() + 1))[line]
        return sum(it.quantity for it in found)

    def _seat(self, partner, **values):
        return self.env["psa.licence.seat"].create(
            {"licence_id": self.licence.id, "partner_id": partner.id, **values}
        )

    def test_licence_is_called_like_its_product(self):
        self.assertEqual(self.licence.name, "M365 Business Premium")

    def test_line_of_the_product_counts_the_seats(self):
        line = self._create_m365_line()
        self._create_licence(
            vendor_reference="OTHER", product_id=self.care.id, quantity=7
        )
        self.assertEqual(self._add_up(line, JUNE_2), 5)
        self.assertEqual(self._run(JUNE_1).line_ids.charge_ids.amount, 100)

    def test_more_seats_count_from_today_on(self):
        line = self._create_m365_line()
        with at(JUNE_10):
            self.licence.with_user(self.ada).quantity = 8
        self.assertEqual(self._add_up(line, JUNE_2), 5)
        self.assertEqual(self._add_up(line, JUNE_10), 8)

    def test_seats_bought_within_the_month_cost_their_days(self):
        self._create_m365_line(count_by_day=True)
        self._run(JUNE_1)
        with at(JUNE_10):
            self.licence.quantity = 8
        correction = self._run(JUNE_10).line_ids.charge_ids
        self.assertEqual(correction.amount, 3 * 20 * 21 / 30)

    def test_changed_seats_stand_on_the_true_up(self):
        line = self._create_m365_line()
        self._run(JUNE_1)
        with at(JUNE_10):
            self.licence.quantity = 8
            self.assertEqual(line.difference_quantity, 3)
            self.assertEqual(line.counted_added, "M365 Business Premium: 5 → 8")

    def test_licence_is_counted_until_its_last_day(self):
        line = self._create_m365_line()
        self.licence.with_user(self.ada).date_end = JUNE_10
        self.assertEqual(self._add_up(line, JUNE_10), 5)
        self.assertEqual(self._add_up(line, date(2026, 6, 11)), 0)

    def test_prolonged_licence_is_counted_on(self):
        line = self._create_m365_line()
        self.licence.date_end = JUNE_10
        with at(JULY_1):
            self.licence.date_end = False
        self.assertEqual(self._add_up(line, JULY_1), 5)
        self.assertEqual(len(self.licence.psa_presence_ids), 1)

    def test_earlier_start_is_counted_too(self):
        self.licence.date_start = "2026-02-01"
        self.assertEqual(self.licence.psa_presence_ids.date_from, date(2026, 2, 1))

    def test_state_follows_from_the_days(self):
        with at(JUNE_1):
            licences = self.licence | self._create_licence(
                vendor_reference="A", date_start=JUNE_10
            )
            licences |= self._create_licence(
                vendor_reference="B", date_end="2026-05-31"
            )
            self.assertEqual(licences.mapped("state"), ["current", "planned", "over"])
            for licence in licences:
                found = licences.search(
                    [("state", "=", licence.state), ("customer_id", "=", self.acme.id)]
                )
                self.assertEqual(found, licence)

    def test_contact_shows_the_licence_that_he_has_a_seat_of(self):
        with at(JUNE_1):
            self.licence.with_user(self.ada).seat_ids = [
                (0, 0, {"partner_id": self.casey.id})
            ]
            self.assertEqual(self.casey.psa_seat_ids.licence_id, self.licence)
            self.assertEqual(self.casey.psa_licence_count, 1)
            self.assertEqual(self.acme.psa_licence_count, 1)
            self.assertEqual((self.licence.used_count, self.licence.free_count), (1, 4))

    def test_who_leaves_gives_the_seat_back(self):
        with at(JUNE_1):
            seat = self._seat(self.casey)
        with at(JUNE_10):
            self.casey.active = False
            self.assertEqual(seat.date_until, JUNE_10)
            self.assertEqual(self.licence.used_count, 0)

    def test_who_changes_firm_gives_the_seat_back(self):
        with at(JUNE_1):
            seat = self._seat(self.casey)
        with at(JUNE_10):
            self.casey.parent_id = self.globex
        self.assertEqual(seat.date_until, JUNE_10)

    def test_nobody_has_two_seats_of_a_licence(self):
        self._seat(self.casey)
        with mute_logger("odoo.sql_db"), self.assertRefused(Exception, "seat"):
            self._seat(self.casey)
        self.assertEqual(len(self.licence.seat_ids), 1)

    def test_people_of_others_get_no_seat(self):
        with self.assertRefused(ValidationError, "does not work for"):
            self._seat(self.zoe)
        self.assertFalse(self.licence.seat_ids)

    def test_person_with_a_seat_can_be_deleted(self):
        self._seat(self.casey)
        self.casey.unlink()
        self.assertFalse(self.licence.seat_ids)

    def test_subscription_id_is_unique_per_customer(self):
        with mute_logger("odoo.sql_db"), self.assertRefused(Exception, "SUB-1|licence"):
            self._create_licence(vendor_reference="sub-1")
        other = self._create_licence(customer_id=self.globex.id)
        self.assertTrue(other.id)

    def test_first_licence_makes_a_customer(self):
        firm = self._create_firm("Initech")
        self._create_licence(customer_id=firm.id)
        self.assertTrue(firm.psa_is_customer)

    def test_reader_sees_licences_and_changes_none(self):
        rolf = self._create_user("rolf", "Rolf Reader", "readonly")
        licence = self.licence.with_user(rolf)
        self.assertEqual(licence.name, "M365 Business Premium")
        with self.assertRefused(AccessError):
            licence.quantity = 9
        self.assertEqual(self.licence.quantity, 5)

    def test_agent_does_not_delete_licences(self):
        with self.assertRefused(AccessError):
            self.licence.with_user(self.ada).unlink()
        self.assertTrue(self.licence.exists())

    def test_billing_user_enters_licences(self):
        licence = self._create_licence(self.bea, vendor_reference="BEA")
        self.assertEqual(licence.quantity, 5)

    def test_other_company_sees_no_licence(self):
        found = self.env["psa.licence"].with_user(self.bob).search([])
        self.assertNotIn(self.licence, found)

    def test_closed_group_hides_its_licences(self):
        group = self.env["psa.customer.group"].create(
            {"name": "Closed", "restrict": True, "user_ids": [(6, 0, self.lea.ids)]}
        )
        self.acme.psa_customer_group_id = group
        licences = self.env["psa.licence"]
        self.assertNotIn(self.licence, licences.with_user(self.ada).search([]))
        self.assertIn(self.licence, licences.with_user(self.lea).search([]))

    def test_archived_licence_ends_today(self):
        line = self._create_m365_line()
        with at(JUNE_20):
            self.licence.active = False
        self.assertEqual(self._add_up(line, JUNE_10), 5)
        self.assertEqual(self._add_up(line, JUNE_20), 0)

    def test_list_of_licences_takes_few_queries(self):
        for number in range(20):
            self._create_licence(vendor_reference=f"N{number}")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            self.env["psa.licence"].search_read(
                [("customer_id", "=", self.acme.id)],
                ["name", "quantity", "used_count", "free_count", "state"],
            )
