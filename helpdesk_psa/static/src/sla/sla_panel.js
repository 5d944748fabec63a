import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { countOpen, followServer, formatHours, formatSpan, useNow } from "./sla_time";
import { SlaTimelineDialog } from "./sla_timeline_dialog";

import { Component, onWillStart, useState } from "@odoo/owl";
import { useRecordObserver } from "@web/model/relational_model/utils";

/** A stored moment as milliseconds. */
const toMillis = (value) => deserializeDateTime(value).toMillis();

/** The clocks of a ticket or task: what is left of each, running before one's eyes. */
export class SlaPanel extends Component {
    static template = "helpdesk_psa.SlaPanel";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        // Not "clock": the template calls with its loop variables as `this`.
        this.time = useNow();
        this.state = useState({ panel: null, isOpen: false });
        onWillStart(() => this.load());
        // Whatever moves the clocks moves one of these.
        let key = null;
        useRecordObserver(async (record) => {
            const { sla_due_at, sla_phase, sla_policy_id, write_date } = record.data;
            const next = JSON.stringify([
                record.resId,
                sla_due_at,
                sla_phase,
                sla_policy_id?.id,
                write_date,
            ]);
            if (key !== null && key !== next) {
                key = next;
                await this.load();
            }
            key = next;
        });
    }

    async load() {
        const { resId, resModel } = this.props.record;
        const panel = resId ? await this.orm.call(resModel, "get_sla_panel", [[resId]]) : null;
        if (panel) {
            followServer(panel.now);
        }
        this.state.panel = panel;
    }

    get clocks() {
        const clocks = this.state.panel?.clocks || [];
        return this.state.isOpen ? clocks : clocks.filter((clock) => this.isLive(clock));
    }

    get hiddenCount() {
        const clocks = this.state.panel?.clocks || [];
        return clocks.length - clocks.filter((clock) => this.isLive(clock)).length;
    }

    get toggleLabel() {
        return this.state.isOpen
            ? _t("Hide stopped clocks")
            : _t("Stopped clocks: %s", this.hiddenCount);
    }

    isLive(clock) {
        return ["running", "paused"].includes(clock.state);
    }

    /** Seconds of service hours used by now. */
    getUsed(clock) {
        if (clock.state !== "running") {
            return clock.used_seconds;
        }
        const start = toMillis(this.state.panel.now);
        const open = clock.open.map((interval) => interval.map(toMillis));
        return clock.used_seconds + countOpen(open, start, this.time.now);
    }

    getLeft(clock) {
        return clock.target_seconds - this.getUsed(clock);
    }

    getShare(clock) {
        return Math.min(100, Math.round((100 * this.getUsed(clock)) / clock.target_seconds));
    }

    /** Whether it stands still although it runs, because nobody works now. */
    isClosed(clock) {
        if (clock.state !== "running") {
            return false;
        }
        const { now } = this.time;
        return !clock.open.some(([start, stop]) => toMillis(start) <= now && now < toMillis(stop));
    }

    getStatus(clock) {
        if (clock.state === "met" || clock.state === "breached") {
            return clock.state;
        }
        if (this.getLeft(clock) <= 0) {
            return "breached";
        }
        if (clock.state === "paused") {
            return "paused";
        }
        const isRisky = clock.warning_at && toMillis(clock.warning_at) <= this.time.now;
        return isRisky ? "warning" : "running";
    }

    getColor(clock) {
        return {
            breached: "danger",
            warning: "warning",
            paused: "secondary",
            running: "success",
            met: "success",
        }[this.getStatus(clock)];
    }

    getTextClass(clock) {
        const color = this.getColor(clock);
        return color === "secondary" ? "text-muted" : `text-${color}`;
    }

    getText(clock) {
        const left = this.getLeft(clock);
        if (clock.state === "met") {
            return _t("Met in %s", formatHours(this.getUsed(clock)));
        }
        if (left <= 0) {
            return _t("%s late", formatSpan(-left));
        }
        if (clock.state === "paused") {
            return _t("On hold, %s left", formatSpan(left));
        }
        return _t("%s left", formatSpan(left));
    }

    getHint(clock) {
        if (this.isClosed(clock)) {
            const next = clock.open.find(([start]) => toMillis(start) > this.time.now);
            return next
                ? _t("Closed until %s", toLocaleDateTimeString(deserializeDateTime(next[0])))
                : _t("Closed");
        }
        return clock.due_at
            ? _t("Due %s", toLocaleDateTimeString(deserializeDateTime(clock.due_at)))
            : _t("Promised within %s", formatHours(clock.target_seconds));
    }

    toggle() {
        this.state.isOpen = !this.state.isOpen;
    }

    async openTimeline(clock) {
        const timeline = await this.orm.call("psa.sla.clock", "get_timeline", [[clock.id]]);
        this.dialog.add(SlaTimelineDialog, { timeline });
    }
}

export const slaPanel = {
    component: SlaPanel,
    fieldDependencies: [
        { name: "sla_due_at", type: "datetime" },
        { name: "sla_phase", type: "selection" },
        { name: "write_date", type: "datetime" },
    ],
};

registry.category("view_widgets").add("psa_sla_panel", slaPanel);
