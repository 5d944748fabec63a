from odoo import http
from odoo.http import request


class EquipmentController(http.Controller):
    """Where the code on a label leads to."""

    @http.route(
        "/helpdesk/equipment/<int(max=2147483647):equipment_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def open_equipment(self, equipment_id, **_params):
        """Open an equipment in the backend, in the company that looks after it.

        The backend checks the access; who may not see it is told so there.
        """
        user = request.env.user
        if not user._is_internal():
            return request.redirect("/my")
        response = request.redirect(f"/odoo/helpdesk-equipment/{equipment_id}")
        # sudo: only which of the user's companies to open it in
        equipment = request.env["psa.equipment"].sudo().browse(equipment_id).exists()
        company = equipment.company_id & user.company_ids
        active = request.cookies.get("cids", str(user.company_id.id))
        if company and str(company.id) not in active.split("-"):
            response.set_cookie("cids", f"{company.id}-{active}")
        return response
