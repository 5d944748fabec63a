from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools.mail import html2plaintext

EVENT_TYPE = "helpdesk_psa.calendar_event_type_psa_ticket"


class PsaTicketInterventionMixin(models.AbstractModel):
    """Gives tickets their visits to the customer, appointments, parts and checklist."""

    _name = "psa.ticket.intervention.mixin"
    _description = "Ticket Interventions"
    _inherit = ["psa.visited.mixin"]

    intervention_ids = fields.Many2many(
        "psa.intervention",
        "psa_intervention_ticket_rel",
        "ticket_id",
        "intervention_id",
        string="Interventions",
        copy=False,
    )
    intervention_count = fields.Integer(compute="_compute_intervention_count")
    appointment_ids = fields.One2many(
        "calendar.event", "psa_ticket_id", string="Appointments"
    )
    appointment_count = fields.Integer(compute="_compute_appointment_count")
    item_ids = fields.One2many("psa.item", "ticket_id", string="Items")
    checklist_item_ids = fields.One2many(
        "psa.checklist.item", "ticket_id", string="Checklist"
    )

    @api.depends("intervention_ids")
    @api.depends_context("uid")
    def _compute_intervention_count(self):
        counts = dict(
            self.env["psa.intervention"]._read_group(
                [("ticket_ids", "in", self.ids)], ["ticket_ids"], ["__count"]
            )
        )
        for ticket in self:
            ticket.intervention_count = counts.get(ticket._origin, 0)

    @api.depends("appointment_ids")
    @api.depends_context("uid")
    def _compute_appointment_count(self):
        appointments = self.env["calendar.event"]
        domain = [("psa_ticket_id", "in", self.ids)]
        # sudo: most tickets have none at all, and the rules of calendars take long
        exist = appointments.sudo().search_count(domain, limit=1)
        counts = dict(
            appointments._read_group(domain, ["psa_ticket_id"], ["__count"])
            if exist
            else ()
        )
        for ticket in self:
            ticket.appointment_count = counts.get(ticket._origin, 0)

    def _compute_time_hours(self):
        """Override of `psa.ticket.time.mixin` to add the visits for several tickets.

        Their entries name no ticket, and count for each of them. An entry of a visit for
        this ticket alone names it.
        """
        result = super()._compute_time_hours()
        # sudo: the total tells nothing of what the time costs
        visits = self.sudo().intervention_ids
        if not visits:
            return result
        groups = (
            self.env["account.analytic.line"]
            .sudo()
            ._read_group(
                [
                    ("psa_intervention_id", "in", visits.ids),
                    ("psa_ticket_id", "=", False),
                ],
                ["psa_intervention_id", "psa_billable"],
                ["psa_minutes:sum"],
            )
        )
        for ticket in self:
            for visit, billable, minutes in groups:
                if visit in ticket.sudo().intervention_ids:
                    name = "billable_hours" if billable else "unbillable_hours"
                    ticket[name] += minutes / 60
                    ticket.time_hours += minutes / 60
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        """Refuse to take a ticket, and its parts, off a sheet that is signed."""
        # sudo: a visit that the user does not see counts as well
        tickets = self.sudo()
        (tickets.intervention_ids | tickets.item_ids.intervention_id)._check_unlocked()

    # === INTERVENTIONS === #

    def action_create_intervention(self):
        """Plan a visit for the ticket: what the ticket knows comes along."""
        self.ensure_one()
        intervention = self._create_interventions()
        return {
            "type": "ir.actions.act_window",
            "res_model": "psa.intervention",
            "res_id": intervention.id,
            "views": [(False, "form")],
        }

    def _create_interventions(self):
        """Create a visit for each ticket.

        :raise UserError: while the customer is unknown
        """
        self.check_access("write")
        for ticket in self:
            if not ticket.customer_id:
                raise UserError(
                    self.env._(
                        "Nobody knows yet which customer the ticket %(number)s is from. "
                        "Say who asks; then an intervention can be planned.",
                        number=ticket.number,
                    )
                )
        return self.env["psa.intervention"].create(
            [ticket._prepare_intervention_values() for ticket in self]
        )

    def _prepare_intervention_values(self):
        """Return the values of a visit for the ticket; other add-ons add theirs."""
        self.ensure_one()
        contact = self.partner_id
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "ticket_ids": [Command.link(self.id)],
            "customer_id": self.customer_id.id,
            "site_id": self.site_id.id,
            # A requester of another firm is not whom the technicians ask for.
            "partner_id": contact.commercial_partner_id == self.customer_id
            and contact.id,
            "equipment_ids": [Command.set(self.equipment_ids.ids)],
            "agreement_id": self.agreement_id.id,
            "team_id": self.team_id.id,
            "priority": self.priority,
            "requested_at": self.requested_at,
            "description": html2plaintext(self.body or "").strip(),
        }

    def action_open_interventions(self):
        """Open the visits for the ticket."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_intervention_action"
        )
        action |= {
            "display_name": self.env._(
                "Interventions of %(number)s", number=self.number
            ),
            "domain": [("ticket_ids", "in", self.ids)],
            "context": {},
        }
        if len(self.intervention_ids) == 1:
            action |= {"res_id": self.intervention_ids.id, "views": [(False, "form")]}
        return action

    # === APPOINTMENTS === #

    def action_create_appointment(self):
        """Open a new appointment about the ticket: with its agent, not the customer."""
        self.ensure_one()
        attendee = self.user_id or self.env.user
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Appointment about %(number)s", number=self.number),
            "res_model": "calendar.event",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_psa_ticket_id": self.id,
                "default_name": self.display_name,
                "default_user_id": attendee.id,
                "default_partner_ids": attendee.partner_id.ids,
                "default_categ_ids": self._get_event_type().ids,
                "default_location": self.site_id.contact_address_inline,
                "default_privacy": "private" if self._is_confidential() else False,
            },
        }

    def _get_event_type(self):
        """Return the tag of appointments about the ticket: its team's, else the usual."""
        self.ensure_one()
        usual = self.env.ref(EVENT_TYPE, raise_if_not_found=False)
        # sudo: the team may be a private one of others
        return (
            self.sudo().team_id.event_type_id.sudo(self.env.su)
            or usual
            or self.env["calendar.event.type"]
        )

    def _is_confidential(self):
        """Tell whether other people's calendars must not show what it is about."""
        self.ensure_one()
        ticket_sudo = self.sudo()  # who may see the ticket decides, not who asks
        return (
            ticket_sudo.team_id.privacy == "members"
            or ticket_sudo.customer_group_id._is_restricted()
        )

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"customer_id", "partner_id", "team_id"}:
            events = self.env["calendar.event"]
            events._psa_renew_privacy(Domain("id", "in", self.ids), ["psa_ticket_id"])
        return result

    def action_open_appointments(self):
        """Open the appointments about the ticket."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Appointments of %(number)s", number=self.number),
            "res_model": "calendar.event",
            "view_mode": "list,calendar,form",
            "views": [(False, "list"), (False, "calendar"), (False, "form")],
            "domain": [("psa_ticket_id", "=", self.id)],
            "context": {"default_psa_ticket_id": self.id},
        }
