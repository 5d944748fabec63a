import base64
import csv
import io
from pathlib import Path
from unittest.mock import patch

import openpyxl
from psycopg2 import OperationalError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import RecordCapturer, tagged
from odoo.tools import mute_logger

from ..models import psa_import
from .common import HelpdeskCommon

ADDON = Path(__file__).parents[1]
CRON = "odoo.addons.base.models.ir_cron"
SAMPLES = ADDON.parent / "data"

# 30 ways to get a row wrong: what it says, and what the refusal must name.
WRONG_ROWS = [
    ({"Customer": "", "Job": "x"}, "Customer is empty.*another key"),
    ({"Customer group": "Nobody"}, "Customer group: “Nobody”.*create it first"),
    ({"Type": "Platinum"}, "Type: “Platinum”.*create it first"),
    ({"Usual team": "Ghosts"}, "Usual team: “Ghosts”.*team of this company"),
    ({"Customer group": "South"}, "Customer group: several are called “South”"),
    ({"Country": "Atlantis"}, "Country: “Atlantis”.*two letters"),
    ({"Language": "tlh"}, "Language: “tlh”.*installed language"),
    ({"Contact language": "xx_XX"}, "Contact language: “xx_XX”"),
    ({"Usual priority": "9"}, "Usual priority: “9”.*low, normal, high or urgent"),
    ({"Portal access": "all"}, "Portal access: “all”.*none, own, site or customer"),
    ({"Customer e-mail": "not an address"}, "Customer e-mail: “not an address”"),
    ({"Contact e-mail": "ann@"}, "Contact e-mail: “ann@”.*one e-mail address"),
    ({"Contact e-mail": "a@b.example, c@d.example"}, "Contact e-mail:.*one e-mail"),
    ({"E-mail domains": "acme"}, "E-mail domains: “acme”.*follows the @"),
    ({"E-mail domains": "fine.example; gmail.com"}, "“gmail.com”.*Everybody"),
    ({"E-mail domains": "globex.example"}, "globex.example belongs to Globex"),
    (
        {"Site e-mail domains": "under_score.example"},
        "Site e-mail domains: “under_score",
    ),
    ({"VIP": "perhaps"}, "VIP: “perhaps”.*yes or no"),
    ({"Send acknowledgement": "2"}, "Send acknowledgement: “2”.*yes or no"),
    ({"Never e-mail": "never"}, "Never e-mail: “never”.*yes or no"),
    ({"Colour": "12"}, "Colour: “12”.*0 to 11"),
    ({"Colour": "#ff0000"}, "Colour: “#ff0000”"),
    ({"Customer": "x" * 201}, "Customer: longer than 200 characters"),
    ({"Customer phone": "0" * 65}, "Customer phone: longer than 64"),
    (
        {"Customer external ID": "two words"},
        "Customer external ID: “two words”.*letters",
    ),
    ({"Customer external ID": "base.new_one"}, "“base.new_one” is in use"),
    (
        {"Customer external ID": "one", "Contact external ID": "one"},
        "“__import__.one” is in use",
    ),
    ({"Contact e-mail": ""}, "Contact e-mail is empty.*key for contacts"),
    (
        {"Contact": "", "Contact e-mail": "", "Job": "Boss"},
        "names no contact, but fills in Job",
    ),
    ({"Contact e-mail": "zoe@globex.example.com"}, "somebody of Globex already"),
    ({"Contact e-mail": "good@new.example"}, "somebody of Good Customer already"),
    (
        {
            "Customer": "Good Customer",
            "Contact": "Goodwin",
            "Contact e-mail": "good@new.example",
        },
        "Contact: row 2 says something else about the same Good Contact",
    ),
    ({"Customer": "Sleepy"}, "“Sleepy” is archived.*Restore"),
    ({"Customer": "Twin"}, "“Twin” means several contacts: Twin, Twin"),
    ({"Country": "Atlantis", "VIP": "perhaps"}, "Atlantis(.|\n)*VIP: “perhaps”"),
    ({None: ["one", "two", "many"]}, "cells, the headings are"),
]


