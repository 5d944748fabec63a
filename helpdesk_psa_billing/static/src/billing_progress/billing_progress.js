import { Component, useEffect, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const RUNNING = ["proposing", "drafting"];
const FIELDS = ["state", "done_count", "total_count"];

/** Tells how far a billing run is, and shows the form anew when it is over. */
export class BillingProgress extends Component {
    static template = "helpdesk_psa_billing.BillingProgress";
    static props = { ...standardWidgetProps };
    static interval = 2000;

    setup() {
        this.orm = useService("orm");
        const { state, done_count, total_count } = this.props.record.data;
        this.figures = useState({ state, done_count, total_count });
        this.isAsking = false;
        useEffect(
            () => {
                const timer = setInterval(() => this.ask(), BillingProgress.interval);
                return () => clearInterval(timer);
            },
            () => []
        );
    }

    get percentage() {
        const { done_count, total_count } = this.figures;
        return total_count ? Math.floor((100 * done_count) / total_count) : 0;
    }

    /** Nobody looks at a hidden page; what fails now may succeed in two seconds. */
    async ask() {
        const { record } = this.props;
        if (this.isAsking || document.hidden || !record.resId) {
            return;
        }
        this.isAsking = true;
        try {
            const [figures] = await this.orm.silent.read("psa.billing.run", [record.resId], FIELDS);
            const isOver = !RUNNING.includes(figures.state);
            const isNext = figures.state !== this.figures.state;
            Object.assign(this.figures, figures);
            if (isOver || isNext) {
                await record.load();
            }
        } catch {
            // The server is away: the figures stay as they are.
        } finally {
            this.isAsking = false;
        }
    }
}

registry.category("view_widgets").add("psa_billing_progress", {
    component: BillingProgress,
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "done_count", type: "integer" },
        { name: "total_count", type: "integer" },
    ],
});
