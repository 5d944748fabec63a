import { toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { formatSpan, getSlaState, useNow } from "./sla_time";

import { Component } from "@odoo/owl";

const CLASSES = {
    breached: "text-bg-danger",
    warning: "text-bg-warning",
    running: "text-bg-success",
    paused: "text-bg-secondary",
    met: "text-success",
    missed: "text-danger",
};
const ICONS = {
    breached: "fa-fire",
    warning: "fa-clock-o",
    running: "fa-clock-o",
    paused: "fa-pause",
    met: "fa-check",
    missed: "fa-times",
};

/** Time left until the next promise is due; it runs while one looks at it. */
export class SlaCountdownField extends Component {
    static template = "helpdesk_psa.SlaCountdownField";
    static props = { ...standardFieldProps };

    setup() {
        this.clock = useNow();
    }

    get dueAt() {
        return this.props.record.data[this.props.name];
    }

    get slaState() {
        const { sla_phase: phase, sla_warning_at: warningAt } = this.props.record.data;
        // An empty moment is `false`.
        const toMillis = (moment) => (moment ? moment.toMillis() : null);
        return getSlaState(
            { phase, dueAt: toMillis(this.dueAt), warningAt: toMillis(warningAt) },
            this.clock.now
        );
    }

    get className() {
        return CLASSES[this.slaState];
    }

    get icon() {
        return ICONS[this.slaState];
    }

    get text() {
        const left = this.dueAt ? (this.dueAt.toMillis() - this.clock.now) / 1000 : 0;
        switch (this.slaState) {
            case "breached":
                return _t("%s late", formatSpan(-left));
            case "paused":
                return _t("On hold");
            case "met":
                return _t("Met");
            case "missed":
                return _t("Missed");
        }
        return formatSpan(left);
    }

    get title() {
        if (!this.dueAt) {
            return this.text;
        }
        return _t("Due %s", toLocaleDateTimeString(this.dueAt));
    }
}

export const slaCountdownField = {
    component: SlaCountdownField,
    displayName: _t("Time left"),
    supportedTypes: ["datetime"],
    fieldDependencies: [
        { name: "sla_phase", type: "selection" },
        { name: "sla_warning_at", type: "datetime" },
    ],
    // Without a due time there is something to say all the same: on hold, met, missed.
    isEmpty: (record) => !record.data.sla_phase,
};

registry.category("fields").add("psa_sla_countdown", slaCountdownField);
