from odoo import api, fields, models
from odoo.exceptions import UserError


class PsaBillingParameterChange(models.Model):
    """Who changed a price, a rule or a term of billing, when, and from what to what."""

    _name = "psa.billing.parameter.change"
    _description = "Change of a Billing Parameter"
    _order = "id desc"
    _rec_name = "name"

    create_date = fields.Datetime(string="At", readonly=True)
    create_uid = fields.Many2one("res.users", string="By", readonly=True)
    kind = fields.Selection(
        [("create", "Added"), ("write", "Changed"), ("unlink", "Deleted")],
        string="What happened",
        required=True,
        readonly=True,
    )
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", string="Record", readonly=True
    )
    model_name = fields.Char(string="Of", compute="_compute_labels")
    name = fields.Char(
        string="What", readonly=True, help="The record as it was called at that time."
    )
    field = fields.Char(readonly=True)
    field_label = fields.Char(string="Parameter", compute="_compute_labels")
    old_value = fields.Char(string="Before", readonly=True)
    new_value = fields.Char(string="After", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    customer_id = fields.Many2one(
        "res.partner", readonly=True, index="btree_not_null", ondelete="set null"
    )
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id", store=True, index="btree_not_null"
    )

    _record_idx = models.Index("(res_model, res_id)")

    @api.depends("res_model", "field")
    @api.depends_context("lang")
    def _compute_labels(self):
        for change in self:
            model = self.env.get(change.res_model)
            is_known = model is not None
            change.model_name = (
                # sudo: names of models are no secret
                self.env["ir.model"].sudo()._get(change.res_model).name
                if is_known
                else change.res_model
            )
            field = model._fields.get(change.field) if is_known else None
            change.field_label = (
                field._description_string(self.env) if field else change.field
            )

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse: a change is written down once."""
        raise UserError(
            self.env._("The history of billing parameters is not changed afterwards.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history of billing parameters is not deleted."))

    def action_open_record(self):
        """Open what was changed, if it still exists."""
        self.ensure_one()
        if (
            self.res_model not in self.env
            or not self.env[self.res_model].browse(self.res_id).exists()
        ):
            raise UserError(
                self.env._("“%(name)s” has been deleted since.", name=self.name)
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
