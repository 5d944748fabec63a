"""Draft invoices in batches, with all their journal items written at once."""

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..const import INVOICE_BATCH
from ..tools.complete_values import CompleteValues, freeze

_logger = logging.getLogger(__name__)

# What we know to complete. An invoice with any other value takes Odoo's own way.
MOVE_FIELDS = {
    "move_type",
    "partner_id",
    "partner_shipping_id",
    "invoice_date",
    "date",
    "currency_id",
    "company_id",
    "journal_id",
    "invoice_payment_term_id",
    "invoice_user_id",
    "fiscal_position_id",
    "narration",
    "ref",
    "invoice_origin",
    "partner_bank_id",
    "preferred_payment_method_line_id",
    "invoice_line_ids",
}
LINE_FIELDS = {
    "product_id",
    "product_uom_id",
    "quantity",
    "price_unit",
    "discount",
    "tax_ids",
    "name",
    "analytic_distribution",
    "display_type",
    "account_id",
    "sequence",
}
# What the journal items of an invoice follow from, beside its partner and its lines.
SHAPE_FIELDS = (
    "move_type",
    "company_id",
    "journal_id",
    "currency_id",
    "invoice_currency_rate",
    "fiscal_position_id",
    "invoice_payment_term_id",
    "invoice_date",
    "date",
)
NOTES = ("line_section", "line_subsection", "line_note")
# Methods that make journal items, and fields that they fill. We do in one step what
# these do, so that whoever extends them gets Odoo's own way.
MOVE_METHODS = (
    "_get_sync_stack",
    "_sync_dynamic_lines",
    "_sync_dynamic_line",
    "_sync_tax_lines",
    "_sync_rounding_lines",
    "_sync_unbalanced_lines",
    "_sync_non_deductible_base_lines",
    "_sync_invoice",
    "_recompute_cash_rounding_lines",
    "_compute_needed_terms",
    "_compute_invoice_date_due",
)
LINE_METHODS = (
    "_sync_invoice",
    "_compute_epd_needed",
    "_compute_discount_allocation_needed",
)


