import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";
import { stepUtils } from "@web_tour/tour_utils";

const openTab = (name) => ({
    content: `Open the tab ${name}`,
    trigger: `.o_form_view .nav-link[name=${name}]`,
    run: "click",
});

registry.category("web_tour.tours").add("psa_customer_form", {
    steps: () => [
        {
            content: "Open the customer from the list",
            trigger: ".o_list_view .o_data_row:contains(Acorn Construction) td[name=name]",
            run: "click",
        },
        {
            content: "The type shows its extra field",
            trigger: ".o_form_view .o_field_properties:contains(Named engineer)",
        },
        {
            content: "One ticket is open",
            trigger: ".oe_stat_button[name=action_psa_open_tickets]:contains(1)",
        },
        openTab("sites"),
        {
            content: "The main site is there; add another one",
            trigger:
                ".o_field_widget[name=psa_site_ids]:contains(Main site) .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "Its name",
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Lyon",
        },
        {
            content: "Save it",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "Lyon is in the list; add somebody",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=psa_site_ids]:contains(Lyon)",
        },
        {
            content: "Add a contact",
            trigger: ".o_field_widget[name=psa_contact_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "His name",
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Luc Perrin",
        },
        {
            content: "Save him",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "He is in the list",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=psa_contact_ids]:contains(Luc Perrin)",
        },
        openTab("settings"),
        {
            content: "Nobody has said anything about acknowledgements",
            trigger:
                ".o_field_widget[name=psa_settings_summary] tr:contains(Acknowledge):contains(as the team or the firm)",
        },
        {
            content: "Mark the customer as a VIP",
            trigger: ".o_field_widget[name=psa_vip] input",
            run: "click",
        },
        ...stepUtils.saveForm(),
        {
            content: "The table says where it comes from",
            trigger:
                ".o_field_widget[name=psa_settings_summary] tr:contains(VIP):contains(set here)",
        },
        {
            content: "And the head of the form shows it",
            trigger: ".o_form_view [name=badges] .badge:contains(VIP)",
        },
        openTab("overview"),
        {
            content: "The figures show",
            trigger: ".o_field_widget[name=psa_overview]:contains(Open tickets by status)",
        },
        openTab("tickets"),
        {
            content: "The latest ticket is listed",
            trigger: ".o_field_widget[name=psa_recent_ticket_ids]:contains(Label printer jams)",
        },
        openTab("activity"),
        {
            content: "So is what happened to it",
            trigger: ".o_field_widget[name=psa_recent_event_ids]:contains(Label printer jams)",
        },
        openTab("documents"),
        openTab("notes"),
        {
            content: "Open the customer's tickets",
            trigger: ".oe_stat_button[name=action_psa_open_tickets]",
            run: "click",
        },
        {
            content: "The list holds them, and the filter can be taken away",
            trigger: ".o_list_view .o_data_row:contains(Label printer jams)",
        },
        {
            trigger: ".o_searchview_facet:contains(Open)",
        },
    ],
});

const SHEET = [
    "Customer,Contact,Contact e-mail,VIP",
    "Tour Bakery,Brian Baker,brian@tour-bakery.example,yes",
    "Tour Garage,,,perhaps",
].join("\n");

registry.category("web_tour.tours").add("psa_import_customers", {
    steps: () => [
        {
            content: "Start an import",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Choose the sheet",
            trigger: ".o_field_widget[name=file] input[type=file]:not(:visible)",
            async run() {
                const file = new File([SHEET], "tour.csv", { type: "text/csv" });
                await inputFiles(".o_field_widget[name=file] input[type=file]", [file]);
            },
        },
        {
            content: "The sheet is there",
            trigger: ".o_field_widget[name=file] input:value(tour.csv)",
        },
        {
            content: "Check it",
            trigger: ".o_form_view button[name=action_check]",
            run: "click",
        },
        {
            content: "Nothing is written yet",
            trigger: ".o_form_view .alert:contains(Nothing is written yet)",
        },
        {
            content: "One row would create",
            trigger: ".oe_stat_button:contains(Created):contains(1)",
        },
        {
            content: "The other one is refused, with the reason",
            trigger: ".o_field_widget[name=refused_row_ids] .o_data_row:contains(Write yes or no)",
        },
        {
            content: "Import the good one",
            trigger: "button[name=action_import]",
            run: "click",
        },
        {
            content: "It is done",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Imported)",
        },
        {
            content: "Open what was created",
            trigger: ".oe_stat_button:contains(Created)",
            run: "click",
        },
        {
            content: "The row tells its customer",
            trigger: ".o_list_view .o_data_row:contains(Tour Bakery)",
        },
    ],
});
