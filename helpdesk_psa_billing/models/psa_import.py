from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .psa_agreement_plan import AgreementPlan
from .psa_licence_plan import LicencePlan
from .psa_reading_plan import ReadingPlan


class PsaImport(models.Model):
    _inherit = "psa.import"

    kind = fields.Selection(
        selection_add=[
            ("licences", "Licences"),
            ("agreements", "Agreements"),
            ("readings", "Meter readings"),
        ],
        ondelete={
            "licences": "cascade",
            "agreements": "cascade",
            "readings": "cascade",
        },
    )
    puts_in_force = fields.Boolean(
        string="Put them in force",
        help="Agreements are put in force when all their rows are imported; those with a "
        "refused row stay drafts. Else all stay drafts, to be read once more.",
    )

    def _get_plan_class(self):
        """Override: what billing reads has plans of its own."""
        plans = {
            "licences": LicencePlan,
            "agreements": AgreementPlan,
            "readings": ReadingPlan,
        }
        return plans.get(self.kind) or super()._get_plan_class()

    def _get_written_models(self):
        """Override: what the sheets of billing write."""
        written = {
            "licences": ("psa.licence", "psa.licence.seat"),
            "agreements": ("psa.agreement", "psa.agreement.line"),
            "readings": ("psa.usage.reading",),
        }
        return written.get(self.kind) or super()._get_written_models()

    def _get_written_operations(self):
        """Override: readings are added, and never changed."""
        if self.kind == "readings":
            return ("create",)
        return super()._get_written_operations()

    @api.model
    def _get_row_kinds(self):
        return (*super()._get_row_kinds(), "licence", "agreement", "reading")

    def _name_parties(self, plan, cells):
        """Override: rows are about a licence, a meter or an agreement."""
        names = super()._name_parties(plan, cells)
        said = {
            name: cells[position]
            for position, name in plan.columns.items()
            if position < len(cells)
        }
        if self.kind == "licences":
            subject = said.get("vendor_reference") or said.get("name")
            return {**names, "equipment_name": False, "subject_name": subject}
        if self.kind == "readings":
            subject = said.get("meter") or said.get("serial_no")
            return {**names, "equipment_name": False, "subject_name": subject}
        if self.kind == "agreements":
            subject = said.get("reference")
            return {**names, "equipment_name": False, "subject_name": subject}
        return names

    def action_open_rows(self):
        """Override: licences and agreements have a column of their own."""
        action = super().action_open_rows()
        return {**action, "context": {**action["context"], "psa_kind": self.kind}}

    # === PUTTING IN FORCE === #

    def _import_chunk(self):
        """Override: with its last row an agreement may be put in force."""
        count = super()._import_chunk()
        if self.kind == "agreements" and self.puts_in_force:
            self._put_in_force()
        return count

    def _put_in_force(self):
        """Put the drafts in force of which every row is imported."""
        rows = self.env["psa.import.row"]
        mine = [("import_id", "=", self.id)]
        waiting = rows.search([*mine, ("is_done", "=", False)])
        names = {(row.subject_name or "").lower() for row in waiting}
        done = rows.search(
            [*mine, ("is_done", "=", True), ("agreement_id.state", "=", "draft")]
        )
        ready = done.filtered(lambda it: it.agreement_id.name.lower() not in names)
        try:
            with self.env.cr.savepoint():
                ready.agreement_id.action_activate()
        except (UserError, ValidationError):
            for agreement, mine in ready.grouped("agreement_id").items():
                self._put_in_force_alone(agreement, mine)

    def _put_in_force_alone(self, agreement, rows):
        try:
            with self.env.cr.savepoint():
                agreement.action_activate()
        except (UserError, ValidationError) as error:
            message = self.env._("It stays a draft: %(reason)s", reason=str(error))
            self._rows_sudo().browse(rows.ids).write({"message": message})
