import json

from odoo import api, models
from odoo.fields import Command
from odoo.tools import file_open

ADDON = "helpdesk_psa_billing"
PLANS = f"{ADDON}/demo/plans.json"


class PsaDemo(models.AbstractModel):
    """Gives work a price: plans and rules, and what customers have agreed upon."""

    _inherit = "psa.demo"

    @api.model
    def _install_plans(self):
        """Enter plans, and choose them on agreements, customers and the company."""
        if self.env.ref(f"{ADDON}.psa_billing_plan_usual_demo", False):
            return
        with file_open(PLANS) as file:
            data = json.load(file)
        for key, (name, price) in data["prices"].items():
            self._price_service(key, name, price)
        for key, price in data["items"].items():
            self.env.ref(f"helpdesk_psa.product_product_psa_{key}").list_price = price
        for values in data["levels"]:
            self._create_level(values)
        for sequence, values in enumerate(data["bands"]):
            self._create_band(sequence, values)
        for sequence, values in enumerate(data["plans"]):
            self._create_plan(sequence, values)
        self._choose_plans(data)
        self._rate_the_past()

    # === WHAT WORK COSTS === #

    def _price_service(self, key, name, price):
        """Sell a service type by the hour."""
        service = self.env.ref(f"helpdesk_psa.psa_service_type_{key}")
        if service.product_id:
            return
        service.product_id = self.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "uom_id": self.env.ref("uom.product_uom_hour").id,
                "purchase_ok": False,
            }
        )
        self._name_billed("product_product_service", key, service.product_id)

    def _create_level(self, values):
        level = self.env["psa.technician.level"].create(
            {"name": values["name"], "description": values["description"]}
        )
        users = self.env["res.users"].search([("login", "in", values["logins"])])
        users.employee_ids.psa_level_id = level
        self._name_billed("psa_technician_level", values["key"], level)

    def _create_band(self, sequence, values):
        company = self.env.ref("base.main_company")
        calendar = self.env["resource.calendar"]
        if "calendar" in values:
            start, stop = values["hours"]
            calendar = calendar.create(
                {
                    "name": values["calendar"],
                    "company_id": company.id,
                    "tz": company.resource_calendar_id.tz or "UTC",
                    "attendance_ids": [
                        Command.create(
                            {
                                "name": values["name"],
                                "dayofweek": str(day),
                                "hour_from": start,
                                "hour_to": stop,
                                "day_period": "morning",
                            }
                        )
                        for day in range(values["days"])
                    ],
                }
            )
        band = self.env["psa.hours.band"].create(
            {
                "name": values["name"],
                "sequence": sequence,
                "color": values["color"],
                "calendar_id": calendar.id,
                "company_id": company.id,
            }
        )
        self._name_billed("psa_hours_band", values["key"], band)

    # === PLANS === #

    def _create_plan(self, sequence, values):
        bands = self.env["psa.hours.band"]
        if values.get("bands"):
            for key in ("office", "evening", "sunday"):
                bands |= self.env.ref(f"{ADDON}.psa_hours_band_{key}_demo")
        plan = self.env["psa.billing.plan"].create(
            {
                "name": values["name"],
                "description": values["description"],
                "sequence": sequence,
                "company_id": self.env.ref("base.main_company").id,
                "band_ids": [Command.set(bands.ids)],
                "rule_ids": [
                    Command.create(
                        {**self._prepare_demo_rule(rule), "sequence": number}
                    )
                    for number, rule in enumerate(values["rules"])
                ],
            }
        )
        self._name_billed("psa_billing_plan", values["key"], plan)

    def _prepare_demo_rule(self, values):
        values = dict(values)
        for name, field, xmlid in (
            ("services", "service_type_ids", "helpdesk_psa.psa_service_type_%s"),
            ("types", "ticket_type_ids", "helpdesk_psa.psa_type_%s"),
            ("bands", "band_ids", f"{ADDON}.psa_hours_band_%s_demo"),
            ("levels", "level_ids", f"{ADDON}.psa_technician_level_%s_demo"),
        ):
            keys = values.pop(name, ())
            records = [self.env.ref(xmlid % key).id for key in keys]
            values[field] = [Command.set(records)]
        return values

    def _choose_plans(self, data):
        company = self.env.ref("base.main_company")
        plans = {
            values["key"]: self.env.ref(
                f"{ADDON}.psa_billing_plan_{values['key']}_demo"
            )
            for values in data["plans"]
        }
        company.psa_billing_plan_id = plans[data["usual"]]
        for key, plan in data["agreements"].items():
            agreement = self.env.ref(f"{ADDON}.psa_agreement_{key}_demo", False)
            if agreement:
                agreement.billing_plan_id = plans[plan]
        for key, plan in data["customers"].items():
            customer = self._find("res_partner", key).with_company(company)
            customer.psa_billing_plan_id = plans[plan]
        for key, discount in data["discounts"].items():
            customer = self._find("res_partner", key).with_company(company)
            customer.psa_work_discount = discount

    def _rate_the_past(self):
        """Let the work of this month and the two before it have its charges."""
        company = self.env.ref("base.main_company")
        company.psa_work_billing_start = self._get_demo_day(2, 1)
        for model in ("account.analytic.line", "psa.item"):
            work = self.env[model]
            work.search(work._psa_get_missing_domain())._psa_rate()
