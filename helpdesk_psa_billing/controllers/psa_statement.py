from odoo import http
from odoo.http import content_disposition, request

from ..models.mixins.psa_move_statement_mixin import XLSX


class PsaStatement(http.Controller):
    @http.route(
        "/psa/statement/<int(max=2147483647):move_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download(self, move_id):
        """Answer with the statement of work of an invoice that the user may see."""
        move = request.env["account.move"].search([("id", "=", move_id)])
        if not move or not request.env.user._is_internal():
            return request.not_found()
        content, _type = move._psa_render_xlsx()
        name = move._psa_get_statement_name("xlsx")
        return request.make_response(
            content,
            [
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
