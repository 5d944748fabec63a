from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import PRIORITIES


class PsaSchedule(models.Model):
    """Work that comes back: preventive visits of an agreement, tickets of every month."""

    _name = "psa.schedule"
    _description = "Schedule"
    _inherit = [
        "psa.schedule.preview.mixin",
        "mail.thread",
    ]
    _order = "name, id"
    _check_company_auto = True

    # Identity
    name = fields.Char(
        required=True,
        help="Subject of what it creates. Write {date}, {month}, {year} or {equipment} to "
        "have them filled in.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [("ticket", "Tickets"), ("intervention", "Interventions")],
        string="Creates",
        required=True,
        default="ticket",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("paused", "Paused")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        help="Only a running schedule creates anything.",
    )
    pause_reason = fields.Char(readonly=True, copy=False)
    error = fields.Char(
        readonly=True,
        copy=False,
        help="Why the last attempt created nothing, and what to do. It is tried again "
        "every hour.",
    )

    # For whom
    agreement_id = fields.Many2one(
        "psa.agreement",
        index="btree_not_null",
        check_company=True,
        ondelete="cascade",
        domain="[('company_id', '=', company_id)]",
        help="The schedule is part of its preventive plan: it creates nothing for days on "
        "which the agreement is not in force.",
    )
    customer_id = fields.Many2one(
        "res.partner",
        compute="_compute_customer_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('psa_is_customer', '=', True)]",
        help="Empty for work of our own.",
    )
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        string="Customer group",
    )
    site_id = fields.Many2one(
        "res.partner",
        compute="_compute_site_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('type', '=', 'psa_site'), ('parent_id', '=', customer_id)]",
        help="Empty: the site of the equipment, else the customer's main site.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('type', '!=', 'psa_site'), ('commercial_partner_id', '=', customer_id)]",
        help="Requester of the tickets, or whom the technicians ask for.",
    )
    equipment_source = fields.Selection(
        [
            ("none", "No equipment"),
            ("chosen", "Chosen equipment"),
            ("agreement", "What the agreement covers"),
        ],
        string="For",
        required=True,
        default="none",
        help="“What the agreement covers” is looked up for each date, so that equipment "
        "added later is visited too.",
    )
    equipment_ids = fields.Many2many(
        "psa.equipment",
        "psa_schedule_equipment_rel",
        "schedule_id",
        "equipment_id",
        check_company=True,
        domain="[('customer_id', 'child_of', customer_id), "
        "('company_id', '=', company_id)]",
    )
    per_equipment = fields.Boolean(
        string="One per equipment",
        help="One ticket or intervention for each equipment, instead of one for all.",
    )

    # When
    date_from = fields.Date(
        string="Not before",
        required=True,
        default=fields.Date.context_today,
        help="Dates of the rhythm before this day create nothing. For a rhythm that began "
        "long ago.",
    )
    horizon_days = fields.Integer(
        string="Create",
        required=True,
        default=14,
        help="So many days ahead. 0 creates everything on its own day.",
    )
    missed_policy = fields.Selection(
        [("all", "Create all of them"), ("last", "Create only the last one")],
        string="If some were missed",
        required=True,
        default="all",
        help="When the scheduler was down for a while. What is left out is noted under "
        "the dates.",
    )
    has_time = fields.Boolean(
        string="At a time of day",
        help="What is created is planned at that time. Otherwise it waits to be planned.",
    )
    start_hour = fields.Float(
        string="Start", default=9.0, help="Time of day in the schedule's time zone."
    )
    duration_hours = fields.Float(
        string="Duration", default=1.0, help="Hours planned for each."
    )

    # Who
    team_id = fields.Many2one(
        "psa.team", index="btree_not_null", check_company=True, ondelete="restrict"
    )
    user_ids = fields.Many2many(
        "res.users",
        "psa_schedule_user_rel",
        "schedule_id",
        "user_id",
        string="Given to",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Technicians of the visit. A ticket has one agent.",
    )

    # What
    type_id = fields.Many2one(
        "psa.ticket.type",
        string="Ticket type",
        check_company=True,
        ondelete="restrict",
        help="Empty: the first type.",
    )
    category_id = fields.Many2one(
        "psa.ticket.category", check_company=True, ondelete="restrict"
    )
    intervention_type_id = fields.Many2one(
        "psa.intervention.type", check_company=True, ondelete="restrict"
    )
    priority = fields.Selection(PRIORITIES, required=True, default="1")
    tag_ids = fields.Many2many("psa.tag", string="Tags", check_company=True)
    checklist_id = fields.Many2one(
        "psa.checklist",
        check_company=True,
        ondelete="restrict",
        help="Copied to each ticket or intervention, to be filled in there.",
    )
    description = fields.Text(
        string="Instructions", help="What is to be done, for whoever does it."
    )
    closing_comment = fields.Text(
        help="Proposed on each ticket as what was done; billing prints it on the invoice."
    )
    notify_customer = fields.Boolean(
        string="Tell the contact",
        help="Send the team's acknowledgement for each new ticket.",
    )

    # What came of it
    occurrence_ids = fields.One2many(
        "psa.schedule.occurrence", "schedule_id", string="Dates"
    )
    ticket_count = fields.Integer(compute="_compute_counts", string="Tickets")
    intervention_count = fields.Integer(
        compute="_compute_counts", string="Interventions"
    )

    _horizon_positive = models.Constraint(
        "CHECK (horizon_days BETWEEN 0 AND 1830)",
        "Something is created at most 5 years ahead.",
    )
    _hours = models.Constraint(
        "CHECK (start_hour >= 0 AND start_hour < 24 AND duration_hours > 0)",
        "The start is a time of day between 0:00 and 23:59, and the duration is more "
        "than 0 hours.",
    )

    # === COMPUTES === #

    @api.depends("agreement_id")
    def _compute_customer_id(self):
        for schedule in self:
            schedule.customer_id = (
                schedule.agreement_id.customer_id or schedule.customer_id
            )

    @api.depends("customer_id")
    def _compute_site_id(self):
        for schedule in self:
            if schedule.site_id.parent_id != schedule.customer_id:
                schedule.site_id = False

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        for model, name in (
            ("psa.ticket", "ticket_count"),
            ("psa.intervention", "intervention_count"),
        ):
            counts = dict(
                self.env[model]._read_group(
                    [("schedule_id", "in", self.ids)], ["schedule_id"], ["__count"]
                )
            )
            for schedule in self:
                schedule[name] = counts.get(schedule, 0)

    # === CONSTRAINTS === #

    @api.constrains("kind", "customer_id")
    def _check_has_customer(self):
        for schedule in self:
            if schedule.kind == "intervention" and not schedule.customer_id:
                raise ValidationError(
                    self.env._(
                        "“%(schedule)s” creates interventions: name the customer to visit.",
                        schedule=schedule.name,
                    )
                )

    @api.constrains("equipment_source", "agreement_id", "equipment_ids")
    def _check_equipment(self):
        for schedule in self:
            if schedule.equipment_source == "agreement" and not schedule.agreement_id:
                raise ValidationError(
                    self.env._(
                        "“%(schedule)s” is for what the agreement covers: name the "
                        "agreement.",
                        schedule=schedule.name,
                    )
                )
            if schedule.equipment_source == "chosen" and not schedule.equipment_ids:
                raise ValidationError(
                    self.env._(
                        "“%(schedule)s” is for chosen equipment: choose at least one.",
                        schedule=schedule.name,
                    )
                )

    @api.constrains("customer_id", "agreement_id", "site_id")
    def _check_customer(self):
        for schedule in self:
            customer = schedule.customer_id
            for place in (schedule.agreement_id, schedule.site_id):
                owner = (
                    place
                    and place[
                        "parent_id" if place._name == "res.partner" else "customer_id"
                    ]
                )
                if place and owner != customer:
                    raise ValidationError(
                        self.env._(
                            "“%(place)s” does not belong to %(customer)s.",
                            place=place.display_name,
                            customer=customer.display_name or self.env._("nobody"),
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["psa.schedule.occurrence"]._read_group(
            [("schedule_id", "in", self.ids), ("state", "=", "created")],
            ["schedule_id"],
        )
        for (schedule,) in used:
            raise UserError(
                self.env._(
                    "“%(schedule)s” has created work and is not deleted. Archive it "
                    "instead.",
                    schedule=schedule.display_name,
                )
            )

    # === ACTIONS === #

    def action_start(self):
        """Let the schedule run, from the dates it was paused at if it was."""
        self.check_access("write")
        self._pass_over_pause()
        self.write({"state": "running", "pause_reason": False})
        self.env.ref("helpdesk_psa.ir_cron_psa_schedule").sudo()._trigger()

    def action_pause(self, reason=False):
        """Create nothing until the schedule is started again.

        Dates that pass meanwhile are left out.
        """
        self.write({"state": "paused", "pause_reason": reason})

    def action_generate(self):
        """Create what is due now, instead of waiting for the scheduler."""
        self.check_access("write")
        self.ensure_one()
        if self.state != "running":
            raise UserError(
                self.env._(
                    "“%(schedule)s” is not running. Press “Start” first.",
                    schedule=self.display_name,
                )
            )
        # sudo: what is due is created like the scheduler does, for whatever team
        count = self.sudo()._generate()
        self.sudo().error = False
        if count:
            message = self.env._("Created: %(count)s.", count=count)
        else:
            message = self.env._("Nothing is due yet.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "info",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_skip(self):
        """Ask which date to leave out, and why."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leave a date out"),
            "res_model": "psa.schedule.skip",
            "view_mode": "form",
            "target": "new",
            "context": {"default_schedule_id": self.id},
        }

    def action_open_tickets(self):
        """Open the tickets it created."""
        return self._open_created("psa_ticket_action")

    def action_open_interventions(self):
        """Open the interventions it created."""
        return self._open_created("psa_intervention_action")

    def _open_created(self, action_name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"helpdesk_psa.{action_name}"
        )
        return {
            **action,
            "display_name": self.name,
            "domain": [("schedule_id", "=", self.id)],
            "context": {},
        }
