from odoo import api, fields, models

BLOCKING = [("block", "Block"), ("warn", "Warn"), ("off", "Off")]


class PsaCheckBlockingMixin(models.AbstractModel):
    """What the findings of a check mean to the invoices of a customer."""

    _name = "psa.check.blocking.mixin"
    _description = "Checks that Hold Invoices up"

    usual_blocking = fields.Selection(BLOCKING, default="warn", readonly=True)
    blocking = fields.Selection(
        BLOCKING,
        string="In billing runs",
        required=True,
        compute="_compute_blocking",
        store=True,
        readonly=False,
        precompute=True,
        help="Block: a customer gets no invoice while one of his findings is neither mended "
        "nor accepted with a reason. Warn: it is shown before the invoices are drafted. "
        "Off: it is found each night and no run speaks of it.",
    )

    @api.depends("usual_blocking")
    def _compute_blocking(self):
        for check in self:
            check.blocking = check.usual_blocking or "warn"

    @api.model
    def _refresh(self, codes=None):
        """Look again, so that nobody is held up by what is mended.

        :param codes: of these checks only; of all that runs speak of unless given
        """
        # sudo: it looks at everything; who looks at the findings sees what rules allow
        checks = self.env["psa.billing.check"].sudo()
        if codes is None:
            codes = checks.search([("blocking", "!=", "off")]).mapped("code")
        if codes:
            checks._run(codes=set(codes))
