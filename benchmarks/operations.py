"""What is measured: one function per operation, each on any desk.

A function takes a :class:`Bench` and how much to do. It yields one :class:`Sample` per
unit of work timed.
"""

import base64
import time
from dataclasses import astuple, dataclass
from email.message import EmailMessage

from odoo import SUPERUSER_ID, api, sql_db
from odoo.orm.registry import Registry

from . import sla
from .generator import COMMON_WORD, RARE_WORD

BATCH = 100
# As many as the scheduler sends at once.
NOTICES = 50


@dataclass
class Sample:
    """Time and queries of one unit of work.

    The processor time is that of this process, without PostgreSQL: what else the machine
    does changes it less than the time that passes.
    """

    milliseconds: float
    queries: float
    processor: float

    def __add__(self, other):
        return Sample(*map(sum, zip(astuple(self), astuple(other), strict=True)))


@dataclass
class Effort:
    """How much each operation does in one round."""

    mails: int = 100
    created: int = 2_000
    created_singly: int = 200
    changed: int = 1_000
    changed_singly: int = 100
    opened: int = 10


class Bench:
    """A desk in its database, with a stopwatch."""

    def __init__(self, desk_class, database, total):
        self.database = database
        self.registry = Registry(database)
        self.serial = 0
        # How PostgreSQL finds what the operation is about, if that is to be shown.
        self.plan = None
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.company_id = env.company.id
            self.desk = desk_class(env)
            cr.commit()
            self.desk.fill(env, total)
        with self.registry.cursor() as cr:
            self.desk.open_client(self.get_env(cr))

    def get_env(self, cr, user_id=None, **context):
        """Return an empty environment of an agent, as each request gets one."""
        context = {
            "lang": "en_US",
            "tz": "Europe/Paris",
            "allowed_company_ids": [self.company_id],
            **context,
        }
        return api.Environment(cr, user_id or self.desk.users[0], context)

    def time(self, action, units=1, *, commit=False, user_id=None, **context):
        """Do something in a transaction of its own and return what a unit of it cost.

        :param action: called with the environment; it may return another callable, and
            then only that one is timed
        :param int units: what one call does, to divide by
        :param bool commit: keep the result; otherwise it is undone, after the flush
        """
        with self.registry.cursor() as cr:
            env = self.get_env(cr, user_id, **context)
            prepared = action(env) if getattr(action, "prepares", False) else None
            env.invalidate_all()
            queries = sql_db.sql_counter
            start, busy = time.perf_counter(), time.process_time()
            prepared() if prepared else action(env)
            cr.flush()
            if commit:
                cr.commit()
            elapsed = time.perf_counter() - start
            busy = time.process_time() - busy
            queries = sql_db.sql_counter - queries
            if not commit:
                cr.rollback()
        return Sample(1000 * elapsed / units, queries / units, 1000 * busy / units)

    def next_serial(self):
        """Return a number that was not used before."""
        self.serial += 1
        return self.serial


def prepares(function):
    """Mark a function that prepares untimed what it returns to be timed."""
    function.prepares = True
    return function


# === MAIL === #


def receive_new_mails(bench, effort):
    """A1: a customer's mail becomes a record; one transaction each, as in the gateway."""
    for number in range(effort.mails):
        mail = _write_mail(bench, number)
        yield bench.time(_process(bench, mail), commit=True, user_id=SUPERUSER_ID)


def send_acknowledgements(bench, effort):
    """A1b: queued acknowledgements are rendered and handed to the server; per mail."""
    if not bench.desk.has_acknowledgements:
        return

    @prepares
    def send(env):
        tickets = env[bench.desk.model].browse(bench.desk.open_ids[: effort.mails])
        templates = {
            ticket: ticket.team_id.acknowledge_template_id for ticket in tickets
        }
        env["psa.notice"]._queue(templates, auto_submitted="auto-replied")
        notices = env["psa.notice"].search([("ticket_id", "in", tickets.ids)])
        known = env["mail.mail"].search([])
        env.cr.flush()

        def go():
            for start in range(0, len(notices), NOTICES):
                notices[start : start + NOTICES]._send()
            (env["mail.mail"].search([]) - known).send()

        return go

    yield bench.time(send, effort.mails, user_id=SUPERUSER_ID)


