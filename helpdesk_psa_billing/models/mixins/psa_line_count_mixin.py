from odoo import fields, models
from odoo.fields import Domain

from ...const import COUNT_KINDS


class PsaLineCountMixin(models.AbstractModel):
    """Counts what the lines of agreements are about, many lines at once."""

    _name = "psa.line.count.mixin"
    _description = "Counted Agreement Line"

    count_tag_ids = fields.Many2many(
        "res.partner.category",
        "psa_agreement_line_count_tag_rel",
        "line_id",
        "tag_id",
        string="Only people tagged",
        help="If contacts are counted: those with one of these tags. Empty: all people of "
        "the sites.",
    )

    def _is_counted(self):
        """Tell whether the line counts things that are there."""
        self.ensure_one()
        return self.quantity_method in dict(COUNT_KINDS)

    def _get_presences(self, start, until):
        """Return what the lines count in [start, until): {line: [Presence]}.

        :param date until: first day that does not count
        """
        return {
            line: rows.filtered(lambda it: not it.exclusion_id)._build_presences()
            for line, rows in self._find_presences(start, until).items()
        }

    def _find_presences(self, start, until):
        """Return the rows that the lines are about, excluded ones too: {line: rows}.

        :param date until: first day that does not matter
        """
        # sudo: what is counted does not depend on who asks
        rows = self.env["psa.presence"].sudo()
        found = dict.fromkeys(self, rows)
        lines = self.sudo().filtered(lambda it: it._is_counted())
        if not lines:
            return found
        families = _get_families(lines.customer_id)
        index = rows._group_by_customer(
            set(lines.mapped("quantity_method")),
            set().union(*families.values()),
            lines.company_id,
            start,
            until,
        )
        for line in lines:
            mine = rows.concat(
                *(
                    index.get((line.quantity_method, member), rows)
                    for member in sorted(families[line.customer_id.id])
                )
            )
            found[self.browse(line.id)] = mine.filtered(line._is_about)
        return found

    def _is_about(self, row):
        """Tell whether the line counts the thing of a row, as long as it is not excluded.

        For equipment this is `_get_own_equipment_domain`, in words for rows.

        :param row: `psa.presence` of the customer or of a company below him
        """
        self.ensure_one()
        if row.company_id and row.company_id != self.company_id:
            return False
        if self.site_ids and row._get_site() not in self.site_ids:
            return False
        return {
            "equipment": self._is_about_equipment,
            "contacts": self._is_about_contact,
            "licences": self._is_about_licence,
        }[self.quantity_method](row)

    def _is_about_equipment(self, row):
        if row.res_id in self.equipment_ids.ids:
            return True
        above = {
            int(part) for part in (row.category_id.parent_path or "").split("/")[:-1]
        }
        return not above.isdisjoint(self.equipment_category_ids.ids)

    def _is_about_contact(self, row):
        return not self.count_tag_ids or bool(self.count_tag_ids & row.tag_ids)

    def _is_about_licence(self, row):
        return row.product_id == self.product_id

    # === ON SCREEN === #

    def action_open_counted(self):
        """Open the list of what is counted today, with what is left out and why."""
        day = fields.Date.context_today(self)
        rows = self._find_presences(day, fields.Date.add(day, days=1))
        ids = [row.id for found in rows.values() for row in found]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_presence_action"
        )
        name = self.name if len(self) == 1 else self.agreement_id[:1].display_name
        return {
            **action,
            "display_name": self.env._("Counted for %(line)s", line=name or ""),
            "domain": list(Domain("id", "in", ids)),
        }


def _get_families(customers):
    """Return {customer id: ids of the customer and of the companies below him}."""
    families = {customer.id: {customer.id} for customer in customers}
    below = customers.with_context(active_test=False).search(
        [
            ("id", "child_of", customers.ids),
            ("is_company", "=", True),
            ("id", "not in", customers.ids),
        ]
    )
    for company in customers | below:
        member = company.id
        above = company.parent_id
        while above:
            if above.id in families:
                families[above.id].add(member)
            above = above.parent_id
    return families
