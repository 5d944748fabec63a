"""What agreements count: equipment and people, in the past as it was."""

from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .count_common import JULY_1, JUNE_1, JUNE_2, JUNE_10, JUNE_20, CountCommon, at


@tagged("post_install", "-at_install")
class TestCountedEquipment(CountCommon):
    def test_new_equipment_is_counted_from_its_installation(self):
        with at(JUNE_10):
            pc = self._create_pc("PC-3", install_date=JUNE_2)
        line = self._create_line()
        self.assertEqual(pc.psa_billed_from, JUNE_2)
        self.assertEqual(self._count(line, JUNE_1), ["PC-1", "PC-2"])
        self.assertEqual(self._count(line, JUNE_2), ["PC-1", "PC-2", "PC-3"])

    def test_equipment_without_installation_is_counted_from_its_entry(self):
        self.assertEqual(self.pc_1.psa_billed_from, date(2026, 1, 1))
        self.assertFalse(self.pc_1.psa_billed_until)

    def test_day_of_installation_moves_the_first_billed_day(self):
        self.pc_1.with_user(self.ada).install_date = JUNE_2
        self.assertEqual(self.pc_1.psa_billed_from, JUNE_2)

    def test_day_set_by_hand_stays_when_the_installation_is_corrected(self):
        self.pc_1.with_user(self.lea).psa_billed_from = "2026-03-01"
        self.pc_1.install_date = JUNE_2
        self.assertEqual(self.pc_1.psa_billed_from, date(2026, 3, 1))

    def test_categories_below_are_counted_and_others_are_not(self):
        line = self._create_line(
            equipment_category_ids=[Command.set(self.hardware.ids)]
        )
        with at(JUNE_1):
            (self.printer | self.server).install_date = "2026-01-01"
        self.assertEqual(self._count(line, JUNE_2), ["HP-3", "PC-1", "PC-2", "SRV-1"])
        line = self._create_line({"name": "CT-13"})
        self.assertEqual(self._count(line, JUNE_2), ["PC-1", "PC-2"])

    def test_line_of_a_site_counts_what_stands_there(self):
        line = self._create_line(site_ids=[Command.set(self.plant.ids)])
        self.assertEqual(self._count(line, JUNE_2), ["PC-2"])

    def test_named_equipment_is_counted_whatever_its_category(self):
        self.server.install_date = "2026-01-01"
        line = self._create_line(equipment_ids=[Command.set(self.server.ids)])
        self.assertEqual(self._count(line, JUNE_2), ["PC-1", "PC-2", "SRV-1"])

    def test_equipment_of_companies_below_is_counted_and_of_others_is_not(self):
        below = self._create_firm("ACME Lyon", parent_id=self.acme.id)
        with at(JUNE_1):
            self._create_pc("PC-L", customer_id=below.id)
            self._create_pc("PC-G", customer_id=self.globex.id)
        line = self._create_line()
        self.assertEqual(self._count(line, JUNE_2), ["PC-1", "PC-2", "PC-L"])

    def test_count_of_today_is_the_equipment_of_the_line(self):
        line = self._create_line(site_ids=[Command.set(self.plant.ids)])
        today = date.today()
        counted = line._get_presences(today, date.fromordinal(today.toordinal() + 1))
        shown = self.env["psa.equipment"].search(line._get_own_equipment_domain())
        self.assertEqual({it.res_id for it in counted[line]}, set(shown.ids))

    def test_archived_equipment_is_counted_until_that_day(self):
        line = self._create_line()
        with at(JUNE_10):
            self.pc_1.with_user(self.ada).active = False
        self.assertEqual(self.pc_1.psa_billed_until, JUNE_10)
        self.assertEqual(self._count(line, JUNE_2), ["PC-1", "PC-2"])
        self.assertEqual(self._count(line, JUNE_10), ["PC-2"])

    def test_equipment_that_comes_back_has_two_spans(self):
        line = self._create_line()
        with at(JUNE_10):
            self.pc_1.active = False
        with at(JUNE_20):
            self.pc_1.active = True
        (presence,) = (
            it
            for it in line._get_presences(JUNE_1, JULY_1)[line]
            if it.res_id == self.pc_1.id
        )
        self.assertEqual(presence.spans, ((date(2026, 1, 1), JUNE_10), (JUNE_20, None)))

    def test_archived_by_mistake_and_restored_the_same_day_nothing_happened(self):
        with at(JUNE_10):
            self.pc_1.active = False
            self.pc_1.active = True
        self.assertEqual(len(self.pc_1.psa_presence_ids), 1)
        self.assertFalse(self.pc_1.psa_billed_until)

    def test_equipment_that_changes_customer_is_counted_at_each_in_his_time(self):
        line = self._create_line()
        with at(JUNE_10):
            self.pc_1.with_user(self.ada).customer_id = self.globex
        other = self._create_line({"name": "CT-13", "customer_id": self.globex.id})
        self.assertEqual(self._count(line, JUNE_2), ["PC-1", "PC-2"])
        self.assertEqual(self._count(line, JUNE_10), ["PC-2"])
        self.assertEqual(self._count(other, JUNE_2), [])
        self.assertEqual(self._count(other, JUNE_10), ["PC-1"])

    def test_move_to_another_site_leaves_the_past_where_it_was(self):
        line = self._create_line(site_ids=[Command.set(self.plant.ids)])
        with at(JUNE_10):
            self.pc_2.with_user(self.ada).site_id = self.headquarters
        self.assertEqual(self._count(line, JUNE_2), ["PC-2"])
        self.assertEqual(self._count(line, JUNE_10), [])
        self.assertEqual(self.pc_2.psa_billed_from, date(2026, 1, 1))

    def test_deleted_equipment_stays_counted_for_the_past(self):
        line = self._create_line()
        with at(JUNE_10):
            self.pc_1.with_user(self.lea).unlink()
        self.assertEqual(self._count(line, JUNE_2), ["PC-1", "PC-2"])
        self.assertEqual(self._count(line, JUNE_10), ["PC-2"])

    def test_equipment_with_a_reason_is_not_counted_from_that_day(self):
        line = self._create_line()
        with at(JUNE_10):
            self.pc_1.with_user(self.ada).psa_count_exclusion_id = self.reason
        self.assertEqual(self._count(line, JUNE_2), ["PC-1", "PC-2"])
        self.assertEqual(self._count(line, JUNE_10), ["PC-2"])

    def test_end_set_by_hand_outlives_later_changes(self):
        self.pc_1.with_user(self.lea).psa_billed_until = JUNE_10
        with at(JUNE_20):
            self.pc_1.write({"name": "PC-1b", "site_id": self.plant.id})
        self.assertEqual(self.pc_1.psa_billed_until, JUNE_10)
        self.assertEqual(self.pc_1.psa_presence_ids.name, "PC-1b")

    def test_end_to_come_holds_for_the_next_site_too(self):
        self.pc_1.psa_billed_until = JULY_1
        with at(JUNE_10):
            self.pc_1.site_id = self.plant
        self.assertEqual(self.pc_1.psa_billed_until, JULY_1)

    def test_later_first_day_lets_it_begin_again(self):
        pc = self.pc_1.with_user(self.lea)
        pc.psa_billed_until = JUNE_10
        pc.psa_billed_from = JUNE_20
        self.assertEqual(len(pc.psa_presence_ids), 2)
        self.assertEqual((pc.psa_billed_from, pc.psa_billed_until), (JUNE_20, False))

    def test_nothing_is_counted_twice_at_a_time(self):
        self.pc_1.psa_billed_until = JUNE_10
        self.pc_1.psa_billed_from = JUNE_20
        first = self.pc_1.psa_presence_ids.sorted("date_from")[0]
        with self.assertRefused(ValidationError, "counted twice"):
            first.with_user(self.lea).date_until = JULY_1
        self.assertEqual(first.date_until, JUNE_10)

    def test_end_before_the_beginning_is_refused(self):
        with self.assertRefused(UserError, "end before it begins"):
            self.pc_1.with_user(self.lea).psa_billed_until = "2025-12-31"
        self.assertFalse(self.pc_1.psa_billed_until)

    def test_both_days_may_be_set_before_the_present_ones(self):
        pc = self.pc_1.with_user(self.lea)
        pc.write({"psa_billed_from": "2025-01-01", "psa_billed_until": "2025-07-01"})
        self.assertEqual(
            (pc.psa_billed_from, pc.psa_billed_until),
            (date(2025, 1, 1), date(2025, 7, 1)),
        )

    def test_agent_does_not_set_dates_of_billing(self):
        with self.assertRefused(AccessError):
            self.pc_1.with_user(self.ada).psa_billed_from = JUNE_10
        self.assertEqual(self.pc_1.psa_billed_from, date(2026, 1, 1))

    def test_users_of_other_companies_see_no_rows(self):
        rows = self.env["psa.presence"].with_user(self.bob)
        self.assertFalse(rows.search([("res_id", "=", self.pc_1.id)]))

    def test_past_before_the_installation_is_told_by_the_moves(self):
        with at(JUNE_10):
            self.pc_1.customer_id = self.globex
        self.pc_1.psa_presence_ids.unlink()
        self.pc_1._psa_install_presences()
        rows = self.pc_1.psa_presence_ids.sorted("date_from")
        self.assertEqual(rows.mapped("customer_id"), self.acme | self.globex)
        self.assertEqual(rows.mapped("date_until"), [JUNE_10, False])

    def test_many_lines_are_counted_by_few_queries(self):
        lines = self._create_line()
        for number in range(20):
            lines |= self._create_line({"name": f"CT-{100 + number}"})
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(22):
            counted = lines._get_presences(JUNE_1, JULY_1)
        self.assertEqual({len(found) for found in counted.values()}, {2})


