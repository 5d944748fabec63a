import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

import { getLateFields, LateModel } from "../late_fields/late_model";

/**
 * Tells the server that an agent has opened a ticket. Who counts as an agent is decided
 * there: for anybody else nothing is stamped.
 */
export class TicketFormController extends FormController {
    setup() {
        this.announcedIds = new Set();
        super.setup();
    }

    get modelParams() {
        const params = super.modelParams;
        return {
            ...params,
            config: { ...params.config, lateFields: getLateFields(this.archInfo) },
            hooks: { ...params.hooks, onRootLoaded: this.onRootLoaded.bind(this) },
        };
    }

    /**
     * Called after each load of the ticket. Nothing waits for it.
     *
     * @param {import("@web/model/relational_model/record").Record} ticket
     */
    onRootLoaded(ticket) {
        this.markRead(ticket);
    }

    /**
     * Stamp an unread ticket and show when it was read.
     *
     * @param {import("@web/model/relational_model/record").Record} ticket
     */
    async markRead(ticket) {
        const { resId } = ticket;
        if (!resId || ticket.data.read_at || this.announcedIds.has(resId)) {
            return;
        }
        this.announcedIds.add(resId);
        const readAt = await this.orm.call("psa.ticket", "mark_read", [[resId]]);
        // What the agent has begun to type is worth more than the date on the screen.
        if (readAt && this.model.root.resId === resId && !(await this.model.root.isDirty())) {
            await this.model.root.load();
        }
    }
}

export const ticketFormView = {
    ...formView,
    Controller: TicketFormController,
    Model: LateModel,
};

registry.category("views").add("psa_ticket_form", ticketFormView);
