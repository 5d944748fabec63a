from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

ADDON = "helpdesk_psa_billing"

# (customer, name, subscription, product, seats, months since it began, end in months, people)
LICENCES = (
    (
        "alder",
        "Microsoft 365 Business Premium",
        "CSP-88201",
        "suite",
        9,
        14,
        None,
        ("casey", "priya"),
    ),
    ("alder", "Adobe Acrobat Pro", "AD-5512", None, 1, 8, 4, ("casey", "priya")),
    (
        "bluepeak",
        "Microsoft 365 Business Basic",
        "CSP-88214",
        None,
        12,
        20,
        None,
        ("tomw", "lena"),
    ),
    ("harbour", "Antivirus, dental practice", "AV-20177", None, 1, 6, 1, ("grace",)),
    ("marlow", "Microsoft 365 E3", "CSP-90133", None, 40, 11, 1, ("james",)),
    ("nova", "Autodesk AEC Collection", "AEC-7781", None, 3, 10, None, ("elise",)),
    (
        "tilleul",
        "Microsoft 365 Business Standard",
        "CSP-91007",
        None,
        25,
        9,
        None,
        ("paul", "claire"),
    ),
    ("morel", "Antivirus", "AV-20301", None, 18, 26, -2, ()),
)


class PsaDemo(models.AbstractModel):
    """Gives the demo customers licences, and lets what is counted come and go."""

    _inherit = "psa.demo"

    @api.model
    def _install_counting(self):
        """Enter licences, bill what counts them, then let things change."""
        if self.env.ref(f"{ADDON}.psa_licence_1_demo", False):
            return
        self._date_people()
        for number, values in enumerate(LICENCES, 1):
            self._create_demo_licence(number, *values)
        if not self.env.ref(f"{ADDON}.product_product_suite_demo", False):
            return
        self._bill_demo_licences()
        self._let_things_change()

    def _date_people(self):
        """Let people be there since before the first invoice."""
        rows = self.env["psa.presence"].search([("kind", "=", "contacts")])
        rows.date_from = self._get_demo_day(12, 1)

    def _create_demo_licence(
        self, number, customer, name, reference, product, seats, began, ends, people
    ):
        product = product and self.env.ref(
            f"{ADDON}.product_product_{product}_demo", False
        )
        start = self._get_demo_day(began, 1)
        licence = self.env["psa.licence"].create(
            {
                "name": name,
                "customer_id": self._find("res_partner", customer).id,
                "vendor_reference": reference,
                "product_id": product and product.id,
                "quantity": seats,
                "date_start": start,
                "date_end": ends and self._get_demo_day(-ends, 31),
                "seat_ids": [
                    Command.create(
                        {
                            "partner_id": self._find("res_partner", person).id,
                            "date_from": start,
                        }
                    )
                    for person in people
                ],
            }
        )
        self._name_billed("psa_licence", number, licence)

    def _bill_demo_licences(self):
        """Agree with Alder & Finch on licences and people, billed for two months."""
        suite, user = (
            self.env.ref(f"{ADDON}.product_product_{key}_demo").id
            for key in ("suite", "user")
        )
        agreement = self.env["psa.agreement"].create(
            {
                "name": "AGR-LIC-01",
                "title": "Licences and people",
                "type": "managed",
                "sequence": 60,
                "customer_id": self._find("res_partner", "alder").id,
                "date_start": self._get_demo_day(1, 1),
                "line_ids": [
                    Command.create(
                        {
                            "name": "Microsoft 365, per seat",
                            "product_id": suite,
                            "quantity_method": "licences",
                            "count_by_day": True,
                        }
                    ),
                    Command.create(
                        {
                            "name": "Helpdesk, per person",
                            "product_id": user,
                            "quantity_method": "contacts",
                        }
                    ),
                ],
            }
        )
        self._name_billed("psa_agreement", "licences", agreement)
        agreement.action_activate()
        for months_ago in (1, 0):
            run = self._create_run(self._get_demo_day(months_ago, 1))
            run.agreement_ids = agreement
            run.action_propose()
            run.action_draft()
            run.move_ids.action_post()

    def _let_things_change(self):
        """Since the last invoice: more seats, a new colleague, a new till, a spare one."""
        today = fields.Date.context_today(self)
        self.env.ref(f"{ADDON}.psa_licence_1_demo").quantity = 11
        self.env["res.partner"].create(
            {
                "name": "Imani Clarke",
                "email": "imani.clarke@alderfinch.example",
                "parent_id": self._find("res_partner", "alder").id,
                "function": "Junior accountant",
            }
        )
        tills = self.env["psa.equipment"].search(
            [
                ("customer_id", "=", self._find("res_partner", "bluepeak").id),
                (
                    "category_id",
                    "=",
                    self._find("psa_equipment_category", "tills").id,
                ),
            ]
        )
        if tills:
            tills[0].copy(
                {
                    "name": "Till 9, pop-up shop",
                    "serial_no": "TL9-556210",
                    "install_date": today - timedelta(days=3),
                }
            )
        servers = self._find("psa_equipment_category", "servers")
        spare = self.env["psa.equipment"].search(
            [
                ("customer_id", "=", self._find("res_partner", "kestrel").id),
                ("category_id", "=", servers.id),
            ],
            limit=1,
        )
        spare.psa_count_exclusion_id = self.env.ref(
            f"{ADDON}.psa_count_exclusion_spare"
        )
