import { _t } from "@web/core/l10n/translation";

import { formatMinutes } from "./geometry";

import { Component } from "@odoo/owl";

export const KIND_ICONS = {
    "psa.intervention": "fa-wrench",
    "psa.ticket": "fa-ticket",
    "project.task": "fa-check-square-o",
};

/** @returns {string} what nobody who is planned for a block can do */
export function getLackingLabel({ lacking }) {
    return _t("Nobody planned has the skills: %s", lacking.join(", "));
}

/** One visit, ticket or task on the board, or on the list of what is not planned. */
export class DispatchBlock extends Component {
    static template = "helpdesk_psa.DispatchBlock";
    static props = {
        block: Object,
        day: { optional: true },
        userId: { optional: true },
        canMove: { type: Boolean, optional: true },
        resizable: { type: Boolean, optional: true },
        compact: { type: Boolean, optional: true },
        style: { type: String, optional: true },
        onOpen: Function,
    };

    get icon() {
        return this.block.is_deadline ? "fa-flag" : KIND_ICONS[this.block.model];
    }

    get block() {
        return this.props.block;
    }

    get isLate() {
        const { tone, end, dueAt, isDueDay } = this.block;
        if (tone === "done") {
            return false;
        }
        const limit = end || (dueAt && isDueDay ? dueAt.endOf("day") : dueAt);
        return Boolean(limit) && limit < luxon.DateTime.now();
    }

    get classes() {
        const { tone, isConflict, lacking, locked, is_deadline, priority } = this.block;
        return {
            [`o_psa_dispatch_${tone}`]: true,
            o_psa_dispatch_conflict: isConflict || lacking.length,
            o_psa_dispatch_late: this.isLate,
            o_psa_dispatch_locked: Boolean(locked),
            o_psa_dispatch_due: is_deadline,
            o_psa_dispatch_urgent: priority === "3",
            o_psa_dispatch_draggable: this.props.canMove,
        };
    }

    /** “09:00 – 11:00”, with what is cut off by the day left out. */
    get time() {
        const { start, end, is_deadline, dueAt, isDueDay } = this.block;
        const { DateTime } = luxon;
        const format = (moment) => moment.toLocaleString(DateTime.TIME_24_SIMPLE);
        if (is_deadline) {
            return _t("due %s", format(end));
        }
        if (start) {
            const { day } = this.props;
            const isFirst = !day || start.hasSame(day, "day");
            const isLast = !day || end.hasSame(day, "day");
            if (this.props.compact && !this.props.style) {
                return isFirst ? format(start) : "…";
            }
            return `${isFirst ? format(start) : "…"}–${isLast ? format(end) : "…"}`;
        }
        if (dueAt) {
            const date = dueAt.toLocaleString({ day: "numeric", month: "short" });
            return isDueDay ? _t("due %s", date) : _t("due %s", `${date} ${format(dueAt)}`);
        }
        return "";
    }

    get length() {
        return formatMinutes(this.block.minutes);
    }

    get place() {
        const { customer, place, city } = this.block;
        const parts = [customer, place !== customer && place, city !== place && city];
        return parts.filter(Boolean).join(" · ");
    }

    get tooltip() {
        const { number, name, state, type, locked, travel, lacking } = this.block;
        const lines = [
            [number, name].filter(Boolean).join(" "),
            this.place,
            [this.time, type, state].filter(Boolean).join(" · "),
        ];
        if (this.block.isConflict) {
            lines.push(_t("Overlaps with something else"));
        }
        if (travel) {
            lines.push(_t("%s min of travel before", travel));
        }
        if (lacking.length) {
            lines.push(getLackingLabel(this.block));
        }
        if (locked) {
            lines.push(locked);
        }
        return lines.filter(Boolean).join("\n");
    }

    onKeydown(ev) {
        if (["Enter", " "].includes(ev.key)) {
            ev.preventDefault();
            this.props.onOpen();
        }
    }
}
