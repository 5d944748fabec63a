import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("psa_read_proof", {
    steps: () => [
        {
            content: "The invoice has a proof",
            trigger: ".o_form_view .nav-link[name=psa_proof]",
            run: "click",
        },
        {
            content: "It tells who did what, also what is covered",
            trigger:
                ".o_field_widget[name=psa_proof_charge_ids]:has(.o_data_row:contains(Remote test)):has(.o_data_row:contains(Covered))",
        },
        {
            content: "The invoice is what its charges say",
            trigger: "body:not(:has(.alert:contains(somebody changed a price):visible))",
        },
        {
            content: "Back to the lines",
            trigger: ".nav-link[name=invoice_tab]",
            run: "click",
        },
        {
            content: "What does this line bill?",
            trigger:
                ".o_field_widget[name=invoice_line_ids] button[name=action_psa_open_proof]:first",
            run: "click",
        },
        {
            content: "One piece of work, and a report that was signed",
            trigger:
                ".modal:has(.o_field_widget[name=psa_charge_ids] .o_data_row:contains(Remote test)) button[name=action_psa_open_reports]",
        },
        {
            content: "Open the signed report of the work",
            trigger: ".modal .o_data_row button[name=action_open_report]",
            run: "click",
        },
        {
            content: "Nothing went wrong; go on to the ticket",
            trigger:
                "body:not(:has(.o_error_dialog)) .modal .o_data_row button[name=action_open_work]",
            run: "click",
        },
        {
            content: "The ticket leads back to the invoice",
            trigger: ".o_form_view button[name=action_psa_open_work_invoices]",
            run: "click",
        },
        {
            content: "Here it is",
            trigger: ".o_form_view .nav-link[name=psa_proof]",
        },
    ],
});
