import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { SIZES } from "@web/core/ui/ui_service";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

import { ReadingListRenderer } from "./reading_list_renderer";
import { ReadingPanel } from "./reading_panel";
import { getShownFields, getViewKey } from "./shown_fields";

import { useState } from "@odoo/owl";

export const READING_KEY = "helpdesk_psa.reading_panel";

/** Time without a further key before the panel follows the row, in milliseconds. */
const FOLLOW_DELAY = 150;

/**
 * A list of tickets that can show the chosen one beside it. On screens under 1200 px, in
 * dialogs and when the panel is off, it is an ordinary list.
 */
export class ReadingListController extends ListController {
    static template = "helpdesk_psa.ReadingList";
    static components = { ...ListController.components, ReadingPanel };

    setup() {
        super.setup();
        this.ui = useState(useService("ui"));
        this.reading = useState({
            isOn: browser.localStorage.getItem(READING_KEY) === "1",
            chosenId: false,
            shownId: false,
        });
        this.showSoon = useDebounced((resId) => {
            this.reading.shownId = resId;
        }, FOLLOW_DELAY);
    }

    /** @override */
    get modelParams() {
        const params = super.modelParams;
        if (!this.props.state?.modelState?.config) {
            params.config.activeFields = this.getShownFields();
        }
        return params;
    }

    /** @param {string} [asked] an optional column that will be shown */
    getShownFields(asked) {
        const { archInfo, fields, resModel } = this.props;
        const viewKey = getViewKey(archInfo, resModel, this.env.config.viewId);
        return getShownFields(archInfo, fields, viewKey, asked);
    }

    /** Load a column that was hidden, before it is shown. */
    async loadField(name) {
        const { activeFields } = this.model.config;
        if (name in this.props.fields && !(name in activeFields)) {
            // In place: the groups of the list share it.
            Object.assign(activeFields, this.getShownFields(name));
            await this.model.root.leaveEditMode();
            await this.model.load();
        }
    }

    get canRead() {
        return this.ui.size >= SIZES.XL && !this.env.inDialog;
    }

    get isReading() {
        return this.canRead && this.reading.isOn && !this.model.useSampleModel;
    }

    get layoutClassName() {
        return [
            this.model.useSampleModel ? "o_view_sample_data" : "",
            this.isReading ? "o_psa_reading d-flex" : "",
        ].join(" ");
    }

    get readingProps() {
        const props = { onShowField: (name) => this.loadField(name) };
        return this.isReading
            ? {
                  ...props,
                  chosenId: this.reading.chosenId,
                  onChoose: (record) => this.choose(record),
                  onOpenForm: (record) => super.openRecord(record),
              }
            : props;
    }

    toggleReading() {
        this.reading.isOn = !this.reading.isOn;
        browser.localStorage.setItem(READING_KEY, this.reading.isOn ? "1" : "0");
    }

    choose(record) {
        this.reading.chosenId = record.resId;
        this.showSoon(record.resId);
    }

    /** @override */
    async openRecord(record, options = {}) {
        if (this.isReading && !options.newWindow) {
            return this.choose(record);
        }
        return super.openRecord(...arguments);
    }

    /**
     * Leave the list for the full form of the ticket in the panel.
     *
     * @param {boolean} newWindow
     */
    openShown(newWindow) {
        const activeIds = this.model.root.records.map((record) => record.resId);
        return this.props.selectRecord(this.reading.shownId, { activeIds, newWindow });
    }

    /** Show in the list what was changed in the panel. */
    async refreshShown() {
        const shown = this.model.root.records.find(
            (record) => record.resId === this.reading.shownId
        );
        if (shown && !shown.dirty) {
            await shown.load();
        }
    }
}

export const readingListView = {
    ...listView,
    Controller: ReadingListController,
    Renderer: ReadingListRenderer,
};

registry.category("views").add("psa_ticket_reading_list", readingListView);
