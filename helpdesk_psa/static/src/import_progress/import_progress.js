import { Component, useEffect, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const RUNNING = ["checking", "importing"];
const FIELDS = ["state", "done_count", "good_count"];

/** Tells how far a running import is, and shows the form anew when it is over. */
export class ImportProgress extends Component {
    static template = "helpdesk_psa.ImportProgress";
    static props = { ...standardWidgetProps };
    static interval = 2000;

    setup() {
        this.orm = useService("orm");
        const { state, done_count, good_count } = this.props.record.data;
        this.figures = useState({ state, done_count, good_count });
        this.isAsking = false;
        useEffect(
            () => {
                const timer = setInterval(() => this.ask(), ImportProgress.interval);
                return () => clearInterval(timer);
            },
            () => []
        );
    }

    get percentage() {
        const { done_count, good_count } = this.figures;
        return good_count ? Math.floor((100 * done_count) / good_count) : 0;
    }

    /** Nobody looks at a hidden page; what fails now may succeed in two seconds. */
    async ask() {
        const { record } = this.props;
        if (this.isAsking || document.hidden || !record.resId) {
            return;
        }
        this.isAsking = true;
        try {
            const [figures] = await this.orm.silent.read("psa.import", [record.resId], FIELDS);
            Object.assign(this.figures, figures);
            if (!RUNNING.includes(figures.state)) {
                await record.load();
            }
        } catch {
            // The server is away: the figures stay as they are.
        } finally {
            this.isAsking = false;
        }
    }
}

registry.category("view_widgets").add("psa_import_progress", {
    component: ImportProgress,
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "done_count", type: "integer" },
        { name: "good_count", type: "integer" },
    ],
});
