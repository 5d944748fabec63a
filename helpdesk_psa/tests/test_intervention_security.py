from odoo.exceptions import AccessError
from odoo.tests import tagged

from .intervention_common import MONDAY_9AM, MONDAY_11AM, InterventionCommon


@tagged("post_install", "-at_install")
class TestInterventionSecurity(InterventionCommon):
    """Who sees and changes visits, their parts and their checklists."""

    def _add_parts(self, intervention):
        intervention = intervention.sudo()
        self.env["psa.item"].create(
            {"intervention_id": intervention.id, "product_id": self.toner.id}
        )
        self.env["psa.checklist.item"].create(
            {"intervention_id": intervention.id, "name": "Check"}
        )
        return intervention.item_ids, intervention.checklist_item_ids

    def _assert_sees(self, user, records, expected):
        found = records.with_user(user).search([("id", "in", records.ids)])
        self.assertEqual(
            bool(found), expected, f"{user.name} and {records._description}"
        )

    def _assert_sees_whole(self, user, intervention, expected):
        items = intervention.sudo().item_ids
        checks = intervention.sudo().checklist_item_ids
        for records in (intervention, items, checks):
            self._assert_sees(user, records, expected)

    def test_reader_sees_and_changes_nothing(self):
        intervention = self._create_planned()
        items, checks = self._add_parts(intervention)
        self._assert_sees_whole(self.rita, intervention, True)
        for record, vals in (
            (intervention, {"name": "x"}),
            (items, {"quantity": 2}),
            (checks, {"is_checked": True}),
        ):
            with self.assertRefused(AccessError):
                record.with_user(self.rita).write(vals)
        self.assertEqual(intervention.name, "Mend the printer")
        self.assertEqual(items.quantity, 1)
        self.assertFalse(checks.is_checked)

    def test_other_company_sees_nothing(self):
        intervention = self._create_planned()
        self._add_parts(intervention)
        self._assert_sees_whole(self.bob, intervention, False)

    def test_closed_group_is_seen_by_its_pod_only(self):
        group = self.env["psa.customer.group"].create(
            {"name": "Law", "restrict": True, "user_ids": self.lea.ids}
        )
        self.acme.psa_customer_group_id = group
        intervention = self._create_intervention(self.lea)
        self._add_parts(intervention)
        self._assert_sees_whole(self.lea, intervention, True)
        self._assert_sees_whole(self.max, intervention, True)
        self._assert_sees_whole(self.ada, intervention, False)
        self._assert_sees_whole(self.rita, intervention, False)

    def test_private_team_is_seen_by_its_members_only(self):
        private = self.env["psa.team"].create(
            {
                "name": "Secret",
                "company_id": self.company.id,
                "privacy": "members",
                "member_ids": self.lea.ids,
            }
        )
        intervention = self._create_intervention(self.lea, team_id=private.id)
        self._add_parts(intervention)
        self._assert_sees_whole(self.lea, intervention, True)
        self._assert_sees_whole(self.ada, intervention, False)

    def test_technician_sees_the_visit_he_is_sent_to(self):
        group = self.env["psa.customer.group"].create(
            {"name": "Law", "restrict": True, "user_ids": self.lea.ids}
        )
        self.acme.psa_customer_group_id = group
        ticket = self._create_ticket(self.lea)
        intervention = ticket._create_interventions()
        self._add_parts(intervention)
        intervention.write(
            {
                "technician_ids": self.ada.ids,
                "planned_start": MONDAY_9AM,
                "planned_end": MONDAY_11AM,
            }
        )
        self._assert_sees_whole(self.ada, intervention, True)
        mine = intervention.with_user(self.ada)
        mine.work_done = "Done"
        self.assertEqual(intervention.work_done, "Done")
        self._assert_sees(self.ada, ticket, False)

    def test_agent_deletes_no_visit(self):
        intervention = self._create_planned()
        with self.assertRefused(AccessError):
            intervention.unlink()
        self.assertTrue(intervention.exists())

    def test_portal_user_sees_no_visit(self):
        intervention = self._create_planned()
        portal = self._create_portal_user()
        for model in ("psa.intervention", "psa.item", "psa.checklist.item"):
            with self.assertRefused(AccessError):
                self.env[model].with_user(portal).search([])
        with self.assertRefused(AccessError):
            intervention.with_user(portal).read(["note"])

    def test_opening_the_list_takes_as_many_queries_for_ten_as_for_forty(self):
        spec = {
            "number": {},
            "name": {},
            "customer_id": {"fields": {"display_name": {}}},
            "type_id": {"fields": {"display_name": {}}},
            "technician_ids": {"fields": {"display_name": {}}},
            "planned_start": {},
            "time_hours": {},
            "state": {},
        }
        self._check_queries(spec, 14)

    def test_opening_my_day_takes_as_many_queries_for_ten_as_for_forty(self):
        spec = {
            name: {}
            for name in (
                "planned_label",
                "state",
                "is_late",
                "address_line",
                "route_url",
                "contact_phone",
                "psa_is_timed",
                "checklist_progress",
            )
        }
        spec["customer_id"] = {"fields": {"display_name": {}}}
        self._check_queries(spec, 25)

    def _check_queries(self, spec, most):
        for _index in range(40):
            self._create_planned()
        visits = self.env["psa.intervention"].with_user(self.ada)
        visits.web_search_read([], spec, limit=1)  # fill the caches
        for size in (10, 40):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(size=size), self.assertQueryCount(most):
                visits.web_search_read([], spec, limit=size)
