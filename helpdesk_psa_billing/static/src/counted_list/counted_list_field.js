import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What was counted for a period, as it was then: the evidence of its quantity. */
export class CountedListField extends Component {
    static template = "helpdesk_psa_billing.CountedListField";
    static props = { ...standardFieldProps };

    get rows() {
        const things = this.props.record.data[this.props.name] || [];
        return things.map((thing) => ({
            ...thing,
            quantity: formatFloat(thing.quantity, { trailingZeros: false }),
            days: (thing.spans || []).map((span) => this.describeSpan(span)).join(", "),
        }));
    }

    get total() {
        const things = this.props.record.data[this.props.name] || [];
        const total = things.reduce((sum, thing) => sum + thing.quantity, 0);
        return formatFloat(total, { trailingZeros: false });
    }

    /** @param {(string|null)[]} span first day and first day after; null for an open end */
    describeSpan([start, until]) {
        const from = start && formatDate(deserializeDate(start));
        const to = until && formatDate(deserializeDate(until).minus({ days: 1 }));
        if (from && to) {
            return _t("%(start)s – %(end)s", { start: from, end: to });
        }
        if (from) {
            return _t("from %(start)s", { start: from });
        }
        return to ? _t("until %(end)s", { end: to }) : "";
    }
}

registry.category("fields").add("psa_counted_list", {
    component: CountedListField,
    displayName: _t("What was counted"),
    supportedTypes: ["jsonb", "json"],
});
