import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

import { formatMinutes } from "../dispatch/geometry";

import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

/** Above the cards of a technician's day: one link to the way through all of them. */
export class DayRoute extends Component {
    static template = "helpdesk_psa.DayRoute";
    static props = { ids: Array };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ route: {} });
        onWillStart(() => this.load(this.props.ids));
        onWillUpdateProps(({ ids }) => this.load(ids));
    }

    async load(ids) {
        this.state.route = ids.length
            ? await this.orm.call("psa.intervention", "get_day_route", [ids])
            : {};
    }

    /** One visit alone has its own link on its card. */
    get isShown() {
        const { stops, url } = this.state.route;
        return Boolean(url) && stops.length > 1;
    }

    get summary() {
        const { stops, travel } = this.state.route;
        return travel
            ? _t("%(count)s visits, %(travel)s h of travel", {
                  count: stops.length,
                  travel: formatMinutes(travel),
              })
            : _t("%s visits", stops.length);
    }
}

export class MyDayRenderer extends KanbanRenderer {
    static template = "helpdesk_psa.MyDayRenderer";
    static components = { ...KanbanRenderer.components, DayRoute };

    get ids() {
        return this.props.list.isGrouped ? [] : this.props.list.records.map(({ resId }) => resId);
    }
}

registry.category("views").add("psa_my_day", { ...kanbanView, Renderer: MyDayRenderer });
