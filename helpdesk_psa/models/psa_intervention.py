from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..const import INTERVENTION_STATES, PRIORITIES
from ..tools.route import get_route_url
from .mixins.psa_intervention_calendar_mixin import SHOWN_FIELDS
from .mixins.psa_intervention_signing_mixin import OFFICE_FIELDS

# Where an intervention may go from each state, besides staying there. A signed sheet is
# locked: only `_reopen` gets it anywhere.
NEXT_STATES = {
    "to_plan": ("planned", "on_the_way", "in_progress", "done", "cancelled"),
    "planned": ("to_plan", "on_the_way", "in_progress", "done", "cancelled"),
    "on_the_way": ("to_plan", "planned", "in_progress", "done", "cancelled"),
    "in_progress": ("planned", "on_the_way", "done", "cancelled"),
    "done": ("in_progress", "closed", "cancelled"),
    "closed": ("in_progress",),
    "cancelled": ("to_plan", "planned"),
}


class PsaIntervention(models.Model):
    """A visit to a customer: planned, carried out, signed."""

    _name = "psa.intervention"
    _description = "Intervention"
    _inherit = [
        "psa.number.mixin",
        "psa.intervention.planning.mixin",
        "psa.photo.mixin",
        "psa.intervention.agreement.mixin",
        "psa.intervention.signing.mixin",
        "psa.intervention.report.mixin",
        "psa.intervention.calendar.mixin",
        "psa.intervention.day.mixin",
        "psa.intervention.time.mixin",
        "psa.intervention.travel.mixin",
        "psa.timed.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "planned_start desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["number", "name"]
    _psa_sequence = "helpdesk_psa.ir_sequence_psa_intervention"

    # Identity
    number = fields.Char(readonly=True, copy=False, help="Unique.")
    name = fields.Char(
        string="Subject", required=True, help="What it is about; printed on the report."
    )
    active = fields.Boolean(default=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    type_id = fields.Many2one(
        "psa.intervention.type",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        default=lambda self: self._default_type_id(),
    )
    color = fields.Integer(related="type_id.color", string="Colour")
    priority = fields.Selection(PRIORITIES, required=True, default="1")
    requested_at = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        copy=False,
        help="When the customer asked, which may be before somebody typed it in.",
    )

    # Who and where
    ticket_ids = fields.Many2many(
        "psa.ticket",
        "psa_intervention_ticket_rel",
        "intervention_id",
        "ticket_id",
        string="Tickets",
        check_company=True,
        domain="[('customer_id', '=', customer_id), ('customer_id', '!=', False)]",
    )
    ticket_count = fields.Integer(compute="_compute_ticket_count")
    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
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
        help="Where the technicians go.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact on site",
        index="btree_not_null",
        check_company=True,
        domain="[('type', '!=', 'psa_site'), ('commercial_partner_id', '=', customer_id)]",
        help="Whom the technicians ask for.",
    )
    address_line = fields.Char(string="Address", compute="_compute_address_line")
    route_url = fields.Char(
        string="Route",
        compute="_compute_address_line",
        help="Shows the way to the site on a map.",
    )
    contact_phone = fields.Char(
        string="Phone",
        compute="_compute_contact_phone",
        help="Of the contact on site, else of the site, else of the customer.",
    )
    equipment_ids = fields.Many2many(
        "psa.equipment",
        "psa_intervention_equipment_rel",
        "intervention_id",
        "equipment_id",
        check_company=True,
        domain="[('customer_id', '=', customer_id), ('company_id', '=', company_id)]",
        help="What is worked on. Only the customer's equipment is offered.",
    )
    team_id = fields.Many2one(
        "psa.team",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Interventions of a private team are seen by its members and by their "
        "technicians.",
    )
    technician_ids = fields.Many2many(
        "res.users",
        "psa_intervention_technician_rel",
        "intervention_id",
        "user_id",
        string="Technicians",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        tracking=True,
    )

    # When
    planned_start = fields.Datetime(index=True, tracking=True, copy=False)
    planned_end = fields.Datetime(copy=False)
    planned_hours = fields.Float(
        string="Planned duration",
        compute="_compute_planned_hours",
        help="Hours between the planned start and the planned end.",
    )
    started_at = fields.Datetime(
        string="Started", readonly=True, copy=False, help="When work began on site."
    )
    done_at = fields.Datetime(string="Done", readonly=True, copy=False)

    # What
    state = fields.Selection(
        INTERVENTION_STATES,
        required=True,
        default="to_plan",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    cancel_reason = fields.Char(readonly=True, copy=False)
    description = fields.Text(
        string="Request", help="What the customer asks for; printed on the report."
    )
    work_done = fields.Text(copy=False, help="Printed on the customer's report.")
    note = fields.Text(
        string="Internal note", help="For colleagues; customers never see it."
    )
    photo_ids = fields.Many2many(
        "ir.attachment",
        "psa_intervention_photo_rel",
        "intervention_id",
        "attachment_id",
        string="Photos",
        copy=False,
        bypass_search_access=True,
        help="Printed on the customer's report.",
    )
    checklist_item_ids = fields.One2many(
        "psa.checklist.item", "intervention_id", string="Checklist"
    )
    checklist_progress = fields.Char(
        compute="_compute_checklist_progress", help="Items filled in, of all items."
    )
    item_ids = fields.One2many("psa.item", "intervention_id", string="Items")

    _number_uniq = models.UniqueIndex(
        "(number)", "This intervention number exists already."
    )
    _planned_period = models.Constraint(
        "CHECK (planned_end > planned_start)",
        "The planned end must be after the planned start.",
    )
    _planned_both = models.Constraint(
        "CHECK ((planned_start IS NULL) = (planned_end IS NULL))",
        "An intervention has both a planned start and a planned end, or neither.",
    )
    _agenda_idx = models.Index("(planned_start, planned_end) WHERE active")
    _to_plan_idx = models.Index("(id) WHERE state = 'to_plan'")

    def _default_type_id(self):
        return self.env["psa.intervention.type"].search(
            [("company_id", "in", [self.env.company.id, False])], limit=1
        )

    # === COMPUTES === #

    @api.depends("ticket_ids")
    @api.depends_context("uid")
    def _compute_ticket_count(self):
        for intervention in self:
            intervention.ticket_count = len(intervention.ticket_ids)

    @api.depends("customer_id")
    def _compute_site_id(self):
        """Follow the customer; a site that somebody chose stays while it is his."""
        for intervention in self:
            site = intervention.site_id
            customer = intervention.customer_id
            if not site or site.parent_id != customer:
                intervention.site_id = customer and customer._psa_get_main_site()

    @api.depends("planned_start", "planned_end")
    def _compute_planned_hours(self):
        for intervention in self:
            start, end = intervention.planned_start, intervention.planned_end
            intervention.planned_hours = (
                (end - start).total_seconds() / 3600 if start and end else 0
            )

    @api.depends("site_id", "customer_id")
    def _compute_address_line(self):
        for intervention in self:
            place = intervention.site_id or intervention.customer_id
            lines = place._display_address(without_company=True).splitlines()
            address = ", ".join(line.strip() for line in lines if line.strip())
            intervention.address_line = address
            intervention.route_url = get_route_url([address])

    @api.depends("partner_id.phone", "site_id.phone", "customer_id.phone")
    def _compute_contact_phone(self):
        for intervention in self:
            intervention.contact_phone = (
                intervention.partner_id.phone
                or intervention.site_id.phone
                or intervention.customer_id.phone
            )

    @api.depends("checklist_item_ids.is_filled")
    def _compute_checklist_progress(self):
        for intervention in self:
            items = intervention.checklist_item_ids
            intervention.checklist_progress = (
                f"{len(items.filtered('is_filled'))}/{len(items)}" if items else False
            )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for intervention in self:
            name = intervention.name or ""
            number = intervention.number
            intervention.display_name = f"{number} {name}" if number else name

    # === CONSTRAINTS === #

    @api.constrains("customer_id", "site_id", "ticket_ids")
    def _check_customer(self):
        for intervention in self:
            customer = intervention.customer_id
            site = intervention.site_id
            if site and (site.type != "psa_site" or site.parent_id != customer):
                raise ValidationError(
                    self.env._(
                        "“%(site)s” is not a site of %(customer)s.",
                        site=site.display_name,
                        customer=customer.display_name,
                    )
                )
            # sudo: a technician may not see all tickets of his visit
            strange = intervention.sudo().ticket_ids.filtered(
                lambda ticket, customer=customer: ticket.customer_id != customer
            )
            if strange:
                raise ValidationError(
                    self.env._(
                        "The ticket %(ticket)s is not one of %(customer)s.",
                        ticket=strange[0].number,
                        customer=customer.display_name,
                    )
                )

    @api.constrains("equipment_ids")
    def _check_equipment(self):
        owners = self.equipment_ids._get_former_customers()
        for intervention in self:
            for equipment in intervention.equipment_ids:
                if intervention.customer_id not in owners[equipment.id]:
                    raise ValidationError(
                        self.env._(
                            "“%(equipment)s” is not an equipment of %(customer)s.",
                            equipment=equipment.display_name,
                            customer=intervention.customer_id.display_name,
                        )
                    )

    def _check_relinked(self):
        """Check visits whose tickets or equipment changed from the other side.

        :raise UserError: if one of them is signed
        """
        if not self:
            return
        self.check_access("write")
        self._hold_unlocked()
        self._check_customer()
        self._check_equipment()

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._complete_period(dict(vals)) for vals in vals_list]
        self._number_values(vals_list)
        self._mark_customers(vals_list)
        interventions = super().create(vals_list)
        interventions._own_photos()
        interventions.filtered(lambda one: not one.checklist_item_ids)._add_checklist()
        interventions._follow_plan()
        interventions._sync_events()
        return interventions

    def write(self, vals):
        if vals.keys() - OFFICE_FIELDS:
            self._check_unlocked()
        if "state" in vals:
            self._check_next_state(vals["state"])
        before = {one.id: (one.state, one.type_id) for one in self}
        result = super().write(self._complete_period(dict(vals)))
        if "photo_ids" in vals:
            self._own_photos()
        if vals.keys() & {"planned_start", "planned_end", "technician_ids"}:
            self._follow_plan()
        self.filtered(lambda one: before[one.id][0] != one.state)._apply_state()
        self.filtered(lambda one: before[one.id][1] != one.type_id)._renew_checklist()
        if vals.keys() & SHOWN_FIELDS:
            self._sync_events()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self._check_unlocked()
        for intervention in self:
            if intervention.time_hours:
                raise UserError(
                    self.env._(
                        "Time was logged on the intervention %(number)s. Cancel it "
                        "instead: its history stays.",
                        number=intervention.number,
                    )
                )

    def unlink(self):
        # sudo: the appointments go with the visit, whoever owns them
        self.sudo().appointment_ids.unlink()
        return super().unlink()

    def _mark_customers(self, vals_list):
        """The first visit makes a partner a customer, before he is asked for his site."""
        ids = {vals["customer_id"] for vals in vals_list if vals.get("customer_id")}
        # sudo: agents plan visits without the right to edit contacts
        partners = self.env["res.partner"].sudo().browse(ids)
        newcomers = partners.filtered(lambda partner: not partner.psa_is_customer)
        if newcomers:
            newcomers.psa_is_customer = True

    # === CHECKLIST === #

    def _add_checklist(self):
        """Give each visit the items of its type's checklist, to be filled in."""
        for intervention in self:
            intervention.type_id.checklist_id._add_to(intervention_id=intervention.id)

    def _renew_checklist(self):
        """Put the checklist of a new type in place of what nobody has filled in."""
        self.checklist_item_ids.filtered(lambda item: not item.is_filled).unlink()
        self._add_checklist()

    def _check_checklist(self):
        """Refuse to end a visit whose required checks are missing.

        :raise UserError: names them
        """
        for intervention in self:
            missing = intervention.checklist_item_ids.filtered(
                lambda item: item.is_required and not item.is_filled
            )
            if missing:
                raise UserError(
                    self.env._(
                        "The checklist of %(number)s is not complete. Still to be filled "
                        "in: %(items)s.",
                        number=intervention.number,
                        items=", ".join(missing.mapped("name")),
                    )
                )

    # === PLANNING === #

    def _complete_period(self, vals):
        """Give a visit with a start an end, after its type's usual duration.

        A visit that is moved keeps its duration.
        """
        if "planned_start" not in vals or "planned_end" in vals:
            return vals
        start = fields.Datetime.to_datetime(vals["planned_start"])
        if not start:
            return {**vals, "planned_end": False}
        known = self[:1]
        hours = known.planned_hours
        if not hours:
            type_id = vals.get("type_id") or known.type_id.id
            kind = self.env["psa.intervention.type"].browse(type_id or [])
            hours = (kind or self._default_type_id()).planned_hours or 1
        return {**vals, "planned_end": start + timedelta(hours=hours)}

    def _follow_plan(self):
        """Make what has a time and a technician planned, and the rest to be planned."""
        for state, wrong in (("planned", "to_plan"), ("to_plan", "planned")):
            ripe = self.filtered(
                lambda one, wrong=wrong: (
                    one.state == wrong
                    and bool(one.planned_start and one.technician_ids)
                    is (wrong == "to_plan")
                )
            )
            if ripe:
                ripe.state = state

    # === STATE === #

    def _check_next_state(self, state):
        """Refuse steps that a visit does not take.

        :raise UserError: if one of the interventions cannot get there
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        moving = self.filtered(lambda one: one.state != state)
        for intervention in moving:
            if state not in NEXT_STATES[intervention.state]:
                raise UserError(
                    self.env._(
                        "The intervention %(number)s is “%(before)s”: it cannot become "
                        "“%(after)s”.",
                        number=intervention.number,
                        before=labels[intervention.state],
                        after=labels[state],
                    )
                )
        if state == "done":
            moving._check_checklist()

    def _apply_state(self):
        """Do what a new state brings with it: the one place for its consequences."""
        now = fields.Datetime.now()
        for state, interventions in self.grouped("state").items():
            if state == "in_progress":
                interventions.filtered(lambda one: not one.started_at).started_at = now
            elif state == "done":
                interventions.done_at = now
            elif state == "closed":
                interventions._check_signatures()
            if state != "cancelled":
                interventions.filtered("cancel_reason").cancel_reason = False

    def action_done(self):
        """End the work; what was promised on the checklist must be there."""
        self._check_no_timer()
        self.state = "done"
        return True

    def action_resume(self):
        """Go on with a visit that was ended too early."""
        self.state = "in_progress"
        return True

    def action_plan_again(self):
        """Take a cancelled visit up again."""
        self.state = "to_plan"
        self._follow_plan()
        return True

    def action_cancel(self):
        """Ask why the visit does not take place."""
        return self._ask_reason("cancel", self.env._("Cancel the intervention"))

    def _cancel(self, reason):
        """Cancel visits, which leaves their calendars.

        :param str reason: why; shown on the visit
        """
        self.check_access("write")
        self._check_no_timer()
        self.write({"state": "cancelled", "cancel_reason": reason})
        for intervention in self:
            intervention.message_post(
                body=self.env._("Cancelled: %(reason)s", reason=reason)
            )

    def _ask_reason(self, verb, title):
        """Return the dialog that asks why.

        :param str verb: ``cancel`` or ``reopen``
        """
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "psa.intervention.explain",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_intervention_id": self.id, "default_verb": verb},
        }

    # === TICKETS === #

    def action_create_ticket(self):
        """Open a ticket for what was found on site, linked to the visit."""
        self.ensure_one()
        self.check_access("write")
        ticket = self.env["psa.ticket"].create(self._prepare_ticket_values())
        if not self._is_locked():
            self.ticket_ids += ticket
        return {
            "type": "ir.actions.act_window",
            "res_model": "psa.ticket",
            "res_id": ticket.id,
            "views": [(False, "form")],
        }

    def _prepare_ticket_values(self):
        """Return the values of a ticket about something found on site."""
        self.ensure_one()
        return {
            "name": self.env._("Found on site: %(name)s", name=self.name),
            "channel": "intervention",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "customer_id": self.customer_id.id,
            "site_id": self.site_id.id,
            "equipment_ids": [Command.set(self.equipment_ids.ids)],
            "agreement_id": self.agreement_id.id,
            **({"team_id": self.team_id.id} if self.team_id else {}),
        }

    def action_open_tickets(self):
        """Open the tickets that the visit is for."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_ticket_action"
        )
        action |= {
            "display_name": self.env._("Tickets of %(number)s", number=self.number),
            "domain": [("id", "in", self.ticket_ids.ids)],
            "context": {},
        }
        if len(self.ticket_ids) == 1:
            action |= {"res_id": self.ticket_ids.id, "views": [(False, "form")]}
        return action
