import { registry } from "@web/core/registry";

/** Draw a line with a finger on the canvas of the signature dialog. */
const scribble = {
    content: "Sign with the finger",
    trigger: ".o_web_sign_signature canvas, canvas.o_web_sign_signature",
    run() {
        const { left, top, width, height } = this.anchor.getBoundingClientRect();
        const touch = (type, part) =>
            this.anchor.dispatchEvent(
                new PointerEvent(type, {
                    bubbles: true,
                    pointerId: 1,
                    isPrimary: true,
                    pointerType: "touch",
                    button: 0,
                    buttons: type === "pointerup" ? 0 : 1,
                    pressure: 0.5,
                    clientX: left + width * part,
                    clientY: top + height * (0.3 + part / 3),
                })
            );
        touch("pointerdown", 0.2);
        for (const part of [0.3, 0.4, 0.5, 0.6, 0.7]) {
            touch("pointermove", part);
        }
        touch("pointerup", 0.8);
    },
};

const sign = (name) => [
    {
        content: "Open the signature",
        trigger: `.modal .o_field_widget[name=${name}] .o_signature`,
        run: "click",
    },
    scribble,
    {
        content: "Take it",
        trigger: ".modal .btn-primary:contains(Adopt & Sign):enabled",
        run: "click",
    },
    {
        content: "The signature is there",
        trigger: `.modal .o_field_widget[name=${name}] img.o_signature`,
    },
];

/** Ada's hours in the day's view. */
const LANE = ".o_psa_dispatch_lane[aria-label^='Ada Agent']";
const BLOCK = ".o_psa_dispatch_block:contains(Printer is out of order)";

registry.category("web_tour.tours").add("psa_board_plans_visit", {
    steps: () => [
        {
            content: "Show the hours of a day",
            trigger: ".o_psa_dispatch [data-scale=day]",
            run: "click",
        },
        {
            content: "Of today, also on a weekend",
            trigger: `.o_psa_dispatch:has(${LANE}) button:contains(Today)`,
            run: "click",
        },
        {
            content: "Drag the visit that waits to Ada",
            trigger: `.o_psa_dispatch:has(${LANE} .o_psa_dispatch_now) .o_psa_dispatch_waiting ${BLOCK}`,
            run: (helpers) =>
                helpers.drag_and_drop(LANE, {
                    position: { top: 10, left: 60 },
                    relative: true,
                }),
        },
        {
            content: "It stands in her day, and waits no more",
            trigger: `.o_psa_dispatch:not(:has(.o_psa_dispatch_waiting ${BLOCK})) ${LANE} ${BLOCK}`,
        },
    ],
});

registry.category("web_tour.tours").add("psa_phone_visit", {
    steps: () => [
        {
            content: "The visit is among those of today",
            trigger: ".o_kanban_record:contains(Printer is out of order) .fs-4",
            run: "click",
        },
        {
            content: "Begin",
            trigger: ".o_form_view button[name=action_begin]:contains(Start)",
            run: "click",
        },
        {
            content: "Stop",
            trigger: ".o_form_view button[name=action_stop]",
            run: "click",
        },
        {
            content: "Say how long it took",
            trigger: ".modal .o_field_widget[name=hours] input",
            run: "edit 3:00",
        },
        {
            content: "Log it",
            trigger: ".modal button[name=action_save]",
            run: "click",
        },
        {
            content: "Three hours are on the sheet",
            trigger: ".o_form_view .o_field_widget[name=time_ids]:contains(03:00)",
        },
        {
            content: "Tick the check that is required",
            trigger:
                ".o_field_widget[name=checklist_item_ids] .o_kanban_record:contains(Test page) button:contains(OK)",
            run: "click",
        },
        {
            content: "It is ticked",
            trigger:
                ".o_field_widget[name=checklist_item_ids] .o_kanban_record:contains(Test page) .fa-check-circle",
        },
        {
            content: "Write what was done",
            trigger: ".o_form_view .o_field_widget[name=work_done] textarea",
            run: "edit New fuser",
        },
        {
            content: "Let them sign",
            trigger: ".o_form_view button[name=action_sign]",
            run: "click",
        },
        ...sign("customer_signature"),
        ...sign("technician_signature"),
        {
            content: "Lock the sheet",
            trigger: ".modal button[name=action_sign]",
            run: "click",
        },
        {
            content: "It is signed",
            trigger: ".o_form_view .alert-success:contains(Signed)",
        },
    ],
});
