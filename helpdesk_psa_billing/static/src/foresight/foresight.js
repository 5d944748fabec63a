import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { serializeDate, serializeDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { BillingTrail } from "./trail";

const ICONS = {
    pending: "fa-question-circle text-warning",
    covered: "fa-shield text-success",
    allowance: "fa-hourglass-half text-info",
    billed: "fa-file-text-o text-primary",
    not_billed: "fa-ban text-muted",
    sale_order: "fa-shopping-cart text-muted",
    written_off: "fa-eraser text-muted",
};

/** What is shown if billing does not answer: time can be logged all the same. */
export function getSilence() {
    return { parts: [], trail: [], hint: _t("It cannot be told at the moment.") };
}

/** Value of a field as Python takes it. */
function serialize(type, value) {
    if (!value) {
        return value ?? false;
    }
    switch (type) {
        case "date":
            return serializeDate(value);
        case "datetime":
            return serializeDateTime(value);
        case "many2one":
            return value.id;
        case "many2one_reference":
            return value.resId;
        default:
            return value;
    }
}

/** What becomes of time on the invoice, and on demand why. */
export class ForesightAnswer extends Component {
    static template = "helpdesk_psa_billing.ForesightAnswer";
    static components = { BillingTrail };
    static props = { answer: [Object, { value: null }], isAsking: Boolean };

    setup() {
        this.state = useState({ isOpen: false });
    }

    getIcon(part) {
        return ICONS[part.destination];
    }
}

/** What billing will make of the time in the form, before it is saved, and why. */
export class Foresight extends Component {
    static template = "helpdesk_psa_billing.Foresight";
    static components = { ForesightAnswer };
    static props = { ...standardWidgetProps, names: Array };
    static delay = 300;

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ answer: null, isAsking: false });
        this.askSoon = useDebounced(() => this.ask(), Foresight.delay);
        useRecordObserver((record) => this.onChange(record));
    }

    onChange(record) {
        const values = {};
        for (const name of this.props.names) {
            values[name] = serialize(record.fields[name].type, record.data[name]);
        }
        const question = JSON.stringify([record.resId, values]);
        if (question === this.question) {
            return;
        }
        const isFirst = !this.question;
        this.question = question;
        this.args = [record.resModel, values, record.resId || false];
        this.state.isAsking = true;
        isFirst ? this.ask() : this.askSoon();
    }

    async ask() {
        let answer = null;
        try {
            answer = await this.keepLast.add(
                this.orm.silent.call("psa.charge", "foresee", this.args)
            );
        } catch {
            answer = getSilence();
        }
        Object.assign(this.state, { answer, isAsking: false });
    }
}

registry.category("view_widgets").add("psa_foresight", {
    component: Foresight,
    extractProps: ({ attrs }) => ({ names: attrs.fields.split(",") }),
});
