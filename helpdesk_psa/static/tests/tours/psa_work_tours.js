import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("psa_serial_to_ticket", {
    steps: () => [
        {
            content: "Type the serial number",
            trigger: ".o_searchview_input",
            run: "edit VNB3K12345",
        },
        {
            content: "Search for it",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:first-child",
            run: "click",
        },
        {
            content: "Only the printer is left; open it",
            trigger:
                ".o_list_view:not(:has(.o_data_row:contains(SRV-1))) .o_data_row:contains(HP-3) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "It says which agreement covers it",
            trigger: ".o_field_widget[name=agreement_reason]:contains(CT-12)",
        },
        {
            content: "Open a ticket about it",
            trigger: "button[name=action_new_ticket]",
            run: "click",
        },
        {
            content: "Equipment and agreement are there",
            trigger:
                ".o_psa_ticket_form:has(.o_field_widget[name=equipment_ids] .o_tag:contains(HP-3)) .o_field_widget[name=agreement_reason]:contains(covers HP-3)",
        },
        {
            content: "Say what it is about",
            trigger: ".o_field_widget[name=name] textarea",
            run: "edit Paper jam",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The ticket is saved under CT-12",
            trigger:
                ".o_psa_ticket_form:has(.o_form_saved) .o_field_widget[name=agreement_id] input:value(CT-12)",
        },
    ],
});

registry.category("web_tour.tours").add("psa_amend_agreement", {
    steps: () => [
        {
            content: "Open the agreement",
            trigger: ".o_data_row:contains(CT-12) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Its terms are in force",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(In force)",
        },
        {
            content: "Amend",
            trigger: "button[name=action_amend]",
            run: "click",
        },
        {
            content: "The present terms are proposed; open them",
            trigger:
                ".o_form_view:has(button[name=action_apply]) .o_field_widget[name=line_ids] .o_data_row:contains(HP-3) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Add the server",
            trigger: ".modal .o_field_widget[name=equipment_ids] input",
            run: "edit SRV-1",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item:contains(SRV-1)",
            run: "click",
        },
        {
            content: "It is among the equipment; keep the line",
            trigger: ".modal:has(.o_tag:contains(SRV-1)) .o_form_button_save",
            run: "click",
        },
        {
            content: "Put the amendment in force",
            trigger: "body:not(:has(.modal)) button[name=action_apply]",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It is in force",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains(In force)",
        },
    ],
});
