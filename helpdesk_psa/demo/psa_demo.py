import base64
import json
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from random import Random

from odoo import api, fields, models
from odoo.tools import SQL, file_open
from odoo.tools.mail import plaintext2html

ADDON = "helpdesk_psa"
DOMAIN = "northbridge-it.example"
STORIES = f"{ADDON}/demo/stories.json"
LOGO = f"{ADDON}/demo/company_logo.png"
# Always the same tickets, whatever the day they are made.
SEED = 19

# How old a ticket is, in days, by how its story ends.
AGE_DAYS = {
    "unread": (0.05, 0.7),
    "new": (0.2, 1.5),
    "open": (1, 8),
    "waiting": (2, 10),
    "supplier": (1, 5),
    "resolved": (1, 4.5),
    "closed": (14, 90),
    "cancelled": (6, 60),
}
# A closed story was over after so many days at most.
WORK_DAYS = 4
OPENING_HOUR, CLOSING_HOUR = 7, 17  # UTC
# What agents plan to do next, by how the story ends.
NEXT_STEP = {
    "open": "Report to the customer",
    "waiting": "Ask the customer again",
    "supplier": "Ask the supplier for a date",
}

# Columns of `psa.ticket` that say when something happened.
MOMENTS = (
    "requested_at",
    "read_at",
    "assigned_at",
    "first_response_at",
    "resolved_at",
    "closed_at",
    "create_date",
    "write_date",
)
# Columns of the rows that come with each step of a story.
ROW_MOMENTS = {
    "psa_event": ("at", "create_date", "write_date"),
    "mail_message": ("date", "create_date", "write_date"),
}


class PsaDemo(models.AbstractModel):
    """Plays the demo tickets of the last ninety days through the doors that users use.

    Each step of a story (a mail comes in, an agent reads, answers, waits…) is really done,
    then dated back, so that messages, history and moments agree. Only demo data calls it.
    """

    _name = "psa.demo"
    _description = "Helpdesk Demo Data"

    @api.model
    def _name_company(self):
        """Turn Odoo's nameless company into the firm of the demo, with a mail domain."""
        company = self.env.ref("base.main_company")
        if not company.alias_domain_id:
            domains = self.env["mail.alias.domain"]
            company.alias_domain_id = domains.search(
                [("name", "=", DOMAIN)]
            ) or domains.create({"name": DOMAIN})
        if company.name in ("YourCompany", "My Company"):
            with file_open(LOGO, "rb") as file:
                logo = base64.b64encode(file.read())
            company.write(
                {
                    "name": "Northbridge IT",
                    "logo": logo,
                    "email": f"hello@{DOMAIN}",
                    "website": f"https://www.{DOMAIN}",
                }
            )

    @api.model
    def _play(self):
        """Play all stories in the order in which the requests came."""
        if self.env.ref(
            f"{ADDON}.psa_ticket_mail_queue_demo", raise_if_not_found=False
        ):
            return
        with file_open(STORIES) as file:
            stories = json.load(file)
        first_mail = self._get_last_id("mail_mail")
        stage = _Stage(self.env)
        plan = _plan(stories, stage.now)
        for story in sorted(plan, key=lambda story: story["start"]):
            stage.play(story)
        stage.receive_oddities()
        self._correct_delays()
        self._finish_mails(first_mail)
        self._read_old_notifications(stage.now)
        self.env.ref(f"{ADDON}.psa_team_infogerance_demo").write(
            {"assign_method": "balanced", "assign_skills": "prefer"}
        )

    @api.model
    def _count_clocks(self):
        """Count the clocks of the past, and say why some promises were missed."""
        tickets = self.env["psa.ticket"].search([("number", "!=", False)], order="id")
        tickets._count_anew()
        late = self.env["psa.sla.clock"].search(
            [("state", "=", "breached"), ("kind", "=", "sla")], order="id"
        )
        reasons = self.env["psa.sla.breach.reason"].search([("company_id", "=", False)])
        random = Random(SEED)
        for clock in late:
            if random.random() < 0.7:
                clock.breach_reason_id = random.choice(reasons)

    def _get_last_id(self, table):
        [(last_id,)] = self.env.execute_query(
            SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table))
        )
        return last_id

    def _correct_delays(self):
        """Let the history tell the same time to read as the tickets."""
        self.env.cr.execute(
            """
            UPDATE psa_event event
               SET new = EXTRACT(EPOCH FROM ticket.read_at - ticket.requested_at)::int
              FROM psa_ticket ticket
             WHERE ticket.id = event.ticket_id
               AND event.kind = 'read'
            """
        )
        self.env["psa.event"].invalidate_model(["new"])

    def _finish_mails(self, first_id):
        """Treat the outgoing mails as sent, so that none ever leaves."""
        mails = self.env["mail.mail"].search(
            [("id", ">", first_id), ("state", "=", "outgoing")]
        )
        mails.write({"state": "sent"})
        mails._postprocess_sent_message(success_pids=[], success_emails=[])

    def _read_old_notifications(self, now):
        """Leave only the last day's notifications in the agents' inboxes."""
        self.env["mail.notification"].search(
            [
                ("notification_type", "=", "inbox"),
                ("is_read", "=", False),
                ("mail_message_id.model", "=", "psa.ticket"),
                ("mail_message_id.date", "<", now - timedelta(days=1)),
            ]
        ).is_read = True


