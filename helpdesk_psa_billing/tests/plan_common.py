"""Plans, rules and hours bands for tests of the billing of work."""

from odoo.fields import Command

from .billing_common import BillingCommon


class PlanCommon(BillingCommon):
    """Office hours are Monday to Friday, 08:00 to 18:00 UTC; the company has no plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.psa_billing_plan_id = False
        cls.remote, cls.onsite, cls.travel = cls.env["psa.service.type"].create(
            [{"name": name} for name in ("Remote test", "On site test", "Travel test")]
        )
        cls.office_calendar = cls.env["resource.calendar"].create(
            {
                "name": "Office",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 18,
                            "day_period": "morning",
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        cls.office_hours, cls.other_hours = cls.env["psa.hours.band"].create(
            [
                {
                    "name": "Office hours",
                    "sequence": 1,
                    "calendar_id": cls.office_calendar.id,
                },
                {"name": "Other hours", "sequence": 2},
            ]
        )

    @classmethod
    def _create_plan(cls, name, rules=(), **values):
        """Create a plan with rules, in the order given, as a billing manager."""
        plan = (
            cls.env["psa.billing.plan"]
            .with_user(cls.boss)
            .create(
                {
                    "name": name,
                    "company_id": cls.company.id,
                    **values,
                    "rule_ids": [
                        Command.create({"sequence": number, **rule})
                        for number, rule in enumerate(rules)
                    ],
                }
            )
        )
        return plan.with_env(cls.env)

    @classmethod
    def _create_rule(cls, plan, **values):
        """Create a rule at the end of a plan, as a billing manager."""
        rules = cls.env["psa.billing.rule"].with_user(cls.boss)
        rule = rules.create(
            {"name": "Rule", "plan_id": plan.id, "sequence": 99, **values}
        )
        return rule.with_env(cls.env)
