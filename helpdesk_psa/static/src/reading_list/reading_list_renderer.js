import { getActiveHotkey } from "@web/core/hotkeys/hotkey_service";
import { ListRenderer } from "@web/views/list/list_renderer";

import { getViewKey } from "./shown_fields";

import { useExternalListener } from "@odoo/owl";

const STEPS = { arrowdown: 1, j: 1, arrowup: -1, k: -1 };
/** Beside a panel there is room for these; the panel shows the rest. */
const NARROW_COLUMNS = ["number", "priority", "name", "author_name", "user_id", "stage_id"];
const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable=true]";

/**
 * A list whose rows are chosen with the arrows, or j and k, while a panel shows the chosen
 * one. Without `onChoose` it is an ordinary list.
 */
export class ReadingListRenderer extends ListRenderer {
    static props = [...ListRenderer.props, "chosenId?", "onChoose?", "onOpenForm?", "onShowField?"];

    setup() {
        super.setup();
        useExternalListener(window, "keydown", this.onWindowKeydown.bind(this));
    }

    /** @override */
    createViewKey() {
        const { archInfo, list } = this.props;
        return getViewKey(archInfo, list.resModel, this.env.config.viewId);
    }

    /** @override */
    async toggleOptionalField(name) {
        await this.props.onShowField?.(name);
        return super.toggleOptionalField(name);
    }

    /** @override */
    getActiveColumns() {
        const { activeFields } = this.props.list;
        // One that was chosen in another window is not loaded here yet.
        const columns = super
            .getActiveColumns()
            .filter(({ name, type }) => type !== "field" || name in activeFields);
        return this.props.onChoose
            ? columns.filter(({ name, type }) => type !== "field" || NARROW_COLUMNS.includes(name))
            : columns;
    }

    /** @override */
    getRowClass(record) {
        const className = super.getRowClass(record);
        return this.props.onChoose && record.resId === this.props.chosenId
            ? `${className} o_psa_chosen table-active`
            : className;
    }

    /** @override */
    onCellKeydownReadOnlyMode(hotkey, cell, group, record) {
        const { list, onChoose, onOpenForm } = this.props;
        const opens = record && !(record.selected && list.model.multiEdit);
        if (onChoose && hotkey === "enter" && opens) {
            onOpenForm(record);
            return true;
        }
        const handled = super.onCellKeydownReadOnlyMode(...arguments);
        if (onChoose && handled && hotkey in STEPS) {
            this.choose(document.activeElement.closest(".o_data_row"));
        }
        return handled;
    }

    /** Walk the list with keys that no cell has handled. */
    onWindowKeydown(ev) {
        const hotkey = getActiveHotkey(ev);
        if (this.props.onChoose && hotkey in STEPS && this.isForList(ev, hotkey)) {
            this.walk(STEPS[hotkey]);
            ev.preventDefault();
        }
    }

    isForList({ defaultPrevented, target }, hotkey) {
        if (defaultPrevented || target.closest(TYPING) || target.closest(".modal")) {
            return false;
        }
        if (target.closest(".o_psa_reading_panel")) {
            return !hotkey.startsWith("arrow"); // they scroll the panel
        }
        return target === document.body || this.rootRef.el.contains(target);
    }

    walk(step) {
        const rows = [...this.tableRef.el.querySelectorAll(".o_data_row")];
        const current = rows.findIndex((row) => row.classList.contains("o_psa_chosen"));
        const row = rows[current + step];
        if (row) {
            this.focus(row.querySelector(".o_data_cell"));
            this.choose(row);
        }
    }

    choose(row) {
        const record = this.props.list.records.find(({ id }) => id === row?.dataset.id);
        if (record) {
            this.props.onChoose(record);
        }
    }
}
