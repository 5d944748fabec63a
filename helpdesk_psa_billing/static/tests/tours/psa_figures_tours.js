import { registry } from "@web/core/registry";

const openReport = (name) => [
    {
        content: "The reports",
        trigger: ".o_menu_sections button[data-menu-xmlid='helpdesk_psa.psa_report_menu']",
        run: "click",
    },
    {
        content: "The report",
        trigger: `.dropdown-item[data-menu-xmlid='helpdesk_psa_billing.${name}']`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("psa_read_figures", {
    steps: () => [
        {
            content: "What ACME brings in",
            trigger: ".o_pivot th:contains(ACME)",
        },
        {
            content: "And what of it is left, in percent",
            trigger: ".o_pivot th:contains(Margin (%))",
        },
        ...openReport("psa_service_report_menu_reconciliation"),
        {
            content: "What became of the hours",
            trigger: ".o_pivot th:contains(Hours covered)",
        },
        ...openReport("psa_service_report_menu_unbilled"),
        {
            content: "What is not invoiced, by its age",
            trigger: ".o_pivot th:contains(Unbilled amount)",
        },
        {
            content: "One by one",
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            content: "The hour",
            trigger: ".o_data_row td:contains(ACME)",
            run: "click",
        },
        {
            content: "Its charge says why",
            trigger: ".o_form_view .o_field_widget[name=shown_explanation]",
        },
    ],
});
