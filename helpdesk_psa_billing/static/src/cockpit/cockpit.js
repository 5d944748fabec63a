import { Component, onWillStart, useEffect, useState } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import {
    deserializeDate,
    deserializeDateTime,
    formatDate,
    serializeDate,
} from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatFloatTime } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { CockpitRun } from "./cockpit_run";

const MODEL = "psa.billing.cockpit";
const NO_FILTERS = {
    search: "",
    group_id: 0,
    manager_id: 0,
    kind: "",
    late: false,
    blocked: false,
};

/** What is ready to bill, what lacks, and the way to the invoices. */
export class Cockpit extends Component {
    static template = "helpdesk_psa_billing.Cockpit";
    static components = { CockpitRun, DateTimeInput, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        const { options, runId } = this.props.state || {};
        this.options = useState(
            options || {
                company_id: false,
                until: false,
                grouping: "customer",
                filters: { ...NO_FILTERS },
            }
        );
        this.state = useState({ data: null, keys: {}, runId: runId || false, isBusy: false });
        this.onSearch = useDebounced((search) => this.filter({ search }), 250);
        useSetupAction({
            getLocalState: () => ({
                options: { ...this.options, filters: { ...this.options.filters } },
                runId: this.state.runId,
            }),
        });
        onWillStart(() => this.load());
        useEffect(
            (box, some, all) => {
                if (box) {
                    box.indeterminate = some && !all;
                }
            },
            () => [
                document.querySelector(".o_psa_cockpit_all"),
                this.selectedKeys.length > 0,
                this.isAllSelected,
            ]
        );
    }

    // --- what is shown ---

    get data() {
        return this.state.data;
    }

    get figures() {
        return this.data.figures;
    }

    get day() {
        return deserializeDate(this.data.until);
    }

    get checkedAt() {
        return this.data.checked_at && deserializeDateTime(this.data.checked_at).toRelative();
    }

    get isFiltered() {
        return Object.values(this.options.filters).some(Boolean);
    }

    get isEmpty() {
        return !this.data.rows.length;
    }

    get groupings() {
        return [
            { id: "customer", name: _t("Customer"), label: _t("By customer") },
            { id: "agreement", name: _t("Agreement"), label: _t("By agreement") },
            { id: "ticket", name: _t("Ticket"), label: _t("By ticket") },
            { id: "kind", name: _t("Kind"), label: _t("By kind") },
            { id: "manager", name: _t("Account manager"), label: _t("By account manager") },
        ];
    }

    get groupingName() {
        return this.groupings.find((it) => it.id === this.data.grouping).name;
    }

    get cards() {
        const { approve, time, pending, ready, recurring, late, findings, draft } = this.figures;
        return [
            {
                bucket: "approve",
                icon: "fa-check-square-o text-primary",
                label: _t("To approve"),
                value: this.money(approve.amount),
                more: time.count
                    ? _t("%(hours)s h; time not approved: %(count)s", {
                          hours: this.hours(approve.minutes),
                          count: time.count,
                      })
                    : _t("%s h", this.hours(approve.minutes)),
            },
            {
                bucket: "pending",
                icon: "fa-question-circle text-warning",
                label: _t("Without a rule"),
                value: _t("%s h", this.hours(pending.minutes)),
                more: _t("Charges: %s", pending.count),
                isAlert: pending.count,
            },
            {
                bucket: "ready",
                icon: "fa-clock-o text-success",
                label: _t("Ready"),
                value: this.money(ready.amount),
                more: _t("%s h approved", this.hours(ready.minutes)),
            },
            {
                bucket: "recurring",
                icon: "fa-refresh text-success",
                label: _t("Recurring, due"),
                value: this.money(recurring.amount),
                more: _t("Periods: %s", recurring.count),
            },
            {
                bucket: "late",
                icon: "fa-history text-info",
                label: _t("Entered late"),
                value: _t("%s h", this.hours(late.minutes)),
                more: _t("Charges: %s", late.count),
            },
            {
                bucket: "findings",
                icon: "fa-exclamation-triangle text-danger",
                label: _t("To settle"),
                value: findings.count,
                more: _t("Hold invoices up: %s", findings.blocking),
                isAlert: findings.blocking,
            },
            {
                bucket: "draft",
                icon: "fa-file-text-o text-muted",
                label: _t("In draft invoices"),
                value: this.money(draft.amount),
                more: _t("Charges: %s", draft.count),
            },
        ];
    }

