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
        {
            content: "The first line of the ticket is in the list, and says why",
            trigger:
                ".o_field_widget[name=time_ids] .o_data_row:contains(01:30):contains(1:30 h billed):contains(On site)",
        },
        {
            content: "Log time once more",
            trigger: ".o_form_view button[name=action_psa_log_time]",
            run: "click",
        },
        {
            content: "A quarter of an hour",
            trigger: ".modal .o_field_widget[name=hours] input",
            run: "edit 0:15 && press Tab",
        },
        {
            content: "Save",
            trigger: ".modal:has(.o_psa_foresight_part) button[name=action_save]",
            run: "click",
        },
        {
            content: "Both lines are in the list",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=time_ids]:has(.o_data_row:contains(00:15)) .o_data_row:contains(01:30)",
        },
    ],
});

const WEEK_CELL = "tr:contains(Label printer jams) input[data-column='1']";

registry.category("web_tour.tours").add("psa_foresee_week", {
    steps: () => [
        {
            content: "Type in the row that was worked on",
            trigger: WEEK_CELL,
            run: "edit 2",
        },
        {
            content: "Before it is saved, the answer stands below the grid",
            trigger:
                ".o_psa_week_foresight .o_psa_foresight:contains(How it will be billed):contains(2:00 h billed)",
        },
        {
            content: "Type something else",
            trigger: WEEK_CELL,
            run: "edit soon",
        },
        {
            content: "It says what to type",
            trigger: ".o_psa_week_foresight .o_psa_foresight:contains(Type 1:30)",
        },
        {
            content: "Type it, and go on",
            trigger: WEEK_CELL,
            run: "edit 1:15 && press Enter",
        },
        {
            content: "It is saved; go back to it",
            trigger: `.o_psa_week:has(.o_psa_week_total:contains(2:15)) ${WEEK_CELL}`,
            run: "click",
        },
        {
            content: "It still says what becomes of it; why?",
            trigger:
                ".o_psa_week_foresight .o_psa_foresight:contains(1:15 h billed) button:contains(Why)",
            run: "click",
        },
        {
            content: "The rule that decides is named",
            trigger: ".o_psa_week_foresight .o_psa_billing_trail li:contains(decides)",
        },
    ],
});

registry.category("web_tour.tours").add("psa_write_rule_and_preview", {
    steps: () => [
        {
            content: "Open the plan",
            trigger: ".o_data_row:contains(Summer prices) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "A new rule",
            trigger: ".o_field_widget[name=rule_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "Its name",
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit All work",
        },
        {
            content: "Another price",
            trigger: ".modal .o_field_widget[name=price_method] input",
            run: "click",
        },
        {
            content: "A fixed one",
            trigger: ".o_select_menu_item:contains(Fixed price)",
            run: "click",
        },
        {
            content: "A hundred an hour",
            trigger: ".modal .o_field_widget[name=price] input",
            run: "edit 100",
        },
        {
            content: "Keep the rule",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "It stands in the list in words; save",
            trigger:
                "body:not(:has(.modal)):has(.o_data_row:contains(All work):contains(100.00)) .o_form_button_save",
            run: "click",
        },
        {
            content: "What would last month have been?",
            trigger: ".o_form_saved button:contains(What last month would have been)",
            run: "click",
        },
        {
            content: "Compute",
            trigger: ".modal button[name=action_compute]",
            run: "click",
        },
        {
            content: "As it was, by this plan, and the difference, customer by customer",
            trigger:
                ".modal:has(.o_field_widget[name=amount_now]:contains(135.00)):has(.o_field_widget[name=amount_then]:contains(150.00)) .o_data_row:contains(ACME):contains(15.00)",
        },
        {
            content: "Nothing was changed; close",
            trigger: ".modal button:contains(Close)",
            run: "click",
        },
        {
            content: "Back at the plan",
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});
