"""A firm that bills: accounts, products, people, and agreements of ACME."""

from datetime import datetime, time

from odoo.fields import Command

from odoo.addons.helpdesk_psa.tests.work_common import WorkCommon
from odoo.addons.mail.tests.common import freeze_all_time, mail_new_test_user


class BillingCommon(WorkCommon):
    """Bea bills, Boss manages the billing; the chart of accounts is Odoo's generic one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for company in cls.company | cls.company_2:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
        cls.bea = cls._create_billing_user("bea", "Bea Billing", "user")
        cls.boss = cls._create_billing_user("boss", "Bo Billing Manager", "manager")
        cls.currency = cls.company.currency_id
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "20 %",
                "amount": 20,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
            }
        )
        cls.care = cls._create_product("Care", 100)
        cls.setup_fee = cls._create_product("Set-up", 250)

    @classmethod
    def _create_billing_user(cls, login, name, group, company=None, **values):
        """Create a user of billing.

        :param str group: `user` or `manager`
        """
        company = company or cls.company
        return mail_new_test_user(
            cls.env,
            login=login,
            name=name,
            email=f"{login}@msp.example.com",
            groups=f"helpdesk_psa_billing.group_psa_billing_{group}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
            **{"notification_type": "inbox", "tz": "UTC", **values},
        )

    @classmethod
    def _create_product(cls, name, price, **values):
        """Create a recurring service product with the test's tax."""
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "psa_recurring": True,
                "taxes_id": [Command.set(cls.tax.ids)],
                "company_id": False,
                **values,
            }
        )

    @classmethod
    def _create_billed(cls, lines, user=None, activate=True, **values):
        """Agree upon lines that are invoiced, as a lead would; ACME, from 1 January 2026.

        :param lines: values of the lines; product and name have defaults
        """
        return cls._create_agreement(
            user=user,
            activate=activate,
            **{
                "name": "CT-12",
                "type": "managed",
                "date_end": False,
                "line_ids": [
                    Command.create({"name": "Care", "product_id": cls.care.id, **line})
                    for line in lines
                ],
                **values,
            },
        )

    @classmethod
    def _run(cls, day, user=None, **values):
        """Bill what is due up to a day, on that day; return the run."""
        with freeze_all_time(datetime.combine(day, time(9))):
            run = (
                cls.env["psa.billing.run"]
                .with_user(user or cls.bea)
                .create({"date": day, "company_id": cls.company.id, **values})
            )
            run.action_propose()
            if run.proposed_count:
                run.action_draft()
        return run.with_env(cls.env)

    def _amend(self, agreement, day, only=None, **values):
        """Give the lines other values from a day on, as a lead.

        :param str only: the description of the line that changes; all unless given
        """
        agreement = agreement.with_user(self.lea)
        action = agreement.action_amend()
        amendment = agreement.env[action["res_model"]].browse(action["res_id"])
        amendment.line_ids.unlink()
        amendment.date = day
        amendment._copy_current_terms()
        amendment.line_ids.filtered(lambda it: only in (None, it.name)).write(values)
        amendment.action_apply()