@tagged("post_install", "-at_install")
class TestImport(HelpdeskCommon):
    """Lea, who leads a team, brings her customers in one sheet."""

    # === HELPERS === #

    def _sheet(self, *rows):
        """Return a CSV file of rows, each a dict by heading."""
        headings = list(dict.fromkeys(name for row in rows for name in row if name))
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(headings)
        for row in rows:
            cells = [row.get(name, "") for name in headings]
            writer.writerow([*cells, *row.get(None, [])])
        return out.getvalue()

    def _check(self, data, user=None, **values):
        """Upload a sheet and check it."""
        data = data.encode() if isinstance(data, str) else data
        job = (
            self.env["psa.import"]
            .with_user(user or self.lea)
            .create({"file": base64.b64encode(data), **values})
        )
        job.action_check()
        return job

    def _import(self, *rows, **values):
        """Check and import some rows."""
        job = self._check(self._sheet(*rows), **values)
        job.action_import()
        return job

    def _find(self, name, **values):
        domain = [
            ("name", "=", name),
            *((key, "=", val) for key, val in values.items()),
        ]
        return self.env["res.partner"].search(domain)

    def _run_cron(self):
        self.env.flush_all()
        with self._own_cursors():
            self.env.ref("helpdesk_psa.ir_cron_psa_import").method_direct_trigger()
        self.env.invalidate_all()

    row_initech = {
        "Reference": "C1",
        "Customer": "Initech",
        "Country": "France",
        "Colour": "3",
        "Tags": "Software; Austin",
        "E-mail domains": "@Initech.example; initech.test",
        "Contact": "Peter Gibbons",
        "Contact e-mail": "peter@initech.example",
        "Portal access": "customer",
        "VIP": "yes",
    }

    # === WHAT IT DOES === #

    def test_check_writes_nothing(self):
        with (
            RecordCapturer(self.env["res.partner"]) as partners,
            RecordCapturer(self.env["psa.email.domain"]) as domains,
            RecordCapturer(self.env["res.partner.category"]) as tags,
        ):
            job = self._check(self._sheet(self.row_initech))
        self.assertEqual((job.state, job.created_count), ("checked", 1))
        self.assertFalse(partners.records + domains.records.partner_id)
        self.assertFalse(tags.records)

    def test_row_brings_customer_site_contact_and_domains(self):
        job = self._import(self.row_initech)
        self.assertEqual((job.state, job.done_count, job.progress), ("done", 1, 100))
        customer = self._find("Initech")
        self.assertTrue(customer.psa_is_customer and customer.is_company)
        self.assertEqual(
            (customer.ref, customer.country_id.code, customer.psa_color),
            ("C1", "FR", 3),
        )
        self.assertEqual(
            set(customer.category_id.mapped("name")), {"Software", "Austin"}
        )
        self.assertEqual(
            set(customer.psa_email_domain_ids.mapped("name")),
            {"initech.example", "initech.test"},
        )
        contact = self._find("Peter Gibbons")
        self.assertEqual(contact.psa_site_id, customer.psa_site_ids)
        self.assertEqual(customer.psa_site_ids.name, "Main site")
        self.assertEqual(
            (contact.psa_portal_access, contact.psa_vip), ("customer", True)
        )
        self.assertFalse(customer.psa_vip)

    def test_second_import_changes_nothing(self):
        rows = (
            self.row_initech,
            {
                **self.row_initech,
                "Site": "Lab",
                "Contact e-mail": "lab@initech.example",
            },
            {"Customer": "Private", "Contact external ID": "", "Language": "en_US"},
        )
        self.assertEqual(self._import(*rows).created_count, 3)
        before = self.env["res.partner"].search([]).mapped("write_date")
        again = self._import(*rows)
        self.assertEqual((again.unchanged_count, again.row_count), (3, 3))
        self.assertEqual(again.done_count, 3)
        self.assertEqual(
            self.env["res.partner"].search([]).mapped("write_date"), before
        )

    def test_empty_cells_leave_the_values_alone(self):
        self._import({**self.row_initech, "Customer phone": "555"})
        self._import(
            {"Customer": "Initech", "Customer phone": "", "Customer city": "Austin"}
        )
        customer = self._find("Initech")
        self.assertEqual((customer.phone, customer.city), ("555", "Austin"))

    def test_empty_site_means_the_main_site(self):
        self.acme.psa_is_customer = True
        self._import(
            {
                "Customer": "ACME",
                "Site": "Depot",
                "Contact e-mail": "dep@acme.example.com",
            },
            {
                "Customer": "ACME",
                "Site": "",
                "Contact e-mail": "casey@acme.example.com",
            },
        )
        self.assertEqual(self.casey.psa_site_id.name, "Main site")
        self.assertEqual(self._find("Dep").psa_site_id.name, "Depot")

    def test_first_named_site_of_a_new_customer_is_its_main_site(self):
        self._import(
            {"Customer": "Initech", "Site": "Austin", "Site city": "Austin"},
            {"Customer": "Initech", "Site": "Dallas", "Site city": "Dallas"},
        )
        sites = self._find("Initech").psa_site_ids.sorted("id")
        self.assertEqual(sites.mapped("name"), ["Austin", "Dallas"])
        self.assertEqual(sites.mapped("city"), ["Austin", "Dallas"])

    def test_sheet_without_sites_leaves_contacts_where_they_are(self):
        self._import({"Customer": "ACME", "Site": "Depot"})
        depot = self._find("Depot")
        self.casey.psa_site_id = depot
        row = {"Customer": "ACME", "Contact e-mail": self.casey.email, "Job": "Boss"}
        self.assertEqual(self._import(row).updated_count, 1)
        self.assertEqual((self.casey.psa_site_id, self.casey.function), (depot, "Boss"))

    def test_settings_are_those_of_the_lowest_party_of_the_row(self):
        self.team.name = "Night shift"
        self._import(
            {"Customer": "ACME", "Usual priority": "high"},
            {"Customer": "ACME", "Site": "Depot", "Usual team": "night shift"},
            {
                "Customer": "ACME",
                "Contact e-mail": self.casey.email,
                "Never e-mail": "yes",
            },
        )
        self.assertEqual(self.acme.psa_priority, "2")
        depot = self._find("Depot")
        self.assertEqual((depot.psa_team_id, depot.psa_priority), (self.team, False))
        self.assertTrue(self.casey.psa_never_email)
        self.assertFalse(self.acme.psa_never_email)

    def test_known_firm_becomes_a_helpdesk_customer(self):
        self.assertFalse(self.globex.psa_is_customer)
        job = self._import({"Customer": "globex"})
        self.assertEqual((job.updated_count, job.created_count), (0, 1))
        self.assertTrue(self.globex.psa_is_customer)
        self.assertEqual(self.globex.psa_site_count, 1)

    def test_contacts_inherit_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self._import({**self.row_initech, "Language": "Français"})
        self.assertEqual(self._find("Peter Gibbons").lang, "fr_FR")

    def test_mail_history_and_followers_are_not_made(self):
        self._import(self.row_initech)
        contact = self._find("Peter Gibbons")
        self.assertFalse(contact.message_ids)
        self.assertFalse(contact.message_follower_ids)

    # === KEYS === #

    def test_customers_are_recognised_by_the_chosen_key(self):
        self.acme.write({"ref": "A-1", "vat": "BE 0477.472.701"})
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": "__import__.acme", "record": self.acme}]
        )
        keys = {
            "name": ("Customer", "acme"),
            "ref": ("Reference", "a-1"),
            "vat": ("VAT", "be0477472701"),
            "xmlid": ("Customer external ID", "acme"),
        }
        for key, (heading, value) in keys.items():
            with self.subTest(key=key):
                row = {heading: value, "Customer city": f"City by {key}"}
                job = self._import(row, customer_key=key)
                self.assertEqual(job.refused_count, 0)
                self.assertEqual(self.acme.city, f"City by {key}")

    def test_contacts_are_recognised_by_external_id(self):
        row = {
            "Customer": "ACME",
            "Contact": "New Person",
            "Contact external ID": "person_1",
            "Contact e-mail": "one@acme.example.com",
        }
        self._import(row, contact_key="xmlid")
        row = {**row, "Contact": "Renamed", "Contact e-mail": "two@acme.example.com"}
        self.assertEqual(self._import(row, contact_key="xmlid").updated_count, 1)
        self.assertFalse(self._find("New Person"))
        self.assertEqual(self._find("Renamed").email, "two@acme.example.com")
        self.assertEqual(self.env.ref("__import__.person_1"), self._find("Renamed"))

    def test_external_id_of_something_else_is_refused(self):
        row = {"Customer": "Company", "Customer external ID": "base.main_company"}
        job = self._import(row, customer_key="xmlid")
        self.assertRegex(job.refused_row_ids.message, "“base.main_company” is in use")
        self.assertFalse(self._find("Company"))

    def test_contact_of_another_customer_is_not_moved_by_his_external_id(self):
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": "__import__.zoe", "record": self.zoe}]
        )
        row = {"Customer": "ACME", "Contact": "Zoe", "Contact external ID": "zoe"}
        job = self._import(row, contact_key="xmlid")
        self.assertRegex(job.refused_row_ids.message, "somebody of Globex already")
        self.assertEqual(self.zoe.parent_id, self.globex)

    def test_customers_of_other_companies_are_never_matched(self):
        abroad = self._create_firm("Abroad", company_id=self.company_2.id, ref="R1")
        job = self._import(
            {"Customer": "Abroad", "Reference": "R1", "Customer city": "Here"},
            customer_key="ref",
        )
        self.assertEqual(job.created_count, 1)
        self.assertFalse(abroad.city)
        self.assertEqual(self._find("Abroad", city="Here").company_id, self.company)

    # === FILES === #

    def test_french_file_of_an_office_program(self):
        text = (
            "Client;Site;Contact;E-mail du contact;Accès au portail;Pays\r\n"
            "Hôtel du Lac;Éden;Zoé Féval;zoe@lac.example;Tickets du site;Suisse\r\n"
        )
        job = self._check(text.encode("cp1252"))
        job.action_import()
        self.assertEqual(job.created_count, 1)
        self.assertEqual(self._find("Hôtel du Lac").country_id.code, "CH")
        contact = self._find("Zoé Féval")
        self.assertEqual(
            (contact.psa_portal_access, contact.psa_site_id.name), ("site", "Éden")
        )

    def test_workbook_is_read_with_its_numbers(self):
        book = openpyxl.Workbook()
        book.active.append(["Customer", "Customer ZIP", "VIP"])
        book.active.append([])
        book.active.append(["Initech", 75001, True])
        out = io.BytesIO()
        book.save(out)
        job = self._check(out.getvalue())
        self.assertEqual(job.row_ids.number, 3)
        job.action_import()
        self.assertEqual(
            (self._find("Initech").zip, self._find("Initech").psa_vip), ("75001", True)
        )

    def test_tabs_and_byte_order_marks_are_understood(self):
        text = "Customer\tCustomer city\nInitech\tAustin, Texas\n"
        for name, charset in (("utf-8", "utf-8-sig"), ("utf-16", "utf-16")):
            with self.subTest(charset=name):
                job = self._check(text.encode(charset))
                self.assertEqual(job.row_ids.cells, ["Initech", "Austin, Texas"])

    def test_unknown_columns_are_named(self):
        job = self._import({"Customer": "Initech", "Shoe size": "44"})
        self.assertEqual((job.unknown_headings, job.created_count), ("Shoe size", 1))

    def test_unusable_files_are_refused_with_a_remedy(self):
        cases = {
            "no row below": b"Customer\n",
            "No heading is known": b"a,b\n1,2\n",
            "“Customer” and “Client” mean the same": b"Customer,Client\na,b\n",
            "Missing: Customer.": b"Contact e-mail,City\na@b.example,c\n",
            "Missing: Contact e-mail": b"Customer,Contact\na,b\n",
            "neither a CSV file nor a workbook": b"\x89PNG\r\n\x1a\n\x00\x00\n1,2\n",
            "Save it as .xlsx": b"\xd0\xcf\x11\xe0 old",
            "damaged or not what it claims": b"PK\x03\x04 no archive",
        }
        for message, data in cases.items():
            with self.subTest(message):
                job = self._check(data)
                self.assertRegex(job.error, message)
                self.assertEqual((job.state, job.row_count), ("draft", 0))
                with self.assertRefused(UserError, "Check the sheet first"):
                    job.action_import()

    def test_sample_sheets_twice_then_in_french_change_nothing(self):
        names = ("customers.csv", "customers.csv", "customers.xlsx", "clients.csv")
        if not SAMPLES.is_dir():
            self.skipTest("The samples are in the repository only.")
        created = []
        for name in names:
            job = self._check((SAMPLES / name).read_bytes(), customer_key="ref")
            self.assertFalse(job.refused_count + len(job.unknown_headings or ""))
            with RecordCapturer(self.env["res.partner"]) as partners:
                job.action_import()
            created.append(len(partners.records))
            expected = job.created_count if len(created) == 1 else job.unchanged_count
            self.assertEqual((job.done_count, expected), (50, 50))
        self.assertEqual(created, [85, 0, 0, 0])

    def test_templates_are_offered_and_work(self):
        templates = self.env["res.partner"].with_user(self.lea).get_import_templates()
        paths = [
            line["template"]
            for line in templates
            if "psa_customers" in line["template"]
        ]
        self.assertEqual(len(paths), 2)
        for path in paths:
            data = (ADDON.parent / path.lstrip("/")).read_bytes()
            job = self._check(data, customer_key="ref")
            self.assertEqual((job.row_count, job.refused_count), (3, 0))
            self.assertFalse(job.unknown_headings)
        self.assertNotIn(
            paths[0],
            str(self.env["res.partner"].with_user(self.ada).get_import_templates()),
        )

    # === REFUSALS === #

    def test_each_wrong_row_is_refused_and_the_good_ones_are_in(self):
        self.env["psa.email.domain"].create(
            {"name": "globex.example", "partner_id": self.globex.id}
        )
        for parent in ("East", "West"):
            self.env["psa.customer.group"].create(
                {"name": parent, "child_ids": [Command.create({"name": "South"})]}
            )
        self._create_firm("Sleepy", active=False)
        self._create_firm("Twin")
        self._create_firm("Twin")
        good = {
            "Customer": "Good Customer",
            "Contact": "Good Contact",
            "Contact e-mail": "good@new.example",
        }
        rows = [good]
        for number, (wrong, _message) in enumerate(WRONG_ROWS):
            base = {
                "Customer": f"Wrong {number}",
                "Contact": f"Wrong person {number}",
                "Contact e-mail": f"person@wrong{number}.example",
            }
            rows += [{**base, **wrong}]
            rows += [{"Customer": f"Fine {number}", "Contact": ""}]
        job = self._import(*rows)
        self.assertEqual(job.refused_count, len(WRONG_ROWS))
        messages = {row.number: row.message for row in job.refused_row_ids}
        for number, (wrong, message) in enumerate(WRONG_ROWS):
            with self.subTest(wrong):
                self.assertRegex(messages.get(3 + 2 * number, ""), message)
                self.assertFalse(self._find(f"Wrong {number}"))
                self.assertFalse(self._find(f"Wrong person {number}"))
                self.assertTrue(self._find(f"Fine {number}").psa_is_customer)
        self.assertEqual(self._find("Good Contact").email, "good@new.example")
        self.assertGreaterEqual(len(WRONG_ROWS), 30)

    def test_refused_row_leaves_nothing_behind_for_the_next_one(self):
        self._import(
            {"Customer": "Initech", "Customer city": "Wrong", "Colour": "99"},
            {"Customer": "Initech", "Customer city": "Austin"},
        )
        self.assertEqual(self._find("Initech").city, "Austin")

    def test_vat_number_is_checked_where_an_addon_checks_it(self):
        check = patch.object(
            self.env.registry["res.partner"],
            "_run_vat_checks",
            create=True,
            side_effect=ValidationError("The number FR123 is not valid."),
        )
        with check:
            job = self._import({"Customer": "Initech", "VAT": "FR123", "Country": "FR"})
        self.assertRegex(job.refused_row_ids.message, "^VAT: The number FR123")
        self.assertFalse(self._find("Initech"))

    def test_what_changed_since_the_check_is_refused_at_the_import(self):
        job = self._check(self._sheet(self.row_initech, {"Customer": "Fine"}))
        self.assertEqual(job.refused_count, 0)
        self.env["psa.email.domain"].create(
            {"name": "initech.test", "partner_id": self.globex.id}
        )
        job.action_import()
        self.assertRegex(job.refused_row_ids.message, "initech.test belongs to Globex")
        self.assertFalse(self._find("Initech"))
        self.assertTrue(self._find("Fine"))
        self.assertEqual((job.state, job.done_count), ("done", 1))

    def test_refused_rows_come_back_corrected(self):
        job = self._check(self._sheet({**self.row_initech, "Colour": "99"}))
        text = base64.b64decode(job.refused_file).decode("utf-8-sig")
        self.assertIn("Reason for refusal", text)
        self.assertIn("0 to 11", text)
        again = self._check(text.replace(";99;", ";9;"))
        self.assertEqual((again.created_count, again.unknown_headings), (1, False))

    def test_refused_rows_come_back_in_french_as_well(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.lea.lang = "fr_FR"
        job = self._check(self._sheet({**self.row_initech, "Colour": "99"}))
        text = base64.b64decode(job.with_user(self.lea).refused_file).decode(
            "utf-8-sig"
        )
        again = self._check(text.replace(";99;", ";9;"))
        self.assertEqual((again.created_count, again.unknown_headings), (1, False))

    def test_rows_cannot_be_tampered_with(self):
        job = self._check(self._sheet(self.row_initech))
        with self.assertRefused(AccessError):
            job.row_ids.cells = ["Forged"]
        with self.assertRefused(UserError, "rights of whoever starts it"):
            job.user_id = self.max
        self.assertEqual(job.row_ids.cells[1], "Initech")
        self.assertEqual(job.user_id, self.lea)

    def test_deleted_import_takes_its_rows_along(self):
        job = self._import({"Customer": "Initech"})
        rows = job.row_ids
        job.unlink()
        self.assertFalse(rows.exists())
        self.assertTrue(self._find("Initech"))

    def test_agent_may_not_import(self):
        with self.assertRefused(AccessError):
            self._check(self._sheet(self.row_initech), user=self.ada)
        self.assertFalse(self._find("Initech"))

    def test_leaders_see_their_own_imports_and_managers_all(self):
        job = self._check(self._sheet(self.row_initech))
        lou = self._create_user("lou", "Lou Lead", "lead")
        for records in (job, job.row_ids):
            for user, is_seen in ((self.lea, True), (lou, False), (self.max, True)):
                found = records.with_user(user).search([("id", "in", records.ids)])
                self.assertEqual(bool(found), is_seen, (records, user.name))
        with self.assertRefused(AccessError):
            job.with_user(lou).read(["file"])

    # === IN THE BACKGROUND === #

    def _start_long_import(self, rows):
        self.startPatcher(patch.object(psa_import, "AT_ONCE_ROWS", 0))
        self.startPatcher(patch.object(psa_import, "CHUNK", 2))
        self.startPatcher(
            patch.object(
                self.env.registry["psa.import"]._get_pending, "__defaults__", (2,)
            )
        )
        return self._check(
            self._sheet(*({"Customer": f"Bulk {n}"} for n in range(rows)))
        )

    def test_long_sheets_are_checked_and_imported_in_the_background(self):
        job = self._start_long_import(5)
        self.assertEqual((job.state, job.row_count), ("checking", 0))
        self._run_cron()
        self.assertEqual((job.state, job.row_count), ("checked", 5))
        self.assertFalse(self._find("Bulk 0"))
        job.action_import()
        self.assertEqual(job.state, "importing")
        self._run_cron()
        self.assertEqual((job.state, job.done_count, job.progress), ("done", 5, 100))
        self.assertEqual(self._find("Bulk 4").create_uid, self.lea)

    def test_interrupted_import_goes_on_where_it_stopped(self):
        job = self._start_long_import(5)
        self._run_cron()
        job.action_import()
        chunk = self.env.registry["psa.import"]._import_rows
        calls = []

        def crash(import_, rows):
            calls.append(rows.mapped("number"))
            if len(calls) == 2:
                raise OperationalError("The server stopped")
            return chunk(import_, rows)

        import_class = self.env.registry["psa.import"]
        with patch.object(import_class, "_import_rows", crash), mute_logger(CRON):
            # What fails after some progress is run again at once.
            self._run_cron()
        self.assertEqual(calls, [[2, 3], [4, 5], [4, 5], [6]])
        self.assertEqual((job.state, job.done_count), ("done", 5))
        self.assertEqual(
            len(self.env["res.partner"].search([("name", "like", "Bulk ")])), 5
        )

    def test_import_is_done_with_its_last_rows(self):
        job = self._start_long_import(2)
        self._run_cron()
        job.action_import()
        self.assertEqual(job._import_chunk(), 2)
        self.assertEqual((job.state, job.done_count), ("done", 2))

    def test_import_stops_when_its_user_lost_the_right(self):
        job = self._start_long_import(1)
        self._run_cron()
        job.action_import()
        self.lea.group_ids = self.env.ref("helpdesk_psa.group_psa_agent")
        with self.assertLogs("odoo.addons.helpdesk_psa.models.psa_import", "ERROR"):
            self._run_cron()
        job = job.with_user(self.max)
        self.assertEqual((job.state, job.done_count), ("checked", 0))
        self.assertRegex(job.error, "may not create contacts")

    def test_running_import_is_not_changed_but_can_be_stopped(self):
        job = self._start_long_import(3)
        with self.assertRefused(UserError, "Stop it first"):
            job.customer_key = "ref"
        self.assertEqual(job.customer_key, "name")
        job.action_stop()
        job.customer_key = "ref"
        self.assertEqual(job.state, "draft")
