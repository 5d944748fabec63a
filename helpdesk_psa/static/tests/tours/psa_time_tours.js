import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("psa_timer_journey", {
    steps: () => [
        {
            content: "Open the ticket",
            trigger: ".o_data_row:contains(Label printer jams) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Start work",
            trigger: ".o_form_view button[name=action_start_work]",
            run: "click",
        },
        {
            content: "The timer runs in the top bar",
            trigger: ".o_menu_systray .o_psa_timer_clock:contains(0:00)",
        },
        {
            content: "The ticket can be stopped from itself as well",
            trigger: ".o_form_view button[name=action_psa_stop_timer]",
        },
        {
            content: "Go elsewhere by the menu of the timer",
            trigger: ".o_psa_timer_toggle",
            run: "click",
        },
        {
            content: "My week",
            trigger: ".o_psa_timer_week",
            run: "click",
        },
        {
            content: "The timer still runs there: stop it",
            trigger: ".o_action_manager:has(.o_psa_week_table)",
        },
        {
            content: "Stop",
            trigger: ".o_menu_systray .o_psa_timer_stop",
            run: "click",
        },
        {
            content: "It ran less than a minute, so the dialog asks",
            trigger: ".modal .alert-warning:contains(less than a minute)",
        },
        {
            content: "Type a duration",
            trigger: ".modal .o_field_widget[name=hours] input",
            run: "edit 0:12",
        },
        {
            content: "Say what was done",
            trigger: ".modal .o_field_widget[name=name] textarea",
            run: "edit Cleaned the rollers",
        },
        {
            content: "Save",
            trigger: ".modal button[name=action_save]",
            run: "click",
        },
        {
            content: "No timer runs any more, and the week shows the entry",
            trigger:
                "body:not(:has(.o_psa_timer_clock)) .o_psa_week_table tr:contains(Label printer jams):contains(0:12)",
        },
    ],
});

registry.category("web_tour.tours").add("psa_week_grid", {
    steps: () => [
        {
            content: "An empty week says what to do",
            trigger: ".o_psa_week_table:contains(Nothing logged in this week yet)",
        },
        {
            content: "Add a line",
            trigger: ".o_psa_week_add",
            run: "click",
        },
        {
            content: "Of a ticket",
            trigger: ".o_psa_week_add_ticket",
            run: "click",
        },
        {
            content: "Choose it",
            trigger: ".modal .o_data_row:contains(Label printer jams) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Its line is there, still empty",
            trigger: "body:not(:has(.modal)) .o_psa_week_table tr:contains(Label printer jams)",
        },
        {
            content: "Type a duration on the second day",
            trigger: ".o_psa_week_cell input[data-row='0'][data-column='1']",
            run: "edit 90m && press Enter",
        },
        {
            content: "It is shown as hours and minutes, and counted",
            trigger: ".o_psa_week_total:contains(1:30)",
        },
        {
            content: "Correct it",
            trigger: ".o_psa_week_cell input[data-row='0'][data-column='1']",
            run: "edit 1.25 && press Enter",
        },
        {
            content: "The total follows",
            trigger: ".o_psa_week_total:contains(1:15)",
        },
        {
            content: "Next week",
            trigger: ".o_psa_week_next",
            run: "click",
        },
        {
            content: "It is empty",
            trigger: ".o_psa_week_table:contains(Nothing logged in this week yet)",
        },
        {
            content: "Copy last week",
            trigger: ".o_psa_week_copy",
            run: "click",
        },
        {
            content: "The lines only",
            trigger: ".o_psa_week_copy_lines",
            run: "click",
        },
        {
            content: "The line has come along, without time",
            trigger: ".o_psa_week_table tr:contains(Label printer jams):contains(0:00)",
        },
    ],
});
