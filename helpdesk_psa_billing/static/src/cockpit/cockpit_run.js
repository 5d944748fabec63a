import { Component, onWillStart, onWillUpdateProps, useEffect, useState } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { useService } from "@web/core/utils/hooks";

const WORKING = ["proposing", "drafting", "posting"];

/** A billing run: how far it is, whom it refused and why, and what comes next. */
export class CockpitRun extends Component {
    static template = "helpdesk_psa_billing.CockpitRun";
    static props = { runId: Number, onChange: Function, onClose: Function, onOther: Function };
    static interval = 2000;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ run: null, isBusy: false });
        onWillStart(() => this.load(this.props.runId));
        onWillUpdateProps((props) => props.runId !== this.props.runId && this.load(props.runId));
        useEffect(
            (isWorking) => {
                if (isWorking) {
                    const timer = setInterval(() => this.ask(), this.constructor.interval);
                    return () => clearInterval(timer);
                }
            },
            () => [this.isWorking]
        );
    }

    get run() {
        return this.state.run;
    }

    get isWorking() {
        return WORKING.includes(this.run?.state);
    }

    get percentage() {
        return this.run.total ? Math.floor((100 * this.run.done) / this.run.total) : 0;
    }

    get isDone() {
        return ["drafted", "posted"].includes(this.run.state);
    }

    linesOf(state) {
        return this.run.lines.filter((line) => line.state === state);
    }

    money(line) {
        return formatCurrency(line.amount, line.currency_id);
    }

    async load(runId) {
        this.state.run = await this.orm.call("psa.billing.cockpit", "get_run", [runId]);
    }

    /** Nobody looks at a hidden page; what fails now may succeed in two seconds. */
    async ask() {
        if (document.hidden || this.state.isBusy) {
            return;
        }
        const before = this.run.state;
        try {
            this.state.run = await this.orm.silent.call("psa.billing.cockpit", "get_run", [
                this.run.id,
            ]);
        } catch {
            return;
        }
        if (this.run.state !== before) {
            this.props.onChange();
        }
    }

    /** Press a button of the run, and show what came of it. */
    async press(method) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            const result = await this.orm.call("psa.billing.run", method, [[this.run.id]]);
            if (result?.type) {
                await this.action.doAction(result, { onClose: () => this.refresh() });
            }
        } finally {
            this.state.isBusy = false;
        }
        await this.refresh();
    }

    async tryAgain() {
        const action = await this.orm.call("psa.billing.run", "action_try_again", [[this.run.id]]);
        this.props.onOther(action.res_id);
    }

    async giveUp() {
        await this.press("action_cancel");
        this.props.onClose();
    }

    async refresh() {
        await this.load(this.run.id);
        await this.props.onChange();
    }

    async onLine(line, method) {
        const result = await this.orm.call("psa.billing.run.line", method, [[line.id]]);
        if (result?.type) {
            return this.action.doAction(result);
        }
        return this.refresh();
    }

    openRun() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "psa.billing.run",
            res_id: this.run.id,
            views: [[false, "form"]],
        });
    }
}
