from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...const import LIVE_SLA_STATES, OPEN_CATEGORIES
from ...tools.sla_policy import Facts

# Fields that set the priority, which the promises depend on.
PRIORITY_FIELDS = {"priority", "severity_id"}


class PsaTicketSlaMixin(models.AbstractModel):
    """The clocks of a ticket: what was promised to the customer, until when."""

    _name = "psa.ticket.sla.mixin"
    _description = "Ticket SLA"
    _inherit = ["psa.sla.mixin"]
    _psa_sla_subject = "ticket"

    sla_clock_ids = fields.One2many("psa.sla.clock", "ticket_id", string="Clocks")

    can_edit_priority = fields.Boolean(compute="_compute_can_edit_priority")
    can_extend_sla = fields.Boolean(compute="_compute_can_extend_sla")

    @api.depends("team_id")
    @api.depends_context("uid")
    def _compute_can_edit_priority(self):
        is_lead = self.env.su or self.env.user.has_group("helpdesk_psa.group_psa_lead")
        for ticket in self:
            is_new = not ticket._origin
            ticket.can_edit_priority = (
                is_lead or is_new or not ticket.team_id.is_priority_locked
            )

    @api.depends("sla_clock_ids.state")
    @api.depends_context("uid")
    def _compute_can_extend_sla(self):
        is_lead = self.env.user.has_group("helpdesk_psa.group_psa_lead")
        for ticket in self:
            # Who may not extend needs no clocks.
            states = set(ticket.sla_clock_ids.mapped("state") if is_lead else ())
            ticket.can_extend_sla = not states.isdisjoint(LIVE_SLA_STATES)

    def write(self, vals):
        if not vals.keys().isdisjoint(PRIORITY_FIELDS):
            self._check_priority_lock(vals)
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

    def _check_priority_lock(self, vals):
        """Leave the priority to team leaders where their team says so.

        :raise AccessError: before anything has changed
        """
        changed = self.filtered(
            lambda ticket: any(
                ticket._fields[name].convert_to_write(ticket[name], ticket)
                != vals[name]
                for name in PRIORITY_FIELDS.intersection(vals)
            )
        )
        locked = changed.filtered(
            lambda ticket: (
                not ticket.can_edit_priority
                and vals.get("priority") != ticket._get_own_forced_priority()
            )
        )
        if locked:
            raise AccessError(
                self.env._(
                    "Only team leaders change the priority of tickets of the team "
                    "“%(team)s”. Ask one of them.",
                    team=locked[0].team_id.name,
                )
            )

    # === VIP === #

    def _complete_values(self, vals_list):
        """Override of `psa.ticket.creation.mixin` to give VIPs their team's priority."""
        result = super()._complete_values(vals_list)
        for vals in vals_list:
            team = self.env["psa.team"].browse(vals.get("team_id"))
            forced = self._get_forced_priority(team, self._get_party(vals))
            if forced > vals.get("priority", "1"):
                vals["priority"] = forced
        return result

    def _get_consequences(self, vals):
        """Override of `psa.ticket.lifecycle.mixin`: a VIP's priority never falls below."""
        further = super()._get_consequences(vals)
        if {"partner_id", "customer_id", "team_id", *PRIORITY_FIELDS}.isdisjoint(vals):
            return further
        wanted = {**vals, **further}
        team = self.team_id.browse(wanted.get("team_id", self.team_id.id))
        party = self._get_party(wanted) or self.partner_id or self.customer_id
        forced = self._get_forced_priority(team, party)
        if forced > wanted.get("priority", self.priority):
            further["priority"] = forced
        return further

    def _get_own_forced_priority(self):
        party = self.partner_id or self.customer_id
        return self._get_forced_priority(self.team_id, party)

    @api.model
    def _get_forced_priority(self, team, party):
        """Return the lowest priority that a VIP's ticket may have, or an empty string."""
        # sudo: the team's wish counts whoever opens the ticket, a private team's too
        wish = team.sudo().vip_priority
        return wish if wish and party._psa_get_setting("psa_vip")[0] else ""

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

    @api.model
    def _get_sla_open_domain(self):
        return Domain("stage_category", "in", OPEN_CATEGORIES)

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
        tree = {
            "group": self.customer_group_id,
            "equipment": self.equipment_ids.category_id,
        }.get(name)
        if tree is not None:
            path = "".join(tree.mapped("parent_path"))
            return frozenset(int(part) for part in path.split("/") if part)
        field = {
            "type": "type_id",
            "team": "team_id",
            "customer": "customer_id",
            "site": "site_id",
            "tag": "tag_ids",
        }.get(name)
        return frozenset(self[field].ids) if field else frozenset()

    def action_extend_sla(self):
        """Let a team leader give a promise more time."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_psa.psa_sla_extend_action"
            ),
            "context": {"default_ticket_id": self.id},
        }
