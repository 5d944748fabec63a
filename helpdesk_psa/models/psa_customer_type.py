from odoo import fields, models


class PsaCustomerType(models.Model):
    """What kind of customer somebody is: it decides which extra fields his form has."""

    _name = "psa.customer.type"
    _description = "Customer Type"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer(string="Colour")
    description = fields.Text(
        translate=True, help="When this type is chosen, in your own words."
    )
    customer_properties = fields.PropertiesDefinition(
        string="Extra fields of the customers"
    )
    customer_count = fields.Integer(
        compute="_compute_customer_count", string="Customers"
    )

    _name_uniq = models.UniqueIndex("(name)", "There is a customer type of this name.")

    def _compute_customer_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [
                    ("psa_customer_type_id", "in", self.ids),
                    ("psa_is_customer", "=", True),
                ],
                ["psa_customer_type_id"],
                ["__count"],
            )
        )
        for customer_type in self:
            customer_type.customer_count = counts.get(customer_type, 0)

    def action_open_customers(self):
        """Open the customers of the type."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_psa.psa_customer_action"
            ),
            "display_name": self.display_name,
            "domain": [
                ("psa_is_customer", "=", True),
                ("psa_customer_type_id", "=", self.id),
            ],
            "context": {
                "default_psa_is_customer": True,
                "default_is_company": True,
                "default_psa_customer_type_id": self.id,
            },
        }
