"""The cast of the tests: a helpdesk, its agents, and the customers who write to it."""

from contextlib import contextmanager, nullcontext
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from unittest.mock import patch

from odoo.addons.mail.tests.common import MailCommon, mail_new_test_user

EML = Path(__file__).parent / "eml"

_message_numbers = count(1)


class HelpdeskCommon(MailCommon):
    """A team with an address, the people on both sides of it, and a second company.

    Of `MailCommon`: `company_admin` (ours), `company_2`, `mock_mail_gateway`.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_admin
        cls._create_agents()
        cls._create_teams()
        cls._create_customers()
        cls.type_incident = cls.env.ref("helpdesk_psa.psa_type_incident")
        cls.type_request = cls.env.ref("helpdesk_psa.psa_type_request")
        for name in (
            "new",
            "open",
            "waiting_customer",
            "waiting_supplier",
            "resolved",
            "closed",
            "cancelled",
        ):
            stage = cls.env.ref(f"helpdesk_psa.psa_stage_{name}")
            setattr(cls, f"stage_{name}", stage)
        cls.stage_waiting = cls.stage_waiting_customer

    @classmethod
    def _create_agents(cls):
        """Ada answers, Lea leads, Max manages, Rita reads; Bob works for company 2."""
        cls.ada = cls._create_user("ada", "Ada Agent", "agent")
        cls.lea = cls._create_user("lea", "Lea Lead", "lead")
        cls.max = cls._create_user("max", "Max Manager", "manager")
        cls.rita = cls._create_user("rita", "Rita Reader", "readonly")
        cls.bob = cls._create_user("bob", "Bob Abroad", "agent", company=cls.company_2)

    @classmethod
    def _create_user(cls, login, name, group, company=None, **values):
        """Create an internal user.

        :param str group: end of the group's XML id: readonly, agent, lead or manager
        """
        company = company or cls.company
        return mail_new_test_user(
            cls.env,
            login=login,
            name=name,
            email=f"{login}@msp.example.com",
            groups=f"helpdesk_psa.group_psa_{group}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
            **{"notification_type": "inbox", "tz": "UTC", **values},
        )

    @classmethod
    def _create_teams(cls):
        cls.team = cls.env["psa.team"].create(
            {
                "name": "Support",
                "company_id": cls.company.id,
                "alias_name": "help",
                "leader_id": cls.lea.id,
                "member_ids": [(6, 0, (cls.ada | cls.lea).ids)],
                "calendar_id": False,
                "sequence": 0,
            }
        )
        cls.team_address = f"help@{cls.alias_domain}"
        cls.team_2 = cls.env["psa.team"].create(
            {
                "name": "Support Abroad",
                "company_id": cls.company_2.id,
                "alias_name": "help",
                "member_ids": [(6, 0, cls.bob.ids)],
                "calendar_id": False,
            }
        )
        cls.team_2_address = f"help@{cls.alias_domain_c2_name}"

    @classmethod
    def _create_customers(cls):
        """Casey and Dana work for ACME, Zoe for Globex."""
        cls.acme = cls._create_firm("ACME")
        cls.casey = cls._create_contact(
            "Casey Customer", "casey@acme.example.com", cls.acme
        )
        cls.dana = cls._create_contact(
            "Dana Colleague", "dana@acme.example.com", cls.acme
        )
        cls.globex = cls._create_firm("Globex")
        cls.zoe = cls._create_contact("Zoe Other", "zoe@globex.example.com", cls.globex)

    @classmethod
    def _create_firm(cls, name, **values):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, **values}
        )

    @classmethod
    def _create_contact(cls, name, email, firm=None, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": email,
                "parent_id": firm.id if firm else False,
                "lang": "en_US",
                **values,
            }
        )

    @classmethod
    def _create_ticket(cls, user=None, **values):
        """Open a ticket as an agent would: Ada, for Casey, unless told otherwise."""
        tickets = cls.env["psa.ticket"].with_user(user or cls.ada)
        return tickets.create(
            {
                "name": "Printer down",
                "partner_id": cls.casey.id,
                "team_id": cls.team.id,
                **values,
            }
        )

    @contextmanager
    def assertRefused(self, exception, message=""):
        """Check that an act is refused, and roll it back as a request would be.

        `assertRaisesRegex` rolls nothing back, so that what a refusal leaves behind
        could not be told.

        :param str message: regular expression found in the message
        """
        with self.assertRaises(exception) as refusal:
            yield
        if message:
            self.assertRegex(str(refusal.exception), message)

    # === MAIL === #

    @staticmethod
    def _build_mail(
        email_from="Casey Customer <casey@acme.example.com>",
        to="help@test.mycompany.com",
        subject="Printer down",
        body="It does not print.",
        *,
        cc=None,
        message_id=None,
        in_reply_to=None,
        headers=None,
    ):
        """Build a plain mail; add to it what the test is about, then `_receive` it.

        :param headers: dict or pairs of further headers
        """
        mail = EmailMessage()
        mail["From"] = email_from
        mail["To"] = to
        if cc:
            mail["Cc"] = cc
        mail["Subject"] = subject
        mail["Date"] = "Mon, 05 Jan 2026 09:00:00 +0000"
        mail["Message-Id"] = (
            message_id or f"<test-{next(_message_numbers)}@customer.example>"
        )
        if in_reply_to:
            mail["In-Reply-To"] = in_reply_to
            mail["References"] = in_reply_to
        pairs = headers.items() if isinstance(headers, dict) else headers or ()
        for name, value in pairs:
            mail[name] = value
        mail.set_content(body)
        return mail

    def _receive(self, mail=None, *, model=None, **values):
        """Let a mail come in, and settle its line in the journal.

        :param mail: `bytes`, `str` or message; else it is built from `values`
        :param str model: fallback model of the incoming server, none by default
        :return: the line of the journal
        """
        if mail is None:
            mail = self._build_mail(**values)
        if hasattr(mail, "as_bytes"):
            mail = mail.as_bytes()
        with self._own_cursors(), self.mock_mail_gateway():
            self.env["mail.thread"].message_process(model, mail)
            self._end_transaction()
        return self.env["psa.mail.log"].search([], order="id desc", limit=1)

    def _send_mails(self):
        """Send what waits in the outgoing queue, as the scheduler does."""
        self.env["mail.mail"].process_email_queue()

    def _receive_failing(self, error, **values):
        """Let a mail come in whose processing must raise.

        Not `assertRaises`, which rolls back what the journal has committed.

        :return: the line of the journal, an empty recordset if there is none
        """
        Log = self.env["psa.mail.log"]
        before = Log.search([])
        raised = False
        try:
            self._receive(**values)
        except error:
            raised = True
        self.assertTrue(raised, f"{error.__name__} not raised")
        return Log.search([]) - before

    def _reply(self, message, body="Thank you.", **values):
        """Let a reply to a message of a ticket come in.

        :param message: `mail.message` or `mail.mail`
        :return: the line of the journal
        """
        subject = message.subject or message.record_name or ""
        return self._receive(
            **{
                "subject": f"Re: {subject}",
                "body": body,
                "in_reply_to": message.message_id,
                **values,
            }
        )

    def _own_cursors(self):
        """Let new cursors see the test's data, as the journal of mails needs."""
        if type(self)._registry_patched:
            return nullcontext()
        return self.enter_registry_test_mode()

    def _end_transaction(self):
        """Run what would run on commit and after it."""
        self.env.cr.flush()
        self.env.cr.postcommit.run()

    def _send_notices(self):
        """Run the scheduler's job that prepares notices to customers.

        :return: the mails it put in the outgoing queue
        """
        known = self.env["mail.mail"].search([])
        self.env.flush_all()
        with self._own_cursors():
            self.env.ref("helpdesk_psa.ir_cron_psa_notice").method_direct_trigger()
        return self.env["mail.mail"].search([]) - known

    def _patch(self, model, method, **kwargs):
        """Replace a method of a model for the rest of the test."""
        return self.startPatcher(
            patch.object(self.env.registry[model], method, autospec=True, **kwargs)
        )
