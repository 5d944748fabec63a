import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("psa_foresee_time", {
    steps: () => [
        {
            content: "Open the ticket",
            trigger: ".o_data_row:contains(Label printer jams) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Its time",
            trigger: ".o_form_view .nav-link[name=time]",
            run: "click",
        },
        {
            content: "Log time",
            trigger: ".o_form_view button[name=action_psa_log_time]",
            run: "click",
        },
        {
            content: "Nothing is told of no time",
            trigger: ".modal .o_psa_foresight:contains(Type how long it took)",
        },
        {
            content: "Type a duration",
            trigger: ".modal .o_field_widget[name=hours] input",
            run: "edit 1:30 && press Tab",
        },
        {
            content: "What kind of work",
            trigger: ".modal .o_field_widget[name=service_type_id] input",
            run: "edit Remote test",
        },
        {
            content: "Remote help",
            trigger: ".o-autocomplete--dropdown-item:contains(Remote test):first",
            run: "click",
        },
        {
            content: "Remote work is covered",
            trigger: ".modal .o_psa_foresight_part:contains(1:30 h covered):contains(Remote help)",
        },
        {
            content: "Try another service type",
            trigger: ".modal .o_field_widget[name=service_type_id] input",
            run: "edit On site test",
        },
        {
            content: "Work on site",
            trigger: ".o-autocomplete--dropdown-item:contains(On site test):first",
            run: "click",
        },
        {
            content: "It is billed; a technician reads hours, no price",
            trigger:
                ".modal .o_psa_foresight_part:contains(1:30 h billed):contains(On site):not(:contains($))",
        },
        {
            content: "Why?",
            trigger: ".modal .o_psa_foresight button:contains(Why)",
            run: "click",
        },
        {
            content: "The first rule is about other service types, the second decides",
            trigger:
                ".modal .o_psa_billing_trail li:first:contains(Remote help):contains(other service types)",
        },
        {
            content: "It decides",
            trigger: ".modal .o_psa_billing_trail li:last:contains(On site):contains(decides)",
        },
        {
            content: "Save",
            trigger: ".modal button[name=action_save]",
            run: "click",
        },
        {
            content: "It is logged",
            trigger: "body:not(:has(.modal)) button[name=action_open_time]:contains(01:30)",
        },
    ],
});
