import { registry } from "@web/core/registry";

const row = (name) => `.o_psa_cockpit_row:has(label:contains(${name}))`;

registry.category("web_tour.tours").add("psa_cockpit_bill", {
    steps: () => [
        {
            content: "One finding holds an invoice up",
            trigger: ".o_psa_cockpit_card[data-bucket=findings]:contains(Hold invoices up: 1)",
        },
        {
            content: "It is about ACME",
            trigger: `${row("ACME")} .o_psa_cockpit_blocking`,
        },
        {
            content: "Search Globex",
            trigger: ".o_psa_cockpit_search",
            run: "edit Globex",
        },
        {
            content: "Only Globex is left",
            trigger: `.o_psa_cockpit_table:not(:has(label:contains(ACME))):has(label:contains(Globex))`,
        },
        {
            content: "All of them again",
            trigger: ".o_psa_cockpit_reset",
            run: "click",
        },
        {
            content: "Choose ACME",
            trigger: `${row("ACME")} .o_psa_cockpit_box`,
            run: "click",
        },
        {
            content: "Choose Globex",
            trigger: `${row("Globex")} .o_psa_cockpit_box`,
            run: "click",
        },
        {
            content: "Draft their invoices",
            trigger: ".o_psa_cockpit_bar:contains(2 chosen) .o_psa_cockpit_draft",
            run: "click",
        },
        {
            content: "Globex is drafted",
            trigger: ".o_psa_cockpit_run .o_psa_run_drafted:contains(Globex)",
        },
        {
            content: "ACME is refused, with the reason and the remedy",
            trigger:
                ".o_psa_run_refused:contains(ACME):contains(One finding to settle) .o_psa_run_remedy",
            run: "click",
        },
        {
            content: "Choose the finding",
            trigger: ".o_list_view .o_data_row .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Accept it",
            trigger: ".o_control_panel button[name=action_ask_accept]",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Goodwill, as promised on the phone",
        },
        {
            content: "Keep the reason",
            trigger: ".modal button[name=action_accept]",
            run: "click",
        },
        {
            content: "Back to the screen, where the run still is",
            trigger: "body:not(:has(.modal)) .o_back_button a",
            run: "click",
        },
        {
            content: "Try ACME again",
            trigger: ".o_psa_run_again",
            run: "click",
        },
        {
            content: "Now it is proposed: draft it",
            trigger: ".o_psa_cockpit_run:has(.o_psa_run_proposed:contains(ACME)) .o_psa_run_draft",
            run: "click",
        },
        {
            content: "Post it",
            trigger: ".o_psa_cockpit_run:has(.o_psa_run_drafted:contains(ACME)) .o_psa_run_post",
            run: "click",
        },
        {
            content: "It is posted and can be sent",
            trigger: ".o_psa_cockpit_run:contains(0 drafts):contains(1 posted) .o_psa_run_send",
        },
    ],
});

registry.category("web_tour.tours").add("psa_cockpit_approve", {
    steps: () => [
        {
            content: "By account manager",
            trigger: ".o_psa_cockpit_grouping",
            run: "select manager",
        },
        {
            content: "My own work waits for me",
            trigger: `${row("Lea Lead")} .o_psa_cockpit_box`,
            run: "click",
        },
        {
            content: "No invoices are mine to draft; approve",
            trigger: ".o_psa_cockpit_bar:not(:has(.o_psa_cockpit_draft)) .o_psa_cockpit_approve",
            run: "click",
        },
        {
            content: "It is told",
            trigger: ".o_notification:contains(Approved: 1.)",
        },
        {
            content: "Nothing waits any more",
            trigger: ".o_psa_cockpit_card[data-bucket=approve]:contains(0:00 h)",
        },
        {
            content: "Also on the charge: by whom",
            trigger: `.o_psa_cockpit_card[data-bucket=ready]`,
            run: "click",
        },
        {
            content: "Open it",
            trigger: ".o_list_view .o_data_row .o_data_cell[name=customer_id]",
            run: "click",
        },
        {
            content: "It says who approved",
            trigger: ".o_form_view .o_field_widget[name=approved_by_id]:contains(Lea Lead)",
        },
    ],
});
