import base64
import logging

from psycopg2 import DataError, IntegrityError, OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..tools import import_sheet
from ..tools.import_sheet import SheetError
from .psa_equipment_plan import EquipmentPlan
from .psa_import_plan import ImportPlan, Refusal

_logger = logging.getLogger(__name__)

# Rows that are looked up and written together; each such chunk is committed.
CHUNK = 500
# Sheets of so many rows are read and imported while the user waits.
AT_ONCE_ROWS = 500
# About so many bytes a row has, to tell from the file whether it has that many.
ROW_BYTES = 300


class PsaImport(models.Model):
    """A sheet of customers, sites, contacts and mail domains, on its way into Odoo.

    First every row is checked and nothing is written; then the good rows are imported.
    What is interrupted goes on where it stopped.
    """

    _name = "psa.import"
    _description = "Import of Customers"
    _order = "id desc"
    _rec_name = "filename"
    _check_company_auto = True

    file = fields.Binary(
        string="Sheet",
        required=True,
        attachment=True,
        help="CSV or XLSX, with one row of headings. At most 50 MB and 50,000 rows.",
    )
    filename = fields.Char(
        string="File name", default=lambda self: self.env._("customers")
    )
    kind = fields.Selection(
        [("customers", "Customers"), ("equipment", "Equipment")],
        string="Sheet of",
        required=True,
        default="customers",
        help="Customers: with their sites, people and mail domains. Equipment: of customers "
        "that exist.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        help="Contacts of other companies are left alone. New customers belong to this one "
        "if there are several.",
    )
    customer_key = fields.Selection(
        [
            ("name", "Name"),
            ("ref", "Reference"),
            ("vat", "VAT number"),
            ("xmlid", "External ID"),
        ],
        string="Recognise customers by",
        required=True,
        default="name",
        help="Rows with a known value change that customer, others create one.",
    )
    contact_key = fields.Selection(
        [("email", "E-mail"), ("xmlid", "External ID")],
        string="Recognise contacts by",
        required=True,
        default="email",
        help="Rows with a known value change that contact, others create one.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Imported by",
        readonly=True,
        default=lambda self: self.env.user,
        help="The import may do what this user may do.",
    )
    state = fields.Selection(
        [
            ("draft", "New"),
            ("checking", "Being checked"),
            ("checked", "Checked"),
            ("importing", "Being imported"),
            ("done", "Imported"),
        ],
        default="draft",
        required=True,
        readonly=True,
        index=True,
        copy=False,
    )
    headings = fields.Json(readonly=True, copy=False)
    unknown_headings = fields.Text(
        string="Columns left out",
        readonly=True,
        copy=False,
        help="Headings that mean nothing here; these columns are not imported.",
    )
    error = fields.Text(string="Cannot be used", readonly=True, copy=False)
    row_ids = fields.One2many("psa.import.row", "import_id", string="All rows")
    refused_row_ids = fields.One2many(
        "psa.import.row",
        "import_id",
        string="Refused rows",
        domain=[("outcome", "=", "refused")],
    )
    row_count = fields.Integer(string="Rows", compute="_compute_counts")
    created_count = fields.Integer(string="Created", compute="_compute_counts")
    updated_count = fields.Integer(string="Updated", compute="_compute_counts")
    unchanged_count = fields.Integer(string="Unchanged", compute="_compute_counts")
    refused_count = fields.Integer(string="Refused", compute="_compute_counts")
    good_count = fields.Integer(
        string="Good rows",
        compute="_compute_counts",
        help="Rows that are imported, or will be.",
    )
    done_count = fields.Integer(string="Rows imported", compute="_compute_counts")
    progress = fields.Float(
        compute="_compute_counts", help="Percentage of the good rows that are imported."
    )
    refused_file = fields.Binary(
        compute="_compute_refused_file",
        help="The refused rows with the reasons, to be corrected and imported again.",
    )

    @api.depends("row_ids.outcome", "row_ids.is_done")
    def _compute_counts(self):
        counts = {}
        for job, outcome, is_done, count in self.env["psa.import.row"]._read_group(
            [("import_id", "in", self.ids)],
            ["import_id", "outcome", "is_done"],
            ["__count"],
        ):
            figures = counts.setdefault(job.id, {})
            figures[outcome] = figures.get(outcome, 0) + count
            if is_done:
                figures["done"] = figures.get("done", 0) + count
        for job in self:
            figures = counts.get(job.id, {})
            good = 0
            for outcome in ("created", "updated", "unchanged"):
                job[f"{outcome}_count"] = figures.get(outcome, 0)
                good += figures.get(outcome, 0)
            job.refused_count = figures.get("refused", 0)
            job.good_count = good
            job.row_count = good + job.refused_count
            job.done_count = figures.get("done", 0)
            job.progress = 100 * job.done_count / good if good else 0

    def _compute_refused_file(self):
        reason = self.env._("Reason for refusal")
        for job in self:
            rows = job.row_ids.search(
                [("import_id", "=", job.id), ("outcome", "=", "refused")],
                order="number",
            )
            headings = job.headings or []
            width = len(headings)
            job.refused_file = base64.b64encode(
                import_sheet.write_csv(
                    [*headings, reason],
                    [
                        [*(row.cells + [""] * width)[:width], row.message or ""]
                        for row in rows
                    ],
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # Whose rights count is not for sale.
            vals["user_id"] = self.env.uid
        return super().create(vals_list)

    def write(self, vals):
        if "user_id" in vals and vals["user_id"] != self.env.uid and not self.env.su:
            raise UserError(
                self.env._("An import has the rights of whoever starts it.")
            )
        if vals.keys() & {
            "file",
            "kind",
            "customer_key",
            "contact_key",
            "company_id",
        }:
            self._forget_check()
        return super().write(vals)

    def _forget_check(self):
        """A check is worth nothing for another file or other keys."""
        if any(job.state in ("checking", "importing") for job in self):
            raise UserError(
                self.env._("The import is running. Stop it first, then change it.")
            )
        self._rows_sudo().search([("import_id", "in", self.ids)]).unlink()
        self.write({"state": "draft", "error": False, "unknown_headings": False})

    # === ACTIONS === #

    def action_check(self):
        """Read the sheet and say what each row would do; write nothing."""
        self.ensure_one()
        self._check_rights()
        self._forget_check()
        self.write({"user_id": self.env.uid})
        if len(self._get_data()) > AT_ONCE_ROWS * ROW_BYTES:
            self._queue("checking")
        else:
            self._check()
        return True

    def action_import(self):
        """Import the good rows: at once if they are few, else in the background."""
        self.ensure_one()
        self._check_rights()
        if self.state not in ("checked", "done"):
            raise UserError(self.env._("Check the sheet first."))
        self.write({"user_id": self.env.uid})
        if len(self._get_pending(AT_ONCE_ROWS + 1)) > AT_ONCE_ROWS:
            self._queue("importing")
            return True
        while self._import_chunk():
            continue
        return True

    def action_stop(self):
        """Stop a running import; what is imported stays."""
        self.ensure_one()
        if self.state == "checking":
            self.state = "draft"
        elif self.state == "importing":
            self.state = "checked"
        return True

    def action_download_refused(self):
        """Download the refused rows with the reasons, to correct and import them again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/psa.import/{self.id}/refused_file/refused-rows.csv"
            "?download=true",
            "target": "self",
        }

    def action_open_rows(self):
        """Open the rows; the context names the outcome of interest."""
        self.ensure_one()
        outcome = self.env.context.get("psa_outcome")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rows of %(file)s", file=self.filename or ""),
            "res_model": "psa.import.row",
            "view_mode": "list",
            "domain": [("import_id", "=", self.id)],
            "context": {f"search_default_{outcome}": 1} if outcome else {},
        }

    def _check_rights(self):
        """Say at once, and not on each row, that the user may not import.

        :raise UserError: if the user may not create contacts or domains
        """
        if any(
            not self.env[model].has_access(operation)
            for model in self._get_written_models()
            for operation in self._get_written_operations()
        ):
            raise UserError(
                self.env._(
                    "You may not create contacts. Ask an administrator for the helpdesk "
                    "role of a team leader, or the right to create contacts."
                )
            )

    def _get_written_models(self):
        """Return the names of the models that the sheet writes.

        Override for the kinds of sheets of another add-on.
        """
        if self.kind == "equipment":
            return ("psa.equipment",)
        return ("res.partner", "psa.email.domain", "res.partner.category")

    def _get_written_operations(self):
        """Return what the sheet does to the models that it writes, as access rights name it.

        Override for the kinds of sheets that only add something.
        """
        return ("create", "write")

    def _queue(self, state):
        self.state = state
        self.env.ref("helpdesk_psa.ir_cron_psa_import").sudo()._trigger()

    # === CHECK === #

    def _get_data(self):
        """Return the content of the file."""
        return base64.b64decode(self.with_context(bin_size=False).file or b"")

    def _check(self):
        """Read and check all rows."""
        self._rows_sudo().search([("import_id", "in", self.ids)]).unlink()
        try:
            (_number, headings), *table = import_sheet.read_table(self._get_data())
            plan = self._get_plan(headings)
            self._check_keys(plan)
        except SheetError as error:
            message = self._word_sheet_error(error.reason, error.details)
            self.write({"state": "draft", "error": message})
            return
        for chunk in split_every(CHUNK, table, list):
            self._rows_sudo().create(self._check_rows(plan, chunk))
        self.write(
            {
                "state": "checked",
                "error": False,
                "headings": headings,
                "unknown_headings": ", ".join(plan.unknown) or False,
            }
        )

    def _rows_sudo(self):
        """Return the model of the rows, which nobody may write by hand.

        Else one user could change what another one has checked and imports.
        """
        # sudo: see above
        return self.env["psa.import.row"].sudo()

    def _get_plan(self, headings):
        """Return what compares the rows of this kind of sheet with the database."""
        return self._get_plan_class()(self._as_company(), headings)

    def _get_plan_class(self):
        """Return the class of the plan; override for the sheets of another add-on."""
        return EquipmentPlan if self.kind == "equipment" else ImportPlan

    def _as_company(self):
        """Return the import as its company sees the contacts."""
        return self.with_company(self.company_id)

    def _check_keys(self, plan):
        """Require the columns that customers and contacts are recognised by."""
        missing = plan.get_missing_columns()
        if missing:
            columns = [
                column.headings[0]
                for column in plan.by_name.values()
                if column.name in missing
            ]
            raise SheetError("missing_heading", columns=", ".join(columns))

    def _check_rows(self, plan, chunk):
        """Return the values of the `psa.import.row` of some rows."""
        parsed, lines = [], []
        for number, cells in chunk:
            line = {"import_id": self.id, "number": number, "cells": cells}
            lines.append(line)
            try:
                said = plan.parse(cells)
            except Refusal as refusal:
                line |= {"outcome": "refused", "message": str(refusal)}
                line |= self._name_parties(plan, cells)
                continue
            parsed.append((line, said))
        plan.load([said for _line, said in parsed])
        for line, said in parsed:
            line |= self._name_parties(plan, line["cells"])
            try:
                outcome, _parties, message = plan.plan_row(line["number"], said)
                line |= {"outcome": outcome, "message": message}
            except Refusal as refusal:
                line |= {"outcome": "refused", "message": str(refusal)}
        return lines

    def _name_parties(self, plan, cells):
        """Return what a row calls its customer, site and contact."""
        said = {
            name: cells[position]
            for position, name in plan.columns.items()
            if position < len(cells)
        }
        return {
            "customer_name": said.get("customer_name")
            or said.get(plan.customer_column),
            "site_name": said.get("site_name"),
            "contact_name": said.get("contact_name") or said.get(plan.contact_column),
            "equipment_name": said.get("serial_no") or said.get("name"),
        }

    def _word_sheet_error(self, reason, details):
        """Return why a file cannot be used, and what helps."""
        words = {
            "empty": self.env._("The sheet has no row below the headings."),
            "too_big": self.env._(
                "The file is larger than %(megabytes)s MB. Split it."
            ),
            "too_many_rows": self.env._(
                "The sheet has more than %(rows)s rows. Split it into several files."
            ),
            "old_excel": self.env._(
                "This is a workbook of an old format. Save it as .xlsx, then try again."
            ),
            "not_a_sheet": self.env._(
                "This is neither a CSV file nor a workbook (.xlsx)."
            ),
            "unreadable": self.env._(
                "The file is damaged or not what it claims to be. Open it in a "
                "spreadsheet program and save it again. (%(error)s)"
            ),
            "no_heading": self.env._(
                "No heading is known. The first row must hold the headings, as in the "
                "sample file."
            ),
            "same_heading": self.env._(
                "“%(first)s” and “%(second)s” mean the same. Remove one of the columns."
            ),
            "missing_heading": self.env._(
                "Missing: %(columns)s. Add the column, or recognise the records by "
                "something else."
            ),
        }
        return words[reason] % details

    # === IMPORT === #

    def _get_pending(self, limit=CHUNK):
        """Return the next rows to import."""
        return self.env["psa.import.row"].search(
            [
                ("import_id", "=", self.id),
                ("is_done", "=", False),
                ("outcome", "!=", "refused"),
            ],
            order="number",
            limit=limit,
        )

    def _import_chunk(self):
        """Import the next rows; after the last ones, the import is done.

        :return: how many rows were dealt with, 0 when none was left
        """
        rows = self._get_pending()
        try:
            with self.env.cr.savepoint():
                self._import_rows(rows)
        except (UserError, DataError, IntegrityError, Refusal):
            # One of them is wrong for a reason that the check did not know.
            for row in rows:
                self._import_alone(row)
        # With the last rows: nobody may call again soon.
        if not self._get_pending(1):
            self.state = "done"
        self.env.flush_all()
        # Thousands of contacts in the cache would only cost memory.
        self.env.invalidate_all(flush=False)
        return len(rows)

    def _import_alone(self, row):
        try:
            with self.env.cr.savepoint():
                self._import_rows(row)
        except (UserError, DataError, IntegrityError, Refusal) as error:
            values = {"outcome": "refused", "message": str(error)}
            self._rows_sudo().browse(row.id).write(values)

    def _import_rows(self, rows):
        """Import some rows together; all of them or none.

        :raise Refusal: if one of them is no longer good
        """
        plan = self._get_plan(self.headings)
        parsed = [(row, plan.parse(row.cells)) for row in rows]
        plan.load([said for _row, said in parsed])
        planned = [(row, *plan.plan_row(row.number, said)) for row, said in parsed]
        plan.apply()
        for row, outcome, parties, message in planned:
            self._rows_sudo().browse(row.id).write(
                {
                    "outcome": outcome,
                    "message": message,
                    "is_done": True,
                    "customer_id": parties["customer"].record.id,
                    **{
                        f"{kind}_id": parties[kind].record.id
                        for kind in self._get_row_kinds()
                        if kind in parties
                    },
                }
            )
        self.env.flush_all()

    @api.model
    def _get_row_kinds(self):
        """Return the kinds of parties, besides customers, that a row keeps a link to."""
        return ("contact", "equipment")

    # === SCHEDULED === #

    @api.model
    def _cron_run(self):
        """Check and import what waits, chunk by chunk, each with the rights of its user."""
        progress = self.env["ir.cron"]._commit_progress
        jobs = self.search([("state", "in", ("checking", "importing"))], order="id")
        progress(
            remaining=sum(job.row_count - job.done_count for job in jobs) or len(jobs)
        )
        for job in jobs:
            while job.state in ("checking", "importing"):
                if not job.try_lock_for_update():
                    break  # somebody is at it
                if not progress(job._run_step()):
                    return

    def _run_step(self):
        """Check the sheet, or import one chunk.

        :return: number of rows dealt with
        """
        user = self.user_id
        job = self.with_user(user).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=self.company_id.ids
        )
        try:
            with self.env.cr.savepoint():
                job._check_rights()
                if self.state == "importing":
                    return job._import_chunk()
                job._check()
                return 1
        except OperationalError:
            raise  # somebody was faster: the next run goes on
        except Exception as error:
            _logger.exception("The import %s stopped", self.id)
            state = "checked" if self.state == "importing" else "draft"
            self.write({"state": state, "error": str(error)})
            return 0
