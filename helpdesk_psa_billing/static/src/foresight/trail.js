import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Each rule that was looked at, in order, and why it did not hold. */
export class BillingTrail extends Component {
    static template = "helpdesk_psa_billing.BillingTrail";
    static props = { looks: Array };
}

/** The same, as it was when the charge was decided. */
export class BillingTrailField extends Component {
    static template = "helpdesk_psa_billing.BillingTrailField";
    static components = { BillingTrail };
    static props = { ...standardFieldProps };

    get looks() {
        return this.props.record.data[this.props.name] || [];
    }
}

registry.category("fields").add("psa_billing_trail", {
    component: BillingTrailField,
    displayName: _t("Why, and why not"),
    supportedTypes: ["json", "jsonb"],
});
