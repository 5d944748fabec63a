import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("psa_preview_agreement", {
    steps: () => [
        {
            content: "A new agreement",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "With ACME",
            trigger: ".o_field_widget[name=customer_id] input",
            run: "edit ACME",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item:contains(ACME):first",
            run: "click",
        },
        {
            content: "Invoiced by the quarter",
            trigger: ".nav-link[name=billing]",
            run: "click",
        },
        {
            content: "Each three months",
            trigger: ".o_field_widget[name=billing_interval] input",
            run: "edit 3",
        },
        {
            content: "Back to the terms",
            trigger: ".nav-link[name=lines]",
            run: "click",
        },
        {
            content: "A line",
            trigger: ".o_field_widget[name=line_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "What is promised",
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Care of the office",
        },
        {
            content: "What is invoiced",
            trigger: ".modal .o_field_widget[name=product_id] input",
            run: "edit Care",
        },
        {
            content: "Only the recurring product is offered",
            trigger:
                ".o-autocomplete--dropdown-menu:not(:contains(Carefree)) .o-autocomplete--dropdown-item:contains(Care):first",
            run: "click",
        },
        {
            content: "Its price is there; how many",
            trigger:
                ".modal:has(.o_field_widget[name=price_unit] input:value(100)) .o_field_widget[name=quantity] input",
            run: "edit 4",
        },
        {
            content: "Keep the line",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The line tells its rhythm; look at the year",
            trigger:
                "body:not(:has(.modal)):has(.o_data_row:contains(Each quarter, in advance)) .nav-link[name=billing_preview]",
            run: "click",
        },
        {
            content: "Four days of the year are marked, and nothing is saved yet",
            trigger:
                ".o_form_view:has(.o_form_button_save:visible) .o_psa_billing_preview:has(.o_psa_year_total:contains(1,600.00))",
            run() {
                const days = document.querySelectorAll(".o_psa_day.o_psa_planned");
                if (days.length !== 4) {
                    throw new Error(`4 days are due, ${days.length} are marked`);
                }
            },
        },
        {
            content: "What is due on the first of them",
            trigger: ".o_psa_day:first",
            run: "click",
        },
        {
            content: "It says the line and its amount",
            trigger: ".o_psa_billing_preview_popover:contains(Care of the office):contains(400.00)",
            run: "press Escape",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Put it in force",
            trigger: "button[name=action_activate]",
            run: "click",
        },
        {
            content: "The schedule opens by itself",
            trigger: ".o_calendar_view",
        },
    ],
});

registry.category("web_tour.tours").add("psa_run_billing", {
    steps: () => [
        {
            content: "A new run",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Propose what is due",
            trigger: "button[name=action_propose]",
            run: "click",
        },
        {
            content: "One invoice is proposed, one agreement is refused",
            trigger:
                ".o_form_view:has(.alert-warning:contains(cannot be invoiced)) .o_field_widget[name=proposed_line_ids] .o_data_row:contains(ACME)",
        },
        {
            content: "Why?",
            trigger: ".nav-link[name=refused]",
            run: "click",
        },
        {
            content: "The reason is there, and the way to the agreement",
            trigger: ".o_data_row:contains(Globex):contains(archived) button[name=action_remedy]",
            run: "click",
        },
        {
            content: "It is the agreement; go back",
            trigger: ".o_action_manager:has(.o_field_widget[name=line_ids]) .o_back_button a",
            run: "click",
        },
        {
            content: "Draft what is proposed",
            trigger: "button[name=action_draft]",
            run: "click",
        },
        {
            content: "Review the invoices",
            trigger: ".o_form_statusbar button[name=action_open_invoices]",
            run: "click",
        },
        {
            content: "Open it",
            trigger:
                ".o_list_view .o_data_row:contains(ACME) .o_data_cell[name=invoice_partner_display_name]",
            run: "click",
        },
        {
            content: "Why this amount?",
            trigger: "button[name=action_psa_open_charges]",
            run: "click",
        },
        {
            content: "Its charge says so; go back to the invoice",
            trigger:
                ".o_action_manager:has(.o_data_cell[name=shown_explanation]:contains(2 ×)) .o_back_button a",
            run: "click",
        },
        {
            content: "Post",
            trigger: ".o_form_statusbar button[name=action_post]",
            run: "click",
        },
        {
            content: "It is posted",
            trigger: ".o_arrow_button_current:contains(Posted)",
        },
    ],
});
