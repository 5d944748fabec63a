import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { StatusPie } from "../status_pie/status_pie";

import { Component, onWillStart, useExternalListener, useState } from "@odoo/owl";

const QUEUE_ICONS = {
    unread: "fa-envelope text-primary",
    unassigned: "fa-user-plus text-warning",
    mine: "fa-user text-info",
    waiting: "fa-pause-circle text-muted",
    high: "fa-exclamation-circle text-danger",
    resolved: "fa-check-circle text-success",
};

/** The first page of the helpdesk: how much there is to do, and where. */
export class PsaHome extends Component {
    static template = "helpdesk_psa.Home";
    static components = { Layout, StatusPie };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ home: null });
        onWillStart(() => this.load());
        // The page stays open on many screens: show the truth to who comes back to it.
        useExternalListener(document, "visibilitychange", () => {
            if (document.visibilityState === "visible") {
                this.load();
            }
        });
    }

    get home() {
        return this.state.home;
    }

    get isEmpty() {
        const { queues, recent, stages } = this.home;
        return !recent.length && !stages.length && queues.every((queue) => !queue.count);
    }

    get chartScope() {
        return _t("Open tickets, and those done in the last %s days", this.home.chart_days);
    }

    async load() {
        this.state.home = await this.orm.call("psa.ticket", "get_home_data");
    }

    getQueueIcon(queue) {
        return QUEUE_ICONS[queue.key] || "fa-ticket";
    }

    getAge(ticket) {
        return deserializeDateTime(ticket.at).toRelative();
    }

    getMoment(ticket) {
        return formatDateTime(deserializeDateTime(ticket.at));
    }

    /**
     * Open the list that a counter counts, and nothing else: without the default filters
     * of the menu. Without the action's id a reload keeps the list as well.
     *
     * @param {string} name
     * @param {Array} domain
     */
    async openTickets(name, domain) {
        const { type, res_model, views, search_view_id } = await this.action.loadAction(
            "helpdesk_psa.psa_ticket_action"
        );
        const isList = (view) => view[1] === "list";
        await this.action.doAction({
            type,
            name,
            res_model,
            search_view_id,
            views: [...views.filter(isList), ...views.filter((view) => !isList(view))],
            domain,
        });
    }

    openTicket(resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "psa.ticket",
            res_id: resId,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("psa_home", PsaHome);
