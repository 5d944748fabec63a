"""The dashboard of the service business: who sees it, and that its figures exist."""

import json
from base64 import b64decode

from odoo.tests import tagged

from odoo.addons.helpdesk_psa_billing.tests.figures_common import FiguresCommon


@tagged("post_install", "-at_install")
class TestServiceDashboard(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(
            "helpdesk_psa_billing_dashboard.spreadsheet_dashboard_service"
        )
        cls.content = json.loads(b64decode(cls.dashboard.spreadsheet_binary_data))

    def test_leads_and_billing_users_see_it_and_agents_do_not(self):
        dashboards = self.env["spreadsheet.dashboard"]
        for user in (self.lea, self.bea):
            self.assertIn(self.dashboard, dashboards.with_user(user).search([]))
        self.assertNotIn(self.dashboard, dashboards.with_user(self.ada).search([]))

    def test_each_pivot_is_read_by_a_lead(self):
        self._bill_and_post(self._work(60))
        for pivot in self.content["pivots"].values():
            model = self.env[pivot["model"]].with_user(self.lea)
            groupby = [
                it["fieldName"]
                + (f":{it['granularity']}" if "granularity" in it else "")
                for it in [*pivot["rows"], *pivot["columns"]]
            ]
            measures = [
                f"{it['fieldName']}:{it['aggregator']}" for it in pivot["measures"]
            ]
            with self.subTest(pivot=pivot["name"]):
                model._read_group(pivot["domain"], groupby, measures)

    def test_each_chart_is_read_by_a_lead(self):
        figures = [it for sheet in self.content["sheets"] for it in sheet["figures"]]
        charts = [it["data"] for it in figures if "metaData" in it["data"]]
        self.assertTrue(charts)
        for chart in charts:
            model = self.env[chart["metaData"]["resModel"]].with_user(self.lea)
            name = chart["metaData"]["measure"]
            measure = f"{name}:{model._fields[name].aggregator}"
            with self.subTest(model=model._name, measure=measure):
                model._read_group(
                    chart["searchParams"]["domain"],
                    chart["metaData"]["groupBy"],
                    [measure],
                )

    def test_texts_are_found_by_translators(self):
        cells = [
            cell for sheet in self.content["sheets"] for cell in sheet["cells"].values()
        ]
        plain = [it for it in cells if it and it[0] not in "=["]
        self.assertFalse(plain)
