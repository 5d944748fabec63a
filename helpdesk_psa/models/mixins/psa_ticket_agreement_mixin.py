from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...const import OPEN_CATEGORIES

# So many open tickets look for their agreement again at once when one comes into force; the
# others do in the background.
REMATCH_LIMIT = 200


class PsaTicketAgreementMixin(models.AbstractModel):
    """Which agreement covers a ticket, and why.

    The closest one is found by itself, see `tools/agreement_match.py`, and again when the
    customer, the site, the equipment, the type or the category changes; until somebody
    chooses one by hand.
    """

    _name = "psa.ticket.agreement.mixin"
    _description = "Agreement of a Ticket"

    agreement_id = fields.Many2one(
        "psa.agreement",
        compute="_compute_agreement",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        copy=False,
        domain="[('company_id', '=', company_id), ('state', '!=', 'draft'), "
        "('customer_id', 'parent_of', customer_id)]",
        help="Under which agreement the work is done. It is found by itself; what you "
        "choose by hand stays.",
    )
    agreement_line_id = fields.Many2one(
        "psa.agreement.line",
        compute="_compute_agreement",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        string="Agreement line",
        help="The line of the agreement that covers the ticket.",
    )
    agreement_source = fields.Selection(
        [("automatic", "Found"), ("explicit", "Chosen by hand")],
        compute="_compute_agreement",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        string="Agreement by",
        help="Whether the agreement was found by itself or chosen by hand.",
    )
    agreement_reason = fields.Char(
        compute="_compute_agreement_reason",
        string="Why this agreement",
    )

    has_agreements = fields.Boolean(
        compute="_compute_has_agreements",
        help="The customer or a company above has or had an agreement.",
    )

    # === FINDING === #

    @api.depends("customer_id", "company_id")
    def _compute_has_agreements(self):
        for ticket in self:
            ticket.has_agreements = self.env["psa.agreement"]._is_covered(
                ticket.company_id, ticket.customer_id
            )

    @api.depends(
        "company_id",
        "customer_id",
        "site_id",
        "equipment_ids",
        "type_id",
        "category_id",
        "requested_at",
    )
    def _compute_agreement(self):
        matches = self._match_agreements()
        for ticket in self:
            agreement, source = ticket._get_chosen_agreement(), "explicit"
            match = matches.get(ticket)
            if agreement is None:
                agreement_id = match and match.term.agreement_id
                agreement = self.env["psa.agreement"].browse(agreement_id or ())
                source = bool(match) and "automatic"
            ticket.agreement_id = agreement
            ticket.agreement_line_id = match and match.term.line_id
            ticket.agreement_source = source

    def _match_agreements(self, chosen=True):
        """Return {ticket: Match} of the tickets that an agreement covers.

        :param bool chosen: whether to look only in the agreement chosen by hand
        """
        found = {}
        for company, tickets in self.grouped("company_id").items():
            agreements = self.env["psa.agreement"]
            tickets = tickets.filtered(
                lambda ticket, company=company, agreements=agreements: (
                    agreements._is_covered(company, ticket.customer_id)
                )
            )
            requests = [ticket._prepare_work_request(chosen) for ticket in tickets]
            matches = agreements._find_matches(company, requests) if requests else ()
            found.update(pair for pair in zip(tickets, matches, strict=True) if pair[1])
        return found

    def _prepare_work_request(self, chosen=True):
        """Return the ticket as `psa.agreement._find_matches` takes it."""
        self.ensure_one()
        request = {
            "day": self._get_work_date(),
            "customer": self.customer_id,
            "site": self.site_id,
            "equipment": self.equipment_ids,
            "ticket_type": self.type_id,
            "ticket_category": self.category_id,
        }
        agreement = self._get_chosen_agreement() if chosen else None
        return {**request, "agreement": agreement} if agreement else request

    def _get_work_date(self):
        """Return the day on which the customer asked, by the company's clock."""
        self.ensure_one()
        # sudo: everybody may know what time it is at the company
        tz = self.company_id.sudo().resource_calendar_id.tz or "UTC"
        moment = self.requested_at or fields.Datetime.now()
        return fields.Datetime.context_timestamp(
            self.with_context(tz=tz), moment
        ).date()

    def _get_chosen_agreement(self):
        """Return what was chosen by hand, None if nothing was that still makes sense."""
        self.ensure_one()
        if self.agreement_source != "explicit":
            return None
        agreement = self.agreement_id
        return agreement if not agreement or self._fits_agreement(agreement) else None

    def _fits_agreement(self, agreement):
        """Tell whether an agreement is with the ticket's customer or a company above."""
        lineage = agreement._get_lineage_ids(self.customer_id)
        return agreement.sudo().customer_id.id in lineage

    @api.depends("agreement_id", "agreement_source")
    def _compute_agreement_reason(self):
        matches = self._match_agreements()
        for ticket in self:
            match = matches.get(ticket)
            ticket.agreement_reason = ticket._word_agreement_reason(match)

    def _word_agreement_reason(self, match):
        agreement = self.agreement_id
        if not agreement:
            if self.agreement_source == "explicit":
                return self.env._("No agreement: chosen by hand")
            return False
        if match and match.term.agreement_id == agreement._origin.id:
            return agreement._explain_match(match)
        return self.env._(
            "%(agreement)s: chosen by hand, none of its lines covers the ticket",
            agreement=agreement.sudo().name,
        )

    @api.constrains("agreement_id")
    def _check_agreement(self):
        for ticket in self.filtered("agreement_id"):
            if not ticket._fits_agreement(ticket.agreement_id):
                raise ValidationError(
                    self.env._(
                        "The agreement “%(agreement)s” is not with %(customer)s. Choose one "
                        "of the ticket's customer.",
                        agreement=ticket.agreement_id.sudo().display_name,
                        customer=ticket.customer_id.display_name
                        or self.env._("nobody"),
                    )
                )

    # === CHOOSING BY HAND === #

    @api.onchange("agreement_id")
    def _onchange_agreement_id(self):
        """Take what differs from what the rule finds for a choice."""
        match = self._match_agreements(chosen=False).get(self)
        found_id = match.term.agreement_id if match else False
        if self.agreement_id._origin.id != found_id:
            self.agreement_source = "explicit"
        elif self.agreement_source != "explicit":
            self.agreement_source = bool(match) and "automatic"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._settle_agreement_choice(vals)
        return super().create(vals_list)

    def _settle_agreement_choice(self, vals):
        """Mark an agreement that is given with a new ticket as chosen, else find it.

        Forms send what the rule found along with its source, which is then found again.
        """
        for name in ("agreement_id", "agreement_source"):
            default = self.env.context.get(f"default_{name}")
            if default and name not in vals:
                vals[name] = default
        if vals.get("agreement_id"):
            vals.setdefault("agreement_source", "explicit")
        if vals.get("agreement_source") == "explicit":
            vals.setdefault("agreement_id", False)
        else:
            for name in ("agreement_id", "agreement_source"):
                vals.pop(name, None)

    def write(self, vals):
        if "agreement_id" not in vals and "agreement_source" not in vals:
            return super().write(vals)
        if vals.get("agreement_source") == "explicit":
            return super().write(vals)
        vals = dict(vals)
        agreement_id = vals.pop("agreement_id", None)
        if "agreement_source" not in vals:
            result = super().write(vals) if vals else True
            self._choose_agreement(agreement_id)
            return result
        # Let the rule decide again, whatever was chosen by hand.
        result = super().write({**vals, "agreement_source": False})
        self._recompute_agreement()
        return result

    def _choose_agreement(self, agreement_id):
        """Take an agreement by hand, unless it is what the rule finds anyway.

        Forms send what the rule found when other fields changed.
        """
        matches = self._match_agreements(chosen=False)
        for ticket in self:
            match = matches.get(ticket)
            found_id = match.term.agreement_id if match else False
            is_found = (
                agreement_id == found_id and ticket.agreement_source != "explicit"
            )
            if not is_found and agreement_id != ticket.agreement_id.id:
                ticket.write(
                    {"agreement_id": agreement_id, "agreement_source": "explicit"}
                )
                ticket._recompute_agreement()

    def _recompute_agreement(self):
        for name in ("agreement_id", "agreement_line_id", "agreement_source"):
            self.env.add_to_compute(self._fields[name], self)

    def action_find_agreement(self):
        """Forget the choice by hand and let the rule find the agreement."""
        self.write({"agreement_source": "automatic"})
        return True

    @api.model
    def _rematch_agreements(self, customers):
        """Let the open tickets of some customers look for their agreement again.

        Called when an agreement comes into force or changes. The newest tickets do so at
        once, the others in the background. Closed tickets keep what they had.

        :param customers: `res.partner`, customers; the companies below them are meant too
        """
        # sudo: every open ticket counts, whoever changes the agreement
        tickets = self.sudo().search(
            self._get_rematch_domain(customers), limit=REMATCH_LIMIT, order="id desc"
        )
        tickets._rematch()
        if len(tickets) == REMATCH_LIMIT:
            self.env["psa.agreement.rematch"]._queue(customers, tickets[-1].id)

    @api.model
    def _get_rematch_domain(self, customers):
        """Return the domain of the tickets that an agreement with customers concerns."""
        return Domain("customer_id", "child_of", customers.ids) & Domain(
            "stage_category", "in", OPEN_CATEGORIES
        )

    def _rematch(self):
        """Find the agreements of tickets again; clocks follow what is agreed there."""
        tickets = self
        before = {ticket.id: ticket.agreement_line_id for ticket in tickets}
        tickets._recompute_agreement()
        changed = tickets.filtered(
            lambda ticket: ticket.agreement_line_id != before[ticket.id]
        )
        changed._update_clocks(refresh=True)
