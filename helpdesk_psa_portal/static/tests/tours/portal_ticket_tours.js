import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("psa_portal_customer_asks", {
    url: "/my/tickets",
    steps: () => [
        {
            content: "My tickets are there",
            trigger: ".o_psa_ticket_list a:contains(Casey's printer)",
        },
        {
            content: "Ask for something new",
            trigger: "a[href='/my/tickets/new']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "What it is about",
            trigger: "#new_ticket input[name=name]",
            run: "edit The beamer is dark",
        },
        {
            content: "What happens",
            trigger: "#new_ticket textarea[name=body]",
            run: "edit In the big room, since this morning.",
        },
        {
            content: "Send",
            trigger: "#new_ticket button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The ticket is open, with what I wrote",
            trigger: ".alert-success:contains(we have received your request)",
        },
        {
            content: "And the conversation begins",
            trigger: ".o_psa_message_body:contains(In the big room)",
        },
        {
            content: "Back to the list",
            trigger: "ol.breadcrumb a[href='/my/tickets']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The new one is first",
            trigger: ".o_psa_ticket_list a:first:contains(The beamer is dark)",
        },
    ],
});