class PsaInvoiceWriter(models.AbstractModel):
    """Writes many draft invoices quickly, each as Odoo itself would write it.

    Odoo creates the lines of an invoice, then synchronises: it reads them back, computes
    the taxes and the instalments, adds these as further journal items, and writes amounts
    on the first ones. Here all journal items are prepared by the same functions of Odoo
    beforehand, once for all invoices of the same shape, and handed over complete. All
    checks of Odoo stay on.
    """

    _name = "psa.invoice.writer"
    _description = "Writer of Invoices"

    @api.model
    def _write_invoices_safely(self, vals_list):
        """Create draft invoices; one that fails does not stop the others.

        A batch that fails is undone and halved until the bad one is alone, which costs
        its good neighbours log2(batch) attempts.

        :param vals_list: as for `account.move.create`
        :return: a pair (invoice or None, error message or None) for each, in this order
        """
        results = []
        for start in range(0, len(vals_list), INVOICE_BATCH):
            results += self._write_or_halve(vals_list[start : start + INVOICE_BATCH])
        return results

    @api.model
    def _write_invoices(self, vals_list):
        """Create draft invoices or credit notes, and return them in the order given.

        :param vals_list: as for `account.move.create`, with `invoice_line_ids`
        :raise: whatever `account.move.create` raises; then nothing is to be kept
        """
        moves = self.env["account.move"]
        for start in range(0, len(vals_list), INVOICE_BATCH):
            moves += self._write_batch(vals_list[start : start + INVOICE_BATCH])
        return moves

    # === FAILURES === #

    def _write_or_halve(self, vals_list):
        try:
            with self.env.cr.savepoint():
                return [(move, None) for move in self._write_batch(vals_list)]
        except psycopg2.OperationalError:
            # Another transaction was faster, or the server goes down: no fault of the
            # invoices. Whoever runs us tries again.
            raise
        except Exception as error:
            if len(vals_list) == 1:
                return [(None, self._describe(error))]
        middle = len(vals_list) // 2
        return self._write_or_halve(vals_list[:middle]) + self._write_or_halve(
            vals_list[middle:]
        )

    def _describe(self, error):
        """Return what to tell the user about an invoice that cannot be written."""
        if isinstance(error, AccessError | UserError):
            return str(error)
        if isinstance(error, psycopg2.Error):
            return self.env["account.move"]._sql_error_to_message(error)
        _logger.error("An invoice could not be written", exc_info=error)
        return self.env._(
            "Unexpected error, see the server's log: %(error)s", error=repr(error)
        )

    # === BATCHES === #

    def _write_batch(self, vals_list):
        completed, positions = [], {}
        if self._is_standard():
            known = [at for at, vals in enumerate(vals_list) if self._is_known(vals)]
            completed, positions = self._complete(
                [vals_list[at] for at in known], known
            )
        ordinary = [at for at in range(len(vals_list)) if at not in positions]
        written = dict(
            zip(positions, self._create_complete(completed), strict=True)
        ) | dict(
            zip(
                ordinary,
                self.env["account.move"].create([vals_list[at] for at in ordinary]),
                strict=True,
            )
        )
        return self.env["account.move"].concat(
            *(written[at] for at in range(len(vals_list)))
        )

    def _is_standard(self):
        """Return whether no other add-on has a say in how journal items are made."""
        return all(
            sum(name in vars(parent) for parent in type(self.env[model]).__mro__) == 1
            for model, names in (
                ("account.move", MOVE_METHODS),
                ("account.move.line", LINE_METHODS),
            )
            for name in names
        )

    def _is_known(self, vals):
        """Return whether each of the values is one that we know how to complete."""
        lines = vals.get("invoice_line_ids") or []
        return (
            vals.get("move_type") in ("out_invoice", "out_refund")
            and vals.get("partner_id")
            and self._are_known(vals, MOVE_FIELDS)
            and all(
                command[0] == Command.CREATE
                and self._are_known(command[2], LINE_FIELDS)
                for command in lines
            )
            and any(not command[2].get("display_type") for command in lines)
            and all(self._is_known_line(command[2]) for command in lines)
        )

    @staticmethod
    def _are_known(vals, names):
        return all(name in names or name.startswith("psa_") for name in vals)

    @staticmethod
    def _is_known_line(line):
        display_type = line.get("display_type") or "product"
        return display_type in NOTES or (
            display_type == "product"
            and line.get("product_id")
            and "price_unit" in line
        )

    # === COMPLETING === #

    def _complete(self, vals_list, positions):
        """Prepare all values of invoices and of their journal items.

        :param vals_list: values of invoices that are known
        :param positions: a key for each of them
        :return: (list of (vals, prepared header, items), their keys); those missing in it
            have something that only Odoo knows
        """
        if not vals_list:
            return [], []
        headers = self.env["account.move"]._prepare_create_values(
            [
                {
                    name: value
                    for name, value in vals.items()
                    if name != "invoice_line_ids"
                }
                for vals in vals_list
            ]
        )
        is_by_partner = self._has_analytic_models()
        shapes, completed, keys = {}, [], []
        for vals, header, position in zip(vals_list, headers, positions, strict=True):
            lines = [command[2] for command in vals["invoice_line_ids"]]
            shape = self._get_shape(header, lines, is_by_partner)
            if shape not in shapes:
                shapes[shape] = self._prepare_items(header, lines)
            if shapes[shape]:
                items = self._fill(shapes[shape], header, lines)
                completed.append((vals, header, items))
                keys.append(position)
        return completed, keys

    def _get_shape(self, header, lines, is_by_partner):
        """Return a key of all that the journal items depend on.

        Labels, and our own fields, are not part of it.

        :param bool is_by_partner: accounts may be distributed by customer
        """
        partner = self._get_commercial_partner(header)
        company = self.env["res.company"].browse(header["company_id"])
        return (
            tuple(header.get(name) or False for name in SHAPE_FIELDS),
            partner.with_company(company).property_account_receivable_id.id,
            all(line.get("name") for line in lines) or partner.lang,
            is_by_partner and partner.id,
            tuple(
                tuple(
                    (name, bool(value) if name == "name" else freeze(value))
                    for name, value in sorted(line.items())
                    if not name.startswith("psa_")
                )
                for line in lines
            ),
        )

    def _get_commercial_partner(self, header):
        return (
            self.env["res.partner"].browse(header["partner_id"]).commercial_partner_id
        )

    def _has_analytic_models(self):
        """Return whether accounts may be distributed by customer."""
        models_sudo = self.env["account.analytic.distribution.model"].sudo()
        return bool(models_sudo.search_count([], limit=1))

    def _fill(self, items, header, lines):
        """Return the journal items of a shape for one invoice of it."""
        partner_id = self._get_commercial_partner(header).id
        own = [
            {
                name: value
                for name, value in line.items()
                if name == "name" or name.startswith("psa_")
            }
            for line in lines
        ]
        own += [{}] * (len(items) - len(lines))
        return [
            Command.create({**item, "partner_id": partner_id, **values})
            for item, values in zip(items, own, strict=True)
        ]

    def _prepare_items(self, header, lines):
        """Compute the journal items of an invoice, or return None if we do not know how.

        :return: values for `account.move.line.create`; first those of `lines`
        """
        header = {name: header[name] for name in header if name != "__precomputed__"}
        move = self.env["account.move"].new(header)
        if not self._is_simple(move):
            return None
        items = self._complete_items(move, [self._round(line) for line in lines])
        products = [item for item in items if item["display_type"] == "product"]
        if not all(item["account_id"] for item in products):
            return None
        if move._get_discount_allocation_account() and any(
            item["discount"] for item in products
        ):
            return None
        taxes = self._prepare_tax_items(move, products)
        terms = self._prepare_term_items(move, products + taxes)
        if move.currency_id.is_zero(sum(term["amount_currency"] for term in terms)):
            # Nothing to pay: what Odoo says of its instalments and due date depends on the
            # order in which it computes.
            return None
        return items + self._complete_items(move, taxes + terms)

    def _is_simple(self, move):
        return not (
            move.company_id.account_storno
            or move.invoice_cash_rounding_id
            or move.invoice_payment_term_id.early_discount
            or move.payment_reference
            or move.journal_id.type != "sale"
        )

    def _round(self, line):
        """Return the values of a line as they are once they are stored."""
        model = self.env["account.move.line"]
        return {
            name: model._fields[name].convert_to_cache(value, model)
            if name in ("quantity", "price_unit", "discount")
            else value
            for name, value in line.items()
        }

    def _complete_items(self, move, vals_list):
        """Add to values of journal items all that Odoo computes when it creates them."""
        items = self.env["account.move.line"]._prepare_create_values(
            [{**vals, "move_id": move.id} for vals in vals_list]
        )
        for item in items:
            del item["move_id"]
            item.pop("__precomputed__", None)
            item.setdefault("account_id", False)
            item.setdefault("analytic_distribution", False)
            item.setdefault("price_subtotal", 0.0)
            item.setdefault("price_total", 0.0)
        return items

    def _prepare_tax_items(self, move, products):
        """Return values of the tax items, and write amounts and tags on the `products`."""
        model = self.env["account.move.line"]
        engine = self.env["account.tax"]
        virtual = [model.new({**item, "move_id": move.id}) for item in products]
        for line, item in zip(virtual, products, strict=True):
            line._compute_totals()
            item["price_subtotal"] = line.price_subtotal
            item["price_total"] = line.price_total
            if not item["analytic_distribution"]:
                line._compute_analytic_distribution()
                item["analytic_distribution"] = line.analytic_distribution
        base_lines = [
            move._prepare_product_base_line_for_taxes_computation(line)
            for line in virtual
        ]
        engine._add_tax_details_in_base_lines(base_lines, move.company_id)
        engine._round_base_lines_tax_details(base_lines, move.company_id)
        engine._add_accounting_data_in_base_lines_tax_details(
            base_lines, move.company_id, include_caba_tags=move.always_tax_exigible
        )
        results = engine._prepare_tax_lines(base_lines, move.company_id)
        for item, (_base_line, amounts) in zip(
            products, results["base_lines_to_update"], strict=True
        ):
            item.update(self._round_amounts(move, amounts))
        return [
            self._round_amounts(move, {**vals, "display_type": "tax"})
            for vals in results["tax_lines_to_add"]
        ]

    def _prepare_term_items(self, move, items):
        """Return values of the items that say how much is due when."""
        products = [item for item in items if item["display_type"] == "product"]
        taxes = [item for item in items if item["display_type"] == "tax"]
        untaxed, tax = (
            {
                name: -sum(item[name] for item in group)
                for name in ("balance", "amount_currency")
            }
            for group in (products, taxes)
        )
        untaxed, tax = (
            self._round_amounts(move, untaxed),
            self._round_amounts(move, tax),
        )
        terms = {}
        for due_date, balance, amount_currency in self._get_instalments(
            move, untaxed, tax
        ):
            term = terms.setdefault(
                due_date,
                {
                    "display_type": "payment_term",
                    "date_maturity": due_date,
                    "discount_date": False,
                    "discount_balance": 0.0,
                    "discount_amount_currency": 0.0,
                    "balance": 0.0,
                    "amount_currency": 0.0,
                },
            )
            term["balance"] += balance
            term["amount_currency"] += amount_currency
        return [self._round_amounts(move, term) for term in terms.values()]

    def _get_instalments(self, move, untaxed, tax):
        """Return (due date, balance, amount in currency) of each part to pay."""
        payment_term = move.invoice_payment_term_id
        if not payment_term:
            return [
                (
                    fields.Date.context_today(move),
                    untaxed["balance"] + tax["balance"],
                    untaxed["amount_currency"] + tax["amount_currency"],
                )
            ]
        result = payment_term._compute_terms(
            date_ref=move.invoice_date or move.date or fields.Date.context_today(move),
            currency=move.currency_id,
            company=move.company_id,
            tax_amount=tax["balance"],
            tax_amount_currency=tax["amount_currency"],
            untaxed_amount=untaxed["balance"],
            untaxed_amount_currency=untaxed["amount_currency"],
            sign=1 if move.is_inbound(include_receipts=True) else -1,
        )
        return [
            (
                fields.Date.to_date(part["date"]),
                part["company_amount"],
                part["foreign_amount"],
            )
            for part in result["line_ids"]
        ]

    @staticmethod
    def _round_amounts(move, vals):
        """Return values with their amounts free of the noise of floating point."""
        company_currency = move.company_id.currency_id
        currencies = {
            "balance": company_currency,
            "tax_base_amount": company_currency,
            "amount_currency": move.currency_id,
        }
        return {
            name: currencies[name].round(value) if name in currencies else value
            for name, value in vals.items()
        }

    # === CREATION === #

    def _create_complete(self, completed):
        """Create invoices of which all is known, with the message that Odoo leaves."""
        if not completed:
            return self.env["account.move"]
        values = CompleteValues([header for _vals, header, _items in completed])
        moves = (
            self.env["account.move"]
            .with_context(
                psa_complete_values=values,
                skip_invoice_sync=True,
                skip_invoice_line_sync=True,
            )
            .create(
                [
                    {
                        **{k: v for k, v in vals.items() if k != "invoice_line_ids"},
                        "line_ids": items,
                    }
                    for vals, _header, items in completed
                ]
            )
            .with_env(self.env)
        )
        # Odoo knows only all of the journal items, not yet which of them are shown.
        moves.invalidate_recordset(["invoice_line_ids"], flush=False)
        return moves
