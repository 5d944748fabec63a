import base64
import io
from datetime import datetime, time, timedelta
from random import Random

from PIL import Image, ImageDraw
from pytz import UTC, timezone

from odoo import api, fields, models
from odoo.fields import Command

ADDON = "helpdesk_psa"
# Always the same visits, whatever the day they are made.
SEED = 5
TIMEZONE = timezone("Europe/London")

# Working days ago, hour, hours, technicians, customer, contact, type, subject, work done
PAST = [
    (
        *(1, 9, 2, "tom", "alder", "casey", "repair"),
        "Paper jams in the big printer",
        "Replaced the pickup rollers and cleaned the paper path. 50 test pages without a jam.",
    ),
    (
        *(1, 14, 1.5, "leo", "kestrel", "dev", "maintenance"),
        "Half-yearly check of the server room",
        "Filters cleaned, UPS tested on battery for ten minutes, backups read back.",
    ),
    (
        *(2, 10, 3, "ada", "harbour", "grace", "installation"),
        "Two new workstations in surgery 3",
        "Unpacked, joined to the domain, practice software installed and tried with Grace.",
    ),
    (
        *(4, 9, 2, "tom", "quarry", "fiona", "repair"),
        "No network in the brew house",
        "A switch had no power: new power supply, labelled the cables.",
    ),
    (
        *(6, 13, 2.5, "ines", "lavigne", None, "repair"),
        "Caisse qui redémarre",
        "Alimentation remplacée, mise à jour faite, deux heures d'essai sans coupure.",
    ),
    (
        *(9, 9, 4, "leo tom", "oakridge", "sandra", "installation"),
        "Wireless network on the first floor",
        "Six access points mounted and measured: full signal in all rooms.",
    ),
]
# Hour, hours, technicians, customer, contact, type, subject, state
TODAY = [
    (8.5, 1.5, "ada", "alder", "priya", "repair", "Scanner not found", "done"),
    (11, 2, "ada", "bluepeak", "tomw", "maintenance", "Yearly check", "planned"),
    (
        14,
        1,
        "ada",
        "linden",
        "ruth",
        "repair",
        "Projector without a picture",
        "planned",
    ),
    (9, 3, "tom", "kestrel", "moira", "installation", "Label printer", "in_progress"),
    (13.5, 2, "tom", "quarry", "fiona", "repair", "Till drawer stuck", "planned"),
    (10, 2, "leo", "harbour", "grace", "maintenance", "UPS batteries", "on_the_way"),
    (
        14,
        2,
        "leo tom",
        "oakridge",
        "owen",
        "repair",
        "Nurse call screen dark",
        "planned",
    ),
    (9.5, 1.5, "ines", "morel", None, "repair", "Imprimante du quai", "planned"),
]
# Customer, contact, type, priority, subject
UNPLANNED = [
    ("nova", "elise", "installation", "1", "Plotter moves to the new studio"),
    ("marlow", "james", "repair", "3", "Door of the server rack does not close"),
    ("pixel", "joost", "maintenance", "0", "Monitors to calibrate"),
    ("tilleul", None, "repair", "2", "Écran d'accueil éteint"),
]


