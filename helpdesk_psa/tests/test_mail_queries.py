from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestMailQueries(HelpdeskCommon):
    """What a mail costs, in queries, beside what it costs a task of Odoo.

    The caches are empty at the start, as they are after the commit of the mail before.
    """

    def _count(self, act):
        """Return the queries of an act, the second time: ormcaches are warm by then."""
        for _round in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            act()
        return self.cr.sql_log_count - before

    def _process(self, **values):
        mail = self._build_mail(**values).as_bytes()
        self.env["mail.thread"].message_process(None, mail)
        self._end_transaction()

    def _answer(self, record):
        with self.mock_mail_gateway():
            record.with_user(self.ada).message_post(
                body="Restart it.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.casey.ids,
            )
            self._end_transaction()

    def _create_task(self):
        project = self.env["project.project"].create(
            {"name": "Works", "alias_name": "works", "privacy_visibility": "employees"}
        )
        return self.env["project.task"].create(
            {"name": "Task", "project_id": project.id, "user_ids": self.ada.ids}
        )

    def test_new_mail_costs_less_than_on_a_project(self):
        """Although a task has neither history nor requester nor acknowledgement."""
        self._create_task()
        with self._own_cursors(), self.mock_mail_gateway():
            ticket = self._count(self._process)
            task = self._count(lambda: self._process(to=f"works@{self.alias_domain}"))
        self.assertLessEqual(ticket, 46)
        self.assertLessEqual(ticket, task - 2)

    def test_reply_of_the_customer(self):
        ticket = self._create_ticket(user_id=self.ada.id)
        with self._own_cursors(), self.mock_mail_gateway():
            count = self._count(lambda: self._process(subject=f"Re: [{ticket.number}]"))
        self.assertLessEqual(count, 48)

    def test_answer_of_the_agent_costs_less_than_on_a_task(self):
        """Although a task has neither an event nor a team with an address."""
        ticket = self._create_ticket(user_id=self.ada.id)
        task = self._create_task()
        on_ticket = self._count(lambda: self._answer(ticket))
        on_task = self._count(lambda: self._answer(task))
        self.assertLessEqual(on_ticket, on_task - 5)
