from odoo import api, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang


class PsaBillingParameterMixin(models.AbstractModel):
    """Keeps who changed what decides about money: each change is a row of its own.

    A model that inherits it says with `_get_parameter_fields` what is kept.
    """

    _name = "psa.billing.parameter.mixin"
    _description = "Billing Parameters"

    @api.model
    def _get_parameter_fields(self):
        """Return the names of the fields whose changes are kept. Override to add some."""
        return ()

    def _is_parameter_kept(self):
        """Tell whether changes of the record are kept; drafts bind nobody yet."""
        self.ensure_one()
        return True

    def _get_parameter_context(self):
        """Return (company, customer) of the record: who sees its changes."""
        self.ensure_one()
        company = self.company_id if "company_id" in self else self.env.company
        customer = (
            self.customer_id if "customer_id" in self else self.env["res.partner"]
        )
        return company, customer

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._remember_parameters("create", dict.fromkeys(records.ids, {}))
        return records

    def write(self, vals):
        names = [name for name in self._get_parameter_fields() if name in vals]
        if not names:
            return super().write(vals)
        before = {it.id: it._word_parameters(names) for it in self}
        result = super().write(vals)
        self._remember_parameters("write", before)
        return result

    def unlink(self):
        names = self._get_parameter_fields()
        before = {it.id: it._word_parameters(names) for it in self}
        self._remember_parameters("unlink", before)
        return super().unlink()

    def _get_changes_domain(self):
        """Return the domain of what was changed. Override to add what belongs to it."""
        return Domain("res_model", "=", self._name) & Domain("res_id", "in", self.ids)

    def action_psa_open_changes(self):
        """Open who changed what of the billing of the record, and when."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_billing_parameter_change_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": list(self._get_changes_domain()),
        }

    def _remember_parameters(self, kind, before):
        """Write down what differs from `before`: ``{id: {field: text}}``."""
        vals_list = []
        for record in self.filtered(lambda it: it._is_parameter_kept()):
            old = before[record.id]
            new = {} if kind == "unlink" else record._word_parameters(old)
            company, customer = record._get_parameter_context()
            common = {
                "kind": kind,
                "res_model": record._name,
                "res_id": record.id,
                "name": record.display_name,
                "company_id": company.id,
                "customer_id": customer.id,
            }
            if kind == "create":
                vals_list.append(common)
                continue
            vals_list += [
                common
                | {"field": name, "old_value": old[name], "new_value": new.get(name)}
                for name in old
                if old[name] != new.get(name, "")
            ]
        # sudo: nobody writes down changes by hand, everybody's are kept
        self.env["psa.billing.parameter.change"].sudo().create(vals_list)
        self._rate_work_again()

    def _rate_work_again(self):
        """Have work decided anew of which nothing is approved yet."""
        contexts = {
            it._get_parameter_context() for it in self if it._is_parameter_kept()
        }
        if contexts:
            self.env["psa.charge"]._mark_stale(
                Domain.OR(
                    Domain("company_id", "=", company.id)
                    & (
                        Domain("customer_id", "child_of", customer.ids)
                        if customer
                        else Domain.TRUE
                    )
                    for company, customer in contexts
                )
            )

    def _word_parameters(self, names):
        """Return ``{field: text}`` of the values of a record, as people read them."""
        self.ensure_one()
        # sudo: what a colleague may not open has a name nevertheless
        record = self.sudo()
        return {name: record._word_parameter(name) for name in names}

    def _word_parameter(self, name):
        field, value = self._fields[name], self[name]
        if field.relational:
            return ", ".join(it.display_name or "" for it in value)
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.type in ("float", "monetary"):
            decimals = len(f"{value:.4f}".rstrip("0").partition(".")[2])
            return formatLang(self.env, value, digits=max(2, decimals))
        return str(value) if value or field.type == "integer" else ""
