"""What a sheet of licences would change, row by row, and then: changing it."""

from odoo.fields import Domain

from odoo.addons.helpdesk_psa.models.psa_equipment_plan import EquipmentPlan
from odoo.addons.helpdesk_psa.models.psa_import_plan import Party, Refusal
from odoo.addons.helpdesk_psa.tools.import_sheet import fold

from ..tools import licence_sheet
from ..tools.sheet_words import parse_number


class LicencePlan(EquipmentPlan):
    """Compares rows of licences with the database and with each other.

    Customers, sites and people must exist. A licence is recognised by its subscription ID,
    else by its name, within its customer; rows of several people repeat it.
    """

    by_name = licence_sheet.BY_COLUMN
    known_headings = licence_sheet.HEADINGS

    def __init__(self, job, headings):
        super().__init__(job, headings)
        # {customer id: {key: [Party]}}
        self.licences = {}
        self.new["licence"] = []
        self.changed["licence"] = {}

    def get_missing_columns(self):
        """Override: the customer's key, and what the licence is called."""
        missing = {self.customer_column} - self.names.keys()
        if not {"name", "product"} & self.names.keys():
            missing.add("name")
        return missing

    # === READING CELLS === #

    def _parse_number(self, column, text):
        remedy = self.env._("Write a number, for example 12 or 12.50.")
        return self._expect(parse_number(text), column, text, remedy)

    # === FINDING === #

    def load(self, rows):
        """Override: look up the customers, their licences and the people named."""
        self._load_xmlids(rows)
        self._load_customers(rows)
        self._load_users(rows)
        customers = {
            record.id
            for records in self.found_customers.values()
            for record in records
            if record.id not in self.licences
        }
        for customer_id in customers:
            self.licences[customer_id] = {}
        found = self.env["psa.licence"].with_context(active_test=False)
        domain = Domain("customer_id", "in", list(customers)) & Domain(
            "company_id", "=", self.company.id
        )
        for licence in found.search(domain, order="id"):
            party = Party("licence", licence)
            party.people = {
                seat.partner_id for seat in licence.seat_ids if not seat.date_until
            }
            self._register_licence(party, licence.customer_id.id, licence)

    def _register_licence(self, party, customer_id, values):
        for key in self._get_licence_keys(values):
            self.licences[customer_id].setdefault(key, []).append(party)

    def _get_licence_keys(self, values):
        """Return the keys by which a licence is known: the first tells it apart."""
        keys = [("name", fold(values["name"] or ""))]
        if values["vendor_reference"]:
            keys = [("reference", fold(values["vendor_reference"])), *keys]
        return keys

    # === PLANNING === #

    def plan_row(self, number, said):
        """Override: find the customer, then the licence, then what is news."""
        customer = self._find_existing_customer(said)
        full = {"vendor_reference": None, **said, "name": self._get_licence_name(said)}
        party = self._find_licence(customer, full)
        values = self._get_licence_values(customer, party, said, full["name"])
        person = "user_email" in said and self._find_user(customer, said)
        news = self._compare(party, values, number)
        return self._remember_licence(
            number, customer, party, values, news, person, full
        )

    def _get_licence_name(self, said):
        """Return what a row calls its licence; None if a subscription ID must do."""
        product = self.env["product.product"].browse(said.get("product", ()))
        name = said.get("name") or product.name or None
        if not name and not said.get("vendor_reference"):
            raise Refusal(
                self.env._(
                    "The row names no licence. Fill in its name, its product or its "
                    "subscription ID."
                )
            )
        return name

    def _find_licence(self, customer, full):
        known = self.licences[customer.record.id]
        key = self._get_licence_keys(full)[0]
        found = known.get(key, [])
        if len(found) > 1:
            raise Refusal(
                self.env._(
                    "%(customer)s has several licences “%(name)s”. Fill in the "
                    "subscription ID.",
                    customer=self._name(customer),
                    name=full["name"],
                )
            )
        if found:
            if found[0].record and not found[0].record.active:
                self._choose([found[0].record], full["name"])
            return found[0]
        if not full["name"]:
            raise Refusal(
                self.env._(
                    "The licence “%(reference)s” does not exist yet, and the row does not "
                    "name it. Fill in its name or its product.",
                    reference=full["vendor_reference"],
                )
            )
        party = Party("licence", customer=customer)
        party.people = set()
        return party

    def _get_licence_values(self, customer, party, said, name):
        values = {
            self.by_name[column].field: value
            for column, value in said.items()
            if column in self.by_name and self.by_name[column].field
        }
        if not party.is_known:
            values["name"] = name
            values["customer_id"] = customer.record.id
        if "site_name" in said:
            values["site_id"] = self._find_existing_site(customer, said).id
        self._check_dates(party, values)
        return values

    def _check_dates(self, party, values):
        record = party.record
        start = values.get("date_start") or (record and record.date_start)
        end = values.get("date_end") or (record and record.date_end)
        if start and end and end < start:
            raise Refusal(self.env._("The licence would end before it starts."))

    def _remember_licence(self, number, customer, party, values, news, person, full):
        is_new = not party.is_known
        changes = []
        if is_new:
            self.new["licence"].append(party)
            self._register_licence(party, customer.record.id, full)
        else:
            changes = [self._name_column(party, field) for field in news]
        if person and person not in party.people:
            party.people.add(person)
            party.values.setdefault("seats", []).append(person.id)
            changes.append(person.name)
        if party.record and changes:
            self.changed["licence"][party] = True
        party.is_known = True
        party.values.update(news)
        for field, value in values.items():
            party.said.setdefault(field, (value, number))
        parties = {"customer": customer, "licence": party}
        if is_new:
            message = self.env._("New: %(names)s", names=full["name"])
            return "created", parties, message
        if not changes:
            return "unchanged", parties, ""
        names = ", ".join(dict.fromkeys(changes))
        return "updated", parties, self.env._("Changed: %(names)s", names=names)

    # === WORDS === #

    def _name_kind(self, kind):
        if kind == "licence":
            return self.env._("Licence")
        return super()._name_kind(kind)

    # === WRITING === #

    def apply(self):
        """Override: create and change the licences, then give out the seats."""
        model = self.env["psa.licence"].with_context(
            tracking_disable=True,
            mail_create_nosubscribe=True,
            mail_create_nolog=True,
        )
        parties = [party for party in self.new["licence"] if not party.record]
        values = [
            {**self._prepare_licence(party), "company_id": self.company.id}
            for party in parties
        ]
        for party, record in zip(parties, model.create(values), strict=True):
            party.record = record
        for party in self.changed["licence"]:
            if values := self._prepare_licence(party):
                model.browse(party.record.id).write(values)
        self.env["psa.licence.seat"].create(
            [
                {"licence_id": party.record.id, "partner_id": person_id}
                for party in (*parties, *self.changed["licence"])
                for person_id in party.values.get("seats", ())
            ]
        )

    def _prepare_licence(self, party):
        return {key: value for key, value in party.values.items() if key != "seats"}
