from collections import defaultdict

from odoo import api, models
from odoo.fields import Command, Domain
from odoo.tools import format_date

# Sections of an invoice, in order; recurring charges have one per agreement.
RECURRING, SUPPORT, PROJECT, ITEMS, MINIMUM, LATE = range(6)


class PsaChargeInvoiceMixin(models.AbstractModel):
    """How charges stand on an invoice: sections, lines, and what each line bills."""

    _name = "psa.charge.invoice.mixin"
    _description = "Invoicing of Charges"

    @api.model
    def _get_billable_domain(self):
        """Return the domain of approved work that waits for a run."""
        return self._get_uninvoiced_domain() & Domain("run_line_id", "=", False)

    @api.model
    def _get_uninvoiced_domain(self):
        """Return the domain of approved work that is on no invoice, but perhaps proposed."""
        return (
            Domain("state", "=", "approved")
            & Domain("destination", "=", "billed")
            & Domain("period_id", "=", False)
            & Domain("invoice_line_id", "=", False)
            & Domain("reverses_id", "=", False)
            & Domain("is_reversed", "=", False)
            & Domain("amount", "!=", 0)
        )

    def _withdraw(self):
        """Take charges off a proposal: what was proposed of periods is computed anew."""
        work = self.filtered(lambda it: it._is_work())
        work.filtered(lambda it: not it.invoice_line_id).write({"run_line_id": False})
        (self - work).filtered(lambda it: not it.invoice_line_id).unlink()

    # === WHICH INVOICE === #

    def _get_invoice_key(self):
        """Return what charges on the same invoice have in common, as a text."""
        self.ensure_one()
        site = self.ticket_id.site_id or self.intervention_id.site_id
        if self.agreement_id:
            site = site or self.agreement_line_id.site_ids[:1]
            return self.agreement_id._get_invoice_key(site, self.ticket_id)
        customer = self.customer_id
        grouping = customer.with_company(self.company_id).psa_invoice_grouping
        part = {
            "site": lambda: (customer.id, site.id),
            "ticket": lambda: (customer.id, self.ticket_id.id),
        }.get(grouping, lambda: customer.id)()
        return repr(
            (
                grouping or "customer",
                part,
                customer.id,
                self.currency_id.id,
                False,
                False,
                False,
            )
        )

    def _get_payer(self):
        """Return whoever gets the invoice."""
        self.ensure_one()
        if self.agreement_id:
            return self.agreement_id._get_payer()
        return self.customer_id

    # === SECTIONS AND LINES === #

    def _get_invoice_groups(self):
        """Return the lines of an invoice as groups of charges, in order, by section.

        :return: list of (title or False, list of charges of one line each)
        """
        sections = defaultdict(list)
        for charge in self._get_sorted():
            sections[charge._get_section()].append(charge)
        is_titled = len(sections) > 1
        result = []
        for section in sorted(sections):
            charges = self.browse([it.id for it in sections[section]])
            lines = charges.grouped(lambda it: it._get_line_key())
            title = charges[0]._get_section_title(section)
            is_shown = is_titled or section[0] == LATE
            result.append((is_shown and title, list(lines.values())))
        return result

    def _get_sorted(self):
        """Return charges in the order of the invoice."""
        return self.sorted(
            lambda it: (
                it.agreement_id.id,
                it.agreement_line_id.sequence,
                it.work_date,
                it.id,
            )
        )

    def _get_section(self):
        """Return in which section of the invoice the charge stands, as a sort key."""
        self.ensure_one()
        if self.period_id:
            return (RECURRING, self.agreement_id.id)
        if self.is_late:
            return (LATE, 0)
        if self.minimum_month:
            return (MINIMUM, 0)
        if self.item_id:
            return (ITEMS, 0)
        is_support = self.ticket_id or self.intervention_id
        return (SUPPORT if is_support else PROJECT, 0)

    def _get_section_title(self, section):
        """Return the title of a section, in the language of the context."""
        kind = section[0]
        if kind == RECURRING:
            return self.agreement_id.display_name
        return {
            SUPPORT: self.env._("Support"),
            PROJECT: self.env._("Projects"),
            ITEMS: self.env._("Parts and expenses"),
            MINIMUM: self.env._("Monthly minimum"),
            LATE: self.env._("Work of earlier periods, entered late"),
        }[kind]

    def _get_line_key(self):
        """Return what charges on one line have in common: all that stands there."""
        self.ensure_one()
        if self.period_id or not self.minutes:
            return self.id
        return (
            self.agreement_id,
            self.ticket_id or self.intervention_id or self._get_work_subject(),
            self.product_id,
            self.service_type_id,
            self.component,
            self.price_unit,
            self.discount,
            self.minutes > 0,
        )

    def _get_work_subject(self):
        """Return the task or project of work without ticket."""
        entry = self.analytic_line_id
        return entry.task_id or entry.project_id

    def _prepare_move_line_values(self, sign=1):
        """Return the values of the invoice line that bills the charges together.

        The price is the amount per unit, unrounded, so that the subtotal is the amount to
        the cent whatever the proration and rounding.

        :param int sign: -1 on a credit note
        """
        first = self[:1]
        quantity = sign * self._get_line_quantity()
        share = 1 - first.discount / 100
        amount = sum(self.mapped("amount"))
        values = {
            "product_id": first.product_id.id,
            "name": "\n".join(filter(None, self._word_line())),
            "quantity": quantity,
            "price_unit": sign * amount / (quantity * share),
            "discount": first.discount,
        }
        taxes = first.agreement_line_id.tax_ids if first.period_id else False
        if taxes:
            position = first.agreement_id._get_fiscal_position()
            values["tax_ids"] = [Command.set(position.map_tax(taxes).ids)]
        if first.agreement_id.analytic_distribution:
            values["analytic_distribution"] = first.agreement_id.analytic_distribution
        return values

    def _word_line(self):
        """Return the texts of an invoice line: what was done, and how it is reckoned."""
        first = self[:1]
        if not first._is_work():
            return [first.name, first.explanation]
        days = sorted(set(self.mapped("work_date")))
        names = list(dict.fromkeys(self.mapped("name")))
        if len(days) == 1:
            when = format_date(self.env, days[0])
        else:
            when = self.env._(
                "%(start)s – %(end)s, %(count)s entries",
                start=format_date(self.env, days[0]),
                end=format_date(self.env, days[-1]),
                count=len(self.analytic_line_id),
            )
        return [*names, when, self._word_hours()]

    def _word_hours(self):
        """Return how the amount of time comes about, in the language of the context."""
        minutes = sum(self.mapped("minutes"))
        if not minutes:
            return False
        first = self[:1]
        text = self.env._(
            "%(hours)d:%(minutes)02d h × %(price)s",
            hours=abs(minutes) // 60,
            minutes=abs(minutes) % 60,
            price=first.currency_id.format(first.price_unit),
        )
        if first.discount:
            text = self.env._(
                "%(text)s, less %(discount)s %%",
                text=text,
                discount=f"{first.discount:g}",
            )
        return text
