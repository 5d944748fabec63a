import re

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.serial_number import normalize_serial

# Letters that people leave their accents off when they search. PostgreSQL's `unaccent`
# is not everywhere and not immutable; this is both.
ACCENTED = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ"
PLAIN = "aaaaaaceeeeiiiinooooouuuuyy"
UNACCENT = str.maketrans(ACCENTED, PLAIN)

# The indexed text: lower case, without accents, every sign a space.
INDEXED_WORDS = (
    "to_tsvector('simple', regexp_replace("
    f"translate(lower(%s), '{ACCENTED}', '{PLAIN}'), '[^[:alnum:]]+', ' ', 'g'))"
)

# A subject or a customer that matches more partners than that is not a name.
PARTNER_LIMIT = 200
# Up to so many tickets a search looks up the hits before it sorts them.
FOUND_LIMIT = 10_000


def split_words(text):
    """Return the words of a search text as the index spells them.

    >>> split_words("Éditeur (PDF)")
    ['editeur', 'pdf']
    """
    return re.findall(r"[^\W_]+", (text or "").lower().translate(UNACCENT))


class PsaTicketSearchMixin(models.AbstractModel):
    """Finds tickets by number, words of the subject, requester and customer."""

    _name = "psa.ticket.search.mixin"
    _description = "Ticket Search"

    search_text = fields.Char(
        string="Number, subject or customer",
        store=False,
        search="_search_search_text",
    )

    _words_idx = models.Index(f"USING gin ({INDEXED_WORDS % 'name'})")
    _name_trigram_idx = models.Index(
        lambda registry: "USING gin (name gin_trgm_ops)" if registry.has_trigram else ""
    )

    def _search_search_text(self, operator, value):
        if operator in ("in", "not in"):
            positive = Domain.OR(self._get_text_domain(text) for text in value if text)
            return positive if operator == "in" else ~positive
        if operator in ("ilike", "like", "=ilike", "=like", "="):
            return self._get_text_domain(value)
        return NotImplemented

    def _get_text_domain(self, text):
        """Return the domain of the tickets that a search text means.

        :param str text: what the user typed: a number, words or beginnings of words of
            the subject, the name or address of a requester or customer, or the serial
            number of an equipment
        """
        words = split_words(text)
        if not words:
            return Domain.TRUE
        alternatives = [
            Domain("number", "in", self._get_number_candidates(text)),
            self._get_words_domain(words),
        ]
        if self.env.registry.has_trigram:
            alternatives.append(Domain("name", "ilike", text.strip()))
        partner_ids = self._search_partner_ids(text.strip())
        if partner_ids:
            alternatives.append(Domain("customer_id", "in", partner_ids))
            alternatives.append(Domain("partner_id", "in", partner_ids))
        serial_key = normalize_serial(text)
        if any(sign.isdigit() for sign in serial_key):
            alternatives.append(
                Domain("equipment_ids", "any", [("serial_key", "=", serial_key)])
            )
        if "@" in text:
            alternatives.append(Domain("email_normalized", "=", text.strip().lower()))
        return self._get_any_domain(alternatives)

    def _get_any_domain(self, alternatives):
        """Return the domain of the tickets that match one of some domains.

        Each is looked up by its own index first, since PostgreSQL cannot guess how rare a
        word is: it would read all tickets, in their order. With a word that very many
        have, that finds a page soon.
        """
        # sudo: the rules apply to the query that the domain is for
        tickets = self.sudo().with_context(active_test=False)
        rows = self.env.execute_query(
            SQL(" UNION ").join(
                SQL("(%s)", tickets._search(domain, limit=FOUND_LIMIT + 1).select())
                for domain in alternatives
            )
        )
        if len(rows) > FOUND_LIMIT:
            return Domain.OR(alternatives)
        return Domain("id", "in", [ticket_id for (ticket_id,) in rows])

    def _get_number_candidates(self, text):
        """Return the ticket numbers that a text may mean: ``12`` is ``T-00012``."""
        text = text.strip(" []#").upper()
        candidates = [text]
        if text.isdigit():
            sequence = self.env.ref("helpdesk_psa.ir_sequence_psa_ticket").sudo()
            prefix, suffix = sequence._get_prefix_suffix()
            candidates.append(f"{prefix}{int(text):0{sequence.padding}d}{suffix}")
        return candidates

    def _get_words_domain(self, words):
        """Return the domain of the tickets whose subject has words that begin so."""
        query = " & ".join(f"{word}:*" for word in words)

        def to_sql(model, alias, sql_query):
            column = model._field_to_sql(alias, "name", sql_query)
            return SQL(
                "%s @@ to_tsquery('simple', %s)",
                SQL(INDEXED_WORDS, column),
                query,
            )

        def matches(ticket):
            found = split_words(ticket.name)
            return all(any(name.startswith(word) for name in found) for word in words)

        return Domain.custom(to_sql=to_sql, predicate=matches)

    def _search_partner_ids(self, text):
        """Return the partners a text may mean, or nothing if it could be anybody."""
        partners = self.env["res.partner"].search(
            Domain("complete_name", "ilike", text)
            | Domain("email", "ilike", text)
            | Domain("ref", "=", text),
            limit=PARTNER_LIMIT,
            order="id",
        )
        return partners.ids
