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
        {
            content: "One click takes all that is left away",
            trigger: ".o_searchview .o_psa_clear_search",
            run: "click",
        },
        {
            content: "Nothing is left, not even the button",
            trigger: ".o_searchview:not(:has(.o_searchview_facet)):not(:has(.o_psa_clear_search))",
        },
        {
            content: "The list is flat again",
            trigger: ".o_list_view:not(:has(.o_group_header)) .o_data_row",
        },
    ],
});

registry.category("web_tour.tours").add("psa_extra_field", {
    steps: () => [
        {
            content: "Open the actions menu of the ticket",
            trigger: ".o_form_view .o_cp_action_menus button",
            run: "click",
        },
        {
            content: "Choose “Edit Properties”",
            trigger: ".o-dropdown--menu .o_menu_item:contains(Edit Properties)",
            run: "click",
        },
        {
            content: "Name the new field",
            trigger: ".o_field_property_definition_header",
            run: "edit Serial number",
        },
        {
            content: "Close its settings",
            trigger: ".o_field_property_definition_header",
            run: "press Enter",
        },
        {
            content: "It is on the ticket",
            trigger: ".o_form_view .o_field_properties:contains(Serial number)",
        },
        {
            content: "Save",
            trigger: ".o_form_view .o_form_button_save",
            run: "click",
        },
        {
            content: "It is saved",
            trigger: ".o_form_view .o_form_saved",
        },
    ],
});
