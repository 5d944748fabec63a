import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

import { formatHours } from "./sla_time";

import { Component } from "@odoo/owl";

const COLORS = {
    running: "bg-primary",
    paused: "bg-warning",
    closed: "bg-200",
    stopped: "bg-300",
};
const ICONS = {
    running: "fa-play text-primary",
    paused: "fa-pause text-warning",
    closed: "fa-moon-o text-muted",
    stopped: "fa-stop text-muted",
};

/** Why is it late? Everything that a clock did, whose running parts add up to its time. */
export class SlaTimelineDialog extends Component {
    static template = "helpdesk_psa.SlaTimelineDialog";
    static components = { Dialog };
    static props = { timeline: Object, close: Function };

    get timeline() {
        return this.props.timeline;
    }

    get title() {
        return _t("%(metric)s of %(subject)s", {
            metric: this.timeline.label,
            subject: this.timeline.subject,
        });
    }

    get isLate() {
        return this.timeline.used_seconds > this.timeline.target_seconds;
    }

    get total() {
        return this.timeline.intervals.reduce((sum, interval) => sum + interval.seconds, 0);
    }

    /** Wall-clock seconds: an hour of the bar is an hour of the day. */
    getLength(interval) {
        const start = deserializeDateTime(interval.start);
        return deserializeDateTime(interval.stop).diff(start, "seconds").seconds;
    }

    getColor(interval) {
        return COLORS[interval.phase];
    }

    getIcon(interval) {
        return ICONS[interval.phase];
    }

    getUsed(interval) {
        return interval.phase === "running" ? formatHours(interval.seconds) : "";
    }

    getTitle(interval) {
        return `${interval.label}: ${this.formatMoment(interval.start)} – ${this.formatMoment(
            interval.stop
        )}`;
    }

    formatMoment(value) {
        return toLocaleDateTimeString(deserializeDateTime(value));
    }

    formatHours(seconds) {
        return formatHours(seconds);
    }

    formatLength(interval) {
        return formatHours(this.getLength(interval));
    }
}
