import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, serializeDate } from "@web/core/l10n/dates";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** What each kind of work costs, side by side for plans or customers. */
export class RateCard extends Component {
    static template = "helpdesk_psa_billing.RateCard";
    static components = { DateTimeInput, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const { kind = "plan", ids = false } = this.props.action.params || {};
        this.ids = { [kind]: ids };
        this.state = useState({ kind, card: null });
        onWillStart(() => this.load(kind));
    }

    get card() {
        return this.state.card;
    }

    get day() {
        return deserializeDate(this.card.day);
    }

    get hasBands() {
        return this.card.columns.some((column) => column.bands.length > 1);
    }

    /** @returns {Array} cells of a row, each told whether it begins a column */
    getCells(row) {
        const starts = new Set();
        let start = 0;
        for (const column of this.card.columns) {
            starts.add(start);
            start += column.bands.length;
        }
        return row.cells.map((cell, index) => ({ ...cell, index, isFirst: starts.has(index) }));
    }

    async load(kind, day = this.card?.day) {
        this.state.card = await this.orm.call("psa.billing.plan", "get_rate_card", [kind], {
            subject_ids: this.ids[kind] || false,
            day: day || false,
        });
        this.state.kind = kind;
    }

    onDayChange(day) {
        if (day) {
            this.load(this.state.kind, serializeDate(day));
        }
    }

    openColumn(column) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.state.kind === "plan" ? "psa.billing.plan" : "res.partner",
            res_id: column.id,
            views: [[false, "form"]],
        });
    }

    openRule(cell) {
        if (cell.rule_id) {
            return this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "psa.billing.rule",
                res_id: cell.rule_id,
                views: [[false, "form"]],
            });
        }
    }
}

registry.category("actions").add("psa_rate_card", RateCard);
