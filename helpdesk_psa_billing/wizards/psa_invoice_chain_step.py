from odoo import fields, models


class PsaInvoiceChainStep(models.TransientModel):
    """One step of the test of the invoice chain: how it went, and what helps."""

    _name = "psa.invoice.chain.step"
    _description = "Step of a Test of the Invoice Chain"
    _order = "sequence, id"

    chain_id = fields.Many2one("psa.invoice.chain", required=True, ondelete="cascade")
    sequence = fields.Integer()
    name = fields.Char(string="Step", required=True, readonly=True)
    state = fields.Selection(
        [("ok", "Works"), ("warning", "Look at it"), ("failed", "Failed")],
        string="Result",
        required=True,
        readonly=True,
    )
    detail = fields.Char(string="What came out", readonly=True)
    remedy = fields.Char(string="What helps", readonly=True)
