import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { SelectCreateDialog } from "@web/views/view_dialogs/select_create_dialog";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillStart, useRef, useState } from "@odoo/owl";

/** What may be worked on, and which of it is offered. */
const KINDS = {
    "psa.ticket": {
        title: _t("Choose a ticket"),
        domain: [["stage_category", "not in", ["closed", "cancelled"]]],
    },
    "project.task": {
        title: _t("Choose a task"),
        domain: [
            ["allow_timesheets", "=", true],
            ["project_id", "!=", false],
        ],
    },
    "project.project": {
        title: _t("Choose a project"),
        domain: [
            ["allow_timesheets", "=", true],
            ["is_template", "=", false],
        ],
    },
};

/**
 * Write minutes as h:mm.
 *
 * @param {number} minutes
 * @returns {string}
 */
export function formatMinutes(minutes) {
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/**
 * Components that stand below the grid and tell something of the cell that has the focus.
 * They get it as `cell`: {text, day, row, employeeId, entryIds}, or null.
 */
const panels = registry.category("psa_week_panels");

/** A week of time as a grid: a row for each work, a column for each day. */
export class WeekGrid extends Component {
    static template = "helpdesk_psa.WeekGrid";
    static components = { Dropdown, DropdownItem, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.orm = useService("orm");
        this.ui = useState(useService("ui"));
        this.table = useRef("table");
        this.panels = panels.getEntries();
        this.state = useState({ week: null, added: [], day: 0, cell: null });
        const { day, employee_id: employeeId } = this.props.action.params || {};
        onWillStart(() => this.load(day, employeeId));
    }

    // --- What is shown ---

    get week() {
        return this.state.week;
    }

    /** Rows with entries, then those that were added and are still empty. */
    get rows() {
        const known = new Set(this.week.rows.map((row) => row.key));
        return [...this.week.rows, ...this.state.added.filter((row) => !known.has(row.key))];
    }

    /** All days, or on a phone the chosen one. */
    get days() {
        return this.ui.isSmall ? [this.week.days[this.state.day]] : this.week.days;
    }

    get total() {
        return this.week.rows.reduce((sum, row) => sum + row.total, 0);
    }

    get expected() {
        return this.week.days.reduce((sum, day) => sum + day.expected, 0);
    }

    format(minutes) {
        return formatMinutes(minutes);
    }

    getDayTotal(day) {
        return this.week.rows.reduce((sum, row) => sum + (row.cells[day.date]?.minutes || 0), 0);
    }

    /** Green when the day is full, red when it is over and lacks time. */
    getDayClass(day) {
        const total = this.getDayTotal(day);
        if (day.expected && total >= day.expected) {
            return "text-success";
        }
        return day.expected && day.date < luxon.DateTime.now().toISODate() ? "text-danger" : "";
    }

    getCell(row, day) {
        return row.cells[day.date] || { text: "", entry_ids: [], locked: false };
    }

    isTyped(cell) {
        return !cell.locked && cell.entry_ids.length < 2;
    }

    getCellTitle(cell) {
        if (cell.locked) {
            return cell.locked;
        }
        return cell.entry_ids.length > 1 ? _t("Several entries: open them") : "";
    }

    // --- Loading ---

    get storageKey() {
        return `psa_week_rows:${this.week.employee.id}:${this.week.start}`;
    }

    async load(day, employeeId) {
        this.show(await this.orm.call("psa.time.week", "get_week", [day || null, employeeId]));
    }

    show(week) {
        const isOther =
            !this.week ||
            this.week.start !== week.start ||
            this.week.employee.id !== week.employee.id;
        this.state.week = week;
        if (isOther) {
            this.state.added = JSON.parse(browser.localStorage.getItem(this.storageKey) || "[]");
            const today = week.days.findIndex((day) => day.is_today);
            const firstWorked = week.days.findIndex((day) => day.expected);
            this.state.day = today < 0 ? Math.max(firstWorked, 0) : today;
            this.state.cell = null;
        }
    }

    reload() {
        return this.load(this.week.start, this.week.employee.id);
    }

    openWeek(day) {
        return this.load(day, this.week.employee.id);
    }

    openEmployee(ev) {
        return this.load(this.week.start, parseInt(ev.target.value));
    }

    /** Keep empty rows: they are still there after a reload. */
    addRows(rows) {
        const known = new Set(this.rows.map((row) => row.key));
        this.state.added.push(...rows.filter((row) => !known.has(row.key)));
        browser.localStorage.setItem(this.storageKey, JSON.stringify(this.state.added));
    }

    // --- Typing ---

    async onChange(ev, row, day) {
        const input = ev.target;
        const cell = this.getCell(row, day);
        if (input.value.trim() === cell.text) {
            return;
        }
        try {
            const args = [input.value, day.date, this.getRowValues(row), this.week.employee.id];
            this.show(await this.orm.call("psa.time.week", "set_cell", args));
            const saved = this.findRow(row.key) || row;
            input.value = this.getCell(saved, day).text;
            if (input === document.activeElement) {
                this.tell(input.value, saved, day);
            }
        } catch (error) {
            input.value = cell.text;
            throw error;
        }
    }

    /** Let the panels tell of a cell. */
    tell(text, row, day) {
        this.state.cell = {
            text,
            day: day.date,
            row: this.getRowValues(row),
            employeeId: this.week.employee.id,
            entryIds: this.getCell(row, day).entry_ids,
        };
    }

    onFocus(ev, row, day) {
        ev.target.select();
        this.tell(ev.target.value, row, day);
    }

    findRow(key) {
        return this.week.rows.find((row) => row.key === key);
    }

    getRowValues({ model, res_id, service_type_id }) {
        return { model, res_id, service_type_id };
    }

    /** Arrows and Enter walk through the cells, Escape takes back what was typed. */
    onKeydown(ev, cell) {
        const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0] };
        const input = ev.target;
        if (input.selectionStart === 0 && input.selectionEnd === 0) {
            moves.ArrowLeft = [0, -1];
        }
        if (input.selectionStart === input.value.length) {
            moves.ArrowRight = [0, 1];
        }
        if (ev.key === "Escape") {
            input.value = cell.text;
            ev.stopPropagation();
        } else if (moves[ev.key]) {
            ev.preventDefault();
            this.focusFrom(input, ...moves[ev.key]);
        }
    }

    focusFrom(input, down, right) {
        const row = parseInt(input.dataset.row) + down;
        const column = parseInt(input.dataset.column) + right;
        const target = this.table.el.querySelector(
            `input[data-row="${row}"][data-column="${column}"]`
        );
        if (target) {
            target.focus();
            target.select();
        } else {
            input.blur();
        }
    }

    onServiceTypeChange(ev, row) {
        const id = parseInt(ev.target.value) || false;
        row.service_type_id = id;
        row.key = `${row.model},${row.res_id},${id || 0}`;
        row.service_type = this.week.service_types.find((type) => type.id === id)?.name || "";
        browser.localStorage.setItem(this.storageKey, JSON.stringify(this.state.added));
    }

    isEmptyRow(row) {
        return !Object.keys(row.cells).length;
    }

    // --- Opening and adding ---

    openRecord(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: row.model,
            res_id: row.res_id,
            views: [[false, "form"]],
        });
    }

    async openEntries(row, cell) {
        const action = await this.action.loadAction("helpdesk_psa.psa_time_action_my");
        const isList = (view) => view[1] === "list";
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: row.name,
                res_model: "account.analytic.line",
                views: action.views.filter(isList),
                domain: [["id", "in", cell.entry_ids]],
                context: { create: false, is_timesheet: 1 },
                target: "new",
            },
            { onClose: () => this.reload() }
        );
    }

    addRow(model) {
        this.dialog.add(SelectCreateDialog, {
            ...KINDS[model],
            resModel: model,
            noCreate: true,
            multiSelect: true,
            onSelected: async (resIds) => {
                const rows = await Promise.all(
                    resIds.map((id) => this.orm.call("psa.time.week", "get_row", [model, id]))
                );
                this.addRows(rows);
            },
        });
    }

    async copyLines() {
        const rows = await this.copyLastWeek(false);
        this.addRows(rows);
    }

    copyDurations() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Copy last week"),
            body: _t(
                "Last week's entries are made again on the same weekdays, wherever the cell is still empty."
            ),
            confirmLabel: _t("Copy"),
            confirm: async () => {
                await this.copyLastWeek(true);
                await this.reload();
            },
            cancel: () => {},
        });
    }

    async copyLastWeek(withDurations) {
        const rows = await this.orm.call("psa.time.week", "copy_last_week", [
            this.week.start,
            this.week.employee.id,
            withDurations,
        ]);
        if (!rows.length) {
            this.notification.add(_t("Nothing was logged last week."), { type: "info" });
        }
        return rows;
    }
}

registry.category("actions").add("psa_week_grid", WeekGrid);
