from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .sla_common import SlaCommon, at, when


@tagged("post_install", "-at_install")
class TestSlaTask(SlaCommon):
    """SLA on the tasks of projects that use it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            "Tasks",
            ("acknowledge", 1),
            ("first_response", 2),
            ("resolution", 8),
            ("resolution", 4, "3"),
            apply_to="task",
        )
        # Paul works on projects and knows nothing of the helpdesk; Petra manages them.
        cls.paul = cls._create_project_user("paul", "project.group_project_user")
        cls.petra = cls._create_project_user("petra", "project.group_project_manager")
        cls.project = cls.env["project.project"].create(
            {
                "name": "Rollout",
                "psa_use_sla": True,
                "company_id": cls.company.id,
                "privacy_visibility": "employees",
                "user_id": cls.petra.id,
            }
        )

    @classmethod
    def _create_project_user(cls, login, groups):
        return mail_new_test_user(
            cls.env,
            login=login,
            name=login.capitalize(),
            email=f"{login}@msp.example.com",
            groups=f"base.group_user,{groups}",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            tz="UTC",
            notification_type="inbox",
        )

    def _create_task(self, moment="mon 09:00", **values):
        with when(moment):
            return (
                self.env["project.task"]
                .with_user(self.paul)
                .create(
                    {
                        "name": "Cabling",
                        "project_id": self.project.id,
                        "partner_id": self.casey.id,
                        "user_ids": False,
                        **values,
                    }
                )
            )

    def _get_task_clock(self, task, metric="resolution"):
        return task.sudo().sla_clock_ids.filtered(lambda clock: clock.metric == metric)

    def test_task_with_sla_shows_its_due_date(self):
        task = self._create_task()
        self.assertEqual(task.sla_policy_id, self.policy)
        self.assertEqual(task.sla_due_at, at("mon 10:00"))
        self.assertEqual(self._get_task_clock(task).due_at, at("mon 17:00"))

    def test_project_of_all_companies_has_the_policies_of_who_opened_the_task(self):
        """Odoo's projects have no company unless one is chosen."""
        self.project.company_id = False
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Ours",
                "date_from": at("mon 00:00"),
                "date_to": at("mon 23:59"),
                "company_id": self.company.id,
            }
        )
        task = self._create_task()
        self.assertFalse(task.company_id)
        self.assertEqual(task.sla_policy_id, self.policy)
        clock = self._get_task_clock(task)
        self.assertEqual(clock.company_id, self.company)
        self.assertEqual(clock.due_at, at("tue 17:00"))
        with when("tue 10:00"):
            task.state = "1_done"
        self.assertEqual(clock.elapsed_seconds, 3600)

    def test_project_without_the_switch_has_no_clocks(self):
        self.project.psa_use_sla = False
        self.assertFalse(self._create_task().sudo().sla_clock_ids)

    def test_switch_starts_the_clocks_of_open_tasks(self):
        self.project.psa_use_sla = False
        task = self._create_task()
        done = self._create_task(state="1_done")
        with when("mon 11:00"):
            self.project.with_user(self.petra).psa_use_sla = True
        self.assertEqual(self._get_task_clock(task).due_at, at("mon 17:00"))
        self.assertFalse(done.sudo().sla_clock_ids)

    def test_assignment_acknowledges_and_done_resolves(self):
        task = self._create_task()
        with when("mon 09:30"):
            task.user_ids = self.ada
        with when("mon 12:00"):
            task.state = "1_done"
        self.assertEqual(self._get_task_clock(task, "acknowledge").state, "met")
        clock = self._get_task_clock(task)
        self.assertEqual((clock.state, clock.elapsed_seconds), ("met", 3 * 3600))

    def test_urgent_task_is_due_sooner(self):
        task = self._create_task()
        with when("mon 10:00"):
            task.priority = "3"
        self.assertEqual(self._get_task_clock(task).due_at, at("mon 13:00"))

    def test_waiting_for_another_task_pauses(self):
        self.project.allow_task_dependencies = True
        task, other = self._create_task(), self._create_task()
        with when("mon 10:00"):
            task.depend_on_ids = other
            task.flush_recordset()
        self.assertEqual(self._get_task_clock(task).state, "paused")
        with when("mon 12:00"):
            other.state = "1_done"
            task.flush_recordset()
        clock = self._get_task_clock(task)
        self.assertEqual((clock.state, clock.due_at), ("running", at("tue 10:00")))

    def test_answer_to_the_customer_is_the_first_response(self):
        task = self._create_task()
        with when("mon 10:30"):
            task.message_post(
                body="We come tomorrow.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(self._get_task_clock(task, "first_response").state, "met")

    def test_clocks_of_tickets_and_tasks_do_not_mix(self):
        self.assertFalse(self._open("mon 09:00").sla_clock_ids)

    def test_whoever_has_no_helpdesk_sees_the_due_date_and_no_clock(self):
        task = self._create_task()
        self.assertEqual(task.with_user(self.paul).sla_due_at, at("mon 10:00"))
        with self.assertRefused(AccessError):
            task.with_user(self.paul).sla_clock_ids.mapped("due_at")

    def test_clock_of_a_task_of_a_closed_group_is_seen_by_its_pod(self):
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [(6, 0, self.lea.ids)]}
        )
        domain = [("task_id", "=", self._create_task().id)]
        for user, count in (
            (self.rita, 0),
            (self.ada, 0),
            (self.lea, 3),
            (self.max, 3),
        ):
            for model in ("psa.sla.clock", "psa.sla.report"):
                found = self.env[model].with_user(user).search_count(domain)
                self.assertEqual(found, count, (model, user.name))

    def test_clock_of_a_hidden_project_is_hidden(self):
        task = self._create_task()
        clocks = self.env["psa.sla.clock"].with_user(self.rita)
        domain = [("task_id", "=", task.id)]
        self.assertEqual(clocks.search_count(domain), 3)
        self.project.privacy_visibility = "followers"
        self.assertFalse(clocks.search_count(domain))
