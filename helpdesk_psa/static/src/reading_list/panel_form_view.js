import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";

import { TicketFormController, ticketFormView } from "../ticket_form/ticket_form_view";

import { onMounted, onWillUnmount } from "@odoo/owl";

/** Who walks past a ticket has not read it; who stays that long has, in milliseconds. */
const READ_DELAY = 2000;

/** The ticket in the reading panel: follows the list, and tells it what has changed. */
export class PanelFormController extends TicketFormController {
    setup() {
        super.setup();
        useBus(this.env.psaReading.bus, "show", ({ detail }) => this.show(detail.resId));
        onMounted(() => this.show(this.env.psaReading.getResId()));
        onWillUnmount(() => browser.clearTimeout(this.readTimer));
    }

    /** @override */
    onRootLoaded(ticket) {
        const { resId } = ticket;
        if (resId === this.loadedId) {
            this.env.psaReading.onChanged();
        }
        this.loadedId = resId;
        browser.clearTimeout(this.readTimer);
        this.readTimer = browser.setTimeout(() => this.markRead(ticket), READ_DELAY);
    }

    async show(resId) {
        if (resId && resId !== this.model.root.resId) {
            await this.model.load({ resId });
        }
    }
}

export const panelFormView = { ...ticketFormView, Controller: PanelFormController };

registry.category("views").add("psa_ticket_panel_form", panelFormView);