    get emptyTitle() {
        if (this.isFiltered) {
            return _t("Nothing like that");
        }
        return _t("Nothing to bill until %s", formatDate(this.day));
    }

    money(amount) {
        return formatCurrency(amount, this.data.currency_id);
    }

    hours(minutes) {
        return formatFloatTime(minutes / 60, { noLeadingZeroHour: true });
    }

    /** The amount, or the hours where nobody knows the amount yet; nothing for nothing. */
    cell(row, bucket) {
        const figure = row[bucket];
        if (!figure.count) {
            return "";
        }
        const isWorth = !["pending", "late"].includes(bucket) && figure.amount;
        return isWorth ? this.money(figure.amount) : _t("%s h", this.hours(figure.minutes));
    }

    // --- loading ---

    async load() {
        const data = await this.keepLast.add(
            this.orm.call(MODEL, "get_cockpit", [{ ...this.options }])
        );
        this.state.data = data;
        this.options.until = data.until;
        this.options.company_id = data.company_id;
        const known = new Set(data.rows.map((row) => String(row.key)));
        for (const key of Object.keys(this.state.keys)) {
            if (!known.has(key)) {
                delete this.state.keys[key];
            }
        }
    }

    filter(values) {
        Object.assign(this.options.filters, values);
        return this.load();
    }

    reset() {
        return this.filter({ ...NO_FILTERS });
    }

    group(grouping) {
        this.options.grouping = grouping;
        this.state.keys = {};
        return this.load();
    }

    setDay(day) {
        if (day) {
            this.options.until = serializeDate(day);
            this.load();
        }
    }

    setCompany(id) {
        this.options.company_id = id;
        this.state.keys = {};
        return this.load();
    }

    // --- choosing ---

    get selectedKeys() {
        return (this.data?.rows || []).map((row) => row.key).filter((key) => this.state.keys[key]);
    }

    get isAllSelected() {
        return this.selectedKeys.length === (this.data?.rows || []).length;
    }

    get selectedAmount() {
        const rows = this.data.rows.filter((row) => this.state.keys[row.key]);
        return this.money(rows.reduce((sum, row) => sum + row.invoiced, 0));
    }

    toggle(row) {
        this.state.keys[row.key] = !this.state.keys[row.key];
    }

    toggleAll() {
        const isWanted = !this.isAllSelected;
        for (const row of this.data.rows) {
            this.state.keys[row.key] = isWanted;
        }
    }

    /** Arrows go from row to row; the space bar chooses, as everywhere. */
    onRowKeydown(ev) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (!step) {
            return;
        }
        const boxes = [...ev.currentTarget.querySelectorAll(".o_psa_cockpit_box")];
        const index = boxes.indexOf(ev.target.closest("tr")?.querySelector(".o_psa_cockpit_box"));
        boxes[Math.min(Math.max(index + step, 0), boxes.length - 1)]?.focus();
        ev.preventDefault();
    }

    // --- doing ---

    /** Whoever presses twice means once. */
    async once(work) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await work();
        } finally {
            this.state.isBusy = false;
        }
    }

    approve() {
        return this.once(async () => {
            const { approved, left } = await this.orm.call(MODEL, "approve", [
                { ...this.options },
                this.selectedKeys,
            ]);
            this.notification.add(
                left
                    ? _t("Approved: %(approved)s. Others approve: %(left)s.", {
                          approved,
                          left,
                      })
                    : _t("Approved: %s.", approved),
                { type: left ? "warning" : "success" }
            );
            this.state.keys = {};
            await this.load();
        });
    }

    draft(goal) {
        return this.once(async () => {
            this.state.runId = await this.orm.call(MODEL, "draft", [
                { ...this.options },
                this.selectedKeys,
                goal,
            ]);
            this.state.keys = {};
            await this.load();
        });
    }

    checkNow() {
        return this.once(async () => {
            await this.orm.call(MODEL, "check_now", []);
            await this.load();
        });
    }

    async openList(bucket, keys = null) {
        const action = await this.orm.call(MODEL, "open_list", [{ ...this.options }, bucket, keys]);
        return this.action.doAction(action);
    }

    openFindings(row) {
        const options = { ...this.options, filters: { customer_id: row.customer_id } };
        return this.orm
            .call(MODEL, "open_list", [options, "findings", null])
            .then((action) => this.action.doAction(action));
    }

    showRun(runId) {
        this.state.runId = runId;
        this.load();
    }
}

registry.category("actions").add("psa_billing_cockpit", Cockpit);
