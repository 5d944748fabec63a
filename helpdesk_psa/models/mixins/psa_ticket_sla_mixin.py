from odoo import api, fields, models

from ...tools.sla_policy import Facts


class PsaTicketSlaMixin(models.AbstractModel):
    """The clocks of a ticket: what was promised to the customer, until when."""

    _name = "psa.ticket.sla.mixin"
    _description = "Ticket SLA"
    _inherit = ["psa.sla.mixin"]
    _psa_sla_subject = "ticket"

    sla_clock_ids = fields.One2many("psa.sla.clock", "ticket_id", string="Clocks")

    def write(self, vals):
        if "requested_at" not in vals:
            return super().write(vals)
        before = {ticket.id: ticket.requested_at for ticket in self}
        result = super().write(vals)
        self._log_events(
            {
                "ticket_id": ticket.id,
                "kind": "requested",
                "old": fields.Datetime.to_string(before[ticket.id]),
                "new": fields.Datetime.to_string(ticket.requested_at),
            }
            for ticket in self
            if ticket.requested_at != before[ticket.id]
        )
        return result

    @api.model
    def _get_sla_terms_fields(self):
        return (
            *super()._get_sla_terms_fields(),
            "tag_ids",
            "site_id",
            "customer_id",
            "equipment_ids",
            "agreement_id",
            "agreement_source",
        )

    def _get_agreement_sla_policies(self):
        """Override to read what was agreed on from the line that covers the ticket."""
        # sudo: what was promised counts, whoever touches the ticket
        return {
            ticket.id: ticket.agreement_line_id.sla_policy_id.id
            for ticket in self.sudo()
            if ticket.agreement_line_id.sla_policy_id
        }

    def _get_sla_mode(self, vals):
        stage = self.stage_id
        if vals["kind"] != "created":
            stage = stage.browse(int(vals["new"]))
        return stage._get_sla_mode()

    def _get_sla_start(self):
        return self.requested_at

    def _get_sla_team_id(self):
        return self.team_id.id

    def _is_measured(self):
        """What was imported was promised elsewhere."""
        return super()._is_measured() and self.channel != "import"

    def _get_sla_facts(self):
        needs = self.env["psa.sla.policy"]._get_needs("ticket")
        return {
            ticket.id: Facts(
                company_id=ticket.company_id.id,
                requested_at=ticket.requested_at,
                priority=ticket.priority,
                is_vip="vip" in needs and ticket.is_vip,
                ids={name: ticket._get_sla_condition(name) for name in needs},
            )
            for ticket in self
        }

    def _get_sla_condition(self, name):
        """Return the ids by which a condition of policies knows the ticket.

        Override to bring a condition of another module.
        """
        if name == "group":
            path = self.customer_group_id.parent_path or ""
            return frozenset(int(part) for part in path.split("/") if part)
        field = {
            "type": "type_id",
            "team": "team_id",
            "customer": "customer_id",
            "site": "site_id",
            "tag": "tag_ids",
        }.get(name)
        return frozenset(self[field].ids) if field else frozenset()
