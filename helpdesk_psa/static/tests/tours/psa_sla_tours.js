import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("psa_sla_timeline", {
    steps: () => [
        {
            content: "The list tells how late it is; open the ticket",
            trigger:
                ".o_data_row:contains(Server is down):has(.o_psa_sla_countdown[data-state=breached]) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Ask its clock why",
            trigger: ".o_psa_sla_clock[data-metric=resolution][data-status=breached]",
            run: "click",
        },
        {
            content: "The clock ran for three hours",
            trigger:
                ".o_psa_sla_timeline tr[data-phase=running]:contains(Running) td:last-child:contains(3:0)",
        },
        {
            content: "That is the time used",
            trigger: ".o_psa_sla_timeline .o_psa_sla_used.text-danger:contains(3:0)",
        },
        {
            content: "Close it",
            trigger: ".modal-header .btn-close",
            run: "click",
        },
        {
            content: "The ticket is there",
            trigger: ".o_psa_ticket_form:not(:has(.modal))",
        },
    ],
});

registry.category("web_tour.tours").add("psa_sla_what_if", {
    steps: () => [
        {
            content: "Open the policy",
            trigger: ".o_data_row:contains(Tour policy) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Promise less time",
            trigger: ".o_field_widget[name=target_ids] .o_data_cell[name=hours]",
            run: "click",
        },
        {
            content: "One hour",
            trigger: ".o_field_widget[name=target_ids] .o_data_cell[name=hours] input",
            run: "edit 1:00",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "See what it would have meant",
            trigger: ".o_form_saved button:contains(What if?)",
            run: "click",
        },
        {
            content: "Replay the last months",
            trigger: ".modal button[name=action_replay]",
            run: "click",
        },
        {
            content: "What was in time would have been late",
            trigger:
                ".modal .o_field_widget[name=figure_ids] .o_data_row:contains(Resolution) .o_data_cell[name=breached_after]:contains(/^1$/)",
        },
        {
            content: "The ticket is named",
            trigger: ".modal .o_field_widget[name=line_ids] .o_data_row:contains(Printer is slow)",
        },
        {
            content: "Close it",
            trigger: ".modal-footer button:contains(Close)",
            run: "click",
        },
        {
            content: "The policy is there",
            trigger: ".o_form_view .o_field_widget[name=name] input",
        },
    ],
});
