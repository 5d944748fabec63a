import base64
import json
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import file_open

ADDON = "helpdesk_psa"
INSTALLED_BASE = f"{ADDON}/demo/installed_base.json"


class PsaDemo(models.AbstractModel):
    """Gives the demo customers equipment and agreements, dated from today."""

    _inherit = "psa.demo"

    @api.model
    def _install_base(self):
        """Enter equipment and agreements, before the tickets that are about them."""
        if self.env.ref(f"{ADDON}.psa_equipment_hp3_demo", raise_if_not_found=False):
            return
        base = self._get_installed_base()
        for values in base["categories"]:
            self._create_category(*values)
        for values in base["equipment"]:
            self._create_equipment(values)
        for values in base["agreements"]:
            self._create_agreement(values)

    @api.model
    def _name_equipment(self):
        """Say which equipment the demo tickets are about."""
        for key, equipment in self._get_installed_base()["tickets"].items():
            ticket = self._find("psa_ticket", key)
            if not ticket.equipment_ids:
                ticket.equipment_ids = self._find("psa_equipment", *equipment)

    def _get_installed_base(self):
        with file_open(INSTALLED_BASE) as file:
            return json.load(file)

    def _find(self, kind, *keys):
        """Return the demo records of a kind: ``psa_equipment_<key>_demo``."""
        records = [self.env.ref(f"{ADDON}.{kind}_{key}_demo") for key in keys]
        return records[0].union(*records[1:]) if records else self.env.user.browse()

    def _find_ids(self, kind, keys):
        return self._find(kind, *keys).ids if keys else []

    def _name_record(self, kind, key, record):
        xml_id = f"{ADDON}.{kind}_{key}_demo"
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": xml_id, "record": record, "noupdate": True}]
        )
        return record

    def _create_category(self, key, name, parent):
        values = {"name": name}
        if parent:
            values["parent_id"] = self._find("psa_equipment_category", parent).id
        category = self.env["psa.equipment.category"].create(values)
        self._name_record("psa_equipment_category", key, category)

    def _create_equipment(self, values):
        installed = fields.Date.today() - timedelta(days=values["installed_days_ago"])
        months = values["warranty_months"]
        with file_open(f"{ADDON}/demo/equipment/{values['picture']}.png", "rb") as file:
            picture = base64.b64encode(file.read())
        found = {
            "customer_id": self._find("res_partner", values["customer"]).id,
            "category_id": self._find("psa_equipment_category", values["category"]).id,
        }
        site = values.get("moved_from") or values.get("site")
        if site:
            found["site_id"] = self._find("res_partner_site", site).id
        if "user" in values:
            found["partner_id"] = self._find("res_partner", values["user"]).id
        if "parent" in values:
            found["parent_id"] = self._find("psa_equipment", values["parent"]).id
        equipment = self.env["psa.equipment"].create(
            {
                **found,
                "name": values["name"],
                "model": values["model"],
                "serial_no": values["serial"],
                "location": values.get("location"),
                "image_1920": picture,
                "install_date": installed,
                "warranty_end": months
                and installed + relativedelta(months=months, days=-1),
                "warranty_coverage": values["coverage"],
                "warranty_terms": values.get("terms"),
                "notes": values.get("notes"),
            }
        )
        self._name_record("psa_equipment", values["key"], equipment)
        if "moved_from" in values:
            equipment.site_id = self._find("res_partner_site", values["site"])
            equipment.move_ids.sudo().at = fields.Datetime.now() - timedelta(days=90)

    def _create_agreement(self, values):
        start = fields.Date.today() + timedelta(days=values["start"])
        visits, period, hours = values.get("visits", (0, "year", 0))
        agreement = self.env["psa.agreement"].create(
            {
                "name": values["name"],
                "title": values["title"],
                "type": values["type"],
                "customer_id": self._find("res_partner", values["customer"]).id,
                "user_id": self.env.ref(f"{ADDON}.res_users_marie_demo").id,
                "date_start": start,
                "date_end": start + relativedelta(months=values["months"], days=-1),
                "renewal": values["renewal"],
                "notice_count": values["notice"],
                "included_visits": visits,
                "included_visits_period": period,
                "included_visit_hours": hours,
                "terms": values.get("terms"),
                "line_ids": [
                    Command.create(self._prepare_line(line, sequence))
                    for sequence, line in enumerate(values["lines"])
                ],
            }
        )
        self._name_record("psa_agreement", values["key"], agreement)
        if not values.get("draft_only"):
            agreement.action_activate()
            self._live_on(agreement, values)

    def _prepare_line(self, values, sequence=0):
        return {
            "name": values["name"],
            "sequence": sequence,
            "equipment_ids": [
                Command.set(self._find_ids("psa_equipment", values.get("equipment")))
            ],
            "equipment_category_ids": [
                Command.set(
                    self._find_ids("psa_equipment_category", values.get("categories"))
                )
            ],
            "site_ids": [
                Command.set(self._find_ids("res_partner_site", values.get("sites")))
            ],
        }

    def _live_on(self, agreement, values):
        """Let happen to an agreement what its story tells, in its order."""
        today = fields.Date.today()
        for kind in ("amendment", "draft"):
            if kind in values:
                amendment = self._amend(agreement, values[kind])
                if kind == "amendment":
                    amendment.action_apply()
        if "suspend" in values:
            what = values["suspend"]
            day = today + timedelta(days=what["days"])
            agreement._suspend(day, None, what["reason"])
        if "terminate" in values:
            what = values["terminate"]
            agreement._terminate(today + timedelta(days=what["days"]), what["reason"])
        agreement._look_after(today)

    def _amend(self, agreement, values):
        amendment = self.env["psa.agreement.amendment"].create(
            {
                "agreement_id": agreement.id,
                "name": values["name"],
                "date": fields.Date.today() + timedelta(days=values["days"]),
                "reason": values.get("reason"),
            }
        )
        amendment._copy_current_terms()
        line = self._prepare_line(values["line"], sequence=20)
        amendment.line_ids = [Command.create({**line, "agreement_id": agreement.id})]
        return amendment
