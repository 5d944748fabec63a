from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, fields, models

ADDON = "helpdesk_psa"

# Working days from today, agent, start, hours, customer or site, type, subject.
VISITS = [
    (-4, "leo", 9, 2, "tilleul", "repair", "Replace the switch of the first floor"),
    (
        -4,
        "ines",
        14,
        2,
        "rivage",
        "maintenance",
        "Half-yearly check of the server room",
    ),
    (
        -3,
        "leo",
        9,
        3.5,
        "site_voiron",
        "installation",
        "New access points, wards 1 and 2",
    ),
    (-3, "tom", 11, 2, "harbour", "repair", "X-ray workstation does not start"),
    (-2, "ada", 8, 2, "alder", "maintenance", "Firmware of the firewall"),
    (-2, "ines", 9, 6, "tilleul", "installation", "Move of the reception desk"),
    (-1, "leo", 14, 2, "lavigne", "repair", "Till printer jams"),
    (-1, "nina", 10, 1.5, "marlow", "repair", "Meeting room screen is black"),
    (0, "ada", 8, 2, "linden", "installation", "Ten tablets for class 4"),
    (0, "leo", 9, 2.5, "morel", "repair", "Scanner of the dispatch office"),
    (0, "leo", 13, 1.5, "lavigne", "repair", "Barcode scanner of the back office"),
    (
        0,
        "leo",
        15.5,
        1,
        "site_voiron",
        "repair",
        "Nurse call tablet loses the network",
    ),
    (0, "tom", 13, 2, "oakridge", "repair", "Call bell server reboots at night"),
    (0, "ines", 13.5, 3, "site_grenoble", "maintenance", "Battery test of the UPS"),
    (1, "leo", 9, 3, "site_macon", "installation", "Till and card reader, new counter"),
    (1, "leo", 11, 2, "morel", "repair", "Labels come out blank"),
    (1, "ada", 10, 2, "kestrel", "maintenance", "Quarterly visit: network cabinets"),
    (1, "nina", 9, 3, "site_hull", "installation", "Second internet line"),
    (2, "tom", 10.5, 3, "site_gloucester", "repair", "No Wi-Fi on the second floor"),
    (2, "ines", 8.5, 3.5, "rivage", "installation", "Replace the backup appliance"),
    (2, "ada", 8, 3, "quarry", "repair", "Brew house terminal freezes"),
    (3, "leo", 9, 6, "tilleul", "installation", "Telephone system, day 1"),
    (3, "ines", 9, 6, "tilleul", "installation", "Telephone system, day 1"),
    (3, "nina", 13, 2, "marlow", "maintenance", "Yearly check of the archive server"),
    (4, "leo", 9, 6, "tilleul", "installation", "Telephone system, day 2"),
    (4, "tom", 11, 2, "bluepeak", "repair", "Stock scanner loses the network"),
    (4, "ada", 9, 4, "alder", "installation", "Four workstations and docks"),
    (5, "ines", 14, 2.5, "nova", "maintenance", "Plotter: yearly service"),
    (6, "leo", 9, 3, "site_chalon", "repair", "Gate controller offline"),
    (6, "tom", 10.5, 2, "harbour", "maintenance", "Half-yearly visit"),
    (7, "nina", 9, 2, "site_cheltenham", "repair", "Printer of the office"),
    (8, "ada", 8, 2, "linden", "maintenance", "Wi-Fi survey of the gym"),
]
# Customer or site, type, priority, subject, days until it should be done.
WAITING = [
    ("oakridge", "repair", "3", "Fire panel gateway is offline", 1),
    ("kestrel", "repair", "2", "Dock 4: handheld charger is dead", 2),
    ("lavigne", "installation", "1", "Card reader for the second shop", 6),
    ("site_stroud", "maintenance", "1", "Yearly visit: nurse station", 9),
    ("pixel", "installation", "1", "Colour calibration, six screens", None),
    ("quarry", "maintenance", "0", "Dust out the workshop PCs", 20),
    ("marlow", "repair", "1", "Key card printer smears", 4),
]
# Minutes of travel to customers and sites.
TRAVEL = {
    "bluepeak": 35,
    "harbour": 25,
    "kestrel": 30,
    "lavigne": 25,
    "linden": 20,
    "marlow": 15,
    "morel": 30,
    "oakridge": 20,
    "quarry": 40,
    "rivage": 35,
    "site_chalon": 75,
    "site_cheltenham": 45,
    "site_gloucester": 40,
    "site_grenoble": 55,
    "site_hull": 50,
    "site_macon": 45,
    "site_voiron": 40,
    "tilleul": 15,
}
# What visits ask for besides what their type does; nobody planned for the line has it.
SKILLS = {
    "Fire panel gateway is offline": "networks",
    "New access points, wards 1 and 2": "networks",
    "No Wi-Fi on the second floor": "networks",
    "Second internet line": "networks",
    "Telephone system, day 1": "telephony",
    "Telephone system, day 2": "telephony",
}
# Working days from today, start, hours of tickets that are planned at the desk.
DESK_TIMES = [(0, 9, 1), (0, 17, 0.5), (1, 13, 1), (2, 14, 2), (3, 8.5, 1), (4, 14, 1)]


