"""What a sheet of meter readings would add, row by row, and then: adding it."""

from odoo.fields import Date, Domain

from odoo.addons.helpdesk_psa.models.psa_equipment_plan import EquipmentPlan
from odoo.addons.helpdesk_psa.models.psa_import_plan import Party, Refusal
from odoo.addons.helpdesk_psa.tools.import_sheet import fold

from ..tools import reading_sheet, usage
from ..tools.sheet_words import parse_number


class ReadingPlan(EquipmentPlan):
    """Compares rows of readings with the database and with each other.

    Customers and meters must exist. A meter is recognised by its ID, else by its name or
    its device within the customer. A reading that is there already stays as it is.
    """

    by_name = reading_sheet.BY_COLUMN
    known_headings = reading_sheet.HEADINGS

    def __init__(self, job, headings):
        super().__init__(job, headings)
        # {customer id: {key: meters}} and {meter: {day: Reading}}
        self.meters, self.readings = {}, {}
        self.new["reading"] = []

    def get_missing_columns(self):
        """Override: the customer's key, the meter, the day and what it showed."""
        missing = {self.customer_column, "date", "value"} - self.names.keys()
        if not {"meter", "serial_no"} & self.names.keys():
            missing.add("meter")
        return missing

    # === READING CELLS === #

    def _parse_number(self, column, text):
        remedy = self.env._("Write a number, for example 12 or 12.50.")
        return self._expect(parse_number(text), column, text, remedy)

    def _parse_kind(self, column, text):
        remedy = self.env._("Write reading, began again or replaced.")
        return self._expect(reading_sheet.find_kind(text), column, text, remedy)

    # === FINDING === #

    def load(self, rows):
        """Override: look up the customers, their meters and what these showed."""
        self._load_xmlids(rows)
        self._load_customers(rows)
        customers = {
            record.id
            for records in self.found_customers.values()
            for record in records
            if record.id not in self.meters
        }
        for customer_id in customers:
            self.meters[customer_id] = {}
        meters = self.env["psa.usage.meter"].search(
            Domain("customer_id", "in", list(customers))
            & Domain("company_id", "=", self.company.id)
        )
        for meter in meters:
            known = self.meters[meter.customer_id.id]
            for key in self._get_meter_keys(meter):
                known[key] = known.get(key, meter.browse()) | meter
        for meter, readings in meters._get_readings().items():
            self.readings[meter] = {reading.day: reading for reading in readings}

    def _get_meter_keys(self, meter):
        """Return the words by which a meter is known."""
        equipment = meter.equipment_id
        words = {
            "meter": (meter.reference, meter.name, meter.display_name),
            "serial_no": (equipment.serial_no, equipment.name),
        }
        return {
            (column, fold(word))
            for column, names in words.items()
            for word in names
            if word
        }

    # === PLANNING === #

    def plan_row(self, number, said):
        """Override: find the customer, then the meter, then whether the reading is news."""
        customer = self._find_existing_customer(said)
        meter = self._find_meter(customer, said)
        fact = self._get_fact(said)
        parties = {"customer": customer}
        known = self.readings[meter].get(fact.day)
        if known:
            self._check_same(meter, known, fact)
            return "unchanged", parties, ""
        self._check_possible(meter, fact)
        self.readings[meter][fact.day] = fact
        party = Party("reading", customer=customer)
        party.values = {
            "meter_id": meter.id,
            "partner_id": False,
            **{
                self.by_name[name].field: value
                for name, value in said.items()
                if self.by_name[name].party == "reading" and self.by_name[name].field
            },
        }
        self.new["reading"].append(party)
        message = self.env._("New: %(names)s", names=meter.display_name)
        return "created", {**parties, "reading": party}, message

    def _find_meter(self, customer, said):
        known = self.meters[customer.record.id]
        named = [name for name in ("meter", "serial_no") if name in said]
        if not named:
            raise Refusal(
                self.env._(
                    "The row names no meter. Fill in its ID, its name or the serial number "
                    "of its device."
                )
            )
        found = self.env["psa.usage.meter"].union(*known.values())
        for name in named:
            found &= known.get((name, fold(said[name])), found.browse())
        words = {
            "customer": self._name(customer),
            "meter": ", ".join(said[name] for name in named),
        }
        if not found:
            raise Refusal(
                self.env._(
                    "%(customer)s has no meter “%(meter)s”. Create it first, or correct the "
                    "row.",
                    **words,
                )
            )
        if len(found) > 1:
            raise Refusal(
                self.env._(
                    "%(customer)s has several meters “%(meter)s”. Fill in the ID of the "
                    "meter.",
                    **words,
                )
            )
        return found

    def _get_fact(self, said):
        """Return what a row says as the arithmetic takes it."""
        for name in ("date", "value"):
            if name not in said:
                raise Refusal(
                    self.env._(
                        "%(column)s is empty. Fill it in.", column=self.names[name]
                    )
                )
        if said["date"] > Date.context_today(self.job):
            raise Refusal(self.env._("The reading is of a day to come."))
        return usage.Reading(
            said["date"],
            said["value"],
            said.get("kind", usage.READ),
            said.get("end_value", 0),
            bool(said.get("estimated")),
        )

    def _check_same(self, meter, known, fact):
        """Refuse another reading of the same day."""
        if (known.value, known.kind) != (fact.value, fact.kind):
            raise Refusal(
                self.env._(
                    "“%(meter)s” showed %(value)s on that day, as was entered before. If "
                    "that is wrong, correct the reading under Customers > Meter readings.",
                    meter=meter.display_name,
                    value=meter._format(known.value),
                )
            )

    def _check_possible(self, meter, fact):
        """Refuse what the other readings contradict."""
        every = [*self.readings[meter].values(), fact]
        if pair := usage.find_impossible(every, meter.capacity):
            raise Refusal(meter._describe_impossible(*pair))
        if 0 < meter.capacity <= fact.value:
            raise Refusal(
                self.env._(
                    "“%(meter)s” begins again at %(capacity)s: it cannot show that.",
                    meter=meter.display_name,
                    capacity=meter._format(meter.capacity),
                )
            )

    # === WORDS === #

    def _name_kind(self, kind):
        if kind == "reading":
            return self.env._("Meter reading")
        return super()._name_kind(kind)

    # === WRITING === #

    def apply(self):
        """Override: enter the readings."""
        parties = [party for party in self.new["reading"] if not party.record]
        records = self.env["psa.usage.reading"].create(
            [party.values for party in parties]
        )
        for party, record in zip(parties, records, strict=True):
            party.record = record
