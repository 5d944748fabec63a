import { Component, useEffect, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { pick } from "@web/core/utils/objects";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Tells how far a job is that the scheduler works on, and shows the form anew when its state
 * changes. Whoever extends it names the model, the states in which it runs, and the field of
 * how much there is to do; `state` and `done_count` are those of all jobs.
 */
export class JobProgress extends Component {
    static props = { ...standardWidgetProps };
    static interval = 2000;
    static model = "";
    static running = [];
    static totalField = "total_count";

    static get fields() {
        return ["state", "done_count", this.totalField];
    }

    /** What the registry of view widgets has to load with the record. */
    static get fieldDependencies() {
        return [
            { name: "state", type: "selection" },
            { name: "done_count", type: "integer" },
            { name: this.totalField, type: "integer" },
        ];
    }

    setup() {
        this.orm = useService("orm");
        this.figures = useState(pick(this.props.record.data, ...this.constructor.fields));
        this.isAsking = false;
        useEffect(
            () => {
                const timer = setInterval(() => this.ask(), this.constructor.interval);
                return () => clearInterval(timer);
            },
            () => []
        );
    }

    get percentage() {
        const total = this.figures[this.constructor.totalField];
        return total ? Math.floor((100 * this.figures.done_count) / total) : 0;
    }

    /** Nobody looks at a hidden page; what fails now may succeed in two seconds. */
    async ask() {
        const { record } = this.props;
        if (this.isAsking || document.hidden || !record.resId) {
            return;
        }
        this.isAsking = true;
        try {
            const { model, fields, running } = this.constructor;
            const [figures] = await this.orm.silent.read(model, [record.resId], fields);
            const isNext = figures.state !== this.figures.state;
            Object.assign(this.figures, figures);
            if (isNext || !running.includes(figures.state)) {
                await record.load();
            }
        } catch {
            // The server is away: the figures stay as they are.
        } finally {
            this.isAsking = false;
        }
    }
}
