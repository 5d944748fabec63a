"""What a sheet of equipment would change, row by row, and then: changing it."""

from odoo.fields import Domain
from odoo.tools.mail import email_normalize, plaintext2html

from ..tools import equipment_sheet
from ..tools.import_sheet import fold
from ..tools.serial_number import normalize_model, normalize_serial
from .psa_import_plan import ImportPlan, Party, Refusal


class EquipmentPlan(ImportPlan):
    """Compares rows of equipment with the database and with each other.

    Customers, sites and users must exist: this sheet creates equipment only. What has a
    serial number is recognised by it and the model, within its customer; the rest by its
    name.
    """

    by_name = equipment_sheet.BY_COLUMN
    known_headings = equipment_sheet.HEADINGS

    def __init__(self, job, headings):
        super().__init__(job, headings)
        # {customer id: {key: Party}}, as `_get_equipment_keys` returns the keys.
        self.equipment = {}
        self.new["equipment"] = []
        self.changed["equipment"] = {}

    def get_missing_columns(self):
        """Override: the customer's key, and what the equipment is called."""
        missing = {self.customer_column} - self.names.keys()
        if not {"name", "serial_no"} & self.names.keys():
            missing.add("serial_no")
        return missing

    # === READING CELLS === #

    def _parse_date(self, column, text):
        remedy = self.env._("Write a date, for example 2026-03-31.")
        return self._expect(equipment_sheet.parse_date(text), column, text, remedy)

    def _parse_html(self, column, text):
        return str(plaintext2html(text))

    def _parse_category(self, column, text):
        remedy = self.env._(
            "Write the name of an equipment category, or create it first under Helpdesk > "
            "Configuration > Equipment categories."
        )
        return self._expect(
            self._look_up("category", column, text), column, text, remedy
        )

    def _parse_product(self, column, text):
        remedy = self.env._("Write the reference or the name of a product.")
        return self._expect(
            self._look_up("product", column, text), column, text, remedy
        )

    def _collect_category(self):
        domain = [("company_id", "in", [False, self.company.id])]
        return self._collect(
            "psa.equipment.category", domain, ("name", "complete_name")
        )

    def _collect_product(self):
        words = {}
        products = self.env["product.product"].search_fetch(
            [("company_id", "in", [False, self.company.id])], ["default_code", "name"]
        )
        for product in products:
            for name in filter(None, (product.default_code, product.name)):
                words.setdefault(fold(name), set()).add(product.id)
        return words

    # === FINDING === #

    def load(self, rows):
        """Look up the customers, their equipment and the users that the rows name."""
        self._load_xmlids(rows)
        self._load_customers(rows)
        self._load_users(rows)
        customers = {
            record.id
            for records in self.found_customers.values()
            for record in records
            if record.id not in self.equipment
        }
        for customer_id in customers:
            self.equipment[customer_id] = {}
        found = self.env["psa.equipment"].with_context(active_test=False)
        domain = Domain("customer_id", "in", list(customers)) & Domain(
            "company_id", "=", self.company.id
        )
        for equipment in found.search(domain, order="id"):
            self._register_equipment(
                Party("equipment", equipment), equipment.customer_id.id, equipment
            )

    def _load_users(self, rows):
        addresses = {
            email_normalize(said["user_email"]) for said in rows if "user_email" in said
        } - self.found_emails.keys()
        for address in addresses:
            self.found_emails[address] = []
        domain = self.company_domain & Domain("email_normalized", "in", list(addresses))
        for contact in self.partners.search(domain, order="id"):
            if contact.active and contact.type != "psa_site":
                self.found_emails[contact.email_normalized].append(contact)

    def _get_equipment_keys(self, values):
        """Return the keys by which equipment is known: the first tells it apart.

        :param values: record or dict
        """
        serial = normalize_serial(values["serial_no"])
        name = fold(values["name"] or "")
        keys = [("name", name)]
        if serial:
            model = normalize_model(values["model"])
            keys = [("serial", serial, model), ("any", serial), *keys]
        return keys

    def _register_equipment(self, party, customer_id, values):
        for key in self._get_equipment_keys(values):
            self.equipment[customer_id].setdefault(key, party)

    # === PLANNING === #

    def plan_row(self, number, said):
        """Override: find the customer, then the equipment, then what is news."""
        customer = self._find_existing_customer(said)
        said = {**said, "name": said.get("name") or self._propose_name(said)}
        known = self.equipment[customer.record.id]
        full = {"serial_no": None, "model": None, **said}
        key = self._get_equipment_keys(full)[0]
        party = known.get(key) or self._find_without_model(known, full)
        if party and party.record and not party.record.active:
            self._choose([party.record], said["name"])
        if not party:
            party = Party("equipment", customer=customer)
        values = self._get_equipment_values(customer, party, said)
        news = self._compare(party, values, number)
        return self._remember_equipment(number, customer, party, values, news, full)

    def _find_existing_customer(self, said):
        text = said.get(self.customer_column)
        if text and not self.found_customers.get(self._get_key("customer", said)):
            raise Refusal(
                self.env._(
                    "The customer “%(key)s” does not exist. Import or create the customer "
                    "first, or correct the row.",
                    key=text,
                )
            )
        customer = self._find_customer(said)
        self.customers[self._get_key("customer", said)] = customer
        return customer

    def _propose_name(self, said):
        """Return the name of equipment that the row does not name."""
        name = said.get("model") or said.get("serial_no")
        if not name:
            raise Refusal(
                self.env._(
                    "The row names no equipment. Fill in its name, its model or its serial "
                    "number."
                )
            )
        return name

    def _find_without_model(self, known, full):
        """A serial number alone is enough, if the row does not tell the model."""
        if not full["serial_no"] or full["model"]:
            return None
        return known.get(("any", normalize_serial(full["serial_no"])))

    def _get_equipment_values(self, customer, party, said):
        values = {
            self.by_name[name].field: value
            for name, value in said.items()
            if name in self.by_name and self.by_name[name].field
        }
        if party.is_known and "name" not in self.names:
            values.pop("name")
        if not party.is_known:
            values["customer_id"] = customer.record.id
        if "site_name" in said:
            values["site_id"] = self._find_existing_site(customer, said).id
        if "user_email" in said:
            values["partner_id"] = self._find_user(customer, said).id
        if "parent" in said:
            values["parent_id"] = self._find_whole(customer, party, said)
        self._check_warranty(party, values)
        return values

    def _find_existing_site(self, customer, said):
        party = customer.sites.get(fold(said["site_name"]))
        if not party or not party.record:
            raise Refusal(
                self.env._(
                    "%(customer)s has no site “%(site)s”. Create it first, or correct the "
                    "row.",
                    customer=self._name(customer),
                    site=said["site_name"],
                )
            )
        return self._choose([party.record], said["site_name"])

    def _find_user(self, customer, said):
        mine = [
            partner
            for partner in self.found_emails[email_normalize(said["user_email"])]
            if partner.commercial_partner_id == customer.record
        ]
        if not mine:
            raise Refusal(
                self.env._(
                    "Nobody at %(customer)s has the address %(email)s. Create the contact "
                    "first, or leave the cell empty.",
                    customer=self._name(customer),
                    email=said["user_email"],
                )
            )
        return mine[0]

    def _find_whole(self, customer, party, said):
        """Return the party that the equipment is a part of."""
        known = self.equipment[customer.record.id]
        text = said["parent"]
        whole = known.get(("any", normalize_serial(text))) or known.get(
            ("name", fold(text))
        )
        if not whole or whole is party:
            raise Refusal(
                self.env._(
                    "%(customer)s has no equipment “%(whole)s” to be a part of. Put its "
                    "row above this one, or correct the row.",
                    customer=self._name(customer),
                    whole=text,
                )
            )
        return whole

    def _check_warranty(self, party, values):
        record = party.record
        start = values.get("warranty_start") or (record and record.warranty_start)
        end = values.get("warranty_end") or (record and record.warranty_end)
        if start and end and end < start:
            raise Refusal(self.env._("The warranty would end before it starts."))

    def _is_written(self, party, field, value):
        """Override: fields of partners of the same name are something else."""
        if field == "parent_id":
            current = party.record and party.record.parent_id
            return bool(current and value.record) and current == value.record
        if field == "category_id" and party.record:
            return party.record.category_id.id == value
        if field == "notes" and party.record:
            return str(party.record.notes or "") == value
        return super()._is_written(party, field, value)

    def _remember_equipment(self, number, customer, party, values, news, full):
        is_new = not party.is_known
        updated = []
        if is_new:
            self.new["equipment"].append(party)
            self._register_equipment(party, customer.record.id, full)
        else:
            updated = [self._name_column(party, field) for field in news]
        if party.record and news:
            self.changed["equipment"][party] = True
        party.is_known = True
        party.values.update(news)
        for field, value in values.items():
            party.said.setdefault(field, (value, number))
        parties = {"customer": customer, "equipment": party}
        if is_new:
            message = self.env._("New: %(names)s", names=full["name"])
            return "created", parties, message
        if not updated:
            return "unchanged", parties, ""
        names = ", ".join(dict.fromkeys(updated))
        return "updated", parties, self.env._("Changed: %(names)s", names=names)

    # === WORDS === #

    def _name_kind(self, kind):
        if kind == "equipment":
            return self.env._("Equipment")
        return super()._name_kind(kind)

    def _name_column(self, party, field):
        """Override: the columns that name other records have no field of their own."""
        looked_up = {
            "site_id": "site_name",
            "partner_id": "user_email",
            "parent_id": "parent",
        }
        names = [looked_up.get(field)] + [
            column.name for column in self.by_name.values() if column.field == field
        ]
        return next((self.names[name] for name in names if name in self.names), field)

    # === WRITING === #

    def apply(self):
        """Override: create and change the equipment, the wholes before their parts."""
        model = self.env["psa.equipment"].with_context(
            tracking_disable=True,
            mail_create_nosubscribe=True,
            mail_create_nolog=True,
        )
        parties = [party for party in self.new["equipment"] if not party.record]
        values = [self._prepare_equipment(party, parent=False) for party in parties]
        for party, record in zip(parties, model.create(values), strict=True):
            party.record = record
        for party in (*parties, *self.changed["equipment"]):
            values = self._prepare_equipment(party)
            if party in parties:
                values = {key: values[key] for key in values if key == "parent_id"}
            if values:
                model.browse(party.record.id).write(values)

    def _prepare_equipment(self, party, parent=True):
        """Return a party's values as `create` and `write` take them.

        :param bool parent: whether the whole exists by now
        """
        values = {**party.values}
        whole = values.pop("parent_id", None)
        if whole and parent:
            values["parent_id"] = whole.record.id
        if not party.record:
            values["company_id"] = self.company.id
        return values