class PsaInterventionDemo(models.AbstractModel):
    """Makes the visits of the demo: signed ones, today's and those that wait for a date.

    Only demo data calls it.
    """

    _name = "psa.intervention.demo"
    _description = "Demo Interventions"

    @api.model
    def _play(self):
        """Make them once, around the day of the installation."""
        if self.env["psa.intervention"].search_count([], limit=1):
            return
        random = Random(SEED)
        quiet = self.with_context(tracking_disable=True, mail_create_nosubscribe=True)
        for row in PAST:
            quiet._make_past(random, *row)
        for row in TODAY:
            quiet._make_of_today(*row)
        for customer, contact, kind, priority, subject in UNPLANNED:
            quiet._make(customer, contact, kind, subject, priority=priority)

    def _ref(self, name):
        return self.env.ref(f"{ADDON}.{name}")

    def _make(self, customer, contact, kind, subject, **values):
        customer = self._ref(f"res_partner_{customer}_demo")
        partner = self._ref(f"res_partner_{contact}_demo") if contact else False
        return self.env["psa.intervention"].create(
            {
                "name": subject,
                "company_id": self.env.ref("base.main_company").id,
                "customer_id": customer.id,
                "partner_id": partner and partner.id,
                "type_id": self._ref(f"psa_intervention_type_{kind}").id,
                "team_id": self._ref("psa_team_support").id,
                "equipment_ids": [Command.set(self._get_equipment(customer).ids)],
                **values,
            }
        )

    def _get_equipment(self, customer):
        """Return the customer's first equipment, if the demo has any."""
        return self.env["psa.equipment"].search(
            [("customer_id", "=", customer.id)], limit=1, order="id"
        )

    def _get_users(self, logins):
        users = self.env["res.users"]
        for login in logins.split():
            users |= self._ref(f"res_users_{login}_demo")
        return users

    def _get_moment(self, day, hour):
        """Return a local hour of a day as naive UTC."""
        local = datetime.combine(day, time()) + timedelta(hours=hour)
        return TIMEZONE.localize(local).astimezone(UTC).replace(tzinfo=None)

    def _prepare_plan(self, day, hour, hours, logins):
        start = self._get_moment(day, hour)
        return {
            "technician_ids": [Command.set(self._get_users(logins).ids)],
            "planned_start": start,
            "planned_end": start + timedelta(hours=hours),
            "requested_at": start - timedelta(days=2, hours=3),
        }

    def _make_past(self, random, ago, hour, hours, logins, *what):
        """Play a visit up to its signature."""
        customer, contact, kind, subject, work_done = what
        day = self._get_working_day(ago)
        visit = self._make(
            customer,
            contact,
            kind,
            subject,
            work_done=work_done,
            description=subject,
            **self._prepare_plan(day, hour, hours, logins),
        )
        visit.state = "in_progress"
        visit.started_at = visit.planned_start
        self._log_times(visit, random)
        self._fill_checklist(visit, random)
        self._add_items(visit, random)
        signer = visit.partner_id.name
        technician = visit.technician_ids[0]
        visit.with_user(technician)._sign(
            technician_signature=self._draw_signature(random),
            customer_signature=signer and self._draw_signature(random),
            customer_name=signer,
            unsigned_reason=not signer and "Nobody at the counter",
        )
        # No demo ever writes to anybody: the report is there to be printed.
        visit.report_status = "kept"
        self._date_back(visit)

    def _date_back(self, visit):
        """Let the signatures be given at the end of the visit."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE psa_intervention
               SET done_at = planned_end,
                   technician_signed_at = planned_end,
                   customer_signed_at = CASE WHEN customer_signed_by IS NOT NULL
                                             THEN planned_end END
             WHERE id = %s
            """,
            [visit.id],
        )
        visit.invalidate_recordset()

    def _get_working_day(self, ago):
        day = fields.Date.today()
        while ago:
            day -= timedelta(days=1)
            ago -= day.weekday() < 5
        return day

    def _log_times(self, visit, random):
        """Half an hour on the road and the work, for each technician."""
        project, _reason = visit._get_time_project()
        travel = self._ref("psa_service_type_travel")
        on_site = self._ref("psa_service_type_on_site")
        minutes = int((visit.planned_end - visit.planned_start).total_seconds() / 60)
        drive = random.choice((20, 25, 35))
        start = visit.planned_start
        steps = (
            (travel, "Journey", start - timedelta(minutes=drive), drive),
            (on_site, visit.name, start, minutes),
        )
        self.env["account.analytic.line"].create(
            [
                {
                    **visit._psa_prepare_entry_values(),
                    "project_id": project.id,
                    "company_id": visit.company_id.id,
                    "employee_id": technician._psa_get_employee(visit.company_id).id,
                    "user_id": technician.id,
                    "psa_service_type_id": service_type.id,
                    "psa_billable": service_type.billable,
                    "name": note,
                    "date": begin.date(),
                    "psa_start": begin,
                    "psa_stop": begin + timedelta(minutes=length),
                    "psa_minutes": length,
                }
                for technician in visit.technician_ids
                for service_type, note, begin, length in steps
            ]
        )

    def _fill_checklist(self, visit, random):
        for item in visit.checklist_item_ids:
            if item.kind == "check":
                item.is_checked = True
            elif item.kind == "measure":
                middle = (item.minimum + item.maximum) / 2
                item.value = round(middle * random.uniform(0.98, 1.02), 1)
            elif item.kind == "text":
                item.text = "Nothing unusual"

    def _add_items(self, visit, random):
        km = self._ref("product_product_psa_km")
        vals_list = [
            {
                "intervention_id": visit.id,
                "kind": "km",
                "product_id": km.id,
                "quantity": random.randint(8, 46),
                "date": visit.planned_start.date(),
            }
        ]
        if visit.type_id == self._ref("psa_intervention_type_repair"):
            part = self._ref("product_product_power_supply_demo")
            vals_list.append(
                {
                    "intervention_id": visit.id,
                    "kind": "part",
                    "product_id": part.id,
                    "lot": f"PS-{random.randint(10000, 99999)}",
                    "date": visit.planned_start.date(),
                }
            )
        self.env["psa.item"].create(vals_list)

    def _make_of_today(self, hour, hours, logins, *what):
        customer, contact, kind, subject, state = what
        visit = self._make(
            customer,
            contact,
            kind,
            subject,
            description=f"{subject}. Please have a look today.",
            **self._prepare_plan(fields.Date.today(), hour, hours, logins),
        )
        if state == "done":
            visit.state = "in_progress"
            self._log_times(visit, Random(SEED))
            self._fill_checklist(visit, Random(SEED))
            visit.work_done = "Driver renewed, profile set up, tried with Priya."
        visit.state = state

    def _draw_signature(self, random):
        """Return a scribble as base64, such as people make on a phone."""
        image = Image.new("RGBA", (360, 120), (255, 255, 255, 0))
        draw = ImageDraw.Draw(image)
        x, y = 20, 70
        points = [(x, y)]
        while x < 330:
            x += random.randint(6, 16)
            y = min(105, max(15, y + random.randint(-38, 38)))
            points.append((x, y))
        draw.line(points, fill=(20, 30, 90, 255), width=3, joint="curve")
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        return base64.b64encode(buffer.getvalue()).decode()
