import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("psa_wallboard", {
    steps: () => [
        {
            content: "Choose the team",
            trigger: ".o_psa_wallboard .o_psa_wallboard_team",
            run: "selectByLabel Wall team",
        },
        {
            content: "The board is the team's",
            trigger: ".o_psa_wallboard_title:contains(Wall team)",
        },
        {
            content: "One ticket is open",
            trigger: "[data-tile=open] .o_psa_wallboard_count:contains(/^1$/)",
        },
        {
            content: "Its time runs down",
            trigger:
                ".o_psa_wallboard_ticket:contains(Server is down) .o_psa_wallboard_due:contains(1 h 5)",
        },
        {
            content: "Nobody has it: see which one",
            trigger: "[data-tile=unassigned]",
            run: "click",
        },
        {
            content: "The list has it alone",
            trigger: ".o_list_view .o_data_row:contains(Server is down)",
        },
    ],
});
