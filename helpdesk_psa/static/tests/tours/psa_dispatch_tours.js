import { registry } from "@web/core/registry";

const WAITING = ".o_psa_dispatch_waiting .o_psa_dispatch_block:contains(Mend the rack)";
const TUESDAY = ".o_psa_dispatch_cell[aria-label^='Ada Agent'][data-day='1']";
const WEDNESDAY = ".o_psa_dispatch_cell[aria-label^='Ada Agent'][data-day='2']";

// The helper drops above its target unless told where.
const INSIDE = { position: { top: 20, left: 20 }, relative: true };

registry.category("web_tour.tours").add("psa_dispatch_drag", {
    steps: () => [
        {
            content: "Drag the visit from the list to Ada's Tuesday",
            trigger: WAITING,
            run: (helpers) => helpers.drag_and_drop(TUESDAY, INSIDE),
        },
        {
            content: "It stands there; move it on to Wednesday",
            trigger: `${TUESDAY} .o_psa_dispatch_block:contains(Mend the rack)`,
            run: (helpers) => helpers.drag_and_drop(WEDNESDAY, INSIDE),
        },
        {
            content: "Open it",
            trigger: `${WEDNESDAY} .o_psa_dispatch_block:contains(Mend the rack)`,
            run: "click",
        },
        {
            content: "Start at two",
            trigger: ".modal input[name=time]",
            run: "edit 14:00 && press Tab",
        },
        {
            content: "Plan",
            trigger: ".modal .o_psa_dispatch_plan",
            run: "click",
        },
        {
            content: "It starts at two",
            trigger: `${WEDNESDAY} .o_psa_dispatch_time:contains(14:00)`,
        },
    ],
});

const ADA = ".o_psa_dispatch_person:contains(Ada Agent)";

registry.category("web_tour.tours").add("psa_dispatch_day", {
    steps: () => [
        {
            content: "Ada lacks what both visits ask for",
            trigger:
                ".o_psa_dispatch_conflict:has(.fa-graduation-cap):contains(Mend the rack of Globex)",
        },
        {
            content: "Look for somebody who can do it",
            trigger: "select[name=skill]",
            run: "selectByLabel Networks (tour)",
        },
        {
            content: "Lea can, Ada cannot",
            trigger: `.o_psa_dispatch_grid:has(.o_psa_dispatch_person:contains(Lea Lead)):not(:has(${ADA}))`,
        },
        {
            content: "Show everybody again",
            trigger: "select[name=skill]",
            run: "selectByLabel All skills",
        },
        {
            content: "Ada is there again",
            trigger: `.o_psa_dispatch_grid:has(${ADA})`,
        },
        {
            content: "Show the hours of the day",
            trigger: "[data-scale=day]",
            run: "click",
        },
        {
            content: "Travel is drawn before the visits",
            trigger: ".o_psa_dispatch_lane[aria-label^='Ada Agent'] .o_psa_dispatch_travel",
        },
        {
            content: "Open Ada's itinerary",
            trigger: `${ADA} .o_psa_dispatch_route`,
            run: "click",
        },
        {
            content: "It lists the visits in their order",
            trigger: ".o_psa_itinerary li:nth-child(2):contains(Globex)",
        },
        {
            content: "One link leads through both",
            trigger: ".o_psa_itinerary_map[href*='destination=2+Quay'][href*='waypoints=1+Kay']",
        },
    ],
});

registry.category("web_tour.tours").add("psa_schedule_preview", {
    steps: () => [
        {
            content: "Start a new schedule",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name=name] input",
            run: "edit Check of the backups",
        },
        {
            content: "Twelve dates show before it is saved",
            trigger: ".o_field_widget[name=preview]:has(.o_psa_schedule_date:nth-child(12))",
        },
        {
            content: "Every second month",
            trigger: ".o_field_widget[name=interval] input",
            run: "edit 2 && press Tab",
        },
        {
            content: "The rhythm follows",
            trigger: ".o_field_widget[name=rhythm]:contains(Every 2 months)",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Start it",
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            content: "It runs",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Running)",
        },
    ],
});