def _plan(stories, now):
    """Say when each story starts and which moments its steps have to end before.

    :param list stories: as read from the file
    :param datetime now: naive UTC
    :return: the stories, with ``start``, ``limit`` and ``random`` added
    """
    random = Random(SEED)
    by_key = {}
    for story in stories:
        age = story.get("days") or random.uniform(*AGE_DAYS[story["end"]])
        start = now - timedelta(days=age)
        former = by_key.get(
            story.get("parent") or (story.get("link") or [None, None])[1]
        )
        if former:
            start = former["start"] + timedelta(hours=story.get("hours_after", 3))
        if story["channel"] != "email" or random.random() < 0.8:
            opening = _to_working_time(start, now - timedelta(hours=9))
            late = opening != start and timedelta(minutes=random.randrange(500))
            start = opening + (late or timedelta())
        limit = now - timedelta(minutes=5)
        if story["end"] in ("closed", "cancelled"):
            limit = min(limit, start + timedelta(days=WORK_DAYS))
        by_key[story["key"]] = {
            **story,
            "start": start.replace(microsecond=0),
            "limit": limit,
            "random": Random(f"{SEED} {story['key']}"),
        }
    return list(by_key.values())


def _to_working_time(moment, limit):
    """Return the next moment at which the office is open, or `moment` if past `limit`."""
    day = moment
    while day.weekday() >= 5 or day.hour >= CLOSING_HOUR:
        day = (day + timedelta(days=1)).replace(hour=OPENING_HOUR)
    if day.hour < OPENING_HOUR:
        day = day.replace(hour=OPENING_HOUR)
    return day if day < limit else moment


