"""What a sheet of customers would change, row by row, and then: changing it."""

from functools import lru_cache

import babel

from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL
from odoo.tools.mail import email_normalize as slow_email_normalize

from ..tools import import_sheet
from ..tools.email_identity import DOMAIN_PATTERN, PUBLIC_DOMAINS, guess_name
from ..tools.import_sheet import BY_NAME, COLUMNS, HEADINGS, fold

email_normalize = lru_cache(maxsize=1 << 15)(slow_email_normalize)

# Prefixes of external ids that do not belong to a module.
FREE_PREFIXES = ("__import__", "__export__")


class Refusal(Exception):
    """Why a row is not imported, in the user's language."""


class Party:
    """A customer, site or contact that the sheet speaks of; in the database or not yet."""

    def __init__(self, kind, record=None, customer=None):
        self.kind = kind
        self.record = record
        self.customer = customer or self
        # What is to be written, by field; `xmlid` is the external id.
        self.values = {}
        # What the sheet said so far: {field: (value, row number)}.
        self.said = {}
        # Of a customer: {folded name: Party}, and the site of rows that name none.
        self.sites = {}
        self.main_site = None
        self.is_main = False
        self.is_known = bool(record)

    def __bool__(self):
        return True


class ImportPlan:
    """Compares rows with the database and with each other, and remembers what to do.

    Nothing is written before :meth:`apply`. Customers, contacts and domains are looked up
    once for many rows, see :meth:`load`.

    :param job: the `psa.import`, as the user who imports
    :param list headings: first row of the sheet
    """

    # Of the sheet's columns, by name and by heading.
    by_name = BY_NAME
    known_headings = HEADINGS

    def __init__(self, job, headings):
        self.job = job
        self.company = job.company_id
        self.env = job.env
        self.partners = job.env["res.partner"].with_context(active_test=False)
        self.headings = headings
        self.columns, self.unknown = import_sheet.map_headings(
            headings, self.known_headings
        )
        self.names = {
            name: headings[position] for position, name in self.columns.items()
        }
        self.customer_column = f"customer_{job.customer_key}"
        self.contact_column = f"contact_{job.contact_key}"
        self.lookups = {}
        self.tags = {}
        # {key: [res.partner, …]} as found, {key: Party} as spoken of. Lists, since records
        # in them are still read together with those they were found with.
        self.found_customers, self.customers = {}, {}
        self.found_sites = {}
        self.found_contacts, self.contacts = {}, {}
        self.found_emails, self.emails = {}, {}
        self.found_domains, self.domains = {}, {}
        self.found_xmlids, self.xmlids = {}, {}
        self.new = {"customer": [], "site": [], "contact": []}
        self.changed = {"customer": {}, "site": {}, "contact": {}}

    def get_missing_columns(self):
        """Return the names of the columns without which no row can be understood."""
        missing = {self.customer_column, "customer_name"} - self.names.keys()
        contacts = {"contact_name", "contact_email", "contact_xmlid"}
        if contacts & self.names.keys():
            missing |= {self.contact_column} - self.names.keys()
        if "customer_name" in missing and self.customer_column in self.names:
            missing.discard("customer_name")  # enough for customers that exist
        return missing

    # === READING CELLS === #

    def parse(self, cells):
        """Return what a row says, by column; empty cells say nothing.

        :param list cells: texts
        :raise Refusal: naming every cell that cannot be understood
        """
        if any(cells[len(self.headings) :]):
            raise Refusal(
                self.env._(
                    "The row has %(cells)s cells, the headings are %(headings)s. A text "
                    "with a separator in it must be in quotes.",
                    cells=len(cells),
                    headings=len(self.headings),
                )
            )
        said, problems = {}, []
        for position, name in self.columns.items():
            text = cells[position] if position < len(cells) else ""
            if not text:
                continue
            try:
                said[name] = self._parse_cell(self.by_name[name], text)
            except Refusal as refusal:
                problems.append(str(refusal))
        if problems:
            raise Refusal("\n".join(problems))
        return said

    def _parse_cell(self, column, text):
        if len(text) > column.size:
            raise Refusal(
                self.env._(
                    "%(column)s: longer than %(size)s characters. Shorten it.",
                    column=self.names[column.name],
                    size=column.size,
                )
            )
        return getattr(self, f"_parse_{column.kind}")(column, text)

    def _parse_text(self, column, text):
        return text

    def _parse_vat(self, column, text):
        return import_sheet.compact_vat(text)

    def _parse_tags(self, column, text):
        return import_sheet.parse_tags(text)

    def _parse_boolean(self, column, text):
        answer = import_sheet.parse_boolean(text)
        return self._expect(answer, column, text, self.env._("Write yes or no."))

    def _parse_yes_no(self, column, text):
        return "yes" if self._parse_boolean(column, text) else "no"

    def _parse_priority(self, column, text):
        remedy = self.env._("Write low, normal, high or urgent.")
        return self._expect(import_sheet.parse_priority(text), column, text, remedy)

    def _parse_portal(self, column, text):
        remedy = self.env._("Write none, own, site or customer.")
        return self._expect(import_sheet.parse_portal(text), column, text, remedy)

    def _parse_color(self, column, text):
        remedy = self.env._("Write the number of a colour, 0 to 11.")
        return self._expect(import_sheet.parse_color(text), column, text, remedy)

    def _parse_xmlid(self, column, text):
        remedy = self.env._("Use letters, digits, - and _ only.")
        return self._expect(import_sheet.parse_xmlid(text), column, text, remedy)

    def _parse_email(self, column, text):
        address = email_normalize(text)
        valid = address and DOMAIN_PATTERN.match(address.rpartition("@")[2])
        remedy = self.env._("Write one e-mail address, for example ann@acme.com.")
        return self._expect(text if valid else None, column, text, remedy)

    def _parse_domains(self, column, text):
        names = import_sheet.parse_domains(text)
        for name in names:
            if name in PUBLIC_DOMAINS:
                remedy = self.env._(
                    "Everybody may have an address there; leave this domain out."
                )
                self._expect(None, column, name, remedy)
            remedy = self.env._("Write what follows the @, for example acme.com.")
            self._expect(DOMAIN_PATTERN.match(name), column, name, remedy)
        return names

    def _parse_country(self, column, text):
        remedy = self.env._("Write the name of a country or its code of two letters.")
        return self._expect(
            self._look_up("country", column, text), column, text, remedy
        )

    def _parse_lang(self, column, text):
        remedy = self.env._(
            "Write the code of an installed language, for example %(code)s.",
            code=self.env.lang or "en_US",
        )
        return self._expect(self._look_up("lang", column, text), column, text, remedy)

    def _parse_group(self, column, text):
        remedy = self.env._("Write the name of a customer group, or create it first.")
        return self._expect(self._look_up("group", column, text), column, text, remedy)

    def _parse_type(self, column, text):
        remedy = self.env._("Write the name of a customer type, or create it first.")
        return self._expect(self._look_up("type", column, text), column, text, remedy)

    def _parse_team(self, column, text):
        remedy = self.env._("Write the name of a team of this company.")
        return self._expect(self._look_up("team", column, text), column, text, remedy)

    def _expect(self, value, column, text, remedy):
        """Return a value, or refuse the cell if it is None."""
        if value is not None:
            return value
        raise Refusal(
            self.env._(
                "%(column)s: “%(text)s” is not known or not allowed here. %(remedy)s",
                column=self.names[column.name],
                text=text,
                remedy=remedy,
            )
        )

    def _look_up(self, kind, column, text):
        """Return the id or code of what a text names, None if nothing.

        :raise Refusal: if it names several
        """
        if kind not in self.lookups:
            self.lookups[kind] = getattr(self, f"_collect_{kind}")()
        found = self.lookups[kind].get(fold(text), set())
        if len(found) > 1:
            raise Refusal(
                self.env._(
                    "%(column)s: several are called “%(text)s”. Write the full name, or "
                    "rename one of them.",
                    column=self.names[column.name],
                    text=text,
                )
            )
        return next(iter(found), None)

    def _collect_country(self):
        ids = {
            country.code: country.id for country in self.env["res.country"].search([])
        }
        languages = ("en", "fr", (self.env.lang or "en")[:2])
        words = {fold(code): {country_id} for code, country_id in ids.items()}
        for code, name in _get_country_names(languages):
            if code in ids:
                words[fold(name)] = {ids[code]}
        for country in self.env["res.country"].search([]):
            words[fold(country.name)] = {country.id}
        return words

    def _collect_lang(self):
        words = {}
        for lang in reversed(self.env["res.lang"].search([])):
            names = [lang.code, lang.iso_code, lang.code[:2]]
            names += [*lang.name.split("/"), *lang.name.split("(")[0].split("/")]
            for name in filter(None, map(fold, names)):
                # Two variants of one language: the first one in use is meant.
                words[name] = {lang.code}
        return words

    def _collect_group(self):
        return self._collect("psa.customer.group", [], ("name", "complete_name"))

    def _collect_type(self):
        return self._collect("psa.customer.type", [], ("name",))

    def _collect_team(self):
        domain = [("company_id", "in", [False, self.company.id])]
        return self._collect("psa.team", domain, ("name",))

    def _collect(self, model, domain, names):
        words = {}
        for record in self.env[model].search(domain):
            for name in names:
                words.setdefault(fold(record[name]), set()).add(record.id)
        return words

    # === FINDING === #

    def load(self, rows):
        """Look up everything that some parsed rows speak of.

        :param rows: list of dicts as :meth:`parse` returns them
        """
        self._load_xmlids(rows)
        self._load_customers(rows)
        self._load_contacts(rows)
        names = {
            name
            for said in rows
            for column in ("customer_domains", "site_domains")
            for name in said.get(column, ())
        } - self.found_domains.keys()
        domains = self.env["psa.email.domain"].search(
            [
                ("name", "in", list(names)),
                ("company_id", "in", [False, self.company.id]),
            ],
            order="company_id DESC",
        )
        for domain in domains:
            self.found_domains[domain.name] = domain

    @property
    def company_domain(self):
        """Records of other companies are never matched."""
        return Domain("company_id", "in", [False, self.company.id])

    def _load_xmlids(self, rows):
        wanted = {}
        for said in rows:
            for column in ("customer_xmlid", "contact_xmlid"):
                if column in said:
                    module, _dot, name = said[column].partition(".")
                    wanted.setdefault(module, set()).add(name)
        for module, names in wanted.items():
            # sudo: users may not read external ids; the partners are searched as the user
            for data in (
                self.env["ir.model.data"]
                .sudo()
                .search([("module", "=", module), ("name", "in", list(names))])
            ):
                target = data.res_id if data.model == "res.partner" else 0
                self.found_xmlids[f"{module}.{data.name}"] = target

    def _load_customers(self, rows):
        texts = {
            self._get_key("customer", said): said[self.customer_column]
            for said in rows
            if self.customer_column in said
        }
        texts = {
            key: text for key, text in texts.items() if key not in self.found_customers
        }
        if not texts:
            return
        domain = (
            self.company_domain
            & Domain("type", "!=", "psa_site")
            & (Domain("parent_id", "=", False) | Domain("is_company", "=", True))
        )
        kind = self.job.customer_key
        if kind == "xmlid":
            ids = {
                self.found_xmlids[key]: key for key in texts if key in self.found_xmlids
            }
            records = self.partners.search(domain & Domain("id", "in", list(ids)))
            pairs = [(ids[record.id], record) for record in records]
        else:
            if kind == "name":
                firms = Domain("is_company", "=", True)
                domain &= firms | Domain("psa_is_customer", "=", True)
            pairs = self._search_customers(domain, kind, texts)
        for key in texts:
            self.found_customers[key] = []
        pairs = [(key, record) for key, record in pairs if key in texts]
        for key, record in pairs:
            self.found_customers[key].append(record)
        self._load_sites(self.partners.browse(record.id for _key, record in pairs))

    def _search_customers(self, domain, field, texts):
        """Return [(key, partner)] of those whose reference, VAT number or name is wanted.

        :param dict texts: {key: as it is written}
        """
        expression = {
            "ref": "lower(btrim(%s))",
            "name": "lower(btrim(regexp_replace(%s, '\\s+', ' ', 'g')))",
            "vat": "upper(regexp_replace(%s, '[\\s.\\-]', '', 'g'))",
        }[field]
        query = self.partners._search(domain, order="id")
        column = SQL.identifier(query.table, field)
        # Databases of the locale C know no capitals but the English ones.
        query.add_where(
            SQL(
                "(%s = ANY(%s) OR %s = ANY(%s))",
                SQL(expression, column),
                [*texts],
                column,
                [*texts.values()],
            )
        )
        records = self.partners.browse(query.get_result_ids())
        return [
            (self._normalize("customer", field, record[field]), record)
            for record in records
        ]

    def _load_sites(self, customers):
        sites = self.partners.search(
            [("parent_id", "in", customers.ids), ("type", "=", "psa_site")], order="id"
        )
        for site in sites:
            self.found_sites.setdefault(site.parent_id.id, []).append(site)

    def _load_contacts(self, rows):
        addresses = {
            email_normalize(said["contact_email"])
            for said in rows
            if "contact_email" in said
        } - self.found_emails.keys()
        people = (
            self.company_domain
            & Domain("is_company", "=", False)
            & Domain("type", "!=", "psa_site")
        )
        for address in addresses:
            self.found_emails[address] = []
        by_email = people & Domain("email_normalized", "in", list(addresses))
        for contact in self.partners.search(by_email, order="id"):
            self.found_emails[contact.email_normalized].append(contact)
        if self.job.contact_key == "xmlid":
            ids = {
                self.found_xmlids[said["contact_xmlid"]]: said["contact_xmlid"]
                for said in rows
                if said.get("contact_xmlid") in self.found_xmlids
            }
            for contact in self.partners.search(people & Domain("id", "in", list(ids))):
                self.found_contacts[ids[contact.id]] = contact

    def _get_key(self, kind, said):
        """Return what a row's customer or contact is recognised by, None if not said."""
        column = self.customer_column if kind == "customer" else self.contact_column
        field = column.partition("_")[2]
        return self._normalize(kind, field, said[column]) if column in said else None

    @staticmethod
    def _normalize(kind, field, text):
        if field == "vat":
            return import_sheet.compact_vat(text)
        if field == "email":
            return email_normalize(text)
        return text if field == "xmlid" else " ".join(text.split()).lower()

    # === PLANNING === #

    def plan_row(self, number, said):
        """Decide what a row changes, and remember it.

        :param int number: of the row in the sheet
        :param dict said: as :meth:`parse` returned it, after :meth:`load`
        :return: (outcome, parties by kind, description of the changes)
        :raise Refusal: if the row must not be imported; then nothing of it is remembered
        """
        customer = self._find_customer(said)
        site = self._find_site(customer, said)
        contact = self._find_contact(customer, said)
        self._check_addressee(said, contact)
        steps = [(customer, self._get_customer_values(customer, said))]
        steps.append((site, self._get_site_values(site, said)))
        if contact:
            steps.append((contact, self._get_contact_values(contact, site, said)))
        target = contact or (site if "site_name" in said else customer)
        for party, values in steps:
            if party is target:
                values.update(self._get_values("settings", said))
        changes = [
            (party, values, self._compare(party, values, number))
            for party, values in steps
        ]
        domains = self._plan_domains(customer, site, said)
        return self._remember(number, changes, domains, said)

    def _find_customer(self, said):
        key = self._get_key("customer", said)
        if not key:
            raise Refusal(
                self.env._(
                    "%(column)s is empty: it tells the customers apart. Fill it in, or "
                    "choose another key.",
                    column=self.names[self.customer_column],
                )
            )
        if key in self.customers:
            return self.customers[key]
        found = self._choose(self.found_customers.get(key), said[self.customer_column])
        if not found and self.job.customer_key == "xmlid" and key in self.found_xmlids:
            raise Refusal(self._word_foreign_xmlid(key))
        customer = Party("customer", found)
        for site in self.found_sites.get(found.id, ()) if found else ():
            party = Party("site", site, customer)
            customer.sites.setdefault(fold(site.name), party)
            if site.active:
                customer.sites[fold(site.name)] = party
                customer.main_site = customer.main_site or party
        if not found and not said.get("customer_name"):
            raise Refusal(
                self.env._(
                    "The customer “%(key)s” does not exist yet, and the row does not name "
                    "it. Fill in the customer's name.",
                    key=said[self.customer_column],
                )
            )
        return customer

    def _choose(self, records, text):
        """Return the one partner in use among some, None if there is none at all.

        :raise Refusal: if several are in use, or the only ones are archived
        """
        if not records:
            return None
        active = [record for record in records if record.active]
        if len(active) == 1:
            return active[0]
        if active:
            raise Refusal(
                self.env._(
                    "“%(text)s” means several contacts: %(names)s. Merge them, or choose "
                    "another key.",
                    text=text,
                    names=", ".join(record.display_name for record in active[:5]),
                )
            )
        raise Refusal(
            self.env._(
                "“%(name)s” is archived. Restore it first, or leave the row out.",
                name=records[0].display_name,
            )
        )

    def _find_site(self, customer, said):
        name = said.get("site_name")
        site = customer.sites.get(fold(name)) if name else customer.main_site
        if site and site.record and not site.record.active:
            self._choose([site.record], name)
        if site:
            return site
        site = Party("site", customer=customer)
        site.is_main = not customer.main_site
        return site

    def _find_contact(self, customer, said):
        """Return the contact of a row, None if the row is about no contact."""
        identity = ("contact_name", "contact_email", "contact_xmlid")
        if not any(name in said for name in identity):
            return None
        xmlid = said.get("contact_xmlid")
        if xmlid and xmlid == said.get("customer_xmlid"):
            raise Refusal(self._word_foreign_xmlid(xmlid))
        key = self._get_key("contact", said)
        if not key:
            raise Refusal(
                self.env._(
                    "%(column)s is empty: it tells the contacts apart. Fill it in, or "
                    "choose another key for contacts.",
                    column=self.names.get(
                        self.contact_column, BY_NAME[self.contact_column].headings[0]
                    ),
                )
            )
        contact = self.contacts.get(key)
        if contact and contact.customer is not customer:
            self._refuse_other_customer(key, self._name(contact.customer))
        if not contact:
            contact = Party("contact", self._match_contact(customer, key), customer)
        self._check_address_is_free(customer, contact, said)
        return contact

    def _match_contact(self, customer, key):
        """Return the partner that a contact's key means, None if there is none."""
        if self.job.contact_key == "email":
            mine = [
                partner
                for partner in self.found_emails.get(key, ())
                if customer.record
                and partner != customer.record
                and partner.commercial_partner_id == customer.record
            ]
            return self._choose(mine, key)
        found = self.found_contacts.get(key)
        if not found:
            if key in self.found_xmlids:
                raise Refusal(self._word_foreign_xmlid(key))
            return None
        if found.commercial_partner_id != customer.record:
            self._refuse_other_customer(key, found.commercial_partner_id.display_name)
        return self._choose([found], key)

    def _check_address_is_free(self, customer, contact, said):
        """Refuse an address that somebody of another customer has."""
        if "contact_email" not in said:
            return
        address = email_normalize(said["contact_email"])
        others = [
            partner
            for partner in self.found_emails.get(address, ())
            if partner.active and partner.commercial_partner_id != customer.record
        ]
        if others and not (
            contact.record and contact.record.email_normalized == address
        ):
            self._refuse_other_customer(
                address, others[0].commercial_partner_id.display_name
            )
        known = self.emails.get(address)
        if known and known.customer is not customer:
            self._refuse_other_customer(address, self._name(known.customer))

    def _refuse_other_customer(self, key, other):
        raise Refusal(
            self.env._(
                "“%(key)s” is somebody of %(other)s already. Move the contact there by "
                "hand, or correct the row.",
                key=key,
                other=other,
            )
        )

    def _word_foreign_xmlid(self, key):
        return self.env._(
            "The external ID “%(key)s” is in use for something that cannot be meant here: "
            "another kind of record, or a contact of another company. Choose another one.",
            key=key,
        )

    def _check_addressee(self, said, contact):
        """Refuse what belongs to a contact if the row names none."""
        lost = [
            self.names[name]
            for name in said
            if BY_NAME[name].party == "contact" and not contact
        ]
        if lost:
            raise Refusal(
                self.env._(
                    "The row names no contact, but fills in %(columns)s. Fill in the "
                    "contact's name and e-mail, or empty these cells.",
                    columns=", ".join(lost),
                )
            )

    def _get_values(self, party, said):
        """Return {field: value} that a row says about a party."""
        values = {
            BY_NAME[name].field: value
            for name, value in said.items()
            if BY_NAME[name].party == party and BY_NAME[name].field
        }
        xmlid = said.get(f"{party}_xmlid")
        return {**values, "xmlid": xmlid} if xmlid else values

    def _get_customer_values(self, customer, said):
        values = {**self._get_values("customer", said), "psa_is_customer": True}
        if customer.is_known and self.job.customer_key == "name":
            values.pop("name")
        if values.get("vat"):
            self._check_vat(customer, values, said)
        return values

    def _check_vat(self, customer, values, said):
        """Let the add-on that checks VAT numbers, if there is one, check this one."""
        check = getattr(self.env["res.partner"], "_run_vat_checks", None)
        country = values.get("country_id") or (
            customer.record and customer.record.country_id.id
        )
        if not check or not country:
            return
        try:
            country = self.env["res.country"].browse(country)
            values["vat"] = check(country, values["vat"], said.get("customer_name"))[0]
        except ValidationError as error:
            raise Refusal(f"{self.names['customer_vat']}: {error}") from error

    def _get_site_values(self, site, said):
        values = self._get_values("site", said)
        if site.is_known:
            values.pop("name", None)
        return values

    def _get_contact_values(self, contact, site, said):
        values = self._get_values("contact", said)
        if contact.is_known and self.job.contact_key == "email":
            values.pop("email")
        if not contact.is_known and not values.get("name"):
            if not values.get("email"):
                raise Refusal(
                    self.env._(
                        "The contact is new and has neither name nor e-mail. Fill in at "
                        "least one of them."
                    )
                )
            values["name"] = guess_name("", values["email"])
        if not contact.is_known or "site_name" in self.names:
            values["psa_site_id"] = site
        return values

    def _compare(self, party, values, number):
        """Return the part of some values that is news.

        :raise Refusal: if an earlier row said something else, or the external id is taken
        """
        news = {}
        for field, value in values.items():
            earlier, row = party.said.get(field, (value, 0))
            if not _is_same(earlier, value):
                raise Refusal(
                    self.env._(
                        "%(column)s: row %(row)s says something else about the same "
                        "%(party)s. Make them the same, or leave one of them empty.",
                        column=self._name_column(party, field),
                        row=row,
                        party=self._name(party),
                    )
                )
            if field == "xmlid":
                self._check_xmlid(party, value)
            if field not in party.said and not self._is_written(party, field, value):
                news[field] = value
        return news

    def _check_xmlid(self, party, xmlid):
        other = self.xmlids.get(xmlid, party)
        if xmlid in self.found_xmlids:
            taken = not party.record or self.found_xmlids[xmlid] != party.record.id
        else:
            taken = xmlid.partition(".")[0] not in FREE_PREFIXES
        if taken or other is not party:
            raise Refusal(self._word_foreign_xmlid(xmlid))

    def _is_written(self, party, field, value):
        """Tell whether the database holds a value already."""
        if not party.record:
            return False
        if field == "xmlid":
            return value in self.found_xmlids
        current = party.record[field]
        if field == "category_id":
            return {*map(fold, value)} <= {*map(fold, current.mapped("name"))}
        if field == "psa_site_id":
            return bool(value.record) and current == value.record
        if field == "vat":
            return import_sheet.compact_vat(current) == import_sheet.compact_vat(value)
        if field.endswith("_id"):
            return current.id == value
        return current == value

    def _plan_domains(self, customer, site, said):
        """Return [(name, place, whether it is new, moved or neither)]."""
        plans = {}
        for column, place in (("customer_domains", customer), ("site_domains", site)):
            for name in said.get(column, ()):
                if plans.setdefault(name, place) is not place:
                    self._refuse_domain(name, self._name(customer))
        return [
            (name, place, self._compare_domain(name, place, customer))
            for name, place in plans.items()
        ]

    def _compare_domain(self, name, place, customer):
        if name in self.domains:
            if self.domains[name] is not place:
                self._refuse_domain(name, self._name(self.domains[name]))
            return "unchanged"
        found = self.found_domains.get(name)
        if not found:
            return "created"
        # sudo: the customer may be one that the user does not see
        owner = found.sudo().partner_id.commercial_partner_id
        if not customer.record or owner.id != customer.record.id:
            self._refuse_domain(name, owner.display_name)
        return "unchanged" if found.partner_id == place.record else "updated"

    def _refuse_domain(self, name, owner):
        raise Refusal(
            self.env._(
                "The e-mail domain %(domain)s belongs to %(owner)s already. Leave it out, "
                "or take it away there first.",
                domain=name,
                owner=owner,
            )
        )

    def _remember(self, number, changes, domains, said):
        """Take over what a row says, now that nothing is wrong with it."""
        created, updated = [], []
        for party, values, news in changes:
            if not party.is_known:
                created.append(party)
                self.new[party.kind].append(party)
                self._register(party, said)
            else:
                updated += [self._name_column(party, field) for field in news]
            if party.record and news:
                self.changed[party.kind][party] = True
            party.is_known = True
            party.values.update(news)
            for field, value in values.items():
                party.said.setdefault(field, (value, number))
            if values.get("xmlid"):
                self.xmlids[values["xmlid"]] = party
        self._register_known(changes, said)
        created_domains = [name for name, _place, what in domains if what == "created"]
        for name, place, what in domains:
            self.domains[name] = place
            if what == "updated":
                updated.append(name)
        return self._sum_up(changes, created, created_domains, updated)

    def _register(self, party, said):
        """Let later rows find what this one creates."""
        if party.kind != "site":
            return
        customer = party.customer
        customer.sites[fold(said.get("site_name") or self.env._("Main site"))] = party
        if party.is_main:
            customer.main_site = party

    def _register_known(self, changes, said):
        parties = {party.kind: party for party, _values, _news in changes}
        self.customers[self._get_key("customer", said)] = parties["customer"]
        if "contact" in parties:
            self.contacts[self._get_key("contact", said)] = parties["contact"]
            if "contact_email" in said:
                address = email_normalize(said["contact_email"])
                self.emails.setdefault(address, parties["contact"])

    def _sum_up(self, changes, created, created_domains, updated):
        parties = {party.kind: party for party, _values, _news in changes}
        names = [self._name_kind(party.kind) for party in created] + created_domains
        words = []
        if names:
            words.append(self.env._("New: %(names)s", names=", ".join(names)))
        if updated:
            words.append(
                self.env._(
                    "Changed: %(names)s", names=", ".join(dict.fromkeys(updated))
                )
            )
        outcome = "created" if names else "updated" if updated else "unchanged"
        return outcome, parties, ". ".join(words)

    # === WORDS === #

    def _name_kind(self, kind):
        return {
            "customer": self.env._("Customer"),
            "site": self.env._("Site"),
            "contact": self.env._("Contact"),
        }[kind]

    def _name(self, party):
        """Return the name of a party for the user."""
        name = party.record and party.record.display_name
        return name or party.values.get("name") or self._name_kind(party.kind)

    def _name_column(self, party, field):
        """Return the heading of the column that fills a field of a party."""
        if field == "psa_site_id":
            return self.names.get("site_name") or self._name_kind("site")
        if field == "xmlid":
            return self.names[f"{party.kind}_xmlid"]
        if field == "psa_is_customer":
            return self.env._("Helpdesk customer")
        return next(
            (
                self.names[column.name]
                for column in COLUMNS
                if column.field == field
                and column.party in (party.kind, "settings")
                and column.name in self.names
            ),
            field,
        )

    # === WRITING === #

    def apply(self):
        """Create and change what the planned rows say, in as few steps as possible."""
        # History and followers of 20,000 contacts would take longer than the contacts.
        partners = self.env["res.partner"].with_context(
            tracking_disable=True,
            mail_create_nosubscribe=True,
            mail_create_nolog=True,
            mail_notrack=True,
        )
        self._create_tags()
        self._create("customer", partners)
        self._change("customer", partners)
        self._take_main_sites(partners)
        self._create("site", partners)
        self._change("site", partners)
        self._create("contact", partners)
        self._change("contact", partners)
        self._write_domains()
        self._write_xmlids()

    def _create_tags(self):
        parties = [*self.new["customer"], *self.changed["customer"]]
        names = {
            fold(name): name
            for party in parties
            for name in party.values.get("category_id", ())
        }
        if not names:
            return
        tags = self.env["res.partner.category"]
        self.tags = {fold(tag.name): tag.id for tag in tags.search([])}
        missing = [name for key, name in names.items() if key not in self.tags]
        for tag in tags.create([{"name": name} for name in missing]):
            self.tags[fold(tag.name)] = tag.id

    def _create(self, kind, partners):
        parties = [party for party in self.new[kind] if not party.record]
        # As Odoo's own import does: contacts of one firm get its address together.
        records = partners._load_records_create(
            [{**self._prepare(party), **self._prepare_new(party)} for party in parties]
        )
        for party, record in zip(parties, records, strict=True):
            party.record = record

    def _prepare_new(self, party):
        if party.kind == "customer":
            several = self.env["res.company"].sudo().search_count([], limit=2) > 1
            return {
                "is_company": True,
                # With one company only, contacts belong to none, as everywhere in Odoo.
                "company_id": self.company.id if several else False,
            }
        customer = party.customer.record
        values = {"parent_id": customer.id, "company_id": customer.company_id.id}
        if party.kind == "site":
            return {**values, "type": "psa_site"}
        return {**values, "tz": customer.tz}

    def _change(self, kind, partners):
        for party in self.changed[kind]:
            if values := self._prepare(party):
                partners.browse(party.record.id).write(values)

    def _prepare(self, party):
        """Return a party's values as `create` and `write` take them."""
        values = dict(party.values)
        values.pop("xmlid", None)
        if "psa_site_id" in values:
            values["psa_site_id"] = values["psa_site_id"].record.id
        if "category_id" in values:
            values["category_id"] = [
                Command.link(self.tags[fold(name)]) for name in values["category_id"]
            ]
        return values

    def _take_main_sites(self, partners):
        """Let the main sites, which come with their customers, be what the sheet says."""
        mains = [party for party in self.new["site"] if party.is_main]
        if not mains:
            return
        customers = [party.customer.record.id for party in mains]
        sites = {}
        for site in partners.search(
            [("parent_id", "in", customers), ("type", "=", "psa_site")], order="id"
        ):
            sites.setdefault(site.parent_id.id, site)
        for party in mains:
            party.record = sites[party.customer.record.id]
            # The fast way of creation leaves out what sites have of their customer.
            # sudo: as everywhere in Odoo, accountants' fields come along unseen
            if common := party.customer.record.sudo()._get_commercial_values():
                party.record.sudo().write(common)
            if values := self._prepare(party):
                party.record.write(values)

    def _write_domains(self):
        new = []
        for name, place in self.domains.items():
            found = self.found_domains.get(name)
            if not found:
                company = place.customer.record.company_id
                new.append(
                    {
                        "name": name,
                        "partner_id": place.record.id,
                        "company_id": company.id,
                    }
                )
            elif found.partner_id != place.record:
                found.partner_id = place.record
        self.env["psa.email.domain"].create(new)

    def _write_xmlids(self):
        # sudo: external ids are for administrators; these name what the user has written
        self.env["ir.model.data"].sudo()._update_xmlids(
            [
                {"xml_id": xmlid, "record": party.record, "noupdate": True}
                for xmlid, party in self.xmlids.items()
                if xmlid not in self.found_xmlids
            ]
        )


def _is_same(one, other):
    """Compare two cells of the sheet, as parsed."""
    if isinstance(one, list):
        return {*map(fold, one)} == {*map(fold, other)}
    return one == other


@lru_cache
def _get_country_names(languages):
    """Return [(code, name)] of all countries in some languages."""
    return [
        pair
        for language in languages
        for pair in babel.Locale(language).territories.items()
        if len(pair[0]) == 2
    ]
