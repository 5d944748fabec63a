import { registry } from "@web/core/registry";

const CARD = ".o_kanban_record:contains(Label printer jams)";

registry.category("web_tour.tours").add("psa_kanban_drag", {
    steps: () => [
        {
            content: "Drag the card to another status",
            trigger: `.o_kanban_group:contains(New) ${CARD}`,
            run: "drag_and_drop (.o_kanban_group:has(.o_column_title:contains(In progress)))",
        },
        {
            content: "It stays there",
            trigger: `.o_kanban_group:contains(In progress) ${CARD}`,
        },
    ],
});

registry.category("web_tour.tours").add("psa_search_facets", {
    steps: () => [
        {
            content: "The closed ticket is left out of the inbox",
            trigger: ".o_list_view:not(:contains(Label printer jams))",
        },
        {
            content: "What leaves it out stands in the search bar: remove it",
            trigger: ".o_searchview_facet:contains(Open) .o_facet_remove",
            run: "click",
        },
        {
            content: "It shows",
            trigger: ".o_list_view .o_group_header",
        },
        {
            content: "The filter is gone, the grouping stays",
            trigger:
                ".o_searchview:not(:has(.o_searchview_facet:contains(Open))) .o_searchview_facet",
        },
        {
            content: "The closed ticket is listed",
            trigger: ".o_data_row:contains(Label printer jams)",
        },
    ],
});