class _Stage:
    """Plays stories one after the other, each step at its own moment."""

    def __init__(self, env):
        self.env = env(context={**env.context, "mail_notify_force_send": False})
        # Everything written from here on carries this moment, or a later one.
        self.now = env.cr.now().replace(microsecond=0)
        self.mails = 0

    def ref(self, name):
        return self.env.ref(f"{ADDON}.{name}")

    def play(self, story):
        """Play one story from the request to its end."""
        self.story = story
        self.moment = story["start"]
        self.agent = self.ref(f"res_users_{story.get('agent', 'nina')}_demo")
        with self._happening_now():
            self.ticket = self._open()
        steps = self._get_steps()
        for left in range(len(steps), 0, -1):
            self._pass_time(left)
            with self._happening_now():
                steps[-left]()
        self.env["ir.model.data"]._update_xmlids(
            [
                {
                    "xml_id": f"{ADDON}.psa_ticket_{story['key']}_demo",
                    "record": self.ticket,
                    "noupdate": True,
                }
            ]
        )

    # === STEPS === #

    def _get_steps(self):
        story = self.story
        if story["end"] == "unread":
            return []
        steps = [self._read]
        if story.get("link"):
            steps.append(self._link)
        if story.get("agent"):
            steps.append(self._as_agent().action_assign_to_me)
        steps += [lambda line=line: self._say(line) for line in story["talk"]]
        return steps + self._get_last_steps()

    def _get_last_steps(self):
        end = self.story["end"]
        if end == "closed" and self._is_closed_by_scheduler():
            return [self._resolve, self._close_by_scheduler]
        return {
            "new": [],
            "open": [self._go_on],
            "waiting": [self._wait],
            "supplier": [self._wait_for_supplier],
            "resolved": [self._resolve],
            "closed": [self._resolve, self._close],
            "cancelled": [self._cancel],
        }[end]

    def _open(self):
        story = self.story
        if story["channel"] == "email":
            return self._mail(story["subject"], story["body"]).ticket_id
        vals = {
            "channel": story["channel"],
            "name": story["subject"],
            "body": story["body"],
            **self._get_classification(),
        }
        if "@" in story["from"]:
            vals["email_from"] = story["from"]
        else:
            vals["partner_id"] = self.ref(f"res_partner_{story['from']}_demo").id
        if story.get("team"):
            vals["team_id"] = self.ref("psa_team_infogerance_demo").id
        if story.get("parent"):
            vals["parent_id"] = self.ref(f"psa_ticket_{story['parent']}_demo").id
        tickets = self.env["psa.ticket"]
        if story["channel"] in ("phone", "manual", "intervention"):
            tickets = tickets.with_user(self.agent)
        ticket = tickets._intake([vals]).with_env(self.env)
        if story.get("properties"):
            ticket.properties = story["properties"]
        return ticket

    def _get_classification(self):
        story = self.story
        kind = "psa_type_%s" + ("_demo" if story["type"] == "change" else "")
        vals = {
            "type_id": self.ref(kind % story["type"]).id,
            "tag_ids": [
                (4, self.ref(f"psa_tag_{tag}_demo").id) for tag in story.get("tags", [])
            ],
        }
        if story["severity"]:
            vals["severity_id"] = self.ref(f"psa_severity_{story['severity']}").id
        if story["category"]:
            category = self.ref(f"psa_ticket_category_{story['category']}_demo")
            vals["category_id"] = category.id
        return vals

    def _as_agent(self):
        return self.ticket.with_user(self.agent)

    def _read(self):
        """Open the ticket and, when it came by mail, say what it is about."""
        self._as_agent().mark_read()
        if self.story["channel"] == "email":
            self._as_agent().write(self._get_classification())

    def _link(self):
        kind, other = self.story["link"]
        self.env["psa.ticket.link"].with_user(self.agent).create(
            {
                "ticket_id": self.ticket.id,
                "other_id": self.ref(f"psa_ticket_{other}_demo").id,
                "kind": kind,
            }
        )

    def _say(self, line):
        """Let the agent (A), the customer (C) or a colleague's note (N) speak."""
        if line == "ESCALATE":
            self._as_agent().action_escalate()
            self.agent = self.ref("res_users_ines_demo")
            self._as_agent().action_assign_to_me()
            return
        who, text = line.split(": ", 1)
        if who == "C":
            self._mail(f"Re: [{self.ticket.number}] {self.ticket.name}", text)
            return
        subtype = "mail.mt_comment" if who == "A" else "mail.mt_note"
        self._as_agent().message_post(
            body=plaintext2html(text), message_type="comment", subtype_xmlid=subtype
        )

    def _go_on(self):
        self._as_agent()._move_to("open")
        self._as_agent().progress = self.story["random"].randrange(20, 90, 10)
        self._plan_next_step()

    def _wait(self):
        self._as_agent().action_set_waiting()
        self._plan_next_step()

    def _wait_for_supplier(self):
        self._as_agent().stage_id = self.ref("psa_stage_waiting_supplier")
        self._plan_next_step()

    def _plan_next_step(self):
        in_days = self.story["random"].randrange(-2, 6)
        self._as_agent().activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=fields.Date.to_date(self.now) + timedelta(days=in_days),
            summary=NEXT_STEP[self.story["end"]],
            user_id=self.agent.id,
        )

    def _resolve(self):
        self._as_agent().action_resolve()
        self.ticket.progress = 100

    def _close(self):
        self._as_agent().action_close()

    def _cancel(self):
        self._as_agent().action_cancel()

    def _is_closed_by_scheduler(self):
        return not self.story.get("team") and self.story["random"].random() < 0.6

    def _close_by_scheduler(self):
        """Close when the team's days of grace are over, in nobody's name."""
        self.moment = self.ticket.resolved_at + timedelta(
            days=self.ticket.team_id.close_after_days, minutes=20
        )
        self.ticket.action_close()

    # === TIME === #

    def _pass_time(self, left):
        """Go on to the moment of the next step.

        :param int left: steps that still have to find room before the limit
        """
        room = (self.story["limit"] - self.moment) / (left + 1)
        wish = timedelta(minutes=5 * 1.2 ** self.story["random"].uniform(0, 30))
        moment = self.moment + min(room, wish)
        limit = self.story["limit"] - timedelta(hours=left)
        self.moment = _to_working_time(moment, limit).replace(microsecond=0)

    @contextmanager
    def _happening_now(self):
        """Date back to the story's moment what happens inside, notices included."""
        self.env.flush_all()
        demo = self.env["psa.demo"]
        marks = {table: demo._get_last_id(table) for table in ROW_MOMENTS}
        yield
        self.env["psa.notice"].search([("error", "=", False)])._send()
        self.env.flush_all()
        for table, columns in ROW_MOMENTS.items():
            self._date_rows(table, columns, marks[table])
        self._date_tickets()
        self.env.invalidate_all()

    def _date_rows(self, table, columns, after_id):
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id > %s",
                SQL.identifier(table),
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(column), self.moment)
                    for column in columns
                ),
                after_id,
            )
        )

    def _date_tickets(self):
        """Every moment that is not in the past yet is the step's."""
        self.env.cr.execute(
            SQL(
                "UPDATE psa_ticket SET %s WHERE write_date >= %s",
                SQL(", ").join(
                    SQL(
                        "%(column)s = CASE WHEN %(column)s >= %(now)s"
                        " THEN %(moment)s ELSE %(column)s END",
                        column=SQL.identifier(column),
                        now=self.now,
                        moment=self.moment,
                    )
                    for column in MOMENTS
                ),
                self.now,
            )
        )

    # === MAIL === #

    def _mail(self, subject, text):
        """Let the story's customer write a mail to the team; return its journal line."""
        sender = self.story["from"]
        if "@" not in sender:
            sender = self.ref(f"res_partner_{sender}_demo").email_formatted
        team = "infogerance_demo" if self.story.get("team") else "support"
        mail = self._write_mail(
            sender, self.ref(f"psa_team_{team}").alias_email, subject, text
        )
        if subject.startswith("Re: "):
            public = self.ticket.message_ids.filtered(
                lambda message: not message.subtype_id.internal and message.message_id
            )
            mail["In-Reply-To"] = mail["References"] = public[:1].message_id
        return self._receive(mail)

    def _write_mail(self, sender, to, subject, text):
        self.mails += 1
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = to
        mail["Subject"] = subject
        mail["Date"] = format_datetime(self.moment)
        mail["Message-Id"] = f"<demo.{self.mails}.{self.env.cr.dbname}@mail.example>"
        mail.set_content(text)
        return mail

    def _receive(self, mail):
        """Pass a mail through the gateway, on a line of the journal."""
        journal = self.env["psa.mail.log"]
        line = journal.create(
            {
                **journal._prepare_values(mail.as_bytes(), False),
                "received_at": self.moment,
            }
        )
        line._keep_raw(mail.as_bytes())
        line.invalidate_recordset(["raw"])
        line._reprocess(mail_notify_force_send=False)
        return line

    def receive_oddities(self):
        """Receive what every mailbox gets: robots, newsletters, loops, the same twice."""
        support = self.ref("psa_team_support").alias_email
        casey = self.ref("res_partner_casey_demo").email_formatted
        away = self._write_mail(
            casey, support, "Automatic reply: I am away", "Back on Monday."
        )
        away["Auto-Submitted"] = "auto-replied"
        shop = formataddr(("Office Depot News", "noreply@shop.example"))
        offer = self._write_mail(shop, support, "Toner: 20 % off", "This week only.")
        loop = self._write_mail(
            support, support, "Re: your request", "Ticket received."
        )
        twice = self._write_mail(
            casey,
            support,
            "Where is the invoice?",
            "I cannot find last month's invoice.",
        )
        for hours, mail in enumerate((twice, twice, loop, offer, away), start=3):
            self.moment = self.now - timedelta(hours=7 * hours)
            with self._happening_now():
                self._receive(mail)
