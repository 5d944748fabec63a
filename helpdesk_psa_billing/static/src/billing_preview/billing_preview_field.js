import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { localization } from "@web/core/l10n/localization";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What is due on one day. */
export class BillingPreviewDay extends Component {
    static template = "helpdesk_psa_billing.BillingPreviewDay";
    static props = {
        day: Object,
        format: Function,
        close: { type: Function, optional: true },
    };

    get date() {
        return formatDate(deserializeDate(this.props.day.date));
    }
}

/**
 * Days of a month, week by week, with blanks before and after.
 *
 * @param {string} month its first day, as an ISO text
 * @param {number} weekStart 1 for Monday to 7 for Sunday
 * @returns {(number|null)[]} numbers of the days; null for a blank
 */
export function getMonthCells(month, weekStart) {
    const first = deserializeDate(month);
    const blanks = (first.weekday - weekStart + 7) % 7;
    const cells = [
        ...Array(blanks).fill(null),
        ...Array.from({ length: first.daysInMonth }, (_, index) => index + 1),
    ];
    return [...cells, ...Array((7 - (cells.length % 7)) % 7).fill(null)];
}

/** A year of small months on which the days are marked when something is invoiced. */
export class BillingPreviewField extends Component {
    static template = "helpdesk_psa_billing.BillingPreviewField";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ date: null });
        this.popover = usePopover(BillingPreviewDay, {
            position: "top",
            popoverClass: "o_psa_billing_preview_popover",
        });
        this.format = (amount) => formatMonetary(amount, { currencyId: this.preview.currency_id });
    }

    get preview() {
        return this.props.record.data[this.props.name] || { months: [], total: 0 };
    }

    get weekdays() {
        const names = luxon.Info.weekdays("narrow");
        return names.map((_, index) => names[(index + localization.weekStart - 1) % 7]);
    }

    get months() {
        return this.preview.months.map((month) => {
            const days = Object.fromEntries(
                month.days.map((day) => [Number(day.date.slice(-2)), day])
            );
            const cells = getMonthCells(month.month, localization.weekStart);
            return {
                ...month,
                name: deserializeDate(month.month).toFormat("LLLL yyyy"),
                cells: cells.map((number, index) => ({
                    key: index,
                    number,
                    day: days[number],
                })),
            };
        });
    }

    /** What is issued cannot change any more, what is skipped is not due. */
    getDayClass(day) {
        const states = day.entries.map((entry) => entry.state);
        if (states.every((state) => state === "skipped")) {
            return "o_psa_skipped";
        }
        if (states.every((state) => ["invoiced", "credited"].includes(state))) {
            return "o_psa_invoiced";
        }
        return states.some((state) => ["proposed", "drafted"].includes(state))
            ? "o_psa_drafted"
            : "o_psa_planned";
    }

    getLabel(day) {
        return _t("%(date)s: %(amount)s", {
            date: formatDate(deserializeDate(day.date)),
            amount: this.format(day.total),
        });
    }

    open(event, day) {
        this.popover.open(event.currentTarget, { day, format: this.format });
    }

    onPointerEnter(event, day) {
        if (event.pointerType === "mouse") {
            this.open(event, day);
        }
    }

    onPointerLeave(event) {
        if (event.pointerType === "mouse") {
            this.popover.close();
        }
    }
}

export const billingPreviewField = {
    component: BillingPreviewField,
    displayName: _t("Year ahead"),
    supportedTypes: ["jsonb", "json"],
};

registry.category("fields").add("psa_billing_preview", billingPreviewField);
