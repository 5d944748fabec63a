import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

import { Foresight, ForesightAnswer, getSilence } from "./foresight";

/** What billing makes of the cell of the week in which somebody types. */
export class WeekForesight extends Component {
    static template = "helpdesk_psa_billing.WeekForesight";
    static components = { ForesightAnswer };
    static props = { cell: [Object, { value: null }] };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ answer: null, isAsking: false });
        this.askSoon = useDebounced((cell) => this.ask(cell), Foresight.delay);
        onWillUpdateProps(({ cell }) => this.onChange(cell));
    }

    onChange(cell) {
        const question = JSON.stringify(cell);
        if (question === this.question) {
            return;
        }
        this.question = question;
        if (cell) {
            this.state.isAsking = true;
            this.askSoon(cell);
        } else {
            this.state.answer = null;
        }
    }

    async ask({ text, day, row, employeeId }) {
        let answer = null;
        try {
            const args = [text, day, row, employeeId];
            answer = await this.keepLast.add(
                this.orm.silent.call("psa.time.week", "foresee_cell", args)
            );
        } catch {
            answer = getSilence();
        }
        Object.assign(this.state, { answer, isAsking: false });
    }
}

registry.category("psa_week_panels").add("foresight", WeekForesight);
