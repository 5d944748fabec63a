from odoo import api, models
from odoo.fields import Command

ADDON = "helpdesk_psa_billing"

# (key, name, price)
PRODUCTS = (
    ("page_black", "Black page", 0.012),
    ("page_color", "Colour page", 0.09),
    ("backup_gb", "Backup, per gigabyte read out", 0.04),
)
# (key, product, name, meter ID, device, what it showed month by month, oldest first)
METERS = (
    ("black", "page_black", "Black pages", "BW-40117", True, (118240, 122910, 128450)),
    ("color", "page_color", "Colour pages", "COL-40117", True, (18020, 19134, 20312)),
)
# What the agreement charges: (product, name, values of the line)
LINES = (
    (
        "page_black",
        "Black pages, 2,000 included",
        {
            "included_quantity": 2000,
            "price_method": "tiers",
            "tier_mode": "graduated",
            "tiers": ((0, 0.012), (3000, 0.009)),
        },
    ),
    ("page_color", "Colour pages", {"minimum_quantity": 500}),
)


class PsaDemo(models.AbstractModel):
    """Gives demo customers meters, with readings and what these brought in."""

    _inherit = "psa.demo"

    @api.model
    def _install_usage(self):
        """Enter a copier and a backup that are billed by use, and bill last month."""
        if self.env.ref(f"{ADDON}.psa_usage_meter_black_demo", False):
            return
        if not self.env.ref("base.main_company").chart_template:
            return
        for key, name, price in PRODUCTS:
            self._create_billed_product({"key": key, "name": name, "price": price})
        self._install_copier()
        self._install_backup()

    def _install_copier(self):
        """A copier at the accountants': two counters, read each month, one of them late."""
        customer = self._find("res_partner", "alder")
        copier = self.env["psa.equipment"].create(
            {
                "name": "Copier, second floor",
                "serial_no": "MX-40117",
                "customer_id": customer.id,
                "category_id": self._find("psa_equipment_category", "printers").id,
                "install_date": self._get_demo_day(8, 4),
            }
        )
        self._name_billed("psa_equipment", "copier", copier)
        for key, product, name, reference, is_device, values in METERS:
            meter = self._create_demo_meter(
                key,
                product,
                name=name,
                reference=reference,
                customer_id=customer.id,
                equipment_id=is_device and copier.id,
                capacity=1000000,
            )
            self._read_demo_meter(meter, values)
        agreement = self._agree_by_usage("alder", "PRINT-01", "Printing", LINES)
        self._bill_usage(agreement)

    def _install_backup(self):
        """A backup whose use of last month nobody has read yet, the month before it did."""
        customer = self._find("res_partner", "nova")
        meter = self._create_demo_meter(
            "backup",
            "backup_gb",
            name="Backup of the drawings, read out",
            reference="BK-7",
            customer_id=customer.id,
        )
        self._read_demo_meter(meter, (41200, 43980.5))
        lines = (("backup_gb", "Backup by gigabyte", {"minimum_quantity": 1000}),)
        agreement = self._agree_by_usage("nova", "BACKUP-07", "Backup by use", lines)
        self._bill_usage(agreement, until_months_ago=1)

    def _create_demo_meter(self, key, product, **values):
        meter = self.env["psa.usage.meter"].create(
            {
                "product_id": self.env.ref(
                    f"{ADDON}.product_product_{product}_demo"
                ).id,
                "date_start": self._get_demo_day(2, 1),
                **values,
            }
        )
        self._name_billed("psa_usage_meter", key, meter)
        return meter

    def _read_demo_meter(self, meter, values):
        """Enter readings of the last days of the months from three months ago on."""
        self.env["psa.usage.reading"].create(
            [
                {
                    "meter_id": meter.id,
                    "date": self._get_demo_day(3 - number, 31),
                    "value": value,
                    "partner_id": self.env.ref(
                        "helpdesk_psa.res_users_tom_demo"
                    ).partner_id.id,
                    "is_estimated": meter.reference == "COL-40117" and number == 1,
                }
                for number, value in enumerate(values)
            ]
        )

    def _agree_by_usage(self, customer, name, title, lines):
        agreement = self.env["psa.agreement"].create(
            {
                "name": name,
                "title": title,
                "type": "managed",
                "sequence": 70,
                "customer_id": self._find("res_partner", customer).id,
                "user_id": self.env.ref("helpdesk_psa.res_users_nina_demo").id,
                "date_start": self._get_demo_day(2, 1),
                "line_ids": [
                    Command.create(self._prepare_usage_line(*line)) for line in lines
                ],
            }
        )
        self._name_billed("psa_agreement", name.lower().replace("-", "_"), agreement)
        agreement.action_activate()
        return agreement

    def _prepare_usage_line(self, product, name, values):
        tiers = [
            Command.create({"quantity_above": above, "price_unit": price})
            for above, price in values.get("tiers", ())
        ]
        return {
            "name": name,
            "product_id": self.env.ref(f"{ADDON}.product_product_{product}_demo").id,
            "quantity_method": "usage",
            **{key: value for key, value in values.items() if key != "tiers"},
            "tier_ids": tiers,
        }

    def _bill_usage(self, agreement, until_months_ago=0):
        """Bill the months that are over and were read."""
        for months_ago in range(1, until_months_ago - 1, -1):
            run = self._create_run(self._get_demo_day(months_ago, 1))
            run.agreement_ids = agreement
            run.action_propose()
            run.action_draft()
            run.move_ids.action_post()