@tagged("post_install", "-at_install")
class TestCountedContacts(CountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for contact in (cls.casey, cls.dana):
            contact.psa_billed_from = "2026-01-01"
        cls.dana.psa_site_id = cls.plant

    def _create_users_line(self, **values):
        return self._create_line(quantity_method="contacts", **values)

    def test_people_of_the_customer_are_counted(self):
        line = self._create_users_line()
        names = ["Casey Customer", "Dana Colleague"]
        self.assertEqual(self._count(line, JUNE_2), names)

    def test_people_without_site_are_counted_at_the_main_one(self):
        line = self._create_users_line(site_ids=[Command.set(self.headquarters.ids)])
        self.assertIn("Casey Customer", self._count(line, JUNE_2))

    def test_addresses_and_sites_are_no_people(self):
        self._create_contact("Billing", "b@acme.example.com", self.acme, type="invoice")
        self.assertFalse(
            self.env["psa.presence"].search(
                [("name", "in", ("Billing", "Plant", "ACME"))]
            )
        )

    def test_person_who_leaves_is_counted_until_then(self):
        line = self._create_users_line()
        with at(JUNE_10):
            self.casey.active = False
        self.assertIn("Casey Customer", self._count(line, JUNE_2))
        self.assertEqual(self._count(line, JUNE_10), ["Dana Colleague"])

    def test_person_who_changes_firm_is_counted_there_from_then(self):
        with at(JUNE_10):
            self.casey.parent_id = self.globex
        line = self._create_users_line()
        self.assertIn("Casey Customer", self._count(line, JUNE_2))
        self.assertEqual(self._count(line, JUNE_10), ["Dana Colleague"])

    def test_people_of_a_new_customer_are_counted_since_they_are_known(self):
        with at(JUNE_1):
            firm = self._create_firm("Initech")
            peter = self._create_contact("Peter", "peter@initech.example.com", firm)
        with at(JUNE_10):
            firm.psa_is_customer = True
        self.assertEqual(peter.psa_billed_from, JUNE_1)

    def test_only_tagged_people_are_counted_if_the_line_says_so(self):
        tag = self.env["res.partner.category"].create({"name": "M365"})
        with at(JUNE_10):
            self.casey.category_id = tag
        line = self._create_users_line(count_tag_ids=[Command.set(tag.ids)])
        self.assertEqual(self._count(line, JUNE_2), [])
        self.assertEqual(self._count(line, JUNE_10), ["Casey Customer"])

    def test_contacts_without_customer_have_no_rows(self):
        with self.assertQueryCount(30):
            stranger = self._create_contact("Stranger", "s@nowhere.example.com")
        self.assertFalse(stranger.psa_presence_ids)
