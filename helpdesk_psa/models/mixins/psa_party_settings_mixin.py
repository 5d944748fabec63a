from markupsafe import Markup

from odoo import api, fields, models, tools

from ...const import PRIORITIES, YES_NO

# Settings that a contact inherits from his site, the customer and at last the team.
INHERITED = ("psa_send_acknowledgement", "psa_team_id", "psa_priority", "lang")
# Settings that are true as soon as one of them says so.
CUMULATIVE = ("psa_never_email", "psa_vip")
# What is read of a party when it gets a ticket.
PARTY_FIELDS = (
    "active",
    "commercial_partner_id",
    "company_id",
    "email",
    "email_normalized",
    "lang",
    "message_bounce",
    "name",
    "parent_id",
    "partner_share",
    "psa_customer_group_id",
    "psa_is_customer",
    "psa_never_email",
    "psa_send_acknowledgement",
    "psa_site_id",
    "psa_vip",
    "type",
)


class PsaPartySettingsMixin(models.AbstractModel):
    """What a contact may expect, unless the site, the customer or the firm say otherwise."""

    _name = "psa.party.settings.mixin"
    _description = "Helpdesk Settings of a Party"

    psa_send_acknowledgement = fields.Selection(
        YES_NO,
        string="Acknowledge new tickets",
        groups="base.group_user",
        help="Empty: as the site, the customer, or else the team.",
    )
    psa_never_email = fields.Boolean(
        string="Never send e-mails",
        groups="base.group_user",
        help="No mail of any kind is made for this address, nor for those of the contacts "
        "below. For robots and shared boxes that answer every mail.",
    )
    psa_vip = fields.Boolean(
        string="VIP",
        groups="base.group_user",
        help="Shown on the tickets of this person, site or customer.",
    )
    psa_priority = fields.Selection(
        PRIORITIES,
        string="Usual priority",
        company_dependent=True,
        groups="base.group_user",
        help="Priority of new tickets when nobody chose one. Empty: as the site, the "
        "customer, or else normal.",
    )
    psa_settings_summary = fields.Html(
        string="In effect",
        compute="_compute_psa_settings_summary",
        groups="base.group_user",
        sanitize=False,
    )

    def _psa_get_lineage(self):
        """Return the contact, his site and the customer, nearest first.

        A tuple, since records that come from fields are read in batches.
        """
        self.ensure_one()
        lineage = (self, self.psa_site_id, self.commercial_partner_id)
        return tuple(dict.fromkeys(partner for partner in lineage if partner))

    def _psa_fetch_lineage(self):
        """Read what tickets need of parties and of those above them, in two queries.

        Otherwise Odoo reads some fifty columns of each.
        """
        # sudo: the gateway and portal visitors are served by these settings as well
        parties = self.sudo()
        parties.fetch(["psa_site_id", "commercial_partner_id"])
        parties |= parties.psa_site_id | parties.commercial_partner_id
        parties.fetch([*PARTY_FIELDS, "psa_priority", "psa_team_id"])

    def _psa_get_setting(self, name):
        """Return the value of a setting in effect, and the partner it comes from.

        :param str name: a field of ``INHERITED`` or ``CUMULATIVE``
        :return: (value, res.partner); the partner is empty when nobody says anything, then
            the value is falsy and the team or the firm decides
        """
        if not self:
            return False, self
        # sudo: the gateway and portal visitors are served by these settings as well
        for partner in self.sudo()._psa_get_lineage():
            if partner[name]:
                return partner[name], partner
        return False, self.browse()

    @api.model_create_multi
    def create(self, vals_list):
        parties = super().create(vals_list)
        if any(vals.get("psa_never_email") for vals in vals_list):
            self.env.registry.clear_cache()
        return parties

    def write(self, vals):
        result = super().write(vals)
        if "psa_never_email" in vals:
            self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache()
    def _psa_knows_never_email(self):
        """Whether there is anybody at all who never gets e-mails.

        Remembered, since it is asked for each mail; where there is nobody, no contact
        needs to be read.
        """
        # sudo: remembered for everybody
        parties = self.sudo().with_context(active_test=False)
        return bool(parties.search_count([("psa_never_email", "=", True)], limit=1))

    def _psa_filter_never_email(self):
        """Return those for whom no mail may be made, by their own setting or from above."""
        if not self._psa_knows_never_email():
            return self.browse()
        # sudo: who sends the mail need not know the setting
        return self.filtered(
            lambda partner: partner.sudo()._psa_get_setting("psa_never_email")[0]
        )

    @api.depends(*INHERITED, *CUMULATIVE, "psa_site_id", "parent_id")
    @api.depends_context("lang", "company")
    def _compute_psa_settings_summary(self):
        names = (*INHERITED, *CUMULATIVE)
        labels = self.fields_get(names, ["string"])
        for partner in self:
            rows = Markup().join(
                Markup(
                    "<tr><td>%s</td><td><b>%s</b></td><td class='text-muted'>%s</td></tr>"
                )
                % (labels[name]["string"], *partner._psa_word_setting(name))
                for name in names
            )
            partner.psa_settings_summary = (
                Markup("<table class='table table-sm mb-0'><tbody>%s</tbody></table>")
                % rows
            )

    def _psa_word_setting(self, name):
        """Return the value of a setting and where it comes from, in words."""
        value, source = self._psa_get_setting(name)
        field = self._fields[name]
        if isinstance(value, models.BaseModel):
            value = value.display_name
        elif field.type == "selection" and value:
            value = dict(field._description_selection(self.env)).get(value, value)
        elif field.type == "boolean":
            value = self.env._("Yes") if value else self.env._("No")
        if not source:
            return value or "–", self.env._("as the team or the firm")
        if source._origin == self._origin:
            return value, self.env._("set here")
        return value, self.env._("from %(party)s", party=source.display_name)
