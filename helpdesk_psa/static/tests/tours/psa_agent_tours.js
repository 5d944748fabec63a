import { registry } from "@web/core/registry";

const currentStatus = (name) => ({
    content: `The ticket is now: ${name}`,
    trigger: `.o_statusbar_status .o_arrow_button_current:contains(${name})`,
});

const openFromInbox = {
    content: "Open the ticket of the printer",
    trigger: ".o_data_row:contains(Label printer jams) .o_data_cell[name=name]",
    run: "click",
};

registry.category("web_tour.tours").add("psa_agent_replies", {
    steps: () => [
        {
            content: "In the inbox the ticket is unread",
            trigger: ".o_data_row.fw-bold:contains(Label printer jams)",
        },
        openFromInbox,
        {
            content: "Opening it has marked it as read: the time to read shows",
            trigger: ".o_form_view .o_field_widget[name=read_delay_hours]",
        },
        {
            content: "Reply",
            trigger: ".o_form_view button[name=action_reply]",
            run: "click",
        },
        {
            content: "The customer's mail is ticked",
            trigger: ".modal .o_field_widget[name=psa_send_mail] input:checked",
        },
        {
            content: "Write",
            trigger: ".modal .odoo-editor-editable",
            run: "editor Which printer is it?",
        },
        {
            content: "Send",
            trigger: ".modal button.o_mail_send:enabled",
            run: "click",
        },
        {
            content: "The reply is in the conversation",
            trigger: "body:not(:has(.modal)) .o-mail-Message:contains(Which printer is it?)",
        },
        currentStatus("In progress"),
        {
            content: "Wait for the customer",
            trigger: ".o_form_view button[name=action_set_waiting]",
            run: "click",
        },
        currentStatus("Waiting for the customer"),
    ],
});

registry.category("web_tour.tours").add("psa_agent_resolves", {
    steps: () => [
        openFromInbox,
        {
            content: "The customer has replied",
            trigger:
                ".o-mail-Message .overflow-x-auto:shadow :contains(The one on the second floor)",
        },
        currentStatus("In progress"),
        {
            content: "Resolve",
            trigger: ".o_form_view button[name=action_resolve]",
            run: "click",
        },
        {
            content: "A resolved ticket can be reopened",
            trigger: ".o_form_view button[name=action_reopen]",
        },
    ],
});

let unread;

registry.category("web_tour.tours").add("psa_home_counter", {
    steps: () => [
        {
            content: "Note how many tickets are unread, and open them",
            trigger: ".o_psa_home_queue[data-queue=unread]",
            async run({ click }) {
                unread = this.anchor.querySelector(".o_psa_home_count").textContent;
                await click();
            },
        },
        {
            content: "The list holds that many",
            trigger: ".o_list_view .o_pager_limit",
            run() {
                if (this.anchor.textContent !== unread) {
                    throw new Error(
                        `The counter says ${unread}, the list ${this.anchor.textContent}`
                    );
                }
            },
        },
        {
            content: "Back to the overview",
            trigger: ".o_back_button, .breadcrumb-item:contains(Overview) a",
            run: "click",
        },
        {
            content: "Open a slice of the pie by its line in the legend",
            trigger: ".o_psa_status_pie_slice:contains(New)",
            run: "click",
        },
        {
            content: "Its list shows",
            trigger: ".o_list_view .o_data_row",
        },
    ],
});

let shown;

/** The panel shows another ticket than before: the one of the chosen row. */
const panelFollows = {
    content: "The panel shows the ticket of the chosen row",
    trigger: ".o_psa_reading_panel .o_field_widget[name=number]",
    async run({ waitUntil }) {
        const chosen = document.querySelector(".o_psa_chosen td[name=number]").textContent;
        const getNumber = () =>
            document.querySelector(".o_psa_reading_panel [name=number]").textContent;
        await waitUntil(() => getNumber() === chosen, { timeout: 10000 });
        if (chosen === shown) {
            throw new Error(`The row of ${shown} is still chosen`);
        }
        shown = chosen;
    },
};

registry.category("web_tour.tours").add("psa_reading_list", {
    steps: () => [
        {
            content: "Switch the panel on",
            trigger: ".o_psa_reading_toggle",
            run: "click",
        },
        {
            content: "Choose the first ticket",
            trigger: ".o_psa_reading:has(.o_psa_reading_panel) .o_data_row:eq(0) td[name=name]",
            run: "click",
        },
        panelFollows,
        {
            content: "One down",
            trigger: ".o_psa_chosen td[name=name]",
            run: "press ArrowDown",
        },
        panelFollows,
        {
            content: "One more, with j",
            trigger: ".o_psa_chosen td[name=name]",
            run: "press j",
        },
        panelFollows,
        {
            content: "Who stays reads: the row is no longer bold",
            trigger: ".o_psa_chosen:not(.fw-bold)",
        },
        {
            content: "Enter opens the ticket in full",
            trigger: ".o_psa_chosen td[name=name]",
            run: "press Enter",
        },
        {
            content: "It opens in full",
            trigger: ".o_form_view .o_statusbar_status",
        },
    ],
});
