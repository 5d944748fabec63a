"""What a sheet of agreements would change, row by row, and then: changing it."""

from odoo.fields import Command, Date, Domain

from odoo.addons.helpdesk_psa.models.psa_equipment_plan import EquipmentPlan
from odoo.addons.helpdesk_psa.models.psa_import_plan import Party, Refusal
from odoo.addons.helpdesk_psa.tools.import_sheet import fold, parse_tags

from ..tools import agreement_sheet, sheet_words

# Fields of many records: cells name them all.
MANY = ("site_ids", "equipment_category_ids")
# Numbers are compared with the precision that people type.
PRECISION = 0.000001


class AgreementPlan(EquipmentPlan):
    """Compares rows of agreements with the database and with each other.

    A row holds a line; rows of one agreement repeat its reference and, if they like, the
    rest. Drafts are changed, what is in force is compared only: it changes by amendments.
    """

    by_name = agreement_sheet.BY_COLUMN
    known_headings = agreement_sheet.HEADINGS

    def __init__(self, job, headings):
        super().__init__(job, headings)
        # {folded reference: Party}; a party of an agreement has its `lines`.
        self.agreements = {}
        for kind in ("agreement", "line"):
            self.new[kind] = []
            self.changed[kind] = {}

    def get_missing_columns(self):
        """Override: the customer's key and the agreement's reference."""
        return {self.customer_column, "reference"} - self.names.keys()

    # === READING CELLS === #

    def _parse_number(self, column, text):
        remedy = self.env._("Write a number, for example 12 or 12.50.")
        return self._expect(sheet_words.parse_number(text), column, text, remedy)

    def _parse_span(self, column, text):
        remedy = self.env._("Write for example 3 months or 1 year.")
        return self._expect(sheet_words.parse_span(text), column, text, remedy)

    def _parse_rhythm(self, column, text):
        remedy = self.env._("Write month, quarter, year or for example 2 months.")
        return self._expect(sheet_words.parse_rhythm(text), column, text, remedy)

    def _parse_word(self, words, column, text):
        choices = ", ".join(known[0] for known in words.values())
        remedy = self.env._("Write one of: %(choices)s.", choices=choices)
        return self._expect(sheet_words.find_word(words, text), column, text, remedy)

    def _parse_agreement_type(self, column, text):
        return self._parse_word(sheet_words.AGREEMENT_TYPES, column, text)

    def _parse_renewal(self, column, text):
        return self._parse_word(sheet_words.RENEWALS, column, text)

    def _parse_timing(self, column, text):
        return self._parse_word(sheet_words.TIMINGS, column, text)

    def _parse_alignment(self, column, text):
        return self._parse_word(sheet_words.ALIGNMENTS, column, text)

    def _parse_grouping(self, column, text):
        return self._parse_word(sheet_words.GROUPINGS, column, text)

    def _parse_method(self, column, text):
        return self._parse_word(sheet_words.METHODS, column, text)

    def _parse_price_method(self, column, text):
        return self._parse_word(sheet_words.PRICE_METHODS, column, text)

    def _parse_charge_kind(self, column, text):
        return self._parse_word(sheet_words.CHARGE_KINDS, column, text)

    def _parse_owner(self, column, text):
        remedy = self.env._("Write the e-mail or the name of a colleague.")
        return self._expect(self._look_up("owner", column, text), column, text, remedy)

    def _parse_payment_term(self, column, text):
        remedy = self.env._("Write the name of payment terms, or create them first.")
        found = self._look_up("payment_term", column, text)
        return self._expect(found, column, text, remedy)

    def _parse_currency(self, column, text):
        remedy = self.env._("Write the code of a currency in use, for example EUR.")
        return self._expect(
            self._look_up("currency", column, text), column, text, remedy
        )

    def _parse_sla(self, column, text):
        remedy = self.env._("Write the name of an SLA policy, or create it first.")
        return self._expect(self._look_up("sla", column, text), column, text, remedy)

    def _parse_categories(self, column, text):
        return tuple(
            sorted(self._parse_category(column, name) for name in parse_tags(text))
        )

    def _collect_owner(self):
        domain = Domain("share", "=", False) & Domain(
            "company_ids", "in", self.company.ids
        )
        return self._collect("res.users", domain, ("login", "email", "name"))

    def _collect_payment_term(self):
        domain = [("company_id", "in", [False, self.company.id])]
        return self._collect("account.payment.term", domain, ("name",))

    def _collect_currency(self):
        return self._collect("res.currency", [], ("name",))

    def _collect_sla(self):
        domain = [("company_id", "in", [False, self.company.id])]
        return self._collect("psa.sla.policy", domain, ("name",))

    def _collect(self, model, domain, names):
        """Override: not everybody has an e-mail."""
        words = super()._collect(model, domain, [names[0]])
        for record in self.env[model].search(domain):
            for name in filter(None, (record[it] for it in names[1:])):
                words.setdefault(fold(name), set()).add(record.id)
        return words

    # === FINDING === #

    def load(self, rows):
        """Override: look up the customers and the agreements that the rows name."""
        self._load_xmlids(rows)
        self._load_customers(rows)
        names = {
            said["reference"].lower() for said in rows if "reference" in said
        } - self.agreements.keys()
        if not names:
            return
        # Compared as the unique index does.
        found = self.env["psa.agreement"].with_context(active_test=False)
        for agreement in found.search(
            Domain("company_id", "=", self.company.id)
            & Domain.OR(Domain("name", "=ilike", _escape(name)) for name in names)
        ):
            self.agreements[agreement.name.lower()] = self._adopt(agreement)

    def _adopt(self, agreement):
        """Return the party of an agreement that exists, with its lines."""
        party = Party("agreement", agreement)
        party.lines = {}
        for line in agreement.line_ids.filtered(
            lambda it: not it.amendment_id._is_draft()
        ):
            known = Party("line", line)
            party.lines[fold(line.name), line.date_from] = known
            party.lines.setdefault((fold(line.name), None), known)
        return party

    # === PLANNING === #

    def plan_row(self, number, said):
        """Override: find the customer and the agreement, then its line, then what is news."""
        customer = self._find_existing_customer(said)
        agreement = self._find_agreement(customer, said)
        values = self._get_agreement_values(customer, agreement, said)
        news = self._compare(agreement, values, number)
        steps = [(agreement, values, news)]
        if any(self.by_name[name].party == "line" for name in said):
            line = self._find_line(agreement, said)
            line_values = self._get_line_values(customer, line, said)
            line_news = self._compare(line, line_values, number)
            steps.append((line, line_values, line_news))
        self._check_in_force(agreement, steps)
        return self._remember_agreement(number, customer, steps, said)

    def _find_agreement(self, customer, said):
        reference = said.get("reference")
        if not reference:
            raise Refusal(
                self.env._(
                    "%(column)s is empty: it tells the agreements apart. Fill it in.",
                    column=self.names["reference"],
                )
            )
        party = self.agreements.get(reference.lower())
        if not party:
            party = Party("agreement", customer=customer)
            party.lines = {}
            return party
        owner = party.record.customer_id if party.record else party.customer.record
        if owner != customer.record:
            raise Refusal(
                self.env._(
                    "“%(reference)s” is an agreement with %(owner)s. Correct the reference "
                    "or the customer.",
                    reference=reference,
                    owner=owner.display_name,
                )
            )
        return party

    def _get_agreement_values(self, customer, party, said):
        values = {
            self.by_name[name].field: value
            for name, value in said.items()
            if self.by_name[name].party == "agreement" and self.by_name[name].field
        }
        for name, count, unit in (
            ("renewal_span", "renewal_count", "renewal_unit"),
            ("notice", "notice_count", "notice_unit"),
            ("rhythm", "billing_interval", "billing_unit"),
        ):
            if name in said:
                values[count], values[unit] = said[name]
        if party.is_known:
            values.pop("name")
        else:
            values["customer_id"] = customer.record.id
        self._check_span(party, values, said)
        return values

    def _check_span(self, party, values, said):
        """Refuse dates and stretches of time that cannot be."""
        if not party.is_known and "date_start" not in values:
            raise Refusal(
                self.env._(
                    "The agreement “%(reference)s” is new and has no start. Fill in the "
                    "date.",
                    reference=said["reference"],
                )
            )
        for name, unit, allowed in (
            ("renewal_span", "renewal_unit", ("month", "year")),
            ("notice", "notice_unit", ("day", "month", "year")),
        ):
            if values.get(unit, "month") not in allowed:
                raise Refusal(
                    self.env._(
                        "%(column)s: write it in months or years.",
                        column=self.names[name],
                    )
                )
        record = party.record
        start = values.get("date_start") or (record and record.date_start)
        end = values.get("date_end") or (record and record.date_end)
        if start and end and end < start:
            raise Refusal(self.env._("The agreement would end before it starts."))

    def _find_line(self, agreement, said):
        product = self.env["product.product"].browse(said.get("product", ()))
        name = said.get("line_name") or product.name
        if not name:
            raise Refusal(
                self.env._(
                    "The row fills in a line, but names none. Fill in its description or "
                    "its product."
                )
            )
        said["line_name"] = name
        line = agreement.lines.get((fold(name), said.get("line_start")))
        if not line:
            line = Party("line", customer=agreement.customer)
            line.agreement = agreement
        return line

    def _get_line_values(self, customer, line, said):
        values = {
            self.by_name[name].field: value
            for name, value in said.items()
            if self.by_name[name].party == "line" and self.by_name[name].field
        }
        if "line_rhythm" in said:
            values["billing_interval"], values["billing_unit"] = said["line_rhythm"]
        if "line_end" in said:
            values["date_until"] = Date.add(said["line_end"], days=1)
        if "site_name" in said:
            values["site_ids"] = tuple(
                sorted(
                    self._find_existing_site(customer, {"site_name": name}).id
                    for name in parse_tags(said["site_name"])
                )
            )
        if line.is_known:
            values.pop("name")
        self._check_line(line, values)
        return values

    def _check_line(self, line, values):
        """Refuse a line that could not be invoiced."""
        product = self.env["product.product"].browse(values.get("product_id", ()))
        if product and not product.psa_recurring:
            raise Refusal(
                self.env._(
                    "“%(product)s” is not a recurring product. Tick “Recurring” on it "
                    "first.",
                    product=product.display_name,
                )
            )
        method = values.get("quantity_method")
        categories = values.get("equipment_category_ids") or (
            line.record and line.record.equipment_category_ids
        )
        if method == "equipment" and not categories:
            raise Refusal(
                self.env._(
                    "The line counts equipment: fill in the categories that it is about."
                )
            )
        if method == "usage" and (
            values.get("count_by_day") or values.get("charge_kind") == "one_time"
        ):
            raise Refusal(
                self.env._(
                    "The line is invoiced by meter readings: these are neither counted by "
                    "the day nor charged once."
                )
            )
        if values.get("discount", 0) > 100:
            raise Refusal(self.env._("A discount is 100 % at most."))

    def _check_in_force(self, agreement, steps):
        """Refuse to change what is in force."""
        if not agreement.record or agreement.record.state == "draft":
            return
        names = [
            self._name_column(party, field)
            for party, _values, news in steps
            for field in news
            if party.is_known
        ]
        is_new = any(not party.is_known for party, _values, _news in steps)
        if names or is_new:
            raise Refusal(
                self.env._(
                    "“%(agreement)s” is in force; its terms change by an amendment. "
                    "Different here: %(names)s.",
                    agreement=agreement.record.name,
                    names=", ".join(dict.fromkeys(names)) or self.env._("a new line"),
                )
            )

    def _is_written(self, party, field, value):
        """Override: numbers as they are kept, lists whatever their order."""
        if not party.record:
            return False
        current = party.record[field]
        if field in MANY:
            return set(current.ids) == set(value)
        if isinstance(value, float):
            return abs(current - value) < PRECISION
        if field.endswith("_id"):
            return current.id == value
        return current == value

    def _remember_agreement(self, number, customer, steps, said):
        created, updated = [], []
        for party, values, news in steps:
            if not party.is_known:
                created.append(values["name"])
                self.new[party.kind].append(party)
            else:
                updated += [self._name_column(party, field) for field in news]
            if party.record and news:
                self.changed[party.kind][party] = True
            party.is_known = True
            party.values.update(news)
            for field, value in values.items():
                party.said.setdefault(field, (value, number))
        agreement = steps[0][0]
        self.agreements[said["reference"].lower()] = agreement
        if len(steps) > 1:
            name = fold(said["line_name"])
            agreement.lines[name, said.get("line_start")] = steps[1][0]
        parties = {"customer": customer, "agreement": agreement}
        words = []
        if created:
            words.append(self.env._("New: %(names)s", names=", ".join(created)))
        if updated:
            names = ", ".join(dict.fromkeys(updated))
            words.append(self.env._("Changed: %(names)s", names=names))
        outcome = "created" if created else "updated" if updated else "unchanged"
        return outcome, parties, ". ".join(words)

    # === WORDS === #

    def _name_kind(self, kind):
        names = {
            "agreement": self.env._("Agreement"),
            "line": self.env._("Agreement line"),
        }
        return names[kind] if kind in names else super()._name_kind(kind)

    def _name_column(self, party, field):
        """Override: some columns fill several fields."""
        columns = {
            "renewal_count": "renewal_span",
            "renewal_unit": "renewal_span",
            "notice_count": "notice",
            "notice_unit": "notice",
            "billing_interval": "line_rhythm" if party.kind == "line" else "rhythm",
            "billing_unit": "line_rhythm" if party.kind == "line" else "rhythm",
            "date_until": "line_end",
            "site_ids": "site_name",
        }
        names = [columns.get(field)] + [
            column.name
            for column in self.by_name.values()
            if column.field == field and column.party == party.kind
        ]
        return next((self.names[name] for name in names if name in self.names), field)

    # === WRITING === #

    def apply(self):
        """Override: create and change drafts, the agreements before their lines."""
        context = {
            "tracking_disable": True,
            "mail_create_nosubscribe": True,
            "mail_create_nolog": True,
        }
        agreements = self.env["psa.agreement"].with_context(**context)
        lines = self.env["psa.agreement.line"].with_context(**context)
        new = [party for party in self.new["agreement"] if not party.record]
        values = [{**party.values, "company_id": self.company.id} for party in new]
        for party, record in zip(new, agreements.create(values), strict=True):
            party.record = record
        for party in self.changed["agreement"]:
            agreements.browse(party.record.id).write(party.values)
        new = [party for party in self.new["line"] if not party.record]
        values = [
            {**_to_commands(party.values), "agreement_id": party.agreement.record.id}
            for party in new
        ]
        for party, record in zip(new, lines.create(values), strict=True):
            party.record = record
        for party in self.changed["line"]:
            lines.browse(party.record.id).write(_to_commands(party.values))


def _to_commands(values):
    """Return values as `create` and `write` take them."""
    return {
        field: [Command.set(list(value))] if field in MANY else value
        for field, value in values.items()
    }


def _escape(text):
    """Return a text as the pattern of itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
