from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.email_identity import DOMAIN_PATTERN, PUBLIC_DOMAINS


class PsaEmailDomain(models.Model):
    """The mail domain of a customer or of one of his sites.

    An unknown sender from this domain becomes a contact there.
    """

    _name = "psa.email.domain"
    _description = "Customer E-mail Domain"
    _order = "name"
    _check_company_auto = True

    name = fields.Char(
        string="Domain",
        required=True,
        help="What follows the @, for example acme.com. Sub-domains count as well; the "
        "most specific domain wins.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer or site",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain="['|', ('psa_is_customer', '=', True), ('type', '=', 'psa_site')]",
        help="Where unknown senders from this domain become contacts.",
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty if the domain means the same customer to every company.",
    )

    _name_uniq = models.UniqueIndex(
        "(name, COALESCE(company_id, 0))",
        "This domain belongs to a customer already.",
    )

    @api.constrains("name")
    def _check_name(self):
        for domain in self:
            if domain.name in PUBLIC_DOMAINS:
                raise ValidationError(
                    self.env._(
                        "Everybody may have an address at %(domain)s, so it cannot "
                        "belong to one customer.",
                        domain=domain.name,
                    )
                )
            if not DOMAIN_PATTERN.match(domain.name or ""):
                raise ValidationError(
                    self.env._(
                        "“%(domain)s” is not a mail domain. Write what follows the @, for "
                        "example acme.com.",
                        domain=domain.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        domains = super().create([self._clean_values(vals) for vals in vals_list])
        domains.partner_id.commercial_partner_id.psa_is_customer = True
        return domains

    def write(self, vals):
        return super().write(self._clean_values(vals))

    def _clean_values(self, vals):
        """Accept what people type: ``@Acme.com``, ``ann@acme.com``."""
        if not vals.get("name"):
            return vals
        return {**vals, "name": vals["name"].strip().rpartition("@")[2].lower()}
