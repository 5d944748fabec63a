import base64
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .intervention_common import InterventionCommon
from .test_intervention_signing import SigningCommon
from .time_common import TimeCommon
from .work_common import WorkCommon

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)


class HiddenCommon(InterventionCommon):
    """A visit of a private team, which Lea works for and Ada does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.private = cls.env["psa.team"].create(
            {
                "name": "Secret",
                "company_id": cls.company.id,
                "privacy": "members",
                "member_ids": cls.lea.ids,
            }
        )
        cls.hidden = cls._create_planned(
            cls.lea, team_id=cls.private.id, work_done="SECRET"
        )


@tagged("post_install", "-at_install")
class TestSignedFiles(SigningCommon):
    def setUp(self):
        super().setUp()
        self.intervention = self._create_planned()
        self.photo = (
            self.env["ir.attachment"]
            .with_user(self.ada)
            .create({"name": "a.png", "raw": PIXEL, "res_model": "psa.intervention"})
        )
        self.intervention.with_user(self.ada).photo_ids = self.photo
        self._sign(self.intervention)
        self._make_reports()
        self.report = self.intervention.report_attachment_id
        self.signature = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "psa.intervention"),
                ("res_id", "=", self.intervention.id),
                ("res_field", "=", "customer_signature"),
            ]
        )

    def test_files_of_a_signed_sheet_are_not_exchanged(self):
        for file in (self.report, self.signature, self.photo):
            before = file.sudo().raw
            with self.assertRefused(UserError, "is signed"):
                file.with_user(self.ada).raw = b"forged"
            self.assertEqual(file.sudo().raw, before)

    def test_files_of_a_signed_sheet_are_not_deleted(self):
        for file in (self.report, self.signature, self.photo):
            with self.assertRefused(UserError, "is signed"):
                file.with_user(self.ada).unlink()
            # As the chatter's trash can does
            with self.assertRefused(UserError, "is signed"):
                file.with_user(self.ada).sudo()._delete_and_notify()
            self.assertTrue(file.exists())

    def test_other_files_of_a_signed_visit_may_go(self):
        note = self._create_note(self.intervention)
        note.with_user(self.ada).unlink()
        self.assertFalse(note.exists())

    def _create_note(self, record):
        return self.env["ir.attachment"].create(
            {
                "name": "note.txt",
                "raw": b"Office",
                "res_model": record._name,
                "res_id": record.id,
            }
        )

    def test_files_of_a_reopened_visit_may_be_corrected(self):
        self.intervention.with_user(self.max)._reopen("A wrong photo")
        self.photo.with_user(self.ada).unlink()
        self.assertFalse(self.photo.exists())

    def test_reports_signed_before_a_reopening_stay_for_ever(self):
        self.intervention.with_user(self.max)._reopen("Hours were wrong")
        self.assertNoWayToChange(self.report, "as it was signed")
        self._sign(self.intervention)
        self._make_reports()
        self.assertEqual(len(self.intervention.signed_report_ids), 2)
        self.assertNoWayToChange(self.report, "is signed")

    def assertNoWayToChange(self, file, message):
        for user in (self.ada, self.max):
            with self.assertRefused(UserError, message):
                file.with_user(user).unlink()
            with self.assertRefused(UserError, message):
                file.with_user(user).raw = b"forged"
        # As the chatter's trash can does
        with self.assertRefused(UserError, message):
            file.with_user(self.ada).sudo()._delete_and_notify()
        self.assertEqual(file.sudo().raw, b"%PDF-1.4 signed")

    def test_a_visit_that_was_signed_once_is_not_deleted(self):
        self.intervention.with_user(self.max)._reopen("Never happened")
        with self.assertRefused(UserError, "was signed once"):
            self.intervention.with_user(self.max).unlink()
        self.assertTrue(self.report.exists())

    def test_nobody_takes_a_report_off_the_list_of_signed_ones(self):
        self.intervention.with_user(self.max)._reopen("Hours were wrong")
        for user in (self.ada, self.max):
            with self.assertRefused(AccessError):
                self.intervention.with_user(user).signed_report_ids = False
        self.assertEqual(self.intervention.signed_report_ids, self.report)

    def test_photos_of_a_signed_checklist_stay(self):
        other = self._create_planned()
        item = self.env["psa.checklist.item"].create(
            {"intervention_id": other.id, "name": "Plate", "kind": "photo"}
        )
        photo = self._create_note(item)
        item.photo_ids = photo
        self._sign(other)
        with self.assertRefused(UserError, "is signed"):
            photo.with_user(self.ada).unlink()
        self.assertTrue(photo.exists())

    def test_nobody_chooses_the_signed_report(self):
        secret = self.env["ir.attachment"].create({"name": "s.txt", "raw": b"SECRET"})
        for intervention in (self.intervention, self._create_planned()):
            before = intervention.report_attachment_id
            with self.assertRefused(AccessError):
                intervention.with_user(self.ada).report_attachment_id = secret
            self.assertEqual(intervention.report_attachment_id, before)
        with self.assertRefused(AccessError):
            self._create_planned(report_attachment_id=secret.id)

    def test_a_signed_visit_keeps_its_tickets_and_equipment(self):
        ticket = self._create_ticket()
        printer = self._create_equipment()
        for record in (ticket, printer):
            with self.assertRefused(UserError, "is signed"):
                record.with_user(self.ada).intervention_ids = self.intervention
            self.assertFalse(record.intervention_ids)

    def test_a_ticket_of_a_signed_sheet_is_not_deleted(self):
        ticket = self._create_ticket()
        visit = self._create_planned()
        item = self.env["psa.item"].create(
            {
                "intervention_id": visit.id,
                "ticket_id": ticket.id,
                "product_id": self.toner.id,
            }
        )
        self._sign(visit)
        with self.assertRefused(UserError, "is signed"):
            ticket.with_user(self.max).unlink()
        self.assertTrue(item.exists())


@tagged("post_install", "-at_install")
class TestTermination(WorkCommon):
    def test_termination_is_decided_with_a_reason_and_not_typed(self):
        agreement = self._create_agreement()
        with self.assertRefused(UserError, "Terminate"):
            agreement.with_user(self.lea).termination_date = "2026-06-30"
        self.assertFalse(agreement.termination_date)


@tagged("post_install", "-at_install")
class TestHiddenVisits(HiddenCommon):
    def test_a_dialog_tells_nothing_of_a_hidden_visit(self):
        dialogs = self.env["psa.intervention.sign"].with_user(self.ada)
        with self.assertRefused(AccessError):
            dialogs.create({"intervention_id": self.hidden.id}).read(
                ["work_done", "number", "customer_id"]
            )

    def test_a_dialog_tells_nothing_of_a_hidden_ticket(self):
        ticket = self._create_ticket(self.lea, team_id=self.private.id)
        dialogs = self.env["psa.time.log"].with_user(self.ada)
        with self.assertRefused(AccessError):
            dialogs.create({"res_model": "psa.ticket", "res_id": ticket.id}).read(
                ["stage_id", "progress"]
            )

    def test_appointments_turn_private_with_the_team_and_the_group(self):
        group = self.env["psa.customer.group"].create({"name": "Law"})
        self.acme.psa_customer_group_id = group
        start = datetime.now().replace(microsecond=0) + timedelta(days=2)
        visit = self._create_planned(
            team_id=self.team.id,
            planned_start=start,
            planned_end=start + timedelta(hours=1),
        )
        event = visit.sudo().appointment_ids
        self.assertFalse(event.privacy)
        for record, closed, open_ in (
            (self.team, {"privacy": "members"}, {"privacy": "public"}),
            (group, {"restrict": True}, {"restrict": False}),
        ):
            record.write(closed)
            self.assertEqual(event.privacy, "private")
            record.write(open_)
            self.assertFalse(event.privacy)

    def test_appointments_of_the_past_are_hidden_with_the_customer(self):
        group = self.env["psa.customer.group"].create({"name": "Law", "restrict": True})
        visit = self._create_planned()  # in March, long ago
        event = visit.sudo().appointment_ids
        lead = self._create_user("lou", "Lou Lead", "lead")
        name = event.name
        self.assertEqual(event.with_user(lead).name, name)
        self.acme.psa_customer_group_id = group
        self.assertEqual(self._read_name(event, lead), "Busy")
        self.assertEqual(self._read_name(event, self.ada), name, "she was there")
        self.acme.psa_customer_group_id = False
        self.assertEqual(self._read_name(event, lead), name)

    def test_appointments_about_a_ticket_are_hidden_with_it(self):
        ticket = self._create_ticket()
        event = (
            self.env["calendar.event"]
            .with_user(self.ada)
            .create(
                {
                    "name": "Call the board",
                    "start": datetime(2026, 3, 3, 9),
                    "stop": datetime(2026, 3, 3, 10),
                    "psa_ticket_id": ticket.id,
                }
            )
        )
        self.assertEqual(self._read_name(event, self.max), "Call the board")
        ticket.team_id = self.private
        self.assertEqual(self._read_name(event, self.max), "Busy")
        self.assertEqual(self._read_name(event, self.ada), "Call the board")

    def _read_name(self, event, user):
        """Return what a user reads, in a request of his own."""
        self.env.flush_all()
        self.env.invalidate_all()
        return event.with_user(user).name

    def test_an_appointment_shows_no_hidden_visit(self):
        events = self.env["calendar.event"].with_user(self.ada)
        values = {
            "name": "Mine",
            "start": datetime(2026, 3, 3, 9),
            "stop": datetime(2026, 3, 3, 10),
        }
        with self.assertRefused(AccessError):
            events.create({**values, "psa_intervention_id": self.hidden.id})
        own = events.create(values)
        with self.assertRefused(AccessError):
            own.psa_intervention_id = self.hidden
        self.assertFalse(own.psa_intervention_id)


@tagged("post_install", "-at_install")
class TestHiddenTime(HiddenCommon, TimeCommon):
    def test_time_of_a_private_teams_visit_is_hidden(self):
        entry = self._log(
            user=self.lea,
            project_id=self.project.id,
            psa_intervention_id=self.hidden.id,
        )
        lead = self._create_user("lou", "Lou Lead", "lead")
        domain = [("id", "=", entry.id)]
        for model in ("account.analytic.line", "psa.time.entry"):
            self.assertFalse(self.env[model].with_user(lead).search(domain), model)
            self.assertTrue(self.env[model].with_user(self.lea).search(domain), model)

    def test_time_of_an_open_visit_is_seen_by_leads(self):
        visit = self._create_planned()
        entry = self._log(project_id=self.project.id, psa_intervention_id=visit.id)
        lead = self._create_user("lou", "Lou Lead", "lead")
        lines = self.env["account.analytic.line"].with_user(lead)
        self.assertTrue(lines.search([("id", "=", entry.id)]))

    def test_nobody_logs_time_on_a_visit_he_may_not_see(self):
        with self.assertRefused(AccessError):
            self._log(project_id=self.project.id, psa_intervention_id=self.hidden.id)
        own = self._log(project_id=self.project.id)
        with self.assertRefused(AccessError):
            own.psa_intervention_id = self.hidden
        self.assertFalse(self.hidden.time_hours)

    def test_no_context_approves_time(self):
        ticket = self._create_ticket()
        lines = self.env["account.analytic.line"].with_user(self.ada)
        with self.assertRefused(AccessError):
            lines.with_context(default_psa_approved_at="2026-03-02 09:00:00").create(
                {"psa_ticket_id": ticket.id, "psa_minutes": 5, "name": "x"}
            )
        self.assertFalse(self._entries(ticket))

    def test_customers_count_no_working_days(self):
        portal = self._create_portal_user()
        with self.assertRefused(AccessError):
            self.env["psa.time.control"].with_user(portal).action_open_control()

    def _create_portal_user(self):
        return self.env["res.users"].create(
            {
                "name": "Casey",
                "login": "casey_portal",
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