def send_answers(bench, effort):
    """A2: an agent answers; the customer's mail is rendered and handed to the server.

    Where answers wait in the outgoing queue, each bears its share of what the queue
    takes, which is emptied once at the end.
    """
    desk = bench.desk
    samples = []
    if desk.queues_answers:  # what others left in it is not ours
        bench.time(_send_queue, commit=True, user_id=SUPERUSER_ID)
    for number in range(effort.mails):

        @prepares
        def answer(env, record_id=desk.open_ids[number]):
            record = env[desk.model].browse(record_id)
            return lambda: record.message_post(
                body="Dear customer, please switch it off and on again.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )

        samples.append(bench.time(answer, commit=True))
    if not desk.queues_answers:
        yield from samples
        return
    share = bench.time(_send_queue, effort.mails, commit=True, user_id=SUPERUSER_ID)
    yield from (sample + share for sample in samples)


def _send_queue(env):
    env["mail.mail"].process_email_queue()


def receive_replies(bench, effort):
    """A3: the customer answers to our answer, and lands in the same thread."""
    desk = bench.desk
    with bench.registry.cursor() as cr:
        env = bench.get_env(cr, SUPERUSER_ID)
        emails = [
            record.partner_id.email
            for record in env[desk.model].browse(desk.open_ids[: effort.mails])
        ]
    for number, email in enumerate(emails):
        thread = f"<answer-{desk.open_ids[number]}-{desk.model}@bench.example>"
        mail = _write_mail(bench, number, sender=email, in_reply_to=thread)
        yield bench.time(_process(bench, mail), commit=True, user_id=SUPERUSER_ID)


def _process(bench, mail):
    return lambda env: env["mail.thread"].message_process(bench.desk.model, mail)


def _write_mail(bench, number, sender=None, in_reply_to=None):
    """Return a mail as a customer's program writes it; one in five has a file."""
    _partner_id, email = bench.desk.contacts[number * 7 % len(bench.desk.contacts)]
    mail = EmailMessage()
    mail["From"] = f"Person <{sender or email}>"
    mail["To"] = f"Desk <{bench.desk.address}>"
    mail["Subject"] = f"{'Re: ' if in_reply_to else ''}The printer {number} is on fire"
    mail["Date"] = "Mon, 16 Nov 2026 09:00:00 +0100"
    mail["Message-Id"] = f"<{bench.next_serial()}.{bench.database}@customer.example>"
    if in_reply_to:
        mail["In-Reply-To"] = mail["References"] = in_reply_to
    paragraph = "The printer on the second floor prints blank pages since this morning."
    mail.set_content("\n\n".join([paragraph] * 6))
    html = "".join(f'<p style="margin:0">{paragraph}</p>' for _line in range(6))
    mail.add_alternative(f"<html><body>{html}</body></html>", subtype="html")
    if number % 5 == 0:
        file = base64.b85encode(f"{bench.serial}".encode() * 4_000)
        mail.add_attachment(
            file, maintype="application", subtype="pdf", filename="photo.pdf"
        )
    return mail.as_bytes()


# === CREATION AND CHANGES === #


def create_in_batches(bench, effort, **context):
    """B1: create many at once."""
    values = [bench.desk.get_values(number) for number in range(effort.created)]
    batches = [
        values[start : start + BATCH] for start in range(0, effort.created, BATCH)
    ]

    def create(env):
        for batch in batches:
            env[bench.desk.model].create(batch)
            env.cr.flush()

    yield bench.time(create, effort.created, **context)


def create_singly(bench, effort):
    """B2: create one by one."""

    def create(env):
        for number in range(effort.created_singly):
            env[bench.desk.model].create(bench.desk.get_values(number))
            env.cr.flush()

    yield bench.time(create, effort.created_singly)


def import_in_batches(bench, effort):
    """B3: create many at once, as an import of old records does."""
    yield from create_in_batches(bench, effort, **bench.desk.import_context)


def change_stage_in_batch(bench, effort):
    """C: start, wait, take up again and close many at once."""
    yield from _change_stage(bench, effort.changed, effort.changed)


def change_stage_singly(bench, effort):
    """C one by one: the same, each alone."""
    yield from _change_stage(bench, effort.changed_singly, 1)


def _change_stage(bench, count, batch):
    new, started, waiting, done = bench.desk.stages
    steps = (started, waiting, started, done)

    @prepares
    def change(env):
        records = env[bench.desk.model].browse(bench.desk.open_ids[-count:])
        records.write({"stage_id": new})
        env.cr.flush()

        def go():
            for stage_id in steps:
                for start in range(0, count, batch):
                    records[start : start + batch].write({"stage_id": stage_id})
                    env.cr.flush()

        return go

    yield bench.time(change, count * len(steps))


# === SCREENS === #


def open_my_list(bench, effort):
    """D1: the agent's own open records."""
    for _time in range(effort.opened):
        yield bench.time(
            lambda env: bench.desk.client.open_list(env, bench.desk.get_my_domain(env))
        )


def open_list(bench, effort):
    """D2: all open records, in the view's order."""
    for _time in range(effort.opened):
        yield bench.time(
            lambda env: bench.desk.client.open_list(env, bench.desk.open_domain)
        )


def open_kanban(bench, effort):
    """D3: the board of the open records."""
    for _time in range(effort.opened):
        yield bench.time(
            lambda env: bench.desk.client.open_kanban(env, bench.desk.open_domain)
        )


def open_form(bench, effort):
    """D4: one record."""
    for record_id in bench.desk.open_ids[: effort.opened]:
        yield bench.time(
            lambda env, record_id=record_id: bench.desk.client.open_form(env, record_id)
        )


def search_rare_word(bench, effort):
    """D5: search a word that five records have."""
    for _time in range(effort.opened):
        yield bench.time(lambda env: bench.desk.client.search(env, RARE_WORD))


def search_common_word(bench, effort):
    """D5: search a word that one record in twenty has."""
    for _time in range(effort.opened):
        yield bench.time(lambda env: bench.desk.client.search(env, COMMON_WORD))


# In the order they run: what keeps its result comes last.
OPERATIONS = {
    "D1": ("list “my open”", open_my_list),
    "D2": ("list “all open”", open_list),
    "D3": ("kanban opened", open_kanban),
    "D4": ("form opened", open_form),
    "D5 rare": ("search of a word", search_rare_word),
    "D5 common": ("search of a word", search_common_word),
    "C": ("status change, in batch", change_stage_in_batch),
    "C one by one": ("status change", change_stage_singly),
    "B1": ("creation in batches of 100", create_in_batches),
    "B2": ("creation one by one", create_singly),
    "B3": ("import in batches of 100", import_in_batches),
    "A1": ("new mail received", receive_new_mails),
    "A1b": ("acknowledgements sent in batch", send_acknowledgements),
    "A2": ("answer mailed", send_answers),
    "A3": ("customer's reply received", receive_replies),
    "S1": ("due time of 8 hours", sla.compute_due_times),
    "S2": ("scheduler, per clock due", sla.escalate),
}