class PsaDispatchDemo(models.AbstractModel):
    """Fills two weeks of the dispatch board with visits and planned tickets.

    Days are counted in working days from today, so the board is alive whenever the demo
    is made. Only demo data calls it.
    """

    _name = "psa.demo.dispatch"
    _description = "Dispatch Board Demo Data"

    @api.model
    def _play(self):
        """Create the visits, once."""
        if self.env["psa.intervention"].search([("name", "=", VISITS[0][-1])], limit=1):
            return
        env = self.env(
            context={
                **self.env.context,
                "tracking_disable": True,
                "no_mail_to_attendees": True,
            }
        )
        self.with_env(env)._plan_visits()
        self.with_env(env)._list_waiting()
        self.with_env(env)._plan_tickets()
        self._send_away()

    def _ref(self, name):
        return self.env.ref(f"{ADDON}.{name}")

    def _get_place(self, key):
        """Return the customer and the site (may be empty) that a key names."""
        partner = self._ref(f"res_partner_{key}_demo")
        if partner.type == "psa_site":
            return partner.parent_id, partner
        return partner.commercial_partner_id, partner.browse()

    def _get_day(self, offset):
        """Return the day that lies so many working days from today."""
        day = fields.Date.context_today(self)
        while day.weekday() > 4:
            day += timedelta(days=1)
        for _step in range(abs(offset)):
            day += timedelta(days=1 if offset > 0 else -1)
            while day.weekday() > 4:
                day += timedelta(days=1 if offset > 0 else -1)
        return day

    def _get_moment(self, offset, hour, user):
        local = datetime.combine(self._get_day(offset), time.min)
        local += timedelta(hours=hour)
        aware = timezone(user.tz or "UTC").localize(local)
        return aware.astimezone(utc).replace(tzinfo=None)

    def _prepare_visit(self, key, kind, subject, **values):
        customer, site = self._get_place(key)
        type_ = self._ref(f"psa_intervention_type_{kind}")
        vals = {
            "name": subject,
            "customer_id": customer.id,
            "type_id": type_.id,
            "company_id": self.env.ref("base.main_company").id,
            **values,
        }
        if site:
            vals["site_id"] = site.id
        if subject in SKILLS:
            skill = self._ref(f"hr_employee_category_{SKILLS[subject]}_demo")
            vals["skill_ids"] = [(6, 0, (type_.skill_ids | skill).ids)]
        return vals

    @api.model
    def _measure_ways(self):
        """Say how far the customers are, before visits to them are planned."""
        for key, minutes in TRAVEL.items():
            self._ref(f"res_partner_{key}_demo").psa_travel_minutes = minutes

    def _plan_visits(self):
        vals_list = []
        for offset, agent, hour, hours, key, kind, subject in VISITS:
            user = self._ref(f"res_users_{agent}_demo")
            start = self._get_moment(offset, hour, user)
            vals_list.append(
                self._prepare_visit(
                    key,
                    kind,
                    subject,
                    technician_ids=[(6, 0, user.ids)],
                    planned_start=start,
                    planned_end=start + timedelta(hours=hours),
                )
            )
        visits = self.env["psa.intervention"].create(vals_list)
        past = [
            visit
            for visit, (offset, *_rest) in zip(visits, VISITS, strict=True)
            if offset < 0
        ]
        for visit in past:
            visit.checklist_item_ids.unlink()
            visit.write({"work_done": visit.name, "state": "in_progress"})
            visit.state = "done"

    def _list_waiting(self):
        today = fields.Date.context_today(self)
        self.env["psa.intervention"].create(
            [
                self._prepare_visit(
                    key,
                    kind,
                    subject,
                    priority=priority,
                    schedule_date=days and today + timedelta(days=days),
                )
                for key, kind, priority, subject, days in WAITING
            ]
        )

    def _plan_tickets(self):
        """Give some of the open tickets a time at their agent's desk."""
        tickets = self.env["psa.ticket"].search(
            [
                ("stage_category", "in", ("new", "open")),
                ("user_id", "!=", False),
                ("schedule_id", "=", False),
            ],
            order="id desc",
            limit=len(DESK_TIMES),
        )
        for ticket, (offset, hour, hours) in zip(tickets, DESK_TIMES, strict=False):
            start = self._get_moment(offset, hour, ticket.user_id)
            ticket.write(
                {"planned_start": start, "planned_end": start + timedelta(hours=hours)}
            )

    def _send_away(self):
        """Marie has two days off, so that the board shows an absence."""
        employee = self._ref("hr_employee_marie_demo")
        user = employee.user_id
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Congés",
                "resource_id": employee.resource_id.id,
                "calendar_id": employee.resource_calendar_id.id,
                "company_id": employee.company_id.id,
                "date_from": self._get_moment(2, 0, user),
                "date_to": self._get_moment(3, 23.9, user),
            }
        )
